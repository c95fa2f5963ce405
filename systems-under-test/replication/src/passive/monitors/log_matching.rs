//! Entries of the same epoch and place are the same, and so is everything before them: a backup's log is a beginning of
//! what some primary wrote in its order.

use std::collections::BTreeMap;

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;

use super::violated;
use crate::passive::types::Position;
use crate::passive::{Event, Passive};

/// Remembers the log up to each position, as a digest, and who had it first.
#[derive(Clone, Debug, Default)]
pub(super) struct LogMatching {
    seen: BTreeMap<Position, (u64, NodeId)>,
}

impl Monitor<Passive> for LogMatching {
    fn name(&self) -> &'static str {
        "log-matching"
    }

    fn about(&self) -> &'static str {
        "logs with an entry of the same epoch and place are equal up to there"
    }

    fn on_event(&mut self, at: Time, node: NodeId, event: &Event, _world: &dyn View<Passive>) -> Verdict {
        let Event::Appended { last, digest } = *event else {
            return Verdict::Ok;
        };
        let &mut (first, owner) = self.seen.entry(last).or_insert((digest, node));
        if first == digest {
            return Verdict::Ok;
        }
        let Position { epoch, lsn } = last;
        let summary = format!("{node} and {owner} hold different logs up to entry {lsn} of epoch {epoch}");
        violated(self.name(), at, format!("lsn {lsn}"), summary, Vec::new())
    }
}
