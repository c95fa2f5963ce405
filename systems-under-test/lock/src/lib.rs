//! A lock service with sessions and fencing tokens, as a system under test.
//!
//! ```text
//! client              lock server (n1)                 resource (n2 …)
//!   │── open ─────────────▶│
//!   │◀──── session 7 ──────│   lives 1 s after each word
//!   │── keep-alive ───────▶│
//!   │── acquire ──────────▶│   queue of wishes, the oldest first
//!   │◀──── token 12 ───────│   tokens only grow, across restarts too
//!   │── use, token 12 ─────┼───────────────────────────────▶│  refused if it has
//!   │◀─────────────────────┼──────────────── let in ────────│  seen a greater one
//!   │── release ──────────▶│
//! ```
//!
//! **Promises.** *Resource safety*, whatever stands still, is delayed, restarts or has a wrong clock: nobody is let in with
//! a token after somebody was with a greater one, and each token is that of the one who was granted it. *Advisory
//! exclusion*, in the server's order: no lock is granted before its last grant has ended, by release or because its session
//! has run out. That two clients believe at once that they hold a lock cannot be excluded; the tokens make it harmless.
//!
//! **Assumptions.** One server; clocks that run alike within 1 % (for exclusion, not for safety); disks that keep what
//! they have synced.
//!
//! Sources: Gray and Cheriton, *Leases* (SOSP 1989); Burrows, *The Chubby lock service* (OSDI 2006), for sessions, sequencers
//! and the grace after a restart; Kleppmann, *How to do distributed locking* (2016), for fencing.
//!
//! Reading order: `message`, `server` with `sessions`, `resource`, `client`; then `monitors` and `bugs`.
//!
//! Not here: a replicated server, locks shared by readers, delegation of what is locked.

mod system;
mod settings;
mod message;
mod event;
mod node;
mod server;
mod sessions;
mod resource;
mod client;
mod bugs;
mod monitors;

pub use bugs::LockBug;
pub use client::LockClient;
pub use event::{Claim, Event};
pub use message::{Message, Session, Timer, Token, Wish};
pub use node::LockNode;
pub use resource::Resource;
pub use server::Server;
pub use settings::Settings;
pub use system::Lock;
