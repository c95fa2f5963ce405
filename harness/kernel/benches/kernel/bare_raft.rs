//! The limit for Raft: an event loop written by hand around the same state machines. A queue whose arena is the
//! slab, lazy timers, disks, one stream of random numbers, crashes and one partition; nothing else: no causal
//! ids, no digest, no history, no plan but the list of operations.

use std::collections::VecDeque;

use stormglass_consensus::raft::{LogClient, Raft, RaftNode};
use stormglass_core::disk::SyncFate;
use stormglass_core::op::kv::KvOp;
use stormglass_core::prelude::*;
use stormglass_plan::plan::PlannedOperation;

use crate::queue::{Key, Queue};
use crate::raft::{CLIENTS, CRASH_EVERY, CUT_EVERY, CUT_FOR, DOWN_FOR, NODES, UNSYNCED};
use crate::stream::Stream;
use crate::timers::{Popped, Timers};

type Message = <Raft as System>::Message;
type Timer = <Raft as System>::Timer;

enum Event {
    Message { to: u32, from: Address, message: Message },
    Timer { host: u32, timer: Timer },
    Synced { host: u32, sync: SyncId },
    Operation { place: u32 },
    Crash,
    Restart { host: u32 },
    Cut,
    Mend,
}

struct Machine {
    timers: Timers<Timer>,
    disk: Disk,
}

struct ClientMachine {
    client: LogClient,
    busy: bool,
    waiting: VecDeque<KvOp>,
}

struct Loop {
    now: Time,
    queue: Queue<Event>,
    stream: Stream,
    pushed: u64,
    clock: LocalClock,
    machines: Vec<Machine>,
    nodes: Vec<Option<RaftNode>>,
    clients: Vec<ClientMachine>,
    /// One bit a node that is cut off from the others.
    cut: u32,
    effects: Vec<Effect<Raft>>,
    pub completed: usize,
}

/// The storm for `span`; answers the number of events, and how many operations succeeded.
pub fn raft(operations: &[PlannedOperation<KvOp>], span: Duration, seed: u64) -> (u64, usize) {
    let (system, cluster) = (Raft::default(), Cluster::dense(NODES, CLIENTS));
    let mut world = Loop::new(&system, &cluster, seed);
    for host in 0..NODES + CLIENTS {
        world.step(host, RaftNode::on_start, <LogClient as Client<Raft>>::on_start);
    }
    world.push(CRASH_EVERY, Event::Crash);
    world.push(CUT_EVERY, Event::Cut);
    world.push(operations[0].at.since(Time::ZERO), Event::Operation { place: 0 });
    let (end, mut events) = (Time::ZERO + span, 0);
    while let Some((key, event)) = world.queue.pop_foreseeing(end, |_| {}) {
        world.now = key.at();
        events += u64::from(world.happen(key, event, &system, &cluster, operations));
    }
    (events, world.completed)
}

impl Loop {
    fn new(system: &Raft, cluster: &Cluster, seed: u64) -> Loop {
        let client =
            |id| ClientMachine { client: system.client(id, cluster), busy: false, waiting: VecDeque::new() };
        Loop {
            now: Time::ZERO,
            queue: Queue::for_hosts(cluster.len()),
            stream: Stream::new(seed),
            pushed: 0,
            clock: LocalClock::new(),
            machines: (0..cluster.len())
                .map(|_| Machine { timers: Timers::new(), disk: Disk::new() })
                .collect(),
            nodes: cluster.nodes().iter().map(|&id| Some(system.node(id, cluster))).collect(),
            clients: cluster.clients().map(client).collect(),
            cut: 0,
            effects: Vec::new(),
            completed: 0,
        }
    }

    /// Lets one event happen; `false` if it stood for nothing.
    fn happen(
        &mut self,
        key: Key,
        event: Event,
        system: &Raft,
        cluster: &Cluster,
        operations: &[PlannedOperation<KvOp>],
    ) -> bool {
        match event {
            Event::Message { to, from, message } => {
                if (to as usize) < self.nodes.len() {
                    self.node_step(to, |node, cx| node.on_message(from, message, cx));
                } else {
                    self.client_step(to, |client, cx| client.on_message(from, message, cx));
                }
            }
            Event::Timer { host, timer } => {
                match self.machines[host as usize].timers.popped(timer, key, self.now) {
                    Popped::Fire(_) => {
                        self.step(
                            host,
                            |node, cx| node.on_timer(timer, cx),
                            |client, cx| client.on_timer(timer, cx),
                        );
                    }
                    Popped::Requeue(key) => {
                        self.queue.push(key, Event::Timer { host, timer });
                        return false;
                    }
                    Popped::Dead => return false,
                }
            }
            Event::Synced { host, sync } => {
                let Some(result) = self.machines[host as usize].disk.finish_sync(sync, SyncFate::Durable)
                else {
                    return false;
                };
                self.node_step(host, |node, cx| node.on_synced(sync, result, cx));
            }
            Event::Operation { place } => {
                let planned = &operations[place as usize];
                if let Some(next) = operations.get(place as usize + 1) {
                    self.push(next.at.since(self.now), Event::Operation { place: place + 1 });
                }
                self.clients[planned.client.0 as usize].waiting.push_back(planned.op);
                self.begin(NODES + planned.client.0);
            }
            Event::Crash => {
                let host = self.stream.below(u64::from(NODES)) as u32;
                let mut draws = Draws::new(CausalId::from_u64(self.stream.next()), Purpose::Disk);
                self.nodes[host as usize] = None;
                self.machines[host as usize].timers.clear();
                self.machines[host as usize].disk.crash(UNSYNCED, &mut draws);
                self.push(DOWN_FOR, Event::Restart { host });
                self.push(CRASH_EVERY, Event::Crash);
            }
            Event::Restart { host } => {
                self.nodes[host as usize] = Some(system.node(cluster.nodes()[host as usize], cluster));
                self.node_step(host, RaftNode::on_start);
            }
            Event::Cut => {
                self.cut = 0b11 << self.stream.below(u64::from(NODES) - 1);
                self.push(CUT_FOR, Event::Mend);
                self.push(CUT_EVERY, Event::Cut);
            }
            Event::Mend => self.cut = 0,
        }
        true
    }

