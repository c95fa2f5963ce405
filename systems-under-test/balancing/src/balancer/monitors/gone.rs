//! Nothing is sent to a server that has been down, or draining, for longer than the detection bound; except in a panic,
//! when health is ignored on purpose.

use std::collections::{BTreeMap, BTreeSet};

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::{Duration, Time};
use stormglass_core::verdict::Verdict;

use super::violated;
use crate::balancer::settings::Settings;
use crate::balancer::{Balancing, Event};

/// Local clocks may be so much slower: one part in this many, well above 200 ppm.
const SLOWER: u64 = 1_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    Down,
    Draining,
}

/// Remembers since when which servers are gone, and which balancers are in a panic.
#[derive(Clone)]
pub(super) struct Gone {
    why: Why,
    bound: Duration,
    since: BTreeMap<NodeId, Time>,
    panics: BTreeSet<NodeId>,
}

impl Gone {
    pub(super) fn down(settings: &Settings) -> Gone {
        Gone::new(Why::Down, settings)
    }

    pub(super) fn draining(settings: &Settings) -> Gone {
        Gone::new(Why::Draining, settings)
    }

    fn new(why: Why, settings: &Settings) -> Gone {
        let bound = settings.detection_bound();
        let bound = bound + bound / SLOWER;
        Gone { why, bound, since: BTreeMap::new(), panics: BTreeSet::new() }
    }

    fn word(&self) -> &'static str {
        match self.why {
            Why::Down => "down",
            Why::Draining => "draining",
        }
    }
}

impl Monitor<Balancing> for Gone {
    fn name(&self) -> &'static str {
        match self.why {
            Why::Down => "known-dead",
            Why::Draining => "drained",
        }
    }

    fn about(&self) -> &'static str {
        match self.why {
            Why::Down => {
                "no balancer sends a request to a server that has been down for longer than the detection bound"
            }
            Why::Draining => {
                "no balancer sends a request to a server that has been draining for longer than the detection bound"
            }
        }
    }

    fn on_event(&mut self, at: Time, node: NodeId, event: &Event, _world: &dyn View<Balancing>) -> Verdict {
        match *event {
            Event::Started => {
                self.since.remove(&node);
                self.panics.remove(&node);
            }
            Event::Draining(true) if self.why == Why::Draining => {
                self.since.entry(node).or_insert(at);
            }
            Event::Draining(false) if self.why == Why::Draining => {
                self.since.remove(&node);
            }
            Event::Chooses { panic: true, .. } => {
                self.panics.insert(node);
            }
            Event::Chooses { panic: false, .. } => {
                self.panics.remove(&node);
            }
            Event::Sent { to, .. } if !self.panics.contains(&node) => {
                let Some(&since) = self.since.get(&to) else { return Verdict::Ok };
                if at.since(since) > self.bound {
                    let summary = format!(
                        "{node} sent a request to {to}, which had been {} for {}, longer than {}",
                        self.word(),
                        at.since(since).rounded(),
                        self.bound.rounded()
                    );
                    return violated(self.name(), at, to, summary, Vec::new());
                }
            }
            _ => {}
        }
        Verdict::Ok
    }

    fn on_crash(&mut self, at: Time, node: NodeId, _world: &dyn View<Balancing>) -> Verdict {
        self.since.remove(&node);
        if self.why == Why::Down {
            self.since.insert(node, at);
        }
        Verdict::Ok
    }
}
