//! Consensus protocols as systems under test.
//!
//! They are written to be read beside their papers: the papers' names, figures and sections stand where they
//! are implemented. They know the contract of `stormglass-core` and nothing else: no engine, no scenario, no
//! checker.

pub mod raft;
pub mod two_phase_commit;
