//! Faults of load: of what clients ask for, and of clients themselves.

use stormglass_core::disk::Disk;
use stormglass_core::history::Outcome;
use stormglass_core::id::{Address, ProcessId};
use stormglass_core::random::{CausalId, Draws};
use stormglass_core::system::System;
use stormglass_core::trace::Kind;
use stormglass_plan::fault::{Fault, Target};

use crate::digest::hash_of;
use crate::host::{ClientState, Gate, Input};
use crate::network::WeatherKind;
use crate::queue::{AFTER, Key};
use crate::world::{Deed, Event, World};
use stormglass_core::random::mix;

use super::set_of;

impl<S: System> World<S> {
    pub(super) fn strike_load(&mut self, place: usize, id: CausalId, fault: &Fault, draws: &mut Draws) {
        match fault {
            // What is asked was settled when the plan was made; here it is only counted.
            Fault::Surge { .. } | Fault::HotKey { .. } => {
                self.note_strike(place, id, (self.nodes.len()..self.hosts.len()).collect());
                self.effect_of(place).operations = self.plan.faults[place].operations;
            }
            Fault::ClientDeath { clients } => {
                let on = self.resolve(&Target::Clients(*clients), draws);
                self.note_strike(place, id, on.clone());
                for host in on {
                    self.die(place, host as u32, self.child_for(id, host));
                }
            }
            Fault::StaleClient { clients, node } => {
                let mut on = self.resolve(&Target::Clients(*clients), draws);
                let known = self.resolve(node, draws);
                if known.is_empty() {
                    // Nobody is meant, so nobody is talked to wrongly: this is no fault that cuts clients off.
                    on.clear();
                }
                self.note_strike(place, id, on.clone());
                let clients = set_of(self.hosts.len(), on);
                let others = (0..self.nodes.len()).filter(|node| !known.contains(node));
                let others = set_of(self.hosts.len(), others);
                self.disturb(place, clients.clone(), others.clone(), WeatherKind::Cut);
                self.disturb(place, others, clients, WeatherKind::Cut);
            }
            other => unreachable!("{} is no fault of load", other.name()),
        }
    }

    pub(super) fn lift_load(&mut self, place: usize, id: CausalId, fault: &Fault, on: &[usize]) {
        match fault {
            Fault::ClientDeath { .. } => {
                for &host in on {
                    self.come_back(place, host as u32, self.child_for(id, host));
                }
            }
            Fault::StaleClient { .. } => self.calm_down(place),
            _ => {}
        }
    }

    /// A client dies: nobody will ever know what became of the operation it had open.
    fn die(&mut self, place: usize, host: u32, id: CausalId) {
        let this = &mut self.hosts[host as usize];
        this.held_down.push(place);
        if self.gates[host as usize] == Gate::Down {
            return;
        }
        this.inbox.clear();
        // Whoever comes back is a new client, on a new machine.
        this.disk = Disk::new();
        self.gates[host as usize] = Gate::Down;
        self.timers[host as usize].clear();
        self.happened(host, id);
        let now = self.now;
        let state = &mut self.clients[host as usize - self.nodes.len()];
        let open = state.open.take();
        if let Some(open) = open {
            state.process = ProcessId(self.processes);
            self.processes += 1;
            let outcome = Outcome::Info("its client died".into());
            self.digest = mix(self.digest, hash_of(&outcome));
            self.history.complete(open, outcome, None, now);
            self.record(|world| {
                world.about(host, Kind::Complete, id, id, world.history.operation(open).to_string())
            });
        }
        let effect = self.effect_of(place);
        effect.downs += 1;
        effect.operations += u64::from(open.is_some());
        self.record(|world| world.about(host, Kind::Crash, id, id, String::new()));
    }

    /// A client comes back as a new one, which remembers nothing.
    fn come_back(&mut self, place: usize, host: u32, id: CausalId) {
        let this = &mut self.hosts[host as usize];
        this.held_down.retain(|&fault| fault != place);
        if self.gates[host as usize] != Gate::Down || !this.held_down.is_empty() {
            return;
        }
        this.busy_until = self.now;
        self.gates[host as usize] = if this.pauses.is_empty() { Gate::Open } else { Gate::Shut };
        let Address::Client(client) = self.address(host) else { unreachable!("nodes die otherwise") };
        let fresh = self.system.client(client, &self.plan.cluster);
        let state: &mut ClientState<S> = &mut self.clients[host as usize - self.nodes.len()];
        state.client = fresh;
        self.arrive(host, id, Input::Start);
        self.queue.push(Key::new(self.now, id.child(AFTER)), Event::Deed(Deed::Free { host }));
    }
}
