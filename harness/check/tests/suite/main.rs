//! The judges: by hand, against oracles, and on histories that nobody would think of.
//!
//! One binary, so that what they all use is compiled once.

mod agreement;
mod availability;
mod common;
mod isolation;
mod linearizable;
mod oracles;
mod repeated;
mod strategies;
