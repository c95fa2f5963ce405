//! The invariants of Figure 3 and a few more, watched from outside: over what servers say of themselves, what
//! they hold in memory, and what is on their disks, also while they are down.
//!
//! Logs are compared by their digests, so that each check is one comparison however long the logs are.

mod one_leader_per_term;
mod log_matching;
mod leader_completeness;
mod state_machine_safety;
mod committed_on_durable_quorum;
mod no_regress;

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::Time;
use stormglass_core::verdict::{Verdict, Violation};

use super::Raft;
use super::types::{Index, Log};

/// Fresh monitors, for one run.
pub(super) fn all() -> Vec<Box<dyn Monitor<Raft>>> {
    vec![
        Box::new(one_leader_per_term::OneLeaderPerTerm::default()),
        Box::new(log_matching::LogMatching::default()),
        Box::new(leader_completeness::LeaderCompleteness::default()),
        Box::new(state_machine_safety::StateMachineSafety::default()),
        Box::new(committed_on_durable_quorum::CommittedOnDurableQuorum::default()),
        Box::new(no_regress::NoRegress::default()),
    ]
}

/// The log of a server that is up.
fn log_of(world: &dyn View<Raft>, id: NodeId) -> Option<&Log> {
    world.node(id)?.replica().map(|replica| &replica.log)
}

/// What a server holds at an index, in words.
fn entry_in_words(world: &dyn View<Raft>, id: NodeId, index: Index) -> String {
    match log_of(world, id) {
        None => format!("{id} is down"),
        Some(log) => match log.entry(index) {
            Some(entry) => format!("{id} holds at index {index}: {entry}"),
            None => format!("{id} holds nothing at index {index}; its log ends at {}", log.last_index()),
        },
    }
}

/// A violation about one thing, certain from now on.
fn violated(check: &str, at: Time, subject: String, summary: String, evidence: Vec<String>) -> Verdict {
    Verdict::Violated(Violation {
        subject: Some(subject),
        at: Some(at),
        evidence,
        ..Violation::new(check, summary)
    })
}
