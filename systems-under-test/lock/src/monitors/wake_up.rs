//! Nobody waits for a free lock: looked at whenever the server has said something.

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;

use super::violated;
use crate::Lock;
use crate::event::Event;
use crate::server::Server;

/// Looks into the server.
#[derive(Clone, Debug)]
pub(super) struct NoLostWakeUp;

impl NoLostWakeUp {
    fn judge(&self, at: Time, world: &dyn View<Lock>) -> Verdict {
        let server = world.cluster().nodes().first().and_then(|&id| world.node(id)?.server());
        let Some((lock, client)) = server.and_then(Server::stuck) else { return Verdict::Ok };
        let summary = format!("{client} waits for a lock that nobody holds");
        violated(self.name(), at, format!("lock {lock}"), summary)
    }
}

impl Monitor<Lock> for NoLostWakeUp {
    fn name(&self) -> &'static str {
        "no-lost-wake-up"
    }

    fn about(&self) -> &'static str {
        "nobody waits for a lock that nobody holds, unless the server has just restarted or has no tokens on its disk"
    }

    fn on_event(&mut self, at: Time, _node: NodeId, _event: &Event, world: &dyn View<Lock>) -> Verdict {
        self.judge(at, world)
    }

    fn on_end(&mut self, at: Time, world: &dyn View<Lock>) -> Verdict {
        self.judge(at, world)
    }
}
