//! Faults of links: cuts, and what happens to messages on their way.

use std::collections::BTreeMap;

use fixedbitset::FixedBitSet;
use stormglass_core::random::{CausalId, Draws};
use stormglass_core::system::System;
use stormglass_core::time::Duration;
use stormglass_plan::fault::{Clients, Fault, Target, Way};

use crate::afoot::{Reset, between};
use crate::host::Gate;
use crate::network::{Meter, Weather, WeatherKind};
use crate::queue::{AFTER, Key};
use crate::world::{Deed, Event, World};

impl<S: System> World<S> {
    pub(super) fn strike_links(&mut self, place: usize, id: CausalId, fault: &Fault, draws: &mut Draws) {
        match fault {
            Fault::Partition { side, way, clients } => {
                let on = self.resolve(side, draws);
                self.note_strike(place, id, on.clone());
                self.cut(place, &on, *way, *clients);
            }
            Fault::Isolate { target, way, clients } => {
                let on = self.resolve(target, draws);
                self.note_strike(place, id, on.clone());
                for one in on {
                    self.cut(place, &[one], *way, *clients);
                }
            }
            Fault::Loss { rate, from, to } => {
                self.strike_route(place, id, WeatherKind::Loss(*rate), (from, to), draws);
            }
            Fault::Duplicate { rate, from, to } => {
                self.strike_route(place, id, WeatherKind::Duplicate(*rate), (from, to), draws);
            }
            Fault::Delay { add, rate, from, to } => {
                self.strike_route(place, id, WeatherKind::Delay(*rate, add.clone()), (from, to), draws);
            }
            Fault::SlowLink { factor, from, to } => {
                self.strike_route(place, id, WeatherKind::Slow(*factor), (from, to), draws);
            }
            Fault::Hold { rate, from, to, .. } => {
                self.strike_route(place, id, WeatherKind::Hold(*rate), (from, to), draws);
            }
            Fault::Corrupt { rate, bits, from, to } => {
                self.strike_route(place, id, WeatherKind::Garble(*rate, *bits), (from, to), draws);
            }
            Fault::Bandwidth { bytes_per_second, queue_bytes, from, to } => {
                let (bytes_per_second, queue_bytes) = (*bytes_per_second, *queue_bytes);
                let meter = Meter { bytes_per_second, queue_bytes, free: BTreeMap::new() };
                self.strike_route(place, id, WeatherKind::Bandwidth(meter), (from, to), draws);
            }
            Fault::Sever { from, to, way } => {
                let (from, to) = (self.ends(from, draws), self.ends(to, draws));
                self.note_strike(place, id, self.nodes_of(&from));
                if matches!(way, Way::Both | Way::Out) {
                    self.disturb(place, from.clone(), to.clone(), WeatherKind::Cut);
                }
                if matches!(way, Way::Both | Way::In) {
                    self.disturb(place, to, from, WeatherKind::Cut);
                }
            }
            Fault::Ring {} => {
                self.note_strike(place, id, (0..self.nodes.len()).collect());
                self.cut_to_ring(place);
            }
            Fault::Flap { target, .. } => {
                let on = self.resolve(target, draws);
                self.note_strike(place, id, on);
                self.flap(place, 0);
            }
            Fault::Reset { from, to } => {
                let (from, to) = (self.ends(from, draws), self.ends(to, draws));
                self.note_strike(place, id, self.nodes_of(&from));
                self.reset(place, &from, &to);
                if self.programs {
                    self.resets.push(Reset { fault: place, ends: (from, to) });
                }
            }
            other => unreachable!("{} is no fault of links", other.name()),
        }
    }

    pub(super) fn lift_links(&mut self, place: usize, fault: &Fault) {
        self.calm_down(place);
        if let Fault::Hold { .. } = fault {
            self.release(|fault, _| fault == place);
        }
    }

    /// Takes the fault's weather away, and notes what it did.
    pub(super) fn calm_down(&mut self, place: usize) {
        let (dropped, disturbed) = self.network.lift(place);
        let effect = self.effect_of(place);
        effect.dropped += dropped;
        effect.disturbed += disturbed;
    }

