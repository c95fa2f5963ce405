//! Faults of disks.

use stormglass_core::disk::{Ailment, Malady, SyncFate, SyncId};
use stormglass_core::random::{CausalId, Draws, Purpose};
use stormglass_core::system::System;
use stormglass_core::time::Duration;
use stormglass_plan::fault::Fault;

use crate::host::{DiskWeather, DiskWeatherKind};
use crate::queue::{AFTER, Key};
use crate::world::{Deed, Event, World};

impl<S: System> World<S> {
    pub(super) fn strike_disk(&mut self, place: usize, id: CausalId, fault: &Fault, host: u32) {
        let kind = match fault {
            Fault::SlowDisk { sync, .. } => DiskWeatherKind::SlowSync(sync.clone()),
            Fault::FailSync { rate, .. } => DiskWeatherKind::FailSync(*rate),
            Fault::FailSyncOnce { times, .. } => DiskWeatherKind::FailNext(*times),
            Fault::ReorderSyncs { within, .. } => DiskWeatherKind::Reorder(*within),
            Fault::StallDisk { .. } => DiskWeatherKind::Stall,
            Fault::LyingSync { rate, .. } => DiskWeatherKind::Lie(*rate),
            Fault::BitRot { bits, .. } => {
                let draws = &mut Draws::new(id, Purpose::Disk);
                let flipped = self.hosts[host as usize].disk.rot(*bits, draws);
                self.effect_of(place).bytes += flipped;
                return;
            }
            Fault::ReadError { rate, .. } => return self.afflict(place, id, host, Malady::Unreadable(*rate)),
            Fault::FullDisk { .. } => return self.afflict(place, id, host, Malady::Full),
            Fault::MisdirectedWrite { rate, .. } => {
                return self.afflict(place, id, host, Malady::Astray(*rate));
            }
            other => unreachable!("{} is no fault of disks", other.name()),
        };
        self.hosts[host as usize].disk_weather.push(DiskWeather { fault: place, kind });
    }

    fn afflict(&mut self, place: usize, id: CausalId, host: u32, malady: Malady) {
        self.hosts[host as usize].disk.afflict(Ailment::new(place as u64, id, malady));
    }

    pub(super) fn lift_disk(&mut self, place: usize, _id: CausalId, fault: &Fault, host: u32) {
        let this = &mut self.hosts[host as usize];
        this.disk_weather.retain(|weather| weather.fault != place);
        let shown = this.disk.cure(place as u64);
        if matches!(fault, Fault::StallDisk { .. }) && !stalls(&this.disk_weather) {
            for (sync, id) in std::mem::take(&mut this.stalled) {
                let deed = Deed::SyncDone { host, sync };
                self.queue.push(Key::new(self.now, id.child(AFTER)), Event::Deed(deed));
            }
        }
        self.effect_of(place).accesses += shown;
    }

    /// How long a sync takes that is asked for now.
    pub(crate) fn sync_delay(&mut self, host: u32, id: CausalId) -> Duration {
        let this = &self.hosts[host as usize];
        if this.disk_weather.is_empty() {
            return self.plan.disk.sync.sample(&mut Draws::new(id, Purpose::Disk));
        }
        let weather = this.disk_weather.clone();
        let slow = weather.iter().rev().find_map(|weather| match &weather.kind {
            DiskWeatherKind::SlowSync(latency) => Some((weather.fault, latency)),
            _ => None,
        });
        if let Some((fault, _)) = slow {
            self.effect_of(fault).syncs += 1;
        }
        let latency = slow.map_or(&self.plan.disk.sync, |(_, latency)| latency);
        let mut delay = latency.sample(&mut Draws::new(id, Purpose::Disk));
        for DiskWeather { fault, kind } in &weather {
            if let DiskWeatherKind::Reorder(within) = kind {
                let mut draws = Draws::new(id.child(self.plan.faults[*fault].id), Purpose::Disk);
                delay += Duration::from_nanos(draws.below(within.as_nanos() + 1));
                self.effect_of(*fault).syncs += 1;
            }
        }
        delay
    }

    /// How a sync ends whose time has come; `None` if a fault does not let it end.
    pub(crate) fn sync_fate(&mut self, host: u32, sync: SyncId, id: CausalId) -> Option<SyncFate> {
        let this = &mut self.hosts[host as usize];
        if this.disk_weather.is_empty() {
            return Some(SyncFate::Durable);
        }
        let mut fate = (SyncFate::Durable, None);
        for DiskWeather { fault, kind } in &mut this.disk_weather {
            let mut draws = Draws::new(id.child(self.plan.faults[*fault].id), Purpose::Disk);
            let found = match kind {
                DiskWeatherKind::Stall => {
                    this.stalled.push((sync, id));
                    let fault = *fault;
                    self.effect_of(fault).syncs += 1;
                    return None;
                }
                DiskWeatherKind::FailSync(rate) if draws.chance(*rate) => SyncFate::Failed,
                DiskWeatherKind::FailNext(left) if *left > 0 => {
                    *left -= 1;
                    SyncFate::Failed
                }
                DiskWeatherKind::Lie(rate) if draws.chance(*rate) => SyncFate::Lied,
                _ => continue,
            };
            fate = (found, Some(*fault));
            // What fails is not lied about.
            if found == SyncFate::Failed {
                break;
            }
        }
        if let (_, Some(fault)) = fate {
            self.effect_of(fault).syncs += 1;
        }
        Some(fate.0)
    }
}

fn stalls(weather: &[DiskWeather]) -> bool {
    weather.iter().any(|weather| matches!(weather.kind, DiskWeatherKind::Stall))
}
