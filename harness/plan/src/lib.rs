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
pub mod page;
pub mod store;
pub mod source;
pub mod read;
pub mod configure;
pub mod diagnostic;
pub mod problem;
pub mod engine;

mod consistency;
mod contradiction;
mod describe;
mod keyed;
mod knobs;
mod words;

pub use draw::plan;
