//! Faults of links: cuts, and what happens to messages on their way.

use fixedbitset::FixedBitSet;
use stormglass_core::random::{CausalId, Draws};
use stormglass_core::system::System;
use stormglass_plan::fault::{Clients, Fault, Target, Way};

use crate::network::{Weather, WeatherKind};
use crate::world::World;

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
            other => unreachable!("{} is refused before the run", other.name()),
        }
    }

    pub(super) fn lift_links(&mut self, place: usize, _fault: &Fault) {
        self.network.lift(place);
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
        let mut ends = |target: &Target| match target {
            Target::All => self.everybody(),
            narrower => set_of(self.hosts.len(), self.resolve(narrower, draws)),
        };
        let (from, to) = (ends(from), ends(to));
        self.note_strike(place, id, from.ones().filter(|&host| host < self.nodes.len()).collect());
        self.network.add(Weather { fault: place, from, to, kind });
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
            self.network.add(Weather { fault: place, from, to, kind: WeatherKind::Cut });
        }
        if matches!(way, Way::Both | Way::In) {
            self.network.add(Weather { fault: place, from: outside, to: inside, kind: WeatherKind::Cut });
        }
    }
}

/// A set of hosts by place.
pub(crate) fn set_of(hosts: usize, members: impl IntoIterator<Item = usize>) -> FixedBitSet {
    let mut set = FixedBitSet::with_capacity(hosts);
    set.extend(members);
    set
}
