//! Load reports: an older one never replaces a newer one, and in the end the servers' present ones are known.

use std::collections::BTreeMap;

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;

use super::{balancer, balancers, servers, violated};
use crate::balancer::{Balancing, Event};

/// So many of a server's latest reports may still be on their way.
const ON_THE_WAY: u64 = 10;

/// Remembers the latest report that each balancer acted upon.
#[derive(Clone, Default)]
pub(super) struct InOrder {
    latest: BTreeMap<(NodeId, NodeId), (u64, u64)>,
}

impl Monitor<Balancing> for InOrder {
    fn name(&self) -> &'static str {
        "reports-in-order"
    }

    fn about(&self) -> &'static str {
        "a balancer that knows a server's load report never goes back to an older one"
    }

    fn on_event(&mut self, at: Time, node: NodeId, event: &Event, world: &dyn View<Balancing>) -> Verdict {
        match event {
            Event::Started => self.latest.retain(|&(balancer, _), _| balancer != node),
            Event::Sent { .. } => {
                let Some(balancer) = balancer(world, node) else { return Verdict::Ok };
                for &(server, _) in &balancer.table().among {
                    let Some(report) = balancer.loads.report(server) else { continue };
                    let now = (report.boot, report.sequence);
                    let latest = self.latest.entry((node, server)).or_insert(now);
                    if now < *latest {
                        let summary = format!(
                            "{node} goes by report {} of {server} after it knew report {}",
                            now.1, latest.1
                        );
                        return violated(self.name(), at, server, summary, Vec::new());
                    }
                    *latest = now;
                }
            }
            _ => {}
        }
        Verdict::Ok
    }
}

/// Compares what is known in the end with what was said.
#[derive(Clone)]
pub(super) struct Heard;

impl Monitor<Balancing> for Heard {
    fn name(&self) -> &'static str {
        "reports-heard"
    }

    fn about(&self) -> &'static str {
        "when all is quiet again, every balancer knows every server's present load report"
    }

    fn on_event(&mut self, _: Time, _: NodeId, _: &Event, _: &dyn View<Balancing>) -> Verdict {
        Verdict::Ok
    }

    fn on_end(&mut self, at: Time, world: &dyn View<Balancing>) -> Verdict {
        for (node, balancer) in balancers(world) {
            for (id, server) in servers(world) {
                let (boot, sent) = server.reported();
                let known = balancer.loads.report(id);
                let known = known.filter(|report| report.boot == boot).map_or(0, |report| report.sequence);
                if sent > known + ON_THE_WAY {
                    let summary = format!(
                        "{node} knows {known} load reports of the present life of {id}, which has sent {sent}"
                    );
                    return violated(self.name(), at, id, summary, Vec::new());
                }
            }
        }
        Verdict::Ok
    }
}
