//! Two-phase commit with presumed abort, carrying a bank whose accounts are spread over participants.
//!
//! Sources: Gray, *Notes on Data Base Operating Systems* (1978), for the protocol; Mohan, Lindsay and Obermarck,
//! *Transaction Management in the R\* Distributed Database Management System* (ACM TODS 11(4), 1986), section 3, for
//! presumed abort; Bernstein, Hadzilacos and Goodman, *Concurrency Control and Recovery in Database Systems* (1987),
//! chapter 7, for AC1 to AC5 and the termination of who is uncertain.
//!
//! **Promise.** A transaction happens at all of its participants or at none (AC1 to AC5), transactions are strictly
//! serializable, and a client is told what was decided. So money moves and is neither made nor lost.
//!
//! **Assumptions.** Nodes crash and come back with their disks; disks keep what they have synced; messages are lost, doubled,
//! delayed and overtaken. Clocks may be arbitrarily wrong. Nothing is replicated: a destroyed disk takes money with it, and
//! a transaction waits for as long as its coordinator is away. That is the price of two-phase commit, not a defect.
//!
//! ```text
//!  client            coordinator                         participants
//!    │── Request ────────▶│                                    │
//!    │                    │── Prepare(work) ──────────────────▶│  lock, do the work
//!    │                    │                                    │▓ Prepared
//!    │                    │◀──────────────────────── Voted yes ┤─┐
//!    │                    │▓ Commit  ← the transaction happens │ │ uncertain: Inquire, and wait
//!    │◀── Committed ──────│── Outcome commit ─────────────────▶│◀┘
//!    │                    │                                    │▓ Done; unlock
//!    │                    │◀──────────────────── Acknowledged ─┤
//!    │                    │  End (not awaited)                 │
//!
//!    ▓ on disk before anything below it is sent
//!
//!    any no, or silence:  abort, tell, send Outcome abort once, forget; nothing is written.
//!    an inquiry about a transaction that is neither running nor committed: Outcome abort.
//! ```
//!
//! | part of the protocol | where |
//! |---|---|
//! | phases, presumption, recovery | `coordinator` |
//! | votes, locks, inquiries | `participant` |
//! | who holds which accounts | `placement` |
//! | what is on disk | `journal`, `record` |
//! | requests that are repeated | `client`, `session` |
//! | deliberate defects | `bugs` |
//! | AC1 to AC5, watched | `monitors` |
//!
//! Who meets a lock of something older votes no, and its client asks again; who meets one of something younger waits, and
//! an operation keeps its age from attempt to attempt. So there are no deadlocks, and nobody starves. Journals are never
//! shortened.

mod system;
mod settings;
mod types;
mod message;
mod event;
mod node;
mod coordinator;
mod participant;
mod session;
mod client;
mod journal;
mod record;
mod placement;
mod bugs;
mod monitors;
#[cfg(test)]
mod tests;

pub use bugs::CommitBug;
pub use client::BankClient;
pub use event::Event;
pub use message::{Message, Timer};
pub use node::CommitNode;
pub use settings::Settings;
pub use system::TwoPhaseCommit;
pub use types::{Change, Decision, Refusal, Sequence, TxnId, Vote, Work};
