//! Scenarios, workloads, nemeses and plans: what to try, and exactly what will happen for one seed.

pub mod scenario;
pub mod builder;
pub mod count;
pub mod workload;
pub mod nemesis;
pub mod kind;
pub mod fault;
pub mod latency;
pub mod plan;
pub mod draw;
pub mod problem;
pub mod engine;

mod contradiction;
mod keyed;
mod knobs;

pub use draw::plan;
