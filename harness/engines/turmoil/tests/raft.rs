//! Raft on turmoil: the same run for the same seed, and sound.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../../common/raft.rs"]
mod common;

common::virtual_engine!(stormglass_turmoil::Turmoil);