    /// The flapping fault cuts off at even turns, and lets through at odd ones.
    pub(crate) fn flap(&mut self, place: usize, turn: u32) {
        let Some(strike) = self.struck[place] else { return };
        let plan = self.plan.clone();
        let Fault::Flap { period, share, way, clients, .. } = &plan.faults[place].inject else {
            unreachable!("only flapping faults flap")
        };
        let cut = Duration::from_nanos(share.of(period.as_nanos()));
        let lasts = if turn.is_multiple_of(2) {
            for one in self.strikes[strike].on.clone() {
                self.cut(place, &[one], *way, *clients);
            }
            cut
        } else {
            self.calm_down(place);
            *period - cut
        };
        let id = self.strikes[strike].id.child(AFTER - 1 - u64::from(turn));
        let deed = Deed::Flap { place: place as u32, turn: turn + 1 };
        self.queue.push(Key::new(self.now + lasts, id), Event::Deed(deed));
    }

    /// Each node keeps its two neighbours in the order of ids, the first being the last one's.
    fn cut_to_ring(&mut self, place: usize) {
        let count = self.nodes.len();
        for node in 0..count {
            let far = |other: &usize| {
                let distance = other.abs_diff(node);
                distance > 1 && distance != count - 1
            };
            let from = set_of(self.hosts.len(), [node]);
            let to = set_of(self.hosts.len(), (0..count).filter(far));
            self.disturb(place, from, to, WeatherKind::Cut);
        }
    }

    /// Everything that is on its way between the two, either way, is lost.
    fn reset(&mut self, place: usize, from: &FixedBitSet, to: &FixedBitSet) {
        let cluster = &self.plan.cluster;
        let mut dropped = 0;
        self.queue.for_each(|event| {
            let Event::Deliver { to: receiver, from: sender, .. } = event else { return };
            let sender = cluster.index_of(*sender).expect("only members send") as u32;
            if between(sender, *receiver, (from, to)) {
                *event = Event::Deed(Deed::Nothing);
                dropped += 1;
            }
        });
        if let Some(afoot) = &mut self.afoot {
            let gates = &self.gates;
            dropped += afoot.reset((from, to), self.now, |host| gates[host as usize] == Gate::Down);
        }
        self.stats.dropped += dropped;
        self.effect_of(place).dropped += dropped;
    }

    /// The hosts at one end of a route: everybody, clients too, or the nodes that the target means.
    fn ends(&self, target: &Target, draws: &mut Draws) -> FixedBitSet {
        match target {
            Target::All => self.everybody(),
            narrower => set_of(self.hosts.len(), self.resolve(narrower, draws)),
        }
    }

    fn nodes_of(&self, set: &FixedBitSet) -> Vec<usize> {
        set.ones().filter(|&host| host < self.nodes.len()).collect()
    }

    /// A fault of the links from some hosts to some.
    fn strike_route(
        &mut self,
        place: usize,
        id: CausalId,
        kind: WeatherKind,
        (from, to): (&Target, &Target),
        draws: &mut Draws,
    ) {
        let (from, to) = (self.ends(from, draws), self.ends(to, draws));
        self.note_strike(place, id, self.nodes_of(&from));
        self.disturb(place, from, to, kind);
    }

    /// Changes the weather on the links from some hosts to some, in the name of the fault at `place`.
    pub(super) fn disturb(&mut self, place: usize, from: FixedBitSet, to: FixedBitSet, kind: WeatherKind) {
        let key = self.plan.faults[place].id;
        self.network.add(Weather::new((place, key), from, to, kind));
    }

    /// Cuts `side` off from the other nodes, and perhaps from the clients.
    fn cut(&mut self, place: usize, side: &[usize], way: Way, clients: Clients) {
        let reach = match clients {
            Clients::Reach => self.nodes.len(),
            Clients::Cut => self.hosts.len(),
        };
        let inside = set_of(self.hosts.len(), side.iter().copied());
        let outside = set_of(self.hosts.len(), (0..reach).filter(|host| !side.contains(host)));
        if matches!(way, Way::Both | Way::Out) {
            let (from, to) = (inside.clone(), outside.clone());
            self.disturb(place, from, to, WeatherKind::Cut);
        }
        if matches!(way, Way::Both | Way::In) {
            self.disturb(place, outside, inside, WeatherKind::Cut);
        }
    }
}

/// A set of hosts by place.
pub(crate) fn set_of(hosts: usize, members: impl IntoIterator<Item = usize>) -> FixedBitSet {
    let mut set = FixedBitSet::with_capacity(hosts);
    set.extend(members);
    set
}
