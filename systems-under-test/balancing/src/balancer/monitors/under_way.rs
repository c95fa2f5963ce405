//! What is counted as under way is under way; and when nobody has asked for long enough, nothing is.

use std::collections::BTreeMap;

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::{Duration, Time};
use stormglass_core::verdict::Verdict;

use super::{balancer, balancers, violated};
use crate::balancer::settings::Settings;
use crate::balancer::{Balancing, Event};

/// Compares counters with what they count.
#[derive(Clone)]
pub(super) struct UnderWay {
    /// After so long without sending anything, everything has been answered or has timed out.
    quiet: Duration,
    sent: BTreeMap<NodeId, Time>,
}

impl UnderWay {
    pub(super) fn new(settings: &Settings) -> UnderWay {
        // One attempt, and a little for a slow clock.
        UnderWay { quiet: settings.attempt_timeout + settings.attempt_timeout / 10, sent: BTreeMap::new() }
    }
}

impl Monitor<Balancing> for UnderWay {
    fn name(&self) -> &'static str {
        "in-flight"
    }

    fn about(&self) -> &'static str {
        "counters of requests under way equal what is under way, and return to zero when nobody asks any more"
    }

    fn on_event(&mut self, at: Time, node: NodeId, event: &Event, world: &dyn View<Balancing>) -> Verdict {
        let (Event::Sent { .. }, Some(balancer)) = (event, balancer(world, node)) else { return Verdict::Ok };
        self.sent.insert(node, at);
        let (counted, under_way) = (balancer.loads.all_under_way(), balancer.flights.len() as u64);
        if counted == under_way {
            return Verdict::Ok;
        }
        let summary = format!("{node} counts {counted} requests under way, and {under_way} are");
        violated(self.name(), at, node, summary, Vec::new())
    }

    fn on_end(&mut self, at: Time, world: &dyn View<Balancing>) -> Verdict {
        for (node, balancer) in balancers(world) {
            let counted = balancer.loads.all_under_way();
            let quiet = self.sent.get(&node).is_none_or(|&sent| at.since(sent) > self.quiet);
            if counted > 0 && quiet {
                let summary =
                    format!("{node} still counts {counted} requests under way, and nobody asks any more");
                return violated(self.name(), at, node, summary, Vec::new());
            }
        }
        Verdict::Ok
    }
}
