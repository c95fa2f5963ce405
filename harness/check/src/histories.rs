//! Judges of histories that need no search, or one of their own: each says in words what it found.
//!
//! In reading order: what clients of a key-value store may expect from session to session ([`sessions`], [`causal`],
//! [`sequential`]) and over time ([`staleness`], [`durability`], [`convergence`]); common workloads with a condition
//! that every run must satisfy ([`bank`], [`sets`], [`queues`], [`counter`], [`numbers`], [`long_fork`]); protocols
//! ([`locks`], [`commitment`], [`once`]); and how well a service served ([`balance`], [`goodput`]). [`rewrite`] puts a history
//! into the words of another model.
//!
//! All of them count an operation of unknown outcome as one that may or may not have happened, and say unknown where the
//! history cannot tell.

mod finding;
mod registers;
#[cfg(test)]
mod hand;

pub mod sessions;
pub mod causal;
pub mod sequential;
pub mod staleness;
pub mod durability;
pub mod convergence;
pub mod bank;
pub mod sets;
pub mod queues;
pub mod counter;
pub mod numbers;
pub mod long_fork;
pub mod locks;
pub mod commitment;
pub mod once;
pub mod balance;
pub mod goodput;
pub mod rewrite;
