//! Messages that a fault holds back, until what releases them happens.

use stormglass_core::id::Address;
use stormglass_core::random::CausalId;
use stormglass_core::system::System;
use stormglass_plan::fault::{Fault, Release};

use crate::queue::{AFTER, Key};
use crate::world::{Event, World};

/// One message held back.
#[derive(Clone)]
pub(crate) struct Held<S: System> {
    /// The fault's place in the plan.
    fault: usize,
    to: u32,
    from: Address,
    message: S::Message,
    id: CausalId,
}

impl<S: System> World<S> {
    pub(crate) fn hold(&mut self, fault: usize, to: u32, from: Address, message: S::Message, id: CausalId) {
        self.held.push(Held { fault, to, from, message, id });
    }

    /// What is held back on its way to a host, in the order in which it was sent.
    pub(crate) fn held_for(&self, host: u32) -> Vec<String> {
        let held = self.held.iter().filter(|held| held.to == host);
        held.map(|held| format!("{:?} from {}", held.message, held.from)).collect()
    }

    /// Lets go what the faults hold that `lets_go` names: it arrives late, after a fresh delay.
    pub(crate) fn release(&mut self, lets_go: impl Fn(usize, &Release) -> bool) {
        let plan = self.plan.clone();
        let released = |held: &mut Held<S>| match &plan.faults[held.fault].inject {
            Fault::Hold { until, .. } => lets_go(held.fault, until),
            _ => false,
        };
        let released: Vec<Held<S>> = self.held.extract_if(.., released).collect();
        for Held { to, from, message, id, .. } in released {
            let sender = plan.cluster.index_of(from).expect("only members send") as u32;
            let sent = id;
            let id = id.child(AFTER);
            if self.trace.is_some() {
                self.origins.come(id, sent);
            }
            let delay = self.network.delay(sender, to, id);
            self.queue.push(Key::new(self.now + delay, id), Event::Deliver { to, from, message });
        }
    }
}
