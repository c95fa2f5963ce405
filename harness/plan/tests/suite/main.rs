//! Scenarios and plans: what is read, drawn, written, and said of mistakes.
//!
//! One binary, so that what they all use is compiled once.

#![allow(clippy::unwrap_used, reason = "tests")]

mod any_text;
mod configuring;
mod drawing;
mod mistakes_in_scenarios;
mod page;
mod plans_in_files;
mod same_value;
mod schema_of_scenarios;
mod topologies;
mod unreadable_files;