    fn begin(&mut self, host: u32) {
        let machine = &mut self.clients[(host - NODES) as usize];
        if !machine.busy
            && let Some(op) = machine.waiting.pop_front()
        {
            machine.busy = true;
            self.client_step(host, |client, cx| client.on_invoke(op, cx));
        }
    }

    fn step(
        &mut self,
        host: u32,
        node: impl FnOnce(&mut RaftNode, &mut Context<'_, Raft>),
        client: impl FnOnce(&mut LogClient, &mut Context<'_, Raft>),
    ) {
        if host < NODES {
            self.node_step(host, node);
        } else {
            self.client_step(host, client);
        }
    }

    #[inline(always)]
    fn node_step(&mut self, host: u32, input: impl FnOnce(&mut RaftNode, &mut Context<'_, Raft>)) {
        let Some(node) = &mut self.nodes[host as usize] else { return };
        let draws = Draws::new(CausalId::from_u64(self.stream.next()), Purpose::Node);
        let disk = &mut self.machines[host as usize].disk;
        input(node, &mut Context::new(self.now, &self.clock, draws, disk, &mut self.effects));
        self.carry_out(host, Address::Node(NodeId(host + 1)));
    }

    #[inline(always)]
    fn client_step(&mut self, host: u32, input: impl FnOnce(&mut LogClient, &mut Context<'_, Raft>)) {
        let client = &mut self.clients[(host - NODES) as usize].client;
        let draws = Draws::new(CausalId::from_u64(self.stream.next()), Purpose::Node);
        let disk = &mut self.machines[host as usize].disk;
        input(client, &mut Context::new(self.now, &self.clock, draws, disk, &mut self.effects));
        self.carry_out(host, Address::Client(ClientId(host - NODES)));
    }

    fn carry_out(&mut self, host: u32, from: Address) {
        let mut effects = std::mem::take(&mut self.effects);
        for effect in effects.drain(..) {
            match effect {
                Effect::Send { to, message } => self.send(host, from, to, message),
                Effect::SetTimer { timer, after } => {
                    self.pushed += 1;
                    let due = Key::new(self.now + after, CausalId::from_u64(self.pushed));
                    if let Some(key) = self.machines[host as usize].timers.set(timer, due) {
                        self.queue.push(key, Event::Timer { host, timer });
                    }
                }
                Effect::CancelTimer { timer } => self.machines[host as usize].timers.cancel(timer),
                Effect::Sync { sync } => {
                    let delay = 1_000_000 + self.stream.below(4_000_001);
                    self.push(Duration::from_nanos(delay), Event::Synced { host, sync });
                }
                Effect::Complete(outcome) => {
                    self.completed += usize::from(outcome.ok().is_some());
                    self.clients[(host - NODES) as usize].busy = false;
                }
                Effect::Write { .. } | Effect::Emit(_) | Effect::Work(_) | Effect::Point(_) => {}
            }
        }
        self.effects = effects;
        if host >= NODES {
            self.begin(host);
        }
    }

    #[inline(always)]
    fn send(&mut self, host: u32, from: Address, to: Address, message: Message) {
        let to = match to {
            Address::Node(id) => id.0 - 1,
            Address::Client(id) => NODES + id.0,
        };
        let sides = (self.cut >> host & 1) ^ (self.cut >> to & 1);
        if sides == 0 || to >= NODES || host >= NODES {
            let delay = 1_000_000 + self.stream.below(9_000_001);
            self.push(Duration::from_nanos(delay), Event::Message { to, from, message });
        }
    }

    #[inline(always)]
    fn push(&mut self, after: Duration, event: Event) {
        self.pushed += 1;
        self.queue.push(Key::new(self.now + after, CausalId::from_u64(self.pushed)), event);
    }
}
