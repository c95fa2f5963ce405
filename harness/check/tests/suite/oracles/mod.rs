//! The judges of `histories` against oracles: thousands of small random histories, each judged a second time by trying
//! everything, or by the definition word by word.
//!
//! `STORMGLASS_CHECK_CASES` sets how many histories per judge.

mod causality;
mod counters;
mod locks;
mod objects;
mod random;
mod recency;
mod services;
mod sessions;
mod sets;
