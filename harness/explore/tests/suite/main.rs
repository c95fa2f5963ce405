//! Many seeds, one again, and a failure made small, with systems of a few lines.
//!
//! One binary, so that what they all use is compiled once.

#![allow(clippy::unwrap_used, reason = "tests")]

mod engines;
mod recording;
mod recovery;
mod shrinking;
mod sweeps;
