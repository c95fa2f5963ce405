//! Faults of load: of what clients ask for, and of clients themselves.

use stormglass_core::random::{CausalId, Draws};
use stormglass_core::system::System;
use stormglass_plan::fault::Fault;

use crate::world::World;

impl<S: System> World<S> {
    pub(super) fn strike_load(&mut self, _place: usize, _id: CausalId, fault: &Fault, _draws: &mut Draws) {
        unreachable!("{} is refused before the run", fault.name())
    }

    pub(super) fn lift_load(&mut self, _place: usize, _id: CausalId, fault: &Fault, _on: &[usize]) {
        unreachable!("{} is refused before the run", fault.name())
    }
}
