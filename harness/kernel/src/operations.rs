//! The plan's operations: when a client begins one, and what becomes of it.

use stormglass_core::history::Outcome;
use stormglass_core::id::{Address, ProcessId};
use stormglass_core::random::{CausalId, Purpose, mix};
use stormglass_core::system::System;
use stormglass_core::time::Time;
use stormglass_core::trace::Kind;

use crate::digest::hash_of;
use crate::host::{Gate, Input};
use crate::queue::Key;
use crate::world::{Deed, Event, World};

impl<S: System> World<S> {
    /// Lets the plan's operation at `place` wait in the queue: one at a time, so that a long plan costs no
    /// queue.
    pub(crate) fn schedule_operation(&mut self, place: usize) {
        if let Some(operation) = self.plan.operations.get(place) {
            let key = Key::new(operation.at.max(self.now), self.operation_id(place));
            self.queue.push(key, Event::Deed(Deed::Operation { place: place as u32 }));
        }
    }

    fn operation_id(&self, place: usize) -> CausalId {
        self.salted(CausalId::root(self.plan.seed, Purpose::Workload).child(self.plan.operations[place].id))
    }

    /// The plan's operation at `place` is due: its client begins it, or keeps it for later.
    pub(crate) fn operation_due(&mut self, place: u32) {
        self.schedule_operation(place as usize + 1);
        let client = Address::Client(self.plan.operations[place as usize].client);
        let host = self.plan.cluster.index_of(client).expect("a plan's operations name its clients");
        self.clients[host - self.nodes.len()].waiting.push_back(place);
        self.begin_next(host as u32);
    }

    /// The client begins the next operation that waits, if it is free. What was meant for the chaos is not
    /// asked for in the silence after it: an operation whose phase is over is passed by.
    pub(crate) fn begin_next(&mut self, host: u32) {
        if self.gates[host as usize] == Gate::Down {
            // It asks when it is back.
            return;
        }
        let (now, plan) = (self.now, &self.plan);
        let state = &mut self.clients[host as usize - self.nodes.len()];
        let over = |at: Time| at < plan.timeline.chaos && now >= plan.timeline.chaos;
        while state.open.is_none()
            && let Some(place) = state.waiting.pop_front()
        {
            let planned = &plan.operations[place as usize];
            if over(planned.at) {
                continue;
            }
            let (client, op) = (planned.client, planned.op.clone());
            state.open = Some(self.history.invoke(state.process, client, op.clone(), now));
            let id = self.operation_id(place as usize);
            self.record(|world| world.about(host, Kind::Invoke, id, id, op.to_string()));
            self.arrive(host, id, Input::Invoke(op));
            return;
        }
    }

    /// The client's operation has ended.
    #[inline(never)]
    pub(crate) fn complete(&mut self, host: u32, outcome: Outcome<S::Ret>, cause: CausalId, id: CausalId) {
        let now = self.now;
        let address = self.address(host);
        self.digest = mix(self.digest, hash_of(&outcome));
        let Some(state) = (host as usize).checked_sub(self.nodes.len()).map(|place| &mut self.clients[place])
        else {
            panic!("{address} completes an operation at {now:?}, but only clients do");
        };
        let Some(open) = state.open.take() else {
            panic!("{address} completes an operation at {now:?}, but has none open");
        };
        if matches!(outcome, Outcome::Info(_)) {
            state.process = ProcessId(self.processes);
            self.processes += 1;
        }
        let free = !state.waiting.is_empty();
        self.history.complete(open, outcome, self.sender, now);
        self.record(|world| {
            world.about(host, Kind::Complete, id, cause, world.history.operation(open).to_string())
        });
        if free {
            self.queue.push(Key::new(now, id), Event::Deed(Deed::Free { host }));
        }
    }
}
