//! Faults of regions and zones, and of the links between them.

use fixedbitset::FixedBitSet;
use stormglass_core::random::{CausalId, Draws};
use stormglass_core::system::System;
use stormglass_plan::fault::{Fault, Target, Way};

use super::set_of;
use crate::network::WeatherKind;
use crate::world::World;

impl<S: System> World<S> {
    pub(super) fn strike_region(&mut self, place: usize, id: CausalId, fault: &Fault, draws: &mut Draws) {
        let named =
            |name: &Option<String>, some: fn(String) -> Target, one: Target| name.clone().map_or(one, some);
        match fault {
            Fault::RegionOutage { region, unsynced } => {
                let target = named(region, Target::Region, Target::OneRegion);
                self.outage(place, id, &target, *unsynced, draws);
            }
            Fault::ZoneOutage { zone, unsynced } => {
                let target = named(zone, Target::Zone, Target::OneZone);
                self.outage(place, id, &target, *unsynced, draws);
            }
            Fault::WanCut { region, way } => {
                let on = self.resolve(&named(region, Target::Region, Target::OneRegion), draws);
                self.note_strike(place, id, on.clone());
                // A region may be named that has clients alone.
                let named = self.plan.topology.as_ref().zip(region.as_ref()).and_then(|(topology, name)| {
                    topology.regions.iter().position(|region| region.name == *name)
                });
                let drawn = || on.first().and_then(|&node| self.region_at(node));
                let Some(inside) = named.or_else(drawn) else { return };
                let (inside, outside): (Vec<usize>, Vec<usize>) =
                    (0..self.hosts.len()).partition(|&host| self.region_at(host) == Some(inside));
                let (inside, outside) = (set_of(self.hosts.len(), inside), set_of(self.hosts.len(), outside));
                if matches!(way, Way::Both | Way::Out) {
                    self.disturb(place, inside.clone(), outside.clone(), WeatherKind::Cut);
                }
                if matches!(way, Way::Both | Way::In) {
                    self.disturb(place, outside, inside, WeatherKind::Cut);
                }
            }
            Fault::WanBrownOut { factor, loss } => {
                self.note_strike(place, id, (0..self.nodes.len()).collect());
                let regions = self.plan.topology.as_ref().map_or(0, |topology| topology.regions.len());
                for region in 0..regions {
                    let (inside, outside): (Vec<usize>, Vec<usize>) =
                        (0..self.hosts.len()).partition(|&host| self.region_at(host) == Some(region));
                    let set = |hosts: Vec<usize>| -> FixedBitSet { set_of(self.hosts.len(), hosts) };
                    let (inside, outside) = (set(inside), set(outside));
                    let slow = WeatherKind::Slow(*factor);
                    self.disturb(place, inside.clone(), outside.clone(), slow);
                    if !loss.is_zero() {
                        self.disturb(place, inside, outside, WeatherKind::Loss(*loss));
                    }
                }
            }
            other => unreachable!("{} is no fault of regions", other.name()),
        }
    }

    pub(super) fn lift_region(&mut self, place: usize, id: CausalId, fault: &Fault, on: &[usize]) {
        match fault {
            Fault::RegionOutage { .. } | Fault::ZoneOutage { .. } => {
                for &host in on {
                    self.let_up(place, host as u32, self.child_for(id, host));
                }
            }
            _ => self.calm_down(place),
        }
    }

    fn outage(
        &mut self,
        place: usize,
        id: CausalId,
        target: &Target,
        unsynced: stormglass_core::disk::CrashLoss,
        draws: &mut Draws,
    ) {
        let on = self.resolve(target, draws);
        self.note_strike(place, id, on.clone());
        for host in on {
            self.go_down(place, host as u32, unsynced, self.child_for(id, host));
        }
    }

    /// The region that a host is in.
    fn region_at(&self, host: usize) -> Option<usize> {
        self.network.region(host)
    }
}
