//! The operations that workloads, systems and models share: one module per kind of object.

pub mod append_kv;
pub mod bank;
pub mod counter;
pub mod kv;
pub mod txn;
pub mod lock;
pub mod number;
pub mod queue;
pub mod request;
pub mod set;
