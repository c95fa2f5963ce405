//! A small world for Raft's own tests: one ordered queue, delays from keyed draws, crashes that lose un-synced
//! writes, cut links, clocks that jump. It is not the kernel: no plans, no targets, no traces, no speed.
#![allow(dead_code, reason = "each test crate uses a part")]

pub mod storm;
pub mod workload;

use std::collections::{BTreeMap, BTreeSet};

use stormglass_consensus::raft::{Event, LogClient, Message, Raft, RaftNode, Timer};
use stormglass_core::disk::{CrashLoss, SyncFate, SyncTarget};
use stormglass_core::prelude::*;

use workload::Workload;

/// How the network and the disks are.
#[derive(Clone, Copy, Debug)]
pub struct Weather {
    /// Messages take between these.
    pub delay: (Duration, Duration),
    /// How many messages are lost, doubled, and delayed by up to a second.
    pub loss: Ratio,
    pub doubled: Ratio,
    pub stale: Ratio,
    /// How long a sync takes at most, and how many fail.
    pub sync: Duration,
    pub sync_failure: Ratio,
}

impl Weather {
    pub const CALM: Weather = Weather {
        delay: (Duration::from_millis(1), Duration::from_millis(10)),
        loss: Ratio::ZERO,
        doubled: Ratio::ZERO,
        stale: Ratio::ZERO,
        sync: Duration::from_millis(5),
        sync_failure: Ratio::ZERO,
    };
    pub const ROUGH: Weather = Weather {
        loss: Ratio::from_percent(3),
        doubled: Ratio::from_percent(3),
        stale: Ratio::from_percent(2),
        sync: Duration::from_millis(30),
        sync_failure: Ratio::from_percent(2),
        ..Weather::CALM
    };
}

enum Input {
    Deliver { from: Address, to: Address, message: Message },
    Timer { whom: Address, timer: Timer, setting: u64 },
    Synced { node: NodeId, sync: SyncId, fate: SyncFate },
    Invoke { client: ClientId },
    Restart { node: NodeId },
}

/// One run.
pub struct World {
    raft: Raft,
    pub cluster: Cluster,
    pub weather: Weather,
    pub now: Time,
    nodes: BTreeMap<NodeId, Option<RaftNode>>,
    disks: BTreeMap<NodeId, Disk>,
    clients: Vec<LogClient>,
    queue: BTreeMap<(Time, u64), Input>,
    queued: u64,
    timers: BTreeMap<(Address, Timer), u64>,
    cut: BTreeSet<(Address, Address)>,
    clocks: BTreeMap<NodeId, LocalClock>,
    /// The chance of a crash in the middle of a step.
    pub crash_in_step: Ratio,
    steps: u64,
    seed: Seed,
    monitors: Vec<Box<dyn Monitor<Raft>>>,
    pub workload: Workload,
    pub events: Vec<(Time, NodeId, Event)>,
    pub verdict: Verdict,
    pub messages: u64,
    /// What reached clients, and from whom.
    pub answers: Vec<(NodeId, Message)>,
}

struct Inside<'a>(&'a World);

impl View<Raft> for Inside<'_> {
    fn cluster(&self) -> &Cluster {
        &self.0.cluster
    }
    fn node(&self, id: NodeId) -> Option<&RaftNode> {
        self.0.nodes[&id].as_ref()
    }
    fn disk(&self, id: NodeId) -> &Disk {
        &self.0.disks[&id]
    }
}

impl World {
    pub fn new(raft: Raft, cluster: Cluster, weather: Weather, seed: u64) -> World {
        let mut world = World {
            raft,
            weather,
            now: Time::ZERO,
            nodes: cluster.nodes().iter().map(|&id| (id, None)).collect(),
            disks: cluster.nodes().iter().map(|&id| (id, Disk::new())).collect(),
            clients: cluster.clients().map(|id| raft.client(id, &cluster)).collect(),
            queue: BTreeMap::new(),
            queued: 0,
            timers: BTreeMap::new(),
            cut: BTreeSet::new(),
            clocks: cluster.nodes().iter().map(|&id| (id, LocalClock::new())).collect(),
            crash_in_step: Ratio::ZERO,
            steps: 0,
            seed: Seed(seed),
            monitors: raft.monitors(),
            workload: Workload::new(cluster.clients().count()),
            events: Vec::new(),
            verdict: Verdict::Ok,
            messages: 0,
            answers: Vec::new(),
            cluster,
        };
        for id in world.cluster.nodes().to_vec() {
            world.restart(id);
        }
        world
    }

    /// Lets every client begin to work.
    pub fn start_clients(&mut self) {
        for client in self.cluster.clients() {
            let after = Duration::from_millis(u64::from(client.0));
            self.push(after, Input::Invoke { client });
        }
    }

