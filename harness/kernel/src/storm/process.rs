//! Faults of machines as a whole: they go down, restart, stand still.

use stormglass_check::availability::Down;
use stormglass_core::disk::CrashLoss;
use stormglass_core::random::{CausalId, Draws, Purpose};
use stormglass_core::system::{Role, System};
use stormglass_core::trace::Kind;
use stormglass_plan::fault::Fault;

use crate::host::{Fuse, Gate, Input, Notice};
use crate::queue::Key;
use crate::world::{Deed, Event, World};

impl<S: System> World<S> {
    pub(super) fn strike_process(&mut self, place: usize, id: CausalId, fault: &Fault, host: u32) {
        let this = &mut self.hosts[host as usize];
        match fault {
            Fault::Crash { after_effects: None, unsynced, .. } => {
                this.held_down.push(place);
                self.crash(place, host, *unsynced, id);
            }
            Fault::Crash { after_effects: Some(effects), unsynced, .. } => {
                if self.gates[host as usize] != Gate::Down {
                    let fuse = Fuse { fault: place, effects: *effects, unsynced: *unsynced };
                    self.fuses += u32::from(this.fuse.replace(fuse).is_none());
                }
            }
            Fault::Pause { .. } => {
                this.pauses += 1;
                if self.gates[host as usize] == Gate::Open {
                    self.gates[host as usize] = Gate::Shut;
                }
            }
            other => unreachable!("{} is refused before the run", other.name()),
        }
    }

    pub(super) fn lift_process(&mut self, place: usize, id: CausalId, fault: &Fault, host: u32) {
        let now = self.now;
        let this = &mut self.hosts[host as usize];
        match fault {
            Fault::Crash { .. } => {
                self.fuses -= u32::from(this.fuse.take_if(|fuse| fuse.fault == place).is_some());
                let held = this.held_down.len();
                this.held_down.retain(|&fault| fault != place);
                if held > 0 && this.held_down.is_empty() {
                    self.queue.push(Key::new(now, id), Event::Deed(Deed::Restart { host }));
                }
            }
            Fault::Pause { .. } => {
                this.pauses -= 1;
                self.queue.push(Key::new(now, id), Event::Deed(Deed::Wake { host }));
            }
            other => unreachable!("{} is refused before the run", other.name()),
        }
    }

    /// A host goes down: memory, timers and inbox are gone; of the disk remains what `unsynced` leaves.
    pub(crate) fn crash(&mut self, place: usize, host: u32, unsynced: CrashLoss, id: CausalId) {
        let this = &mut self.hosts[host as usize];
        if self.gates[host as usize] == Gate::Down {
            return;
        }
        self.nodes[host as usize] = None;
        self.gates[host as usize] = Gate::Down;
        self.timers[host as usize].clear();
        this.inbox.clear();
        self.fuses -= u32::from(this.fuse.take().is_some());
        let damage = this.disk.crash(unsynced, &mut Draws::new(id, Purpose::Disk));
        self.stats.crashes += 1;
        self.stats.bytes_lost += damage.bytes_lost;
        let effect = self.effect_of(place);
        effect.downs += 1;
        effect.bytes += damage.bytes_lost;
        effect.torn += damage.torn;
        let node = self.plan.cluster.nodes()[host as usize];
        self.notices.push(Notice::Crashed(node));
        self.downs.push(Down { node, from: self.now, until: None });
        self.parts[host as usize] = Role::MEMBER;
        self.happened(host, id);
        self.record(|world| {
            world.about(host, Kind::Crash, id, id, format!("and loses {} un-synced bytes", damage.bytes_lost))
        });
    }

    /// A host boots for the first time.
    pub(crate) fn boot(&mut self, host: u32, id: CausalId) {
        // A crash may have come first; then its end will be the first boot.
        if self.gates[host as usize] != Gate::Down {
            self.arrive(host, id, Input::Start);
        }
    }

    /// A host boots again: the last fault that held it down has ended, unless another has come at this moment.
    pub(crate) fn restart(&mut self, host: u32, id: CausalId) {
        let this = &mut self.hosts[host as usize];
        if self.gates[host as usize] != Gate::Down || !this.held_down.is_empty() {
            return;
        }
        this.busy_until = self.now;
        self.gates[host as usize] = if this.pauses > 0 { Gate::Shut } else { Gate::Open };
        let node = self.plan.cluster.nodes()[host as usize];
        let now = self.now;
        if let Some(down) = self.downs.iter_mut().rfind(|down| down.node == node) {
            down.until = Some(now);
        }
        self.nodes[host as usize] = Some(self.system.node(node, &self.plan.cluster));
        self.arrive(host, id, Input::Start);
    }
}
