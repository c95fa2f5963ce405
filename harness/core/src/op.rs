//! The operations that workloads, systems and models share: one module per kind of object.

pub mod kv;
