//! What comes of a host's step: its effects, carried out in the order in which it asked for them.

use stormglass_core::context::Effect;
use stormglass_core::id::Address;
use stormglass_core::random::CausalId;
use stormglass_core::system::System;
use stormglass_core::time::{Duration, Time};

use crate::host::{Gate, Notice};
use crate::network::{Fate, Loss};
use crate::queue::Key;
use crate::world::{Deed, Event, World};

impl<S: System> World<S> {
    /// Carries out what the step asked for.
    pub(crate) fn carry_out(&mut self, host: u32, cause: CausalId) {
        if self.fuses > 0 || self.trace.is_some() {
            return self.carry_out_watched(host, cause);
        }
        let address = self.address(host);
        let mut effects = std::mem::take(&mut self.effects);
        for (index, effect) in effects.iter_mut().enumerate() {
            self.effect(host, address, cause, cause.child(index as u64), effect);
        }
        effects.clear();
        self.effects = effects;
    }

    /// The same where someone looks on: a trace that is kept, or a crash that waits to fall between two effects.
    /// Then the effects behind it never happened.
    #[cold]
    #[inline(never)]
    fn carry_out_watched(&mut self, host: u32, cause: CausalId) {
        let address = self.address(host);
        let fuse = self.host(host).fuse.take();
        let mut effects = std::mem::take(&mut self.effects);
        let cut = fuse.map_or(effects.len(), |fuse| effects.len().min(fuse.effects as usize));
        let undone = effects[cut..].iter().find_map(|effect| match effect {
            Effect::Write { mark } => Some(*mark),
            _ => None,
        });
        effects.truncate(cut);
        for (index, effect) in effects.iter_mut().enumerate() {
            let id = cause.child(index as u64);
            self.record_effect(host, cause, id, effect);
            self.effect(host, address, cause, id, effect);
        }
        effects.clear();
        self.effects = effects;
        if let Some(mark) = undone {
            self.host(host).disk.cut(mark);
        }
        if let Some(fuse) = fuse {
            self.fuses -= 1;
            self.host(host).held_down.push(fuse.fault);
            self.crash(fuse.fault, host, fuse.unsynced, cause.child(cut as u64));
        }
    }

    /// Carries out one effect, and leaves nothing in its place. It is looked at where it lies and moved only in
    /// parts: moved as a whole it would be copied twice.
    #[inline(always)]
    fn effect(&mut self, host: u32, address: Address, cause: CausalId, id: CausalId, effect: &mut Effect<S>) {
        const DONE: &str = "done";
        match effect {
            Effect::Send { to, .. } => {
                let to = *to;
                if let Effect::Send { message, .. } = std::mem::replace(effect, Effect::Point(DONE)) {
                    self.send(host, address, to, message, cause, id);
                }
            }
            Effect::SetTimer { timer, after } => {
                let due = if self.drifted { self.due(host, *after) } else { self.now + *after };
                if let Some(key) = self.timers[host as usize].set(*timer, Key::new(due, id)) {
                    self.queue.push(key, Event::Timer { host, timer: *timer });
                }
            }
            rare => {
                let effect = std::mem::replace(rare, Effect::Point(DONE));
                self.rare_effect(host, address, cause, id, effect);
            }
        }
    }

    /// All but messages and timers. Apart, so that their road is short.
    #[inline(never)]
    fn rare_effect(&mut self, host: u32, address: Address, cause: CausalId, id: CausalId, effect: Effect<S>) {
        match effect {
            Effect::Send { .. } | Effect::SetTimer { .. } => unreachable!("these have a road of their own"),
            Effect::CancelTimer { timer } => self.timers[host as usize].cancel(timer),
            // The cache was changed when the node asked; only a crash needs to know where in the order.
            Effect::Write { .. } => {}
            Effect::Sync { sync } => {
                let delay = self.sync_delay(host, id);
                self.queue.push(Key::new(self.now + delay, id), Event::Deed(Deed::SyncDone { host, sync }));
            }
            Effect::Emit(event) => {
                if let Address::Node(node) = address {
                    self.notices.push(Notice::Said(node, event));
                }
            }
            Effect::Complete(outcome) => self.complete(host, outcome, cause, id),
            Effect::Work(span) => self.occupy(host, span, id),
            Effect::Point(_) => {}
        }
    }

    /// A message leaves: the network says when it arrives, if it does.
    #[inline(always)]
    fn send(
        &mut self,
        host: u32,
        from: Address,
        to: Address,
        message: S::Message,
        cause: CausalId,
        id: CausalId,
    ) {
        let Some(place) = self.plan.cluster.index_of(to) else { stranger(from, to) };
        let to = place as u32;
        self.stats.sent += 1;
        // What a host sends to itself does not cross the network.
        let fate = if host == to { Fate::Arrives(Duration::ZERO) } else { self.network.fate(host, to, id) };
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
                self.record_drop(from, to, id, cause, loss.text());
            }
        }
    }

    /// When the host's clock will have gone on by `span`.
    #[cold]
    fn due(&self, host: u32, span: Duration) -> Time {
        let clock = &self.hosts[host as usize].clock;
        clock.when(clock.elapsed(self.now) + span)
    }

    /// The host is at work for `span` after this step.
    #[inline(never)]
    fn occupy(&mut self, host: u32, span: Duration, id: CausalId) {
        let this = &mut self.hosts[host as usize];
        this.busy_until = this.busy_until.max(self.now) + span;
        let until = this.busy_until;
        self.gates[host as usize] = Gate::Shut;
        self.queue.push(Key::new(until, id), Event::Deed(Deed::Wake { host }));
    }
}

impl Loss {
    fn text(self) -> &'static str {
        match self {
            Loss::Chance => "lost on the way",
            Loss::Cut => "the link is cut",
        }
    }
}

#[cold]
#[inline(never)]
fn stranger(from: Address, to: Address) -> ! {
    panic!("{from} sends to {to}, who is not a member of the cluster")
}
