//! Raft on madsim: the same run for the same seed, and sound.
#![cfg(madsim)]
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../../common/raft.rs"]
mod common;

common::virtual_engine!(stormglass_madsim::Madsim);
