//! The deterministic world in which Stormglass runs a plan: one queue, one clock, one thread.
//!
//! ```text
//!            ┌──────────────── World, a value ────────────────┐
//!  Plan ──▶  │ queue ──▶ host's step ──▶ effects ──▶ network ─┼─▶ History, Digest, Trace
//!            │   ▲                          │          │      │
//!            │   └──────────────────────────┴──────────┘      │ ◀── monitors look in after every step
//!            └─────────────────────────────────────────────────┘
//! ```
//!
//! A message's road is three files: a step's `effects`, its fate (`network`), the `queue`. Faults
//! come in through `storm`. The kernel never reads a real clock, never spawns a thread, and allocates nothing
//! per message once its arenas have grown. It knows nothing of checkers, files or terminals.

mod kernel;
mod world;
mod steps;
mod effects;
mod operations;
mod network;
mod queue;
mod host;
mod timers;
mod storm;
mod target;
mod digest;
mod record;

pub use kernel::Kernel;
pub use world::World;
