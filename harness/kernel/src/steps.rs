//! How inputs reach a host.
//!
//! ```text
//! event ──▶ gate open ──▶ hear, timer … ──▶ step ──▶ effects
//!    └──▶ gate shut ──▶ inbox ──▶ catch up ──▶ take …
//! ```

use stormglass_core::context::Context;
use stormglass_core::disk::SyncId;
use stormglass_core::id::Address;
use stormglass_core::random::{CausalId, Draws, Purpose};
use stormglass_core::system::{Client as _, Node as _, System};
use stormglass_core::trace::{Kind, Record};

use crate::host::{Gate, Input};
use crate::queue::Key;
use crate::timers::Popped;
use crate::world::{Deed, Event, World};

impl<S: System> World<S> {
    /// A message comes to a host's gate: the hottest path there is.
    #[inline(always)]
    pub(crate) fn deliver(&mut self, host: u32, from: Address, message: S::Message, id: CausalId) {
        if self.gates[host as usize] == Gate::Open && self.trace.is_none() {
            self.hear(host, from, message, id);
        } else {
            self.arrive(host, id, Input::Message { from, message });
        }
    }

    /// An input comes to a host's gate.
    #[inline(never)]
    pub(crate) fn arrive(&mut self, host: u32, id: CausalId, input: Input<S>) {
        match self.gates[host as usize] {
            Gate::Open => self.take(host, id, input),
            Gate::Shut => {
                let this = self.host(host);
                this.inbox.push_back((id, input));
                if let Some(&fault) = this.pauses.last() {
                    self.effect_of(fault).inputs += 1;
                }
            }
            Gate::Down => self.lose(host, id, &input),
        }
    }

    /// The host takes an input.
    fn take(&mut self, host: u32, id: CausalId, input: Input<S>) {
        match input {
            Input::Message { from, message } => {
                self.record(|world| Record {
                    peer: Some(from),
                    ..world.about(host, Kind::Deliver, id, world.origins.of(id), format!("{message:?}"))
                });
                self.hear(host, from, message, id);
            }
            Input::Timer(timer, key) => self.timer_popped(host, timer, key),
            Input::Synced(sync, result) => {
                let cause = self.origins.take(id);
                self.record(|world| world.about(host, Kind::Sync, id, cause, format!("{result:?}")));
                self.node_step(host, id, |node, cx| node.on_synced(sync, result, cx));
            }
            Input::Start => {
                self.record(|world| world.about(host, Kind::Start, id, id, String::new()));
                if self.is_node(host) {
                    self.node_step(host, id, S::Node::on_start);
                } else {
                    self.client_step(host, id, S::Client::on_start);
                }
            }
            Input::Invoke(op) => {
                self.record_step(host, id);
                self.client_step(host, id, |client, cx| client.on_invoke(op, cx));
            }
        }
    }

    /// The host reads a message.
    #[inline(always)]
    fn hear(&mut self, host: u32, from: Address, message: S::Message, id: CausalId) {
        if self.is_node(host) {
            self.node_step(host, id, |node, cx| node.on_message(from, message, cx));
        } else {
            self.client_hears(host, from, message, id);
        }
    }

    #[inline(never)]
    fn client_hears(&mut self, host: u32, from: Address, message: S::Message, id: CausalId) {
        self.sender = from.node();
        self.client_step(host, id, |client, cx| client.on_message(from, message, cx));
        self.sender = None;
    }

    /// A queued timer event comes up.
    #[inline(always)]
    pub(crate) fn timer_up(&mut self, host: u32, timer: S::Timer, key: Key) {
        if self.gates[host as usize] == Gate::Open {
            self.timer_popped(host, timer, key);
        } else {
            self.arrive(host, key.id(), Input::Timer(timer, key));
        }
    }

    /// A queued timer event came up and the gate is open: the timer runs out, if the event still stands for it.
    #[inline(always)]
    fn timer_popped(&mut self, host: u32, timer: S::Timer, key: Key) {
        match self.timers[host as usize].popped(timer, key, self.now) {
            Popped::Fire(id) => {
                let id = self.salted(id);
                self.record(move |world| {
                    let cause = world.origins.of_timer(host, timer, id);
                    world.about(host, Kind::Timer, id, cause, format!("{timer:?}"))
                });
                if self.is_node(host) {
                    self.node_step(host, id, |node, cx| node.on_timer(timer, cx));
                } else {
                    self.client_step(host, id, |client, cx| client.on_timer(timer, cx));
                }
            }
            Popped::Requeue(key) => self.queue.push(key, Event::Timer { host, timer }),
            Popped::Dead => {}
        }
    }

    /// One step of one node: the input goes in, effects come out.
    #[inline(always)]
    pub(crate) fn node_step(
        &mut self,
        host: u32,
        id: CausalId,
        input: impl FnOnce(&mut S::Node, &mut Context<'_, S>),
    ) {
        self.happened(host, id);
        let place = host as usize;
        if let Some(node) = &mut self.nodes[place] {
            let draws = Draws::new(id, Purpose::Node);
            let host = &mut self.hosts[place];
            input(node, &mut Context::new(self.now, &host.clock, draws, &mut host.disk, &mut self.effects));
        }
        if !self.effects.is_empty() {
            self.carry_out(host, id);
        }
    }

    /// One step of one client.
    pub(crate) fn client_step(
        &mut self,
        host: u32,
        id: CausalId,
        input: impl FnOnce(&mut S::Client, &mut Context<'_, S>),
    ) {
        self.happened(host, id);
        let place = host as usize;
        if let Some(state) = self.clients.get_mut(place - self.nodes.len()) {
            let draws = Draws::new(id, Purpose::Node);
            let host = &mut self.hosts[place];
            let cx = &mut Context::new(self.now, &host.clock, draws, &mut host.disk, &mut self.effects);
            input(&mut state.client, cx);
        }
        if !self.effects.is_empty() {
            self.carry_out(host, id);
        }
    }

    /// An input comes to a host that is down.
    #[cold]
    fn lose(&mut self, host: u32, id: CausalId, input: &Input<S>) {
        if let Input::Message { from, .. } = input {
            self.stats.dropped += 1;
            self.record_drop(*from, host, id, id, "the receiver is down");
        }
    }

    /// A sync has come to its end, well or badly.
    pub(crate) fn sync_done(&mut self, host: u32, sync: SyncId, id: CausalId) {
        let Some(fate) = self.sync_fate(host, sync, id) else { return };
        if let Some(result) = self.host(host).disk.finish_sync(sync, fate)
            && self.is_node(host)
        {
            self.arrive(host, id, Input::Synced(sync, result));
        }
    }

    /// The host takes what has waited, until it is at work again, or until a node says something: monitors look at the
    /// world before anything else happens.
    pub(crate) fn catch_up(&mut self, host: u32, id: CausalId) {
        loop {
            let this = &mut self.hosts[host as usize];
            if self.gates[host as usize] != Gate::Shut
                || !this.pauses.is_empty()
                || this.busy_until > self.now
            {
                return;
            }
            if !self.notices.is_empty() {
                return self.queue.push(Key::new(self.now, id), Event::Deed(Deed::Wake { host }));
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

    #[inline]
    pub(crate) fn is_node(&self, host: u32) -> bool {
        (host as usize) < self.nodes.len()
    }
}
