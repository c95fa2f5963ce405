//! Passive replication: one primary executes, backups store what it did.
//!
//! # Promise
//! Every acknowledgement carries its [`Level`]. What was acknowledged above [`Level::Primary`] is lost by no promotion;
//! what was acknowledged at that level is lost if its primary does not take part in the next one, and a promotion says
//! how many it left out. In an epoch one node acknowledges. In the synchronous mode clients see a single copy.
//!
//! # Assumptions
//! Nodes crash and come back with what they had synced; disks keep what they have synced. Messages are lost, doubled and
//! late, and clocks run as they like: time decides when somebody is asked, never what is true. One arbiter, which may be
//! down: then nobody is promoted until it is back.
//!
//! # How
//! ```text
//!                      arbiter ── Seal e ──▶ replicas           the primary of e − 1 has been silent for too long
//!                      arbiter ◀─ Sealed e, last ── replicas    each is durably in e: it takes nothing of e − 1 any more
//!   (on its disk: e, p) arbiter ── Configured e, p ──▶ replicas  p is the most advanced of those that may be chosen
//!
//!  client ── Request ──▶ p ── Append e ──▶ backups              the log, beginning with an entry that opens the epoch
//!  client ◀─ Reply, level ── p ◀─ Appended e, matched ── backups  once it is on their disks
//! ```
//! An old primary rejoins as a backup: the first Append that fits cuts off what the new primary's log does not have, and
//! the state is computed anew from what remains.
//!
//! | part | where | source |
//! |---|---|---|
//! | who serves, sealing, the choice of the most advanced | `arbiter`, `configuration` | PacificA §2.2, with one node for its configuration manager; pg_auto_failover's monitor |
//! | order, levels, acknowledgements | `primary` | MySQL's semi-synchronous, PostgreSQL's `synchronous_commit` |
//! | the in-sync set | `in_sync` | PacificA §2.3; Kafka |
//! | sending, storing, rewinding | `stream`, `backup` | Kafka KIP-101: epochs find the common prefix, never a high watermark |
//! | state, exactly once | `machine` | Liskov and Cowling, *Viewstamped Replication Revisited* (2012), §4.1, client table |
//! | the log, in memory and on disk; the client | [`stormglass_replicated_log`] | |
//! | deliberate defects | `bugs` | real incidents |
//! | invariants, watched | `monitors` | |
//!
//! One rule runs through all of it: **nothing that promises durability is sent before the sync that covers it has
//! completed.** Handlers change memory only; settling then writes what changed, begins the syncs, and sends the promises
//! whose syncs are done.
//!
//! Not here: reads from backups, a second arbiter, snapshots of the state, changes of membership.

mod system;
mod settings;
mod types;
mod members;
mod message;
mod event;
mod node;
mod arbiter;
mod configuration;
mod replica;
mod primary;
mod in_sync;
mod stream;
mod backup;
mod machine;
mod client;
mod bugs;
mod monitors;

pub use bugs::PassiveBug;
pub use event::Event;
pub use members::Group;
pub use message::{Configuration, Entries, Message, Standing, Timer};
pub use node::PassiveNode;
pub use settings::{Mode, Settings};
pub use stormglass_replicated_log::LogClient;
pub use system::Passive;
pub use types::{Acknowledged, Command, Entry, Epoch, Level, Lsn, Position, Sequence};
