//! Faults of disks.

use stormglass_core::random::{CausalId, Draws, Purpose};
use stormglass_core::system::System;
use stormglass_core::time::Duration;
use stormglass_plan::fault::Fault;

use crate::host::{DiskWeather, DiskWeatherKind};
use crate::world::World;

impl<S: System> World<S> {
    pub(super) fn strike_disk(&mut self, place: usize, _id: CausalId, fault: &Fault, host: u32) {
        let kind = match fault {
            Fault::SlowDisk { sync, .. } => DiskWeatherKind::SlowSync(sync.clone()),
            Fault::FailSync { rate, .. } => DiskWeatherKind::FailSync(*rate),
            other => unreachable!("{} is refused before the run", other.name()),
        };
        self.hosts[host as usize].disk_weather.push(DiskWeather { fault: place, kind });
    }

    pub(super) fn lift_disk(&mut self, place: usize, _id: CausalId, _fault: &Fault, host: u32) {
        self.hosts[host as usize].disk_weather.retain(|weather| weather.fault != place);
    }

    pub(crate) fn sync_delay(&self, host: u32, id: CausalId) -> Duration {
        let weather = &self.hosts[host as usize].disk_weather;
        let slow = weather.iter().rev().find_map(|weather| match &weather.kind {
            DiskWeatherKind::SlowSync(latency) => Some(latency),
            DiskWeatherKind::FailSync(_) => None,
        });
        slow.unwrap_or(&self.plan.disk.sync).sample(&mut Draws::new(id, Purpose::Disk))
    }

    pub(crate) fn sync_fails(&self, host: u32, id: CausalId) -> bool {
        self.hosts[host as usize].disk_weather.iter().any(|weather| match weather.kind {
            DiskWeatherKind::FailSync(rate) => {
                Draws::new(id.child(weather.fault as u64), Purpose::Disk).chance(rate)
            }
            DiskWeatherKind::SlowSync(_) => false,
        })
    }
}
