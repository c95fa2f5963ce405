//! Tests of what people and other tools read, one binary for all.
#![allow(clippy::unwrap_used, reason = "tests")]

mod made_up;
mod page;
