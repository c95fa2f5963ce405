//! Hosts whose code is no state machine: an ordinary program, which acts when its engine lets it, and has sockets of its own.
//!
//! The world still has a node or a client in its place, which keeps what befalls it until the program asks. What the program does
//! to its disk, says, or answers is a step of that node, taken of its own will; what it sends is asked about here, and carried by
//! its engine.

use std::mem;

use stormglass_core::context::Context;
use stormglass_core::random::{CausalId, Purpose};
use stormglass_core::system::System;
use stormglass_core::time::{Duration, Time};
use stormglass_core::verdict::Verdict;

use crate::afoot::Reset;
use crate::host::Gate;
use crate::network::Fate;
use crate::stage::Stage;
use crate::world::{World, key_of};

/// What the plan's network does to bytes that a program sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carriage {
    /// They arrive after so long.
    After(Duration),
    /// They arrive after so long, and again after so long.
    Twice(Duration, Duration),
    /// They do not arrive.
    Lost,
    /// They wait until the fault at this place of the plan [lets them go](Stage::still_holds).
    Held(usize),
}

impl<S: System> Stage<S> {
    /// Says that hosts are programs, before the first of them acts.
    #[must_use]
    pub fn of_programs(mut self) -> Stage<S> {
        self.course.world_mut().programs = true;
        self
    }

    /// Resets that have struck since this was asked last: whoever carries the programs' bytes breaks their connections.
    pub fn take_resets(&mut self) -> Vec<Reset> {
        mem::take(&mut self.course.world_mut().resets)
    }

    /// So many connections were broken by a reset.
    pub fn broke(&mut self, reset: &Reset, connections: u64) {
        let world = self.course.world_mut();
        world.stats.dropped += connections;
        world.effect_of(reset.fault).dropped += connections;
    }

    /// A node takes a step of its own will; `None` if it is down.
    pub fn node_acts<T>(
        &mut self,
        host: usize,
        now: Time,
        act: impl FnOnce(&mut S::Node, &mut Context<'_, S>) -> T,
    ) -> Option<T> {
        self.step_of(host, now, |world, id| {
            let mut acted = None;
            world.node_step(host as u32, id, |node, cx| acted = Some(act(node, cx)));
            acted
        })
    }

    /// A client takes a step of its own will; `None` if it is dead.
    pub fn client_acts<T>(
        &mut self,
        host: usize,
        now: Time,
        act: impl FnOnce(&mut S::Client, &mut Context<'_, S>) -> T,
    ) -> Option<T> {
        self.step_of(host, now, |world, id| {
            let mut acted = None;
            world.client_step(host as u32, id, |client, cx| acted = Some(act(client, cx)));
            acted
        })
    }

    fn step_of<T>(
        &mut self,
        host: usize,
        now: Time,
        step: impl FnOnce(&mut World<S>, CausalId) -> Option<T>,
    ) -> Option<T> {
        if self.is_gone(host) || self.course.is_stopped() {
            return None;
        }
        let id = self.next_act(host, Purpose::Node);
        let mut acted = None;
        self.bring(now, |world| {
            world.record_step(host as u32, id);
            acted = step(world, id);
            if !world.notices.is_empty() {
                world.note_leadership();
            }
        });
        acted
    }

    /// The node in a host's place, to fetch what befell it; `None` if it is down.
    pub fn node_in(&mut self, host: usize) -> Option<&mut S::Node> {
        self.course.world_mut().nodes.get_mut(host)?.as_mut()
    }

    /// The client in a host's place, to fetch what was asked of it; `None` if it is dead.
    pub fn client_in(&mut self, host: usize) -> Option<&mut S::Client> {
        if self.is_gone(host) {
            return None;
        }
        let world = self.course.world_mut();
        let place = host.checked_sub(world.nodes.len())?;
        Some(&mut world.clients.get_mut(place)?.client)
    }

    /// Whether a node is down or a client is dead.
    #[must_use]
    pub fn is_gone(&self, host: usize) -> bool {
        self.course.world().gates[host] == Gate::Down
    }

    /// What becomes of so many bytes that one host sends to another now. Bytes that a fault would garble arrive whole: what carries
    /// them has checksums.
    pub fn carry(&mut self, from: usize, to: usize, bytes: u64, now: Time) -> Carriage {
        let id = self.next_act(from, Purpose::Network);
        let world = self.course.world_mut();
        world.stats.sent += 1;
        match world.network.fate(from as u32, to as u32, id, bytes, now) {
            Fate::Arrives(delay) | Fate::Garbled(delay, _) => Carriage::After(delay),
            Fate::ArrivesTwice(first, second) => {
                world.stats.duplicated += 1;
                Carriage::Twice(first, second)
            }
            Fate::Held(fault) => Carriage::Held(fault),
            Fate::Lost(_) => {
                world.stats.dropped += 1;
                Carriage::Lost
            }
        }
    }

    /// Whether a fault lets nothing through from one host to another, for engines that cannot ask for every message.
    #[must_use]
    pub fn is_cut(&self, from: usize, to: usize) -> bool {
        self.course.world().network.is_cut(from as u32, to as u32)
    }

    /// Whether a fault holds a host still. Its engine holds the program then, which is what the fault has done.
    pub fn is_held_still(&mut self, host: usize) -> bool {
        let world = self.course.world_mut();
        let fault = world.hosts[host].pauses.last().copied();
        if let Some(fault) = fault {
            world.effect_of(fault).inputs += 1;
        }
        fault.is_some()
    }

    /// Whether the fault at this place of the plan is still in force.
    #[must_use]
    pub fn still_holds(&self, fault: usize) -> bool {
        self.course.world().struck[fault].is_some()
    }

    /// Somebody who watches the run has found something.
    pub fn accuse(&mut self, verdict: Verdict) {
        self.course.accuse(verdict);
    }

    /// The cause of what a host does next of its own will.
    fn next_act(&mut self, host: usize, purpose: Purpose) -> CausalId {
        self.acts[host] += 1;
        let world = self.course.world();
        CausalId::root(world.plan.seed, purpose)
            .child(key_of(world.address(host as u32)))
            .child(self.acts[host])
    }
}
