//! Scenarios, workloads, nemeses and plans: what to try, and exactly what will happen for one seed.

pub mod plan;
pub mod fault;
pub mod latency;
pub mod engine;
