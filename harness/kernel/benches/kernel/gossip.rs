//! Gossip: every node tells three random peers its rumour every ten milliseconds.
//!
//! The state machine is written once over [`Io`], so that the bare loop drives it without any contract between
//! them, and the kernel through its [`Context`].

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use stormglass_core::prelude::*;
use stormglass_kernel::World;
use stormglass_plan::engine::Tracing;

/// Gossip among `nodes` for `span` in the kernel; answers the number of events.
pub fn kernel(nodes: u32, span: Duration, seed: u64) -> u64 {
    let mut world = World::new(Gossip, Arc::new(crate::plan(nodes, 0, span, seed)), Tracing::Off);
    world.run_until(Time::ZERO + span);
    std::hint::black_box(world.digest());
    world.stats().events
}

/// All that the rumour needs of the world.
pub trait Io {
    fn below(&mut self, bound: u64) -> u64;
    fn send(&mut self, to: NodeId, rumour: Rumour);
    fn set_timer(&mut self, after: Duration);
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Rumour {
    pub heard: u64,
}

#[derive(Clone, Debug)]
pub struct Gossiper {
    me: u32,
    nodes: u32,
    pub heard: u64,
}

pub const FANOUT: u32 = 3;
const PERIOD: Duration = Duration::from_millis(10);

impl Gossiper {
    pub fn new(me: u32, nodes: u32) -> Gossiper {
        Gossiper { me, nodes, heard: 0 }
    }

    pub fn start(&mut self, io: &mut impl Io) {
        let first = io.below(PERIOD.as_nanos());
        io.set_timer(Duration::from_nanos(first));
    }

    pub fn hear(&mut self, rumour: &Rumour) {
        self.heard = self.heard.max(rumour.heard) + 1;
    }

    pub fn tell(&mut self, io: &mut impl Io) {
        for _ in 0..FANOUT {
            let hop = 1 + io.below(u64::from(self.nodes) - 1) as u32;
            let peer = NodeId((self.me - 1 + hop) % self.nodes + 1);
            io.send(peer, Rumour { heard: self.heard });
        }
        io.set_timer(PERIOD);
    }
}

#[derive(Clone, Debug)]
pub struct Gossip;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tell;

/// Gossip has no operations.
#[derive(Clone, Debug, Hash, PartialEq, Serialize, Deserialize)]
pub struct Nothing;

impl fmt::Display for Nothing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing")
    }
}

struct ContextIo<'a, 'b>(&'a mut Context<'b, Gossip>);

impl Io for ContextIo<'_, '_> {
    fn below(&mut self, bound: u64) -> u64 {
        self.0.rng().below(bound)
    }
    fn send(&mut self, to: NodeId, rumour: Rumour) {
        self.0.send(to, rumour);
    }
    fn set_timer(&mut self, after: Duration) {
        self.0.set_timer(Tell, after);
    }
}

impl Node<Gossip> for Gossiper {
    fn on_start(&mut self, cx: &mut Context<'_, Gossip>) {
        self.start(&mut ContextIo(cx));
    }
    fn on_message(&mut self, _from: Address, rumour: Rumour, _cx: &mut Context<'_, Gossip>) {
        self.hear(&rumour);
    }
    fn on_timer(&mut self, _timer: Tell, cx: &mut Context<'_, Gossip>) {
        self.tell(&mut ContextIo(cx));
    }
}

#[derive(Clone, Debug)]
pub struct NoClient;

impl Client<Gossip> for NoClient {
    fn on_invoke(&mut self, _op: Nothing, cx: &mut Context<'_, Gossip>) {
        cx.complete(Outcome::Ok(Nothing));
    }
    fn on_message(&mut self, _from: Address, _rumour: Rumour, _cx: &mut Context<'_, Gossip>) {}
}

impl System for Gossip {
    const NAME: &'static str = "gossip";
    type Node = Gossiper;
    type Client = NoClient;
    type Message = Rumour;
    type Timer = Tell;
    type Event = ();
    type Op = Nothing;
    type Ret = Nothing;
    fn node(&self, id: NodeId, cluster: &Cluster) -> Gossiper {
        Gossiper::new(id.0, cluster.nodes().len() as u32)
    }
    fn client(&self, _id: ClientId, _cluster: &Cluster) -> NoClient {
        NoClient
    }
}
