//! Nobody who can be chosen is passed over for long, also while others come and go and weights change.
//!
//! How long is long depends on the policy. In turn: twice as many requests as there are servers. Smooth weighted: four
//! of its own cycles, W ÷ w requests each, and as many more as there are servers twice. Random: forty cycles, which a
//! right balancer exceeds with probability (1 − w/W)^(40·W/w) < e⁻⁴⁰ ≈ 4·10⁻¹⁸ per server and request. Least of two:
//! forty times as many requests as there are servers, counted while the server was known to be idle: it is then
//! drawn first with probability 1/n and chosen, so the same e⁻⁴⁰ holds.

use std::collections::BTreeMap;

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;

use super::{balancer, violated};
use crate::balancer::dispatcher::Dispatcher;
use crate::balancer::policy::Chooser;
use crate::balancer::{Balancing, Event};

/// Counts how often each server was passed over.
#[derive(Clone, Default)]
pub(super) struct Starvation {
    hungry: BTreeMap<(NodeId, NodeId), Hunger>,
    among: BTreeMap<NodeId, Vec<(NodeId, u64)>>,
}

/// Since one server was last chosen, or could first be.
#[derive(Clone, Copy)]
struct Hunger {
    passed: u64,
    /// The largest sum of weights, and its own smallest weight, meanwhile.
    sum: u64,
    weight: u64,
}

/// How often a server may be passed over.
fn most(balancer: &Dispatcher, hunger: &Hunger, servers: u64) -> u64 {
    let cycle = hunger.sum.div_ceil(hunger.weight.max(1));
    match balancer.chooser() {
        Chooser::RoundRobin { .. } => 2 * servers,
        Chooser::SmoothWeighted { .. } => 4 * cycle + 2 * servers,
        Chooser::Random => 40 * cycle,
        Chooser::LeastOutstanding => 40 * servers,
    }
}

impl Starvation {
    fn sent(&mut self, at: Time, node: NodeId, to: NodeId, world: &dyn View<Balancing>) -> Verdict {
        let Some((balancer, among)) = balancer(world, node).zip(self.among.get(&node)) else {
            return Verdict::Ok;
        };
        let sum = among.iter().map(|&(_, weight)| weight).sum();
        for &(server, weight) in among {
            let fresh = Hunger { passed: 0, sum, weight };
            let hunger = self.hungry.entry((node, server)).or_insert(fresh);
            if server == to {
                *hunger = fresh;
                continue;
            }
            let counts = balancer.chooser().is_by_weight() || balancer.found_idle(server);
            hunger.passed += u64::from(counts);
            (hunger.sum, hunger.weight) = (hunger.sum.max(sum), hunger.weight.min(weight));
            let most = most(balancer, hunger, world.cluster().nodes().len() as u64);
            if hunger.passed > most {
                let summary =
                    format!("{node} passed {server} over {} times in a row, more than {most}", hunger.passed);
                let evidence = vec![format!(
                    "its weight was {} of {} and it could be chosen all the time",
                    hunger.weight, hunger.sum
                )];
                return violated("starvation", at, server, summary, evidence);
            }
        }
        Verdict::Ok
    }
}

impl Monitor<Balancing> for Starvation {
    fn name(&self) -> &'static str {
        "starvation"
    }

    fn about(&self) -> &'static str {
        "no server that can be chosen is passed over for long, also while servers and weights change"
    }

    fn on_event(&mut self, at: Time, node: NodeId, event: &Event, world: &dyn View<Balancing>) -> Verdict {
        match event {
            Event::Started => {
                self.hungry.retain(|&(balancer, _), _| balancer != node);
                self.among.remove(&node);
            }
            Event::Chooses { among, .. } => {
                let stays = |server: NodeId| among.iter().any(|&(one, _)| one == server);
                self.hungry.retain(|&(balancer, server), _| balancer != node || stays(server));
                self.among.insert(node, among.clone());
            }
            &Event::Sent { to, after: None } => return self.sent(at, node, to, world),
            _ => {}
        }
        Verdict::Ok
    }
}
