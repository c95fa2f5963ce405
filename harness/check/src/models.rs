//! Models of common objects.

mod kv;
mod stale;

pub use kv::KvModel;
