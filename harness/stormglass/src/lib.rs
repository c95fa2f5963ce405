//! Deterministic chaos testing for distributed systems.