    pub fn draws(&mut self, purpose: Purpose) -> Draws {
        self.steps += 1;
        Draws::new(CausalId::root(self.seed, purpose).child(self.steps), purpose)
    }

    pub fn run_for(&mut self, span: Duration) {
        let end = self.now + span;
        while let Some(entry) = self.queue.first_entry()
            && entry.key().0 <= end
        {
            let ((at, _), input) = entry.remove_entry();
            self.now = at;
            self.step(input);
        }
        self.now = end;
    }

    /// Ends the run: what can be judged only then is judged now.
    pub fn finish(&mut self) {
        self.judge(|monitor, at, world| monitor.on_end(at, world));
    }

    fn push(&mut self, after: Duration, input: Input) {
        self.queued += 1;
        self.queue.insert((self.now + after, self.queued), input);
    }

    fn step(&mut self, input: Input) {
        match input {
            Input::Deliver { from, to, message } => {
                if !self.cut.contains(&(from, to)) {
                    self.messages += 1;
                    match to {
                        Address::Node(id) => {
                            self.node_step(id, |node, cx| node.on_message(from, message, cx));
                        }
                        Address::Client(id) => {
                            self.answers.push((from.node().unwrap(), message.clone()));
                            self.client_step(id, |client, cx| client.on_message(from, message, cx));
                        }
                    }
                }
            }
            Input::Timer { whom, timer, setting } => {
                if self.timers.get(&(whom, timer)) == Some(&setting) {
                    self.timers.remove(&(whom, timer));
                    match whom {
                        Address::Node(id) => self.node_step(id, |node, cx| node.on_timer(timer, cx)),
                        Address::Client(id) => self.client_step(id, |client, cx| client.on_timer(timer, cx)),
                    }
                }
            }
            Input::Synced { node, sync, fate } => {
                let disk = self.disks.get_mut(&node).unwrap();
                if let Some(result) = disk.finish_sync(sync, fate) {
                    self.node_step(node, |node, cx| node.on_synced(sync, result, cx));
                }
            }
            Input::Invoke { client } => {
                let mut draws = self.draws(Purpose::Workload);
                let op = self.workload.next(client, &mut draws);
                self.client_step(client, |client, cx| client.on_invoke(op, cx));
            }
            Input::Restart { node } => self.restart(node),
        }
    }

