//! The same plans on every engine, verdict against verdict.
//!
//! ```text
//!  kinds, storms, bugs ──▶ suite: rows ──▶ cell (one row on one engine) ──▶ table, and why a cell differs
//!                            bugs ──▶ hunt: seeds to first detection, by engine
//!                          storms ──▶ soak: real time, many at once
//!               shipped scenarios ──▶ shipped: do correct systems pass, and are bugs found, on engines that nobody wrote them for
//! ```
//!
//! Verdicts are compared, and whether a fault did anything; never traces: each engine has a scheduler and a network of its own. This
//! crate knows no engine's insides. It prints nothing; its command does.

pub mod lineup;
pub mod kinds;
pub mod storms;
pub mod bugs;
pub mod cell;
pub mod suite;
pub mod explained;
pub mod table;
pub mod hunt;
pub mod soak;
pub mod shipped;
