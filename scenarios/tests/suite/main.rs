//! The command with the shipped systems and scenarios.
//!
//! One binary, so that what they all use is compiled once.

#![allow(clippy::unwrap_used, reason = "tests")]

mod authoring;
mod blame;
mod built;
mod determinism;
mod looking;
mod mistakes;
mod schema;
mod shrinking;
mod support;
