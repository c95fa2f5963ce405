//! Raft in the kernel, by the tests of the other engines: the same run for the same seed, and sound.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../../common/raft.rs"]
mod common;

common::virtual_engine!(stormglass_kernel::Kernel);
