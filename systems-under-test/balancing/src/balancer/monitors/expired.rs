//! No server works for nobody: what has waited in its queue for longer than its balancer waits is dropped.

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::{Duration, Time};
use stormglass_core::verdict::Verdict;

use super::violated;
use crate::balancer::settings::Settings;
use crate::balancer::{Balancing, Event};

/// Looks at how long each request from a queue has waited.
#[derive(Clone)]
pub(super) struct NoExpiredWork {
    patience: Duration,
}

impl NoExpiredWork {
    pub(super) fn new(settings: &Settings) -> NoExpiredWork {
        NoExpiredWork { patience: settings.attempt_timeout }
    }
}

impl Monitor<Balancing> for NoExpiredWork {
    fn name(&self) -> &'static str {
        "no-expired-work"
    }

    fn about(&self) -> &'static str {
        "no server begins to serve a request for which nobody waits any more"
    }

    fn on_event(&mut self, at: Time, node: NodeId, event: &Event, _world: &dyn View<Balancing>) -> Verdict {
        match *event {
            Event::Served { waited } if waited >= self.patience => {
                let summary = format!(
                    "{node} began to serve a request that had waited for {}; its balancer waits {}",
                    waited.rounded(),
                    self.patience
                );
                violated(self.name(), at, node, summary, Vec::new())
            }
            _ => Verdict::Ok,
        }
    }
}
