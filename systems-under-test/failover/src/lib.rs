//! Failure detection and failover between two replicas of one resource, as a system under test.
//!
//! ```text
//!                    ┌──────────── where? ────────────┐
//!   clients ── requests for an epoch ──▶ primary      │
//!                                          │ stores   │   mounts and stores carry the epoch:
//!                                          ▼          │   the resource obeys the latest only
//!                                       resource      │
//!   replicas ── heartbeats ──▶ three observers        │
//!            ◀── probes ─────        │ reports        │
//!                                    ▼                │
//!                          controller (durable epoch) ┘── promote ──▶ replica
//! ```
//!
//! **Promises.** Clients see a single copy, whoever stands still, is cut off or restarts: at most one life of one replica
//! writes in an epoch, and nobody in an earlier one once a later one has begun (fencing at the resource). Epochs grow and
//! are durable before anybody hears of them. The group fails over only if a majority of observers has heard nothing of
//! the primary, pushed or pulled, for the detection time; and at most so often in a window, in one life of the controller.
//! Once all faults are over, operations succeed again within detection, takeover and a few questions.
//!
//! **Assumptions.** One controller and one resource, which may restart and lose no disk; clocks for liveness alone.
//!
//! Sources: Chandra and Toueg, *Unreliable failure detectors for reliable distributed systems* (JACM 1996), for detection by
//! silence; Burrows, *The Chubby lock service* (OSDI 2006), for numbers that the resource checks; the incidents named in
//! `bugs`.
//!
//! Reading order: `parts`, `message`, `detector`, `controller`, `replica`, `resource` with its `log`, `client`; then
//! `monitors` and `bugs`.
//!
//! Not here: a replicated controller, replicas with data of their own (that is replication), more than two replicas
//! of one resource competing by load.

mod system;
mod settings;
mod parts;
mod message;
mod event;
mod node;
mod detector;
mod controller;
mod replica;
mod resource;
mod log;
mod client;
mod bugs;
mod monitors;

pub use bugs::FailoverBug;
pub use client::FailoverClient;
pub use event::Event;
pub use message::{Boot, Epoch, Message, Opinion, Status, Timer, Write};
pub use node::FailoverNode;
pub use settings::Settings;
pub use system::Failover;
