//! The contract of Stormglass.
pub mod history;
pub mod id;
pub mod op;
pub mod random;
pub mod time;
pub mod verdict;
