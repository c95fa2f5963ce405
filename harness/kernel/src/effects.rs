//! What comes of a host's step: its effects, carried out in the order in which it asked for them.

use stormglass_core::context::Effect;
use stormglass_core::id::Address;
use stormglass_core::random::CausalId;
use stormglass_core::system::System;
use stormglass_core::time::{Duration, Time};

use stormglass_plan::fault::Release;

use crate::host::{Burns, Fuse, Gate, Notice};
use crate::network::{Fate, Loss};
use crate::queue::{AFTER, Key};
use crate::wire;
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
        let mut effects = std::mem::take(&mut self.effects);
        let blown = self.burn(host, &effects);
        let cut = blown.as_ref().map_or(effects.len(), |(cut, _)| *cut);
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
        match blown {
            Some((_, fuse)) => {
                self.fuses -= 1;
                let id = cause.child(cut as u64);
                self.host(host).held_down.push(fuse.fault);
                self.crash(fuse.fault, host, fuse.unsynced, id);
                self.relapse(host, fuse.fault, id);
            }
            None => self.slow_down(host, cause),
        }
    }

    /// Whether the host's fuse ends in this step; if so, behind how many effects.
    fn burn(&mut self, host: u32, effects: &[Effect<S>]) -> Option<(usize, Fuse)> {
        let mut fuse = self.host(host).fuse.take()?;
        match &mut fuse.burns {
            // What a state machine does in one step a program does in many: it is counted through all of them.
            Burns::Effects(count) if self.programs && effects.len() < *count as usize => {
                *count -= effects.len() as u32;
                self.host(host).fuse = Some(fuse);
                None
            }
            Burns::Effects(count) => Some((effects.len().min(*count as usize), fuse)),
            Burns::Point(wanted, left) => {
                for (place, effect) in effects.iter().enumerate() {
                    let Effect::Point(label) = effect else { continue };
                    if wanted.as_ref().is_none_or(|wanted| wanted == label) {
                        *left = left.saturating_sub(1);
                        if *left == 0 {
                            return Some((place, fuse));
                        }
                    }
                }
                self.host(host).fuse = Some(fuse);
                None
            }
        }
    }

    /// A step of a slow host occupies it for longer.
    fn slow_down(&mut self, host: u32, cause: CausalId) {
        for (fault, _, step) in self.host(host).slow.clone() {
            self.effect_of(fault).inputs += 1;
            if !step.is_zero() {
                self.occupy(host, step, cause.child(AFTER - 1 - fault as u64));
            }
        }
    }

    /// The host came to a point: what was held until then is let go.
    fn point(&mut self, label: &'static str) {
        if !self.held.is_empty() {
            self.release(|_, until| matches!(until, Release::Point(point) if point == label));
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
            Effect::Work(span) => {
                let factor = self.hosts[host as usize].slow.iter().map(|&(_, factor, _)| factor).max();
                self.occupy(host, span * u64::from(factor.unwrap_or(1)), id);
            }
            Effect::Point(label) => self.point(label),
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
        if self.wired {
            return self.send_encoded(host, from, to, &message, cause, id);
        }
        let fate = if host == to {
            Fate::Arrives(Duration::ZERO)
        } else {
            let size = if self.network.metered() { wire::size(&message) } else { 0 };
            self.network.fate(host, to, id, size, self.now)
        };
        self.meet_fate(to, from, message, fate, cause, id);
    }

    /// What the network decided comes true.
    #[inline(always)]
    pub(crate) fn meet_fate(
        &mut self,
        to: u32,
        from: Address,
        message: S::Message,
        fate: Fate,
        cause: CausalId,
        id: CausalId,
    ) {
        match fate {
            Fate::Arrives(delay) => {
                self.queue.push(Key::new(self.now + delay, id), Event::Deliver { to, from, message });
            }
            Fate::ArrivesTwice(first, second) => {
                self.stats.duplicated += 1;
                if self.trace.is_some() {
                    self.origins.come(id.child(0), id);
                }
                let copy = Event::Deliver { to, from, message: message.clone() };
                self.queue.push(Key::new(self.now + second, id.child(0)), copy);
                self.queue.push(Key::new(self.now + first, id), Event::Deliver { to, from, message });
            }
            Fate::Garbled(..) => unreachable!("only encoded messages are garbled"),
            Fate::Held(fault) => self.hold(fault, to, from, message, id),
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
            Loss::Overflow => "the queue before the link is full",
        }
    }
}

#[cold]
#[inline(never)]
fn stranger(from: Address, to: Address) -> ! {
    panic!("{from} sends to {to}, who is not a member of the cluster")
}
