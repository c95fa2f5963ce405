//! Atomic commitment as Bernstein, Hadzilacos and Goodman define it (*Concurrency Control and Recovery in Database
//! Systems*, 1987, section 7.3), over decisions that are on disk or acted upon.
//!
//! ```text
//! AC1  All processes that reach a decision reach the same one.
//! AC2  A process cannot reverse its decision after it has reached one.
//! AC3  Commit can only be decided if all processes voted yes.
//! AC4  If all voted yes and nothing failed, the decision is commit.
//! AC5  Once all failures are repaired for long enough, all processes decide.
//! ```
//!
//! AC4 is judged where it is decided: a coordinator that holds a yes from everyone does not abort. For AC5, who has voted yes
//! may be blocked while the coordinator is down, so that is judged at the end, and only if the coordinator is up.

use std::collections::{BTreeMap, BTreeSet};

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::system::{Node, Role};
use stormglass_core::time::{Duration, Time};
use stormglass_core::verdict::{Verdict, Violation};

use super::journals::Journals;
use crate::two_phase_commit::record::Record;
use crate::two_phase_commit::types::{Decision, TxnId};
use crate::two_phase_commit::{Event, TwoPhaseCommit};

/// Remembers of every transaction who voted and who decided what.
#[derive(Clone, Debug)]
pub(super) struct AtomicCommitment {
    recovery: Duration,
    journals: Journals,
    transactions: BTreeMap<TxnId, Transaction>,
}

#[derive(Clone, Debug, Default)]
struct Transaction {
    participants: Vec<NodeId>,
    /// Whose disk holds the promise to be able to commit.
    prepared: BTreeSet<NodeId>,
    /// Since when somebody may be blocked.
    voted: Option<Time>,
    decisions: BTreeMap<NodeId, Decision>,
}

impl AtomicCommitment {
    pub(super) fn new(recovery: Duration) -> AtomicCommitment {
        AtomicCommitment { recovery, journals: Journals::default(), transactions: BTreeMap::new() }
    }

    /// Takes in what has come to be on a disk.
    fn read(&mut self, at: Time, node: NodeId, world: &dyn View<TwoPhaseCommit>) -> Verdict {
        let mut verdict = Verdict::Ok;
        for record in self.journals.news(node, world) {
            verdict = verdict.and(match record {
                Record::Prepared { txn, .. } => {
                    self.transactions.entry(txn).or_default().prepared.insert(node);
                    Verdict::Ok
                }
                Record::Done { txn, decision } => self.decided(at, node, txn, decision),
                Record::Commit { txn, .. } => self.decided(at, node, txn, Decision::Commit),
                Record::Incarnation(_) | Record::End { .. } => Verdict::Ok,
            });
        }
        verdict
    }

    /// AC1 and AC2.
    fn decided(&mut self, at: Time, node: NodeId, txn: TxnId, decision: Decision) -> Verdict {
        let transaction = self.transactions.entry(txn).or_default();
        if let Some(before) = transaction.decisions.insert(node, decision)
            && before != decision
        {
            return violated(
                at,
                txn,
                format!("AC2: {node} decided {before}, and {decision} after that"),
                transaction,
            );
        }
        match transaction.decisions.iter().find(|(_, other)| **other != decision) {
            Some((other, theirs)) => {
                let summary = format!("AC1: {node} decided {decision}, but {other} decided {theirs}");
                violated(at, txn, summary, transaction)
            }
            None => Verdict::Ok,
        }
    }

    /// AC3.
    fn unanimous(&self, at: Time, node: NodeId, txn: TxnId) -> Verdict {
        let Some(transaction) = self.transactions.get(&txn) else {
            return Verdict::Ok;
        };
        match transaction.participants.iter().find(|name| !transaction.prepared.contains(name)) {
            Some(missing) => {
                let summary = format!("AC3: {node} decided commit, but no yes of {missing} is on its disk");
                violated(at, txn, summary, transaction)
            }
            None => Verdict::Ok,
        }
    }
}

impl Monitor<TwoPhaseCommit> for AtomicCommitment {
    fn name(&self) -> &'static str {
        "atomic-commitment"
    }

    fn about(&self) -> &'static str {
        "AC1 to AC5: one irrevocable decision a transaction, commit only if all have durably voted yes, and nobody waits for ever"
    }

    fn on_event(
        &mut self,
        at: Time,
        node: NodeId,
        event: &Event,
        world: &dyn View<TwoPhaseCommit>,
    ) -> Verdict {
        let verdict = self.read(at, node, world);
        verdict.and(match event {
            Event::Begun { txn, participants, .. } => {
                self.transactions.entry(*txn).or_default().participants.clone_from(participants);
                Verdict::Ok
            }
            Event::VotedYes { txn } => {
                self.transactions.entry(*txn).or_default().voted.get_or_insert(at);
                Verdict::Ok
            }
            Event::Decided { txn, decision: Decision::Abort, unanimous: true } => {
                let transaction = self.transactions.entry(*txn).or_default();
                violated(
                    at,
                    *txn,
                    format!("AC4: {node} held a yes from everyone, and decided abort"),
                    transaction,
                )
            }
            &Event::Decided { txn, decision, .. } => {
                let verdict = self.decided(at, node, txn, decision);
                if decision == Decision::Abort || node != world.cluster().nodes()[0] {
                    return verdict;
                }
                let peers: Vec<NodeId> = world.cluster().peers(node).collect();
                let verdict =
                    peers.into_iter().fold(verdict, |verdict, peer| verdict.and(self.read(at, peer, world)));
                verdict.and(self.unanimous(at, node, txn))
            }
            _ => Verdict::Ok,
        })
    }

    fn on_end(&mut self, at: Time, world: &dyn View<TwoPhaseCommit>) -> Verdict {
        let nodes = world.cluster().nodes().to_vec();
        let mut verdict = Verdict::Ok;
        for &node in &nodes {
            verdict = verdict.and(self.read(at, node, world));
        }
        let serves = |node: NodeId| world.node(node).is_some_and(|node| node.role() != Role::STOPPED);
        if !serves(nodes[0]) {
            return verdict;
        }
        for &node in &nodes {
            let Some(participant) = world.node(node).and_then(|node| node.participant()) else { continue };
            for txn in participant.undecided() {
                let Some(transaction) = self.transactions.get(&txn) else { continue };
                if transaction.voted.is_some_and(|voted| at.since(voted) > self.recovery) {
                    let summary = format!("AC5: nothing fails any more, and {node} never decided");
                    verdict = verdict.and(violated(at, txn, summary, transaction));
                }
            }
        }
        verdict
    }
}

fn violated(at: Time, txn: TxnId, summary: String, transaction: &Transaction) -> Verdict {
    let mut evidence: Vec<String> = Vec::new();
    for name in &transaction.participants {
        let vote = if transaction.prepared.contains(name) {
            "a yes is on its disk"
        } else {
            "no yes is on its disk"
        };
        let decision =
            transaction.decisions.get(name).map_or("undecided".to_owned(), |one| format!("decided {one}"));
        evidence.push(format!("{name}: {vote}; {decision}"));
    }
    let subject = Some(txn.to_string());
    Violation { subject, at: Some(at), evidence, ..Violation::new("atomic-commitment", summary) }.into()
}
