//! The limit: an event loop written by hand for one workload. A queue whose arena is the slab, the state
//! machines, one stream of random numbers, and nothing else: no causal ids, no digest, no faults, no counts.

use stormglass_core::prelude::*;

use crate::gossip::{Gossiper, Io, Rumour};
use crate::queue::{Key, Queue};
use crate::stream::Stream;

enum Event {
    Message { to: u32, rumour: Rumour },
    Timer { node: u32 },
}

struct Loop {
    now: Time,
    queue: Queue<Event>,
    stream: Stream,
    pushed: u64,
}

struct NodeIo<'a>(&'a mut Loop, u32);

impl Loop {
    fn push(&mut self, after: Duration, event: Event) {
        self.pushed += 1;
        self.queue.push(Key::new(self.now + after, CausalId::from_u64(self.pushed)), event);
    }
}

impl Io for NodeIo<'_> {
    fn below(&mut self, bound: u64) -> u64 {
        self.0.stream.below(bound)
    }
    fn send(&mut self, to: NodeId, rumour: Rumour) {
        let delay = Duration::from_nanos(1_000_000 + self.0.stream.below(9_000_001));
        self.0.push(delay, Event::Message { to: to.0 - 1, rumour });
    }
    fn set_timer(&mut self, after: Duration) {
        let node = self.1;
        self.0.push(after, Event::Timer { node });
    }
}

/// Gossip among `nodes` for `span`; answers the number of events.
pub fn gossip(nodes: u32, span: Duration, seed: u64) -> u64 {
    let mut gossipers: Vec<Gossiper> = (1..=nodes).map(|me| Gossiper::new(me, nodes)).collect();
    let queue = Queue::for_hosts(nodes as usize);
    let mut world = Loop { now: Time::ZERO, queue, stream: Stream::new(seed), pushed: 0 };
    for (node, gossiper) in gossipers.iter_mut().enumerate() {
        gossiper.start(&mut NodeIo(&mut world, node as u32));
    }
    let (end, mut events) = (Time::ZERO + span, 0);
    while let Some((key, event)) = world.queue.pop_foreseeing(end, |_| {}) {
        world.now = key.at();
        events += 1;
        match event {
            Event::Message { to, rumour } => gossipers[to as usize].hear(&rumour),
            Event::Timer { node } => gossipers[node as usize].tell(&mut NodeIo(&mut world, node)),
        }
    }
    std::hint::black_box(gossipers.iter().map(|gossiper| gossiper.heard).max());
    events
}
