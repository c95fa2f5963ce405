//! The same gossip as an async function.

use std::sync::Arc;

use stormglass_async::{AsyncContext, Linear, select};
use stormglass_core::prelude::*;
use stormglass_kernel::World;
use stormglass_plan::engine::Tracing;

use crate::gossip::{Gossiper, Io, NoClient, Nothing, Rumour, Tell};

/// Gossip among `nodes` for `span`; answers the number of events.
pub fn kernel(nodes: u32, span: Duration, seed: u64) -> u64 {
    let mut world = World::new(AsyncGossip, Arc::new(crate::plan(nodes, 0, span, seed)), Tracing::Off);
    world.run_until(Time::ZERO + span);
    std::hint::black_box(world.digest());
    world.stats().events
}

#[derive(Clone)]
pub struct AsyncGossip;

/// What the rumour asks for; the pause that it wants is taken by whoever waits.
struct Asked<'a> {
    cx: &'a AsyncContext<AsyncGossip>,
    pause: Duration,
}

impl Io for Asked<'_> {
    fn below(&mut self, bound: u64) -> u64 {
        self.cx.rng(|rng| rng.below(bound))
    }
    fn send(&mut self, to: NodeId, rumour: Rumour) {
        self.cx.send(to, rumour);
    }
    fn set_timer(&mut self, after: Duration) {
        self.pause = after;
    }
}

async fn gossip(cx: AsyncContext<AsyncGossip>, mut gossiper: Gossiper) {
    let mut asked = Asked { cx: &cx, pause: Duration::ZERO };
    gossiper.start(&mut asked);
    loop {
        let mut pause = cx.sleep(asked.pause);
        loop {
            select! {
                () = &mut pause => break,
                (_from, rumour) = cx.recv() => gossiper.hear(&rumour),
            }
        }
        gossiper.tell(&mut asked);
    }
}

impl Client<AsyncGossip> for NoClient {
    fn on_invoke(&mut self, _op: Nothing, _cx: &mut Context<'_, AsyncGossip>) {}
    fn on_message(&mut self, _from: Address, _rumour: Rumour, _cx: &mut Context<'_, AsyncGossip>) {}
}

impl System for AsyncGossip {
    const NAME: &'static str = "async-gossip";
    const COPIES: bool = false;
    type Node = Linear<AsyncGossip>;
    type Client = NoClient;
    type Message = Rumour;
    type Timer = Tell;
    type Event = ();
    type Op = Nothing;
    type Ret = Nothing;
    fn node(&self, id: NodeId, cluster: &Cluster) -> Linear<AsyncGossip> {
        let gossiper = Gossiper::new(id.0, cluster.nodes().len() as u32);
        Linear::new(Tell, move |cx| gossip(cx, gossiper))
    }
    fn client(&self, _id: ClientId, _cluster: &Cluster) -> NoClient {
        NoClient
    }
}
