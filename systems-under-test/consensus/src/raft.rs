//! Raft: Ongaro and Ousterhout, *In Search of an Understandable Consensus Algorithm* (USENIX ATC 2014, extended
//! version), with what Ongaro's dissertation *Consensus: Bridging Theory and Practice* (Stanford 2014) adds.
//! "Figure" and "§" mean the paper; "dissertation §" means the dissertation.
//!
//! | part of the protocol | where | source |
//! |---|---|---|
//! | what a server remembers | `replica`, `ballot` | Figure 2, "State" |
//! | elections, pre-vote, check-quorum | `election` | §5.2, §5.4.1; dissertation §4.2.3, §6.2, §9.6 |
//! | a leader replicates | `replication` | §5.3; dissertation §10.2 |
//! | a follower stores | `follower` | §5.3, Figure 2, "AppendEntries RPC" |
//! | commit and apply | `commit` | §5.3, §5.4.2, Figure 8 |
//! | reads | `read` | §8; dissertation §6.4 |
//! | clients, exactly once | `client`, `machine` | §8; dissertation §6.3 |
//! | the log, in memory and on stable storage | [`stormglass_replicated_log`] | §5.1, §5.3 |
//! | deliberate defects | `bugs` | real incidents |
//! | invariants, watched | `monitors` | Figure 3 |
//!
//! One rule runs through all of it: **nothing that promises durability is sent before the sync that covers it
//! has completed.** Handlers change memory only; `replica::Replica::settle` then writes what changed, begins
//! the syncs, and sends the promises whose syncs are done.
//!
//! Not here yet: snapshots, membership changes, leader leases.

mod system;
mod settings;
mod types;
mod message;
mod event;
mod node;
mod replica;
mod election;
mod replication;
mod follower;
mod commit;
mod read;
mod lease;
mod machine;
mod client;
mod ballot;
mod bugs;
mod monitors;

pub use bugs::RaftBug;
pub use event::Event;
pub use message::{Ballot, Entries, Message, Timer};
pub use node::RaftNode;
pub use settings::Settings;
pub use stormglass_replicated_log::LogClient;
pub use system::Raft;
pub use types::{Command, Entry, Index, Position, Sequence, Term};
