//! When the last fault is long past, every replica that is up holds what the primary holds, but for what is under way.

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::{Duration, Time};
use stormglass_core::verdict::Verdict;

use super::{log_of, violated};
use crate::passive::types::Lsn;
use crate::passive::{Event, Passive};

/// Remembers who serves, and how its log grew lately.
#[derive(Clone, Debug)]
pub(super) struct ReplicasEqual {
    /// What was written so shortly before the end may be under way.
    under_way: Duration,
    primary: Option<NodeId>,
    written: Vec<(Time, Lsn)>,
}

impl ReplicasEqual {
    pub(super) fn new(under_way: Duration) -> ReplicasEqual {
        ReplicasEqual { under_way, primary: None, written: Vec::new() }
    }

    /// How far every log must go at the end.
    fn due(&self, end: Time) -> Lsn {
        let old = self.written.iter().rev().find(|&&(at, _)| at + self.under_way <= end);
        old.map_or(Lsn::ZERO, |&(_, lsn)| lsn)
    }
}

impl Monitor<Passive> for ReplicasEqual {
    fn name(&self) -> &'static str {
        "replicas-equal"
    }

    fn about(&self) -> &'static str {
        "at the end of a run, long after the last fault, all replicas hold the log of the primary"
    }

    fn on_event(&mut self, at: Time, node: NodeId, event: &Event, _world: &dyn View<Passive>) -> Verdict {
        match *event {
            Event::BecamePrimary { .. } => {
                self.primary = Some(node);
                self.written.clear();
            }
            Event::Appended { last, .. } if self.primary == Some(node) => self.written.push((at, last.lsn)),
            _ => {}
        }
        Verdict::Ok
    }

    fn on_end(&mut self, at: Time, world: &dyn View<Passive>) -> Verdict {
        let Some((primary, log)) = self.primary.and_then(|id| Some((id, log_of(world, id)?))) else {
            return Verdict::Ok;
        };
        let due = self.due(at);
        let differs = |&id: &NodeId| {
            let other = log_of(world, id)?;
            let last = other.last_index();
            match log.digest(last) {
                Some(digest) if other.digest(last) != Some(digest) => {
                    Some(format!("{id} has another log up to {last}"))
                }
                Some(_) if last < due => Some(format!("{id} ends at {last}")),
                Some(_) => None,
                None => Some(format!("{id} ends at {last}, behind the end of {primary}'s")),
            }
        };
        let evidence: Vec<String> = world.cluster().nodes().iter().filter_map(differs).collect();
        if evidence.is_empty() {
            return Verdict::Ok;
        }
        let summary = format!(
            "{primary} serves, and had written up to {due} {} before the end; {} of the other replicas hold something else",
            self.under_way,
            evidence.len()
        );
        violated(self.name(), at, "logs".to_owned(), summary, evidence)
    }
}
