//! State Machine Safety: "if a server has applied a log entry at a given index to its state machine, no other
//! server will ever apply a different log entry for the same index" (Figure 3); nor come to another result.

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;

use super::{entry_in_words, violated};
use crate::raft::{Event, Raft};

/// Remembers what was applied first at each index.
#[derive(Clone, Debug, Default)]
pub(super) struct StateMachineSafety {
    applied: Vec<Applied>,
}

#[derive(Clone, Copy, Debug)]
struct Applied {
    digest: u64,
    by: NodeId,
}

impl Monitor<Raft> for StateMachineSafety {
    fn name(&self) -> &'static str {
        "state-machine-safety"
    }

    fn about(&self) -> &'static str {
        "servers that have applied the same index have applied the same commands, with the same results"
    }

    fn on_event(&mut self, at: Time, node: NodeId, event: &Event, world: &dyn View<Raft>) -> Verdict {
        let Event::Applied { index, digest } = *event else {
            return Verdict::Ok;
        };
        let place = index.previous().0 as usize;
        let Some(&first) = self.applied.get(place) else {
            self.applied.push(Applied { digest, by: node });
            return Verdict::Ok;
        };
        if first.digest == digest {
            return Verdict::Ok;
        }
        // Indexes are applied in order, so this is the first at which the two have parted.
        let summary = format!("{} and {node} applied different things at index {index}", first.by);
        let evidence = [first.by, node].map(|id| entry_in_words(world, id, index)).to_vec();
        violated(self.name(), at, format!("index {index}"), summary, evidence)
    }
}
