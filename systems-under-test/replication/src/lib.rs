//! Replication protocols as systems under test.
//!
//! They know the contract of `stormglass-core` and nothing else: no engine, no scenario, no checker.

pub mod passive;
