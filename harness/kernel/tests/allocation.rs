//! On the steady path the kernel allocates nothing: not per message, not per timer.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use stormglass_core::prelude::*;
use stormglass_kernel::World;
use stormglass_plan::engine::Tracing;
use stormglass_plan::plan::Plan;

/// Every node tells a few others something every ten milliseconds.
#[derive(Clone, Debug)]
struct Chatter;

#[derive(Clone, Debug)]
struct Chatterer {
    nodes: u32,
    heard: u64,
}

#[derive(Clone, Debug, Hash, PartialEq, Serialize, Deserialize)]
struct Never;

impl fmt::Display for Never {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("never")
    }
}

impl Node<Chatter> for Chatterer {
    fn on_start(&mut self, cx: &mut Context<'_, Chatter>) {
        cx.set_timer((), Duration::from_millis(10));
    }
    fn on_message(&mut self, _from: Address, heard: u64, _cx: &mut Context<'_, Chatter>) {
        self.heard = self.heard.max(heard) + 1;
    }
    fn on_timer(&mut self, (): (), cx: &mut Context<'_, Chatter>) {
        for _ in 0..3 {
            let peer = NodeId(1 + cx.rng().below(u64::from(self.nodes)) as u32);
            cx.send(peer, self.heard);
        }
        cx.set_timer((), Duration::from_millis(10));
    }
}

impl Client<Chatter> for Chatterer {
    fn on_invoke(&mut self, _op: Never, cx: &mut Context<'_, Chatter>) {
        cx.complete(Outcome::Ok(Never));
    }
    fn on_message(&mut self, _from: Address, _heard: u64, _cx: &mut Context<'_, Chatter>) {}
}

impl System for Chatter {
    const NAME: &'static str = "chatter";
    type Node = Chatterer;
    type Client = Chatterer;
    type Message = u64;
    type Timer = ();
    type Event = ();
    type Op = Never;
    type Ret = Never;
    fn node(&self, _id: NodeId, cluster: &Cluster) -> Chatterer {
        Chatterer { nodes: cluster.nodes().len() as u32, heard: 0 }
    }
    fn client(&self, _id: ClientId, _cluster: &Cluster) -> Chatterer {
        Chatterer { nodes: 0, heard: 0 }
    }
}

fn world(nodes: u32) -> World<Chatter> {
    let plan = Plan::quiet("chatter", Cluster::dense(nodes, 0), Duration::from_secs(3_600), Seed(1));
    World::new(Chatter, Arc::new(plan), Tracing::Off)
}

/// Once its arenas have grown, a world of any size allocates nothing over a hundred thousand events.
#[test]
fn a_hundred_thousand_events_allocate_nothing() {
    for nodes in [5, 100, 1_000] {
        let mut world = world(nodes);
        while world.stats().events < 400_000 {
            assert!(world.step(Time::MAX));
        }
        let allocations = allocation_counter::measure(|| {
            while world.stats().events < 500_000 {
                assert!(world.step(Time::MAX));
            }
        });
        assert_eq!(allocations.count_total, 0, "{nodes} nodes");
    }
}

/// The measure sees what is allocated: building a world is.
#[test]
fn building_a_world_allocates_and_the_measure_sees_it() {
    assert!(allocation_counter::measure(|| drop(world(5))).count_total > 0);
}
