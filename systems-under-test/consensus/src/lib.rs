//! Consensus protocols as systems under test: Raft.
