//! Faults of clocks.

use stormglass_core::clock::STILL_PPM;
use stormglass_core::system::System;
use stormglass_core::time::{Duration, Skew};
use stormglass_plan::fault::{Clock, Fault};

use crate::world::{Event, World};

impl<S: System> World<S> {
    pub(super) fn strike_clock(&mut self, place: usize, fault: &Fault, host: u32) {
        self.effect_of(place).clocks += 1;
        let this = &mut self.hosts[host as usize];
        match fault {
            Fault::ClockJump { by, .. } | Fault::ClockOffset { by, .. } => this.clock.jump(*by),
            Fault::ClockDrift { ppm, clock, .. } => {
                this.drifts.push((place, *ppm, *clock));
                self.set_pace(host);
            }
            Fault::ClockFreeze { clock, .. } => {
                if matches!(clock, Clock::Both | Clock::Wall) {
                    // A clock that stands still already goes on showing the same.
                    if this.frozen.is_empty() {
                        this.clock.freeze_wall(true, self.now);
                    }
                    this.frozen.push(place);
                }
                if matches!(clock, Clock::Both | Clock::Monotonic) {
                    this.drifts.push((place, STILL_PPM, Clock::Monotonic));
                    self.set_pace(host);
                }
            }
            other => unreachable!("{} is no fault of clocks", other.name()),
        }
    }

    pub(super) fn lift_clock(&mut self, place: usize, fault: &Fault, host: u32) {
        let this = &mut self.hosts[host as usize];
        match fault {
            // A jump stays: nobody sets the clock back.
            Fault::ClockJump { .. } => {}
            Fault::ClockOffset { by, .. } => this.clock.jump(back(*by)),
            Fault::ClockFreeze { .. } | Fault::ClockDrift { .. } => {
                this.frozen.retain(|&fault| fault != place);
                if this.frozen.is_empty() {
                    this.clock.freeze_wall(false, self.now);
                }
                let drifts = this.drifts.len();
                this.drifts.retain(|&(fault, ..)| fault != place);
                if this.drifts.len() < drifts {
                    self.set_pace(host);
                }
            }
            other => unreachable!("{} is no fault of clocks", other.name()),
        }
    }

    /// The host's clocks go on at the pace that the drifts in force make, and all its timers with them.
    fn set_pace(&mut self, host: u32) {
        self.drifted = true;
        let this = &mut self.hosts[host as usize];
        let before = this.clock;
        // Drifts add up, but no drift moves a clock that stands still.
        let pace = |not: Clock| {
            let drifts = this.drifts.iter().filter(|&&(_, _, clock)| clock != not);
            drifts.fold(0i32, |sum, &(_, ppm, _)| match STILL_PPM {
                still if sum == still || ppm == still => still,
                _ => sum.saturating_add(ppm),
            })
        };
        let (monotonic, wall) = (pace(Clock::Wall), pace(Clock::Monotonic));
        this.clock.set_paces(monotonic, wall, self.now);
        for (timer, key) in self.timers[host as usize].retime(&before, &this.clock) {
            self.queue.push(key, Event::Timer { host, timer });
        }
    }
}

/// The opposite jump.
fn back(by: Skew) -> Skew {
    let length = Duration::from_nanos(by.as_nanos().unsigned_abs());
    if by.as_nanos() < 0 { Skew::ahead(length) } else { Skew::behind(length) }
}
