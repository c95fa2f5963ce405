//! How inputs reach a host, and what comes of its steps.
//!
//! ```text
//! event ──▶ arrive ──gate open──▶ take ──▶ react ──▶ carry out effects
//!              └──gate shut──▶ inbox ──▶ catch up ──▶ take …
//! ```

use std::hash::{Hash, Hasher};

use stormglass_core::context::{Context, Effect};
use stormglass_core::disk::{SyncFate, SyncId};
use stormglass_core::history::Outcome;
use stormglass_core::id::{Address, ProcessId};
use stormglass_core::random::{CausalId, Draws, Purpose, mix};
use stormglass_core::system::{Client as _, Node as _, System};
use stormglass_core::time::{Duration, Time};
use stormglass_core::trace::{Kind, Record};

use crate::host::{Actor, Gate, Input};
use crate::network::{Fate, Loss};
use crate::queue::Key;
use crate::timers::Popped;
use crate::world::{Event, World};

impl<S: System> World<S> {
    /// A message comes to a host's gate: the hottest path there is.
    #[inline(always)]
    pub(crate) fn deliver(&mut self, host: u32, from: u32, message: S::Message, id: CausalId) {
        if self.gates[host as usize] == Gate::Open {
            self.hear(host, from, message, id);
        } else {
            self.arrive(host, id, Input::Message { from, message });
        }
    }

    /// An input comes to a host's gate.
    pub(crate) fn arrive(&mut self, host: u32, id: CausalId, input: Input<S>) {
        match self.gates[host as usize] {
            Gate::Open => self.take(host, id, input),
            Gate::Shut => self.host(host).inbox.push_back((id, input)),
            Gate::Down => self.lose(host, id, &input),
        }
    }

    /// The host takes an input.
    fn take(&mut self, host: u32, id: CausalId, input: Input<S>) {
        match input {
            Input::Message { from, message } => self.hear(host, from, message, id),
            Input::Timer(timer, key) => self.timer_popped(host, timer, key),
            Input::Synced(sync, result) => {
                self.record(|world| world.about(host, Kind::Sync, id, id, format!("{result:?}")));
                self.react(host, id, |actor, cx| {
                    if let Actor::Node(node) = actor {
                        node.on_synced(sync, result, cx);
                    }
                });
            }
            Input::Start => {
                self.record(|world| world.about(host, Kind::Start, id, id, String::new()));
                self.react(host, id, |actor, cx| match actor {
                    Actor::Node(node) => node.on_start(cx),
                    Actor::Client(state) => state.client.on_start(cx),
                    Actor::Down => {}
                });
            }
            Input::Invoke(op) => self.react(host, id, |actor, cx| {
                if let Actor::Client(state) = actor {
                    state.client.on_invoke(op, cx);
                }
            }),
        }
    }

    /// The host reads a message.
    #[inline(always)]
    fn hear(&mut self, host: u32, from: u32, message: S::Message, id: CausalId) {
        let from = self.address(from);
        self.record(|world| Record {
            peer: Some(from),
            ..world.about(host, Kind::Deliver, id, id, format!("{message:?}"))
        });
        self.sender = from.node();
        self.react(host, id, |actor, cx| match actor {
            Actor::Node(node) => node.on_message(from, message, cx),
            Actor::Client(state) => state.client.on_message(from, message, cx),
            Actor::Down => {}
        });
        self.sender = None;
    }

    /// A queued timer event came up and the gate is open: the timer runs out, if the event still stands for it.
    #[inline(always)]
    pub(crate) fn timer_popped(&mut self, host: u32, timer: S::Timer, key: Key) {
        match self.hosts[host as usize].timers.popped(timer, key, self.now) {
            Popped::Fire(id) => {
                self.record(|world| world.about(host, Kind::Timer, id, id, format!("{timer:?}")));
                self.react(host, id, |actor, cx| match actor {
                    Actor::Node(node) => node.on_timer(timer, cx),
                    Actor::Client(state) => state.client.on_timer(timer, cx),
                    Actor::Down => {}
                });
            }
            Popped::Requeue(key) => self.queue.push(key, Event::Timer { host, timer }),
            Popped::Dead => {}
        }
    }

