//! Ordinary tokio applications, unchanged but for the types of their sockets, under the harness's faults.
//!
//! | application | what it is | what can be wrong with it |
//! |---|---|---|
//! | [`axum`] | a key-value store over HTTP with copies to read from | it answers before its sync; a copy answers alone |
//!
//! They depend on the engines' driver for their hosts' disks and operations, and on turmoil for sockets. No check, no scenario and
//! no fault is known here.

pub mod axum;
mod journal;
