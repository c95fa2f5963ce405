//! What any server reports as committed is on the disks of a majority, and stays there: on their *disks*, as a
//! power failure this instant would leave them, of servers that are down too.
//!
//! A client would miss a lost write only long after, and only if the right servers fail; this sees it at once.

use std::collections::BTreeMap;

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;
use stormglass_replicated_log::DurableLog;

use super::{log_of, violated};
use crate::raft::types::{Index, Term};
use crate::raft::{Event, Raft};

/// Remembers how far the log is committed, and what is on each disk.
#[derive(Clone, Debug, Default)]
pub(super) struct CommittedOnDurableQuorum {
    committed: Option<Committed>,
    disks: BTreeMap<NodeId, DurableLog>,
}

#[derive(Clone, Copy, Debug)]
struct Committed {
    index: Index,
    digest: u64,
    term: Term,
    by: NodeId,
}

impl CommittedOnDurableQuorum {
    fn furthest(&self) -> Index {
        self.committed.map_or(Index::ZERO, |committed| committed.index)
    }

    /// Counts the disks that hold what is committed. A server that is up and has removed it from its log does
    /// not hold it: its disk is about to follow.
    fn judge(&mut self, at: Time, world: &dyn View<Raft>) -> Verdict {
        let Some(Committed { index, digest, term, by }) = self.committed else {
            return Verdict::Ok;
        };
        let cluster = world.cluster();
        let mut holders = 0;
        for &id in cluster.nodes() {
            let disk = self.disks.entry(id).or_default();
            disk.update(world.disk(id));
            let removed = log_of(world, id).is_some_and(|log| log.digest(index) != Some(digest));
            holders += usize::from(disk.digest(index) == Some(digest) && !removed);
            if holders >= cluster.majority() {
                return Verdict::Ok;
            }
        }
        let summary = format!(
            "index {index}, which {by} reported as committed in term {term}, is on {holders} of {} disks; it takes {}",
            cluster.nodes().len(),
            cluster.majority()
        );
        let evidence = self.disks.iter().map(|(id, disk)| {
            let last = disk.last_index();
            match disk.digest(index) {
                Some(held) if held == digest => format!("the disk of {id} holds it"),
                Some(_) => format!("the disk of {id} holds another log up to index {index}"),
                None => format!("the disk of {id} ends at index {last}"),
            }
        });
        violated(self.name(), at, format!("index {index}"), summary, evidence.collect())
    }
}

impl Monitor<Raft> for CommittedOnDurableQuorum {
    fn name(&self) -> &'static str {
        "committed-on-durable-quorum"
    }

    fn about(&self) -> &'static str {
        "what a server reports as committed is on the disks of a majority, and stays there"
    }

    fn on_event(&mut self, at: Time, node: NodeId, event: &Event, world: &dyn View<Raft>) -> Verdict {
        match *event {
            Event::Committed { index, digest, term } if index > self.furthest() => {
                self.committed = Some(Committed { index, digest, term, by: node });
                self.judge(at, world)
            }
            Event::Truncated { from } if from <= self.furthest() => self.judge(at, world),
            Event::Started { .. } => self.judge(at, world),
            _ => Verdict::Ok,
        }
    }

    fn on_end(&mut self, at: Time, world: &dyn View<Raft>) -> Verdict {
        self.judge(at, world)
    }
}
