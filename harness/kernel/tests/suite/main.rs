//! What the kernel does with a system that notices everything.
//!
//! One binary, so that what they all use is compiled once.

#![allow(clippy::unwrap_used, reason = "tests")]

mod clocks;
mod common;
mod course;
mod crowds;
mod determinism;
mod disk_faults;
mod disks;
mod links;
mod machines;
mod network;
mod operations;
mod process;
mod regions;
mod storm;
mod targets;
mod stage;
