//! Faults of clocks.

use stormglass_core::system::System;
use stormglass_plan::fault::Fault;

use crate::world::{Event, World};

impl<S: System> World<S> {
    pub(super) fn strike_clock(&mut self, place: usize, fault: &Fault, host: u32) {
        self.effect_of(place).clocks += 1;
        let this = &mut self.hosts[host as usize];
        match fault {
            Fault::ClockJump { by, .. } => this.clock.jump(*by),
            Fault::ClockDrift { ppm, .. } => {
                this.drifts.push((place, *ppm));
                self.set_pace(host);
            }
            other => unreachable!("{} is refused before the run", other.name()),
        }
    }

    pub(super) fn lift_clock(&mut self, place: usize, fault: &Fault, host: u32) {
        match fault {
            // A jump stays: nobody sets the clock back.
            Fault::ClockJump { .. } => {}
            Fault::ClockDrift { .. } => {
                self.hosts[host as usize].drifts.retain(|&(fault, _)| fault != place);
                self.set_pace(host);
            }
            other => unreachable!("{} is refused before the run", other.name()),
        }
    }

    /// The host's clocks go on at the pace that the drifts in force make, and all its timers with them.
    fn set_pace(&mut self, host: u32) {
        self.drifted = true;
        let this = &mut self.hosts[host as usize];
        let before = this.clock;
        this.clock.set_pace(this.drifts.iter().map(|&(_, ppm)| ppm).sum(), self.now);
        for (timer, key) in self.timers[host as usize].retime(&before, &this.clock) {
            self.queue.push(key, Event::Timer { host, timer });
        }
    }
}