    /// One step of one host: the input goes in, effects come out.
    #[inline(always)]
    fn react(&mut self, place: u32, id: CausalId, input: impl FnOnce(&mut Actor<S>, &mut Context<'_, S>)) {
        self.happened(place, id);
        let host = &mut self.hosts[place as usize];
        let draws = Draws::new(id, Purpose::Node);
        let mut cx = Context::new(self.now, &host.clock, draws, &mut host.disk, &mut self.effects);
        input(&mut self.actors[place as usize], &mut cx);
        if !self.effects.is_empty() {
            self.carry_out(place, id);
        }
    }

    /// Carries out what the step asked for, in order.
    fn carry_out(&mut self, host: u32, id: CausalId) {
        if self.fuses > 0 && self.hosts[host as usize].fuse.is_some() {
            return self.carry_out_until_crash(host, id);
        }
        let mut effects = std::mem::take(&mut self.effects);
        for (index, effect) in effects.drain(..).enumerate() {
            self.effect(host, id, id.child(index as u64), effect);
        }
        self.effects = effects;
    }

    /// Carries out what the step asked for up to where the crash falls; the rest never happened.
    #[cold]
    fn carry_out_until_crash(&mut self, host: u32, id: CausalId) {
        let Some(fuse) = self.host(host).fuse.take() else { return };
        self.fuses -= 1;
        let mut effects = std::mem::take(&mut self.effects);
        let cut = effects.len().min(fuse.effects as usize);
        let undone = effects[cut..].iter().find_map(|effect| match effect {
            Effect::Write { mark } => Some(*mark),
            _ => None,
        });
        effects.truncate(cut);
        for (index, effect) in effects.drain(..).enumerate() {
            self.effect(host, id, id.child(index as u64), effect);
        }
        self.effects = effects;
        if let Some(mark) = undone {
            self.host(host).disk.cut(mark);
        }
        self.crash(host, fuse.unsynced, Some(fuse.fault), id.child(cut as u64));
    }

    #[inline(always)]
    fn effect(&mut self, host: u32, cause: CausalId, id: CausalId, effect: Effect<S>) {
        match effect {
            Effect::Send { to, message } => self.send(host, to, message, cause, id),
            Effect::SetTimer { timer, after } => {
                let this = &mut self.hosts[host as usize];
                let local = this.clock.elapsed(self.now) + after;
                let due = Key::new(this.clock.when(local), id);
                if let Some(key) = this.timers.set(timer, local, due) {
                    self.queue.push(key, Event::Timer { host, timer });
                }
            }
            Effect::CancelTimer { timer } => self.host(host).timers.cancel(timer),
            // The cache was changed when the node asked; only a crash needs to know where in the order.
            Effect::Write { .. } => {}
            Effect::Sync { sync } => {
                let delay = self.sync_delay(host, id);
                self.queue.push(Key::new(self.now + delay, id), Event::SyncDone { host, sync });
            }
            Effect::Emit(event) => {
                self.record(|world| world.about(host, Kind::Event, id, cause, format!("{event:?}")));
                if let Address::Node(node) = self.address(host) {
                    self.emitted.push((node, event));
                }
            }
            Effect::Complete(outcome) => self.complete(host, outcome, cause, id),
            Effect::Work(span) => self.occupy(host, span, id),
            Effect::Point(_) => {}
        }
    }

    /// A message leaves: the network says when it arrives, if it does.
    #[inline(always)]
    fn send(&mut self, from: u32, to: Address, message: S::Message, cause: CausalId, id: CausalId) {
        let to = match self.plan.cluster.index_of(to) {
            Some(place) => place as u32,
            None => panic!("{} sends to {to}, who is not a member of the cluster", self.address(from)),
        };
        self.stats.sent += 1;
        self.record(|world| Record {
            peer: Some(world.address(to)),
            ..world.about(from, Kind::Send, id, cause, format!("{message:?}"))
        });
        // What a host sends to itself does not cross the network.
        let fate = if from == to { Fate::Arrives(Duration::ZERO) } else { self.network.fate(from, to, id) };
        match fate {
            Fate::Arrives(delay) => {
                self.queue.push(Key::new(self.now + delay, id), Event::Deliver { to, from, message });
            }
            Fate::ArrivesTwice(first, second) => {
                self.stats.duplicated += 1;
                let copy = Event::Deliver { to, from, message: message.clone() };
                self.queue.push(Key::new(self.now + second, id.child(0)), copy);
                self.queue.push(Key::new(self.now + first, id), Event::Deliver { to, from, message });
            }
            Fate::Lost(loss) => {
                self.stats.dropped += 1;
                self.record(|world| Record {
                    peer: Some(world.address(to)),
                    ..world.about(from, Kind::Drop, id, cause, loss_text(loss).to_owned())
                });
            }
        }
    }

    /// An input comes to a host that is down.
    #[cold]
    fn lose(&mut self, host: u32, id: CausalId, input: &Input<S>) {
        if let Input::Message { from, .. } = input {
            self.stats.dropped += 1;
            self.record(|world| Record {
                whom: Some(world.address(*from)),
                peer: Some(world.address(host)),
                ..world.about(host, Kind::Drop, id, id, "the receiver is down".to_owned())
            });
        }
    }

    /// A sync has come to its end, well or badly.
    pub(crate) fn sync_done(&mut self, host: u32, sync: SyncId, id: CausalId) {
        let fate = if self.sync_fails(host, id) { SyncFate::Failed } else { SyncFate::Durable };
        if let Some(result) = self.host(host).disk.finish_sync(sync, fate) {
            self.arrive(host, id, Input::Synced(sync, result));
        }
    }

    /// The host is at work for `span` after this step.
    fn occupy(&mut self, host: u32, span: Duration, id: CausalId) {
        let this = &mut self.hosts[host as usize];
        this.busy_until = this.busy_until.max(self.now) + span;
        let until = this.busy_until;
        self.gates[host as usize] = Gate::Shut;
        self.queue.push(Key::new(until, id), Event::Wake { host });
    }

    /// The host takes what has waited, until it is at work again.
    pub(crate) fn catch_up(&mut self, host: u32) {
        loop {
            let this = &mut self.hosts[host as usize];
            if self.gates[host as usize] != Gate::Shut || this.pauses > 0 || this.busy_until > self.now {
                return;
            }
            match this.inbox.pop_front() {
                Some((id, input)) => self.take(host, id, input),
                None => {
                    self.gates[host as usize] = Gate::Open;
                    return;
                }
            }
        }
    }

    /// Lets the plan's operation at `place` wait in the queue: one at a time, so that a long plan costs no
    /// queue.
    pub(crate) fn schedule_operation(&mut self, place: usize) {
        if let Some(operation) = self.plan.operations.get(place) {
            let key = Key::new(operation.at.max(self.now), self.operation_id(place));
            self.queue.push(key, Event::Operation { place: place as u32 });
        }
    }

    fn operation_id(&self, place: usize) -> CausalId {
        CausalId::root(self.plan.seed, Purpose::Workload).child(self.plan.operations[place].id)
    }

    /// The plan's operation at `place` is due: its client begins it, or keeps it for later.
    pub(crate) fn operation_due(&mut self, place: u32) {
        self.schedule_operation(place as usize + 1);
        let client = Address::Client(self.plan.operations[place as usize].client);
        let host = self.plan.cluster.index_of(client).expect("a plan's operations name its clients") as u32;
        if let Actor::Client(state) = &mut self.actors[host as usize] {
            state.waiting.push_back(place);
        }
        self.begin_next(host);
    }

    /// The client begins the next operation that waits, if it is free. What was meant for the chaos is not
    /// asked for in the silence after it: an operation whose phase is over is passed by.
    pub(crate) fn begin_next(&mut self, host: u32) {
        let (now, plan) = (self.now, &self.plan);
        let Actor::Client(state) = &mut self.actors[host as usize] else {
            return;
        };
        let over = |at: Time| at < plan.timeline.chaos && now >= plan.timeline.chaos;
        while state.open.is_none()
            && let Some(place) = state.waiting.pop_front()
        {
            let planned = &plan.operations[place as usize];
            if over(planned.at) {
                continue;
            }
            let (client, op) = (planned.client, planned.op.clone());
            state.open = Some(self.history.invoke(state.process, client, op.clone(), now));
            let id = self.operation_id(place as usize);
            self.record(|world| world.about(host, Kind::Invoke, id, id, op.to_string()));
            self.arrive(host, id, Input::Invoke(op));
            return;
        }
    }

    /// The client's operation has ended.
    fn complete(&mut self, host: u32, outcome: Outcome<S::Ret>, cause: CausalId, id: CausalId) {
        let now = self.now;
        let address = self.address(host);
        self.digest = mix(self.digest, hash_of(&outcome));
        let Actor::Client(state) = &mut self.actors[host as usize] else {
            panic!("{address} completes an operation at {now:?}, but only clients do");
        };
        let Some(open) = state.open.take() else {
            panic!("{address} completes an operation at {now:?}, but has none open");
        };
        if matches!(outcome, Outcome::Info(_)) {
            state.process = ProcessId(self.processes);
            self.processes += 1;
        }
        let free = !state.waiting.is_empty();
        self.history.complete(open, outcome, self.sender, now);
        self.record(|world| {
            world.about(host, Kind::Complete, id, cause, world.history.operation(open).to_string())
        });
        if free {
            self.queue.push(Key::new(now, id), Event::Free { host });
        }
    }
}

fn loss_text(loss: Loss) -> &'static str {
    match loss {
        Loss::Chance => "lost on the way",
        Loss::Cut => "the link is cut",
    }
}

/// A hash that is the same on every platform for equal values: not for tables, only for the digest.
pub(crate) fn hash_of(value: &impl Hash) -> u64 {
    struct Mixer(u64);
    impl Hasher for Mixer {
        fn finish(&self) -> u64 {
            self.0
        }
        fn write(&mut self, bytes: &[u8]) {
            for &byte in bytes {
                self.0 = mix(self.0, u64::from(byte));
            }
        }
        fn write_u64(&mut self, word: u64) {
            self.0 = mix(self.0, word);
        }
        // The widths and byte orders of the platform must not show.
        fn write_u8(&mut self, word: u8) {
            self.write_u64(u64::from(word));
        }
        fn write_u16(&mut self, word: u16) {
            self.write_u64(u64::from(word));
        }
        fn write_u32(&mut self, word: u32) {
            self.write_u64(u64::from(word));
        }
        fn write_usize(&mut self, word: usize) {
            self.write_u64(word as u64);
        }
    }
    let mut mixer = Mixer(0);
    value.hash(&mut mixer);
    mixer.finish()
}
