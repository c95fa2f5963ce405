//! Whether a failover was called for, and how often there are some.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::{Duration, Time};
use stormglass_core::verdict::Verdict;

use super::violated;
use crate::Failover;
use crate::event::Event;
use crate::parts::Parts;
use crate::settings::Settings;

/// Remembers who suspects whom, and who did lately.
#[derive(Clone, Debug)]
pub(super) struct MajoritySuspects {
    detection: Duration,
    /// So long a suspicion counts after it was given up: a report is under way, and counts a while.
    grace: Duration,
    suspects: BTreeMap<NodeId, BTreeSet<NodeId>>,
    trusted: BTreeMap<(NodeId, NodeId), Time>,
}

impl MajoritySuspects {
    pub(super) fn new(settings: Settings) -> MajoritySuspects {
        // By the controller's clock a report counts for much less; but that clock may have stood still meanwhile.
        let grace = settings.report_valid * 20;
        let detection = settings.detection;
        MajoritySuspects { detection, grace, suspects: BTreeMap::new(), trusted: BTreeMap::new() }
    }
}

impl Monitor<Failover> for MajoritySuspects {
    fn name(&self) -> &'static str {
        "majority-suspects"
    }

    fn about(&self) -> &'static str {
        "a failover needs a majority of observers who have heard nothing of the primary for the detection time"
    }

    fn on_event(&mut self, at: Time, node: NodeId, event: &Event, world: &dyn View<Failover>) -> Verdict {
        match *event {
            Event::Suspected { replica, silence } => {
                self.suspects.entry(replica).or_default().insert(node);
                if silence < self.detection {
                    let summary = format!("{node} suspected {replica} after a silence of {silence} only");
                    return violated(self.name(), at, replica.to_string(), summary);
                }
            }
            Event::Trusted { replica } => {
                self.suspects.entry(replica).or_default().remove(&node);
                self.trusted.insert((replica, node), at);
            }
            Event::FailingOver { from, .. } => {
                let parts = Parts::of(world.cluster());
                let suspecting = self.suspects.get(&from);
                let lately = |observer: &&NodeId| {
                    suspecting.is_some_and(|suspecting| suspecting.contains(observer))
                        || self
                            .trusted
                            .get(&(from, **observer))
                            .is_some_and(|&trusted| at < trusted + self.grace)
                };
                let count = parts.observers.iter().filter(lately).count();
                if count < parts.majority() {
                    let (all, needed) = (parts.observers.len(), parts.majority());
                    let summary = format!(
                        "{from} lost the group though {count} of {all} observers suspected it; it takes {needed}"
                    );
                    return violated(self.name(), at, from.to_string(), summary);
                }
            }
            _ => {}
        }
        Verdict::Ok
    }
}

/// Remembers the last failovers of this life of the controller.
#[derive(Clone, Debug)]
pub(super) struct NoFlapping {
    window: Duration,
    limit: usize,
    last: VecDeque<Time>,
}

impl NoFlapping {
    pub(super) fn new(settings: Settings) -> NoFlapping {
        // Clocks run alike within a hundredth.
        let window = settings.flap_window / 100 * 99;
        NoFlapping { window, limit: settings.flap_limit as usize, last: VecDeque::new() }
    }
}

impl Monitor<Failover> for NoFlapping {
    fn name(&self) -> &'static str {
        "no-flapping"
    }

    fn about(&self) -> &'static str {
        "in one life of the controller the group fails over at most so often in a window"
    }

    fn on_crash(&mut self, _at: Time, node: NodeId, world: &dyn View<Failover>) -> Verdict {
        if node == Parts::of(world.cluster()).controller {
            self.last.clear();
        }
        Verdict::Ok
    }

    fn on_event(&mut self, at: Time, _node: NodeId, event: &Event, _world: &dyn View<Failover>) -> Verdict {
        let Event::FailingOver { from, .. } = *event else { return Verdict::Ok };
        self.last.push_back(at);
        while self.last.front().is_some_and(|&first| at >= first + self.window) {
            self.last.pop_front();
        }
        if self.last.len() <= self.limit {
            return Verdict::Ok;
        }
        let (count, window, limit) = (self.last.len(), self.window, self.limit);
        let summary = format!("the group failed over {count} times within {window}, more than {limit} times");
        violated(self.name(), at, from.to_string(), summary)
    }
}