    fn node_step(&mut self, id: NodeId, act: impl FnOnce(&mut RaftNode, &mut Context<'_, Raft>)) {
        let Some(mut node) = self.nodes.get_mut(&id).unwrap().take() else {
            return;
        };
        let draws = self.draws(Purpose::Node);
        let mut effects = Vec::new();
        let disk = self.disks.get_mut(&id).unwrap();
        act(&mut node, &mut Context::new(self.now, &self.clocks[&id], draws, disk, &mut effects));
        *self.nodes.get_mut(&id).unwrap() = Some(node);
        let mut chance = self.draws(Purpose::Lifecycle);
        let crashes = !effects.is_empty() && chance.chance(self.crash_in_step);
        let done = if crashes { chance.below(effects.len() as u64) as usize } else { effects.len() };
        let undone = effects.split_off(done);
        self.carry_out(id.into(), effects);
        if crashes {
            let first_write = undone.iter().find_map(|effect| match effect {
                Effect::Write { mark } => Some(*mark),
                _ => None,
            });
            if let Some(mark) = first_write {
                self.disks.get_mut(&id).unwrap().cut(mark);
            }
            self.crash(id, Duration::from_millis(chance.between(10, 1000)));
        }
    }

    fn client_step(&mut self, id: ClientId, act: impl FnOnce(&mut LogClient, &mut Context<'_, Raft>)) {
        let draws = self.draws(Purpose::Node);
        let (mut disk, clock, mut effects) = (Disk::new(), LocalClock::new(), Vec::new());
        let client = &mut self.clients[id.0 as usize];
        act(client, &mut Context::new(self.now, &clock, draws, &mut disk, &mut effects));
        self.carry_out(id.into(), effects);
    }

    fn carry_out(&mut self, whom: Address, effects: Vec<Effect<Raft>>) {
        for effect in effects {
            match effect {
                Effect::Send { to, message } => self.send(whom, to, &message),
                Effect::SetTimer { timer, after } => {
                    self.queued += 1;
                    let setting = self.queued;
                    self.timers.insert((whom, timer), setting);
                    self.push(after, Input::Timer { whom, timer, setting });
                }
                Effect::CancelTimer { timer } => {
                    self.timers.remove(&(whom, timer));
                }
                Effect::Sync { sync } => {
                    let mut draws = self.draws(Purpose::Disk);
                    let fate = if draws.chance(self.weather.sync_failure) {
                        SyncFate::Failed
                    } else {
                        SyncFate::Durable
                    };
                    let after = Duration::from_nanos(draws.between(100_000, self.weather.sync.as_nanos()));
                    let node = whom.node().unwrap();
                    self.push(after, Input::Synced { node, sync, fate });
                }
                Effect::Emit(event) => {
                    let node = whom.node().unwrap();
                    self.events.push((self.now, node, event));
                    self.judge(|monitor, at, world| monitor.on_event(at, node, &event, world));
                }
                Effect::Complete(outcome) => {
                    let client = whom.client().unwrap();
                    self.workload.completed(client, &outcome);
                    let pause = self.draws(Purpose::Workload).between(1, 20);
                    self.push(Duration::from_millis(pause), Input::Invoke { client });
                }
                Effect::Write { .. } | Effect::Work(_) | Effect::Point(_) => {}
            }
        }
    }

    pub fn send(&mut self, from: Address, to: Address, message: &Message) {
        let mut draws = self.draws(Purpose::Network);
        let copies = match (draws.chance(self.weather.loss), draws.chance(self.weather.doubled)) {
            (true, _) => 0,
            (false, doubled) => 1 + u32::from(doubled),
        };
        for _ in 0..copies {
            let (least, most) = self.weather.delay;
            let most = if draws.chance(self.weather.stale) { Duration::from_secs(1) } else { most };
            let after = Duration::from_nanos(draws.between(least.as_nanos(), most.as_nanos()));
            let message = message.clone();
            self.push(after, Input::Deliver { from, to, message });
        }
    }

    fn judge(&mut self, mut ask: impl FnMut(&mut dyn Monitor<Raft>, Time, &dyn View<Raft>) -> Verdict) {
        let mut monitors = std::mem::take(&mut self.monitors);
        for monitor in &mut monitors {
            if self.verdict.is_ok() {
                self.verdict = ask(monitor.as_mut(), self.now, &Inside(self));
            }
        }
        self.monitors = monitors;
    }

    fn restart(&mut self, id: NodeId) {
        if self.nodes[&id].is_none() {
            *self.nodes.get_mut(&id).unwrap() = Some(self.raft.node(id, &self.cluster));
            self.node_step(id, Node::on_start);
        }
    }

    /// Takes a node down, with what a draw says of its un-synced writes, and brings it back.
    pub fn crash(&mut self, id: NodeId, restart_after: Duration) {
        if self.nodes[&id].is_none() {
            return;
        }
        let mut draws = self.draws(Purpose::Disk);
        let loss = match draws.below(3) {
            0 => CrashLoss::Nothing,
            1 => CrashLoss::Everything,
            _ => CrashLoss::Sectors(Ratio::from_percent(50)),
        };
        *self.nodes.get_mut(&id).unwrap() = None;
        self.disks.get_mut(&id).unwrap().crash(loss, &mut draws);
        self.timers.retain(|(whom, _), _| *whom != id.into());
        self.push(restart_after, Input::Restart { node: id });
        self.judge(|monitor, at, world| monitor.on_crash(at, id, world));
    }

    /// Cuts all links between the two groups, one way.
    pub fn cut(&mut self, from: &[NodeId], to: &[NodeId]) {
        for &a in from {
            for &b in to {
                self.cut.insert((a.into(), b.into()));
            }
        }
    }

    pub fn heal(&mut self) {
        self.cut.clear();
    }

    /// Sets a wall clock forward or back.
    pub fn jump_wall_clock(&mut self, id: NodeId, by: Skew) {
        self.clocks.get_mut(&id).unwrap().jump(by);
    }

    /// Damages what is on the disk of a node that is down.
    pub fn flip_a_bit(&mut self, id: NodeId, name: &str, offset: u64) {
        let disk = self.disks.get_mut(&id).unwrap();
        let (file, _) = disk.open(name).unwrap();
        let byte = disk.read(file).unwrap()[offset as usize];
        disk.write(file, offset, &[byte ^ 1]).unwrap();
        let sync = disk.begin_sync(SyncTarget::File(file));
        disk.finish_sync(sync, SyncFate::Durable);
    }

    /// How much all disks hold.
    pub fn bytes_written(&self) -> usize {
        let files = |disk: &Disk| ["log", "vote"].map(|name| disk.cached(name).map_or(0, <[u8]>::len));
        self.disks.values().flat_map(files).sum()
    }

    /// The nodes that believe to lead.
    pub fn leaders(&self) -> Vec<NodeId> {
        let leads =
            |(&id, node): (&NodeId, &Option<RaftNode>)| (node.as_ref()?.role() == Role::LEADER).then_some(id);
        self.nodes.iter().filter_map(leads).collect()
    }
}
