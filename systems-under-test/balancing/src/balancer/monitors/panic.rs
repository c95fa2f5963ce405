//! Health is ignored exactly while too few servers are healthy, and then nobody is refused.

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::random::Ratio;
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;

use super::violated;
use crate::balancer::settings::Settings;
use crate::balancer::table::too_few;
use crate::balancer::{Balancing, Event};

/// Holds each balancer's mode against what it knows.
#[derive(Clone)]
pub(super) struct Panic {
    threshold: Ratio,
}

impl Panic {
    pub(super) fn new(settings: &Settings) -> Panic {
        Panic { threshold: settings.panic_threshold }
    }
}

impl Monitor<Balancing> for Panic {
    fn name(&self) -> &'static str {
        "panic"
    }

    fn about(&self) -> &'static str {
        "a balancer ignores health exactly while fewer servers than the panic threshold are healthy"
    }

    fn on_event(&mut self, at: Time, node: NodeId, event: &Event, _world: &dyn View<Balancing>) -> Verdict {
        let &Event::Chooses { willing, healthy, panic, .. } = event else { return Verdict::Ok };
        if panic == too_few(self.threshold, healthy, willing) {
            return Verdict::Ok;
        }
        let does = if panic { "ignores health" } else { "trusts health" };
        let summary = format!(
            "{node} {does} with {healthy} of {willing} servers healthy; the threshold is {}",
            self.threshold
        );
        violated(self.name(), at, node, summary, Vec::new())
    }
}

/// No request is refused for want of servers.
#[derive(Clone)]
pub(super) struct SomebodyToChoose;

impl Monitor<Balancing> for SomebodyToChoose {
    fn name(&self) -> &'static str {
        "somebody-to-choose"
    }

    fn about(&self) -> &'static str {
        "no request is refused because every server seems dead: some server is tried"
    }

    fn on_event(&mut self, at: Time, node: NodeId, event: &Event, world: &dyn View<Balancing>) -> Verdict {
        if *event != Event::NobodyToChoose {
            return Verdict::Ok;
        }
        let up = super::servers(world).map(|(server, _)| format!("{server} was up")).collect();
        violated(self.name(), at, node, format!("{node} refused a request without trying any server"), up)
    }
}
