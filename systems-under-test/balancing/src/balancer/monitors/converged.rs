//! When all faults are over, every server that wants requests is chosen from again, without panic.
//!
//! A single moment says nothing: also in good weather probes are lost, and now and then `fall` of them in a row. So a
//! server must have been left out, or a panic have lasted, for several times as long as coming back takes.

use std::collections::BTreeMap;

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::{Duration, Time};
use stormglass_core::verdict::Verdict;

use super::{balancers, servers, violated};
use crate::balancer::settings::Settings;
use crate::balancer::{Balancing, Event};

/// So many times as long as coming back takes.
const TIMES: u64 = 4;

/// Remembers since when each balancer leaves which servers out, and since when servers want requests.
#[derive(Clone)]
pub(super) struct AllChosenAgain {
    bound: Duration,
    /// By balancer, when it booted, and the servers it chose from when it last said so, with their last moment there.
    seen: BTreeMap<(NodeId, NodeId), Time>,
    chosen: BTreeMap<NodeId, Vec<NodeId>>,
    booted: BTreeMap<NodeId, Time>,
    /// Since when a balancer is in a panic.
    panics: BTreeMap<NodeId, Time>,
    /// When a server last restarted or was drained or restored.
    changed: BTreeMap<NodeId, Time>,
}

impl AllChosenAgain {
    pub(super) fn new(settings: &Settings) -> AllChosenAgain {
        AllChosenAgain {
            bound: settings.readmission_bound() * TIMES,
            seen: BTreeMap::new(),
            chosen: BTreeMap::new(),
            booted: BTreeMap::new(),
            panics: BTreeMap::new(),
            changed: BTreeMap::new(),
        }
    }

    fn chooses(&mut self, at: Time, node: NodeId, among: &[(NodeId, u64)], panic: bool) {
        let before = self.chosen.insert(node, among.iter().map(|&(server, _)| server).collect());
        self.seen.extend(before.into_iter().flatten().map(|server| ((node, server), at)));
        match panic {
            true => _ = self.panics.entry(node).or_insert(at),
            false => _ = self.panics.remove(&node),
        }
    }

    /// How long a balancer has left a server out; nothing if it chooses from it.
    fn absent(&self, at: Time, balancer: NodeId, server: NodeId) -> Duration {
        if self.chosen.get(&balancer).is_some_and(|chosen| chosen.contains(&server)) {
            return Duration::ZERO;
        }
        let moments =
            [self.seen.get(&(balancer, server)), self.booted.get(&balancer), self.changed.get(&server)];
        at.since(moments.into_iter().flatten().max().copied().unwrap_or(Time::ZERO))
    }
}

impl Monitor<Balancing> for AllChosenAgain {
    fn name(&self) -> &'static str {
        "all-chosen-again"
    }

    fn about(&self) -> &'static str {
        "when all is quiet again, every balancer chooses from all servers that want requests, without panic"
    }

    fn on_event(&mut self, at: Time, node: NodeId, event: &Event, _world: &dyn View<Balancing>) -> Verdict {
        match event {
            Event::Started => {
                self.booted.insert(node, at);
                self.chosen.remove(&node);
                self.panics.remove(&node);
                self.changed.insert(node, at);
            }
            Event::Draining(_) => _ = self.changed.insert(node, at),
            Event::Chooses { among, panic, .. } => self.chooses(at, node, among, *panic),
            _ => {}
        }
        Verdict::Ok
    }

    fn on_end(&mut self, at: Time, world: &dyn View<Balancing>) -> Verdict {
        let willing: Vec<NodeId> =
            servers(world).filter(|(_, server)| !server.is_draining()).map(|(id, _)| id).collect();
        for (node, _) in balancers(world) {
            if let Some(&since) = self.panics.get(&node).filter(|_| !willing.is_empty()) {
                let lasted = at.since(since.max(self.latest_change()));
                if lasted > self.bound {
                    let summary =
                        format!("{node} has ignored health for {}, and all is quiet", lasted.rounded());
                    return violated(self.name(), at, node, summary, Vec::new());
                }
            }
            for &server in &willing {
                let absent = self.absent(at, node, server);
                if absent > self.bound {
                    let summary =
                        format!("{node} has left {server} out for {}, and all is quiet", absent.rounded());
                    return violated(self.name(), at, server, summary, Vec::new());
                }
            }
        }
        Verdict::Ok
    }
}

impl AllChosenAgain {
    fn latest_change(&self) -> Time {
        self.changed.values().max().copied().unwrap_or(Time::ZERO)
    }
}
