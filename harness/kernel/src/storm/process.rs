//! Faults of machines as a whole: they go down, restart, stand still.

use stormglass_check::availability::Down;
use stormglass_core::disk::CrashLoss;
use stormglass_core::random::{CausalId, Draws, Purpose};
use stormglass_core::system::{Role, System};
use stormglass_core::time::Duration;
use stormglass_core::trace::Kind;
use stormglass_plan::fault::Fault;

use crate::host::{Burns, Fuse, Gate, Input, Notice, Relapse};
use crate::queue::{AFTER, Key};
use crate::world::{Deed, Event, World};

impl<S: System> World<S> {
    pub(super) fn strike_process(&mut self, place: usize, id: CausalId, fault: &Fault, host: u32) {
        match fault {
            Fault::Pause { .. } => {
                self.hosts[host as usize].pauses.push(place);
                if self.gates[host as usize] == Gate::Open {
                    self.gates[host as usize] = Gate::Shut;
                }
            }
            Fault::Slow { factor, step, .. } => {
                self.hosts[host as usize].slow.push((place, *factor, *step));
                // A slow host's steps are watched as if a crash waited for them.
                self.fuses += 1;
            }
            // Clients go down by a fault of their own.
            _ if !self.is_node(host) => {}
            Fault::Crash { after_effects: None, unsynced, .. } => self.go_down(place, host, *unsynced, id),
            Fault::Crash { after_effects: Some(effects), unsynced, .. } => {
                self.light(place, host, Burns::Effects(*effects), *unsynced);
            }
            Fault::CrashAtPoint { point, nth, unsynced, .. } => {
                self.light(place, host, Burns::Point(point.clone(), *nth), *unsynced);
            }
            Fault::CrashInRecovery { after_effects, down, times, unsynced, .. } => {
                let left = times.saturating_sub(1);
                let (effects, down, unsynced) = (*after_effects, *down, *unsynced);
                self.hosts[host as usize].relapse =
                    Some(Relapse { fault: place, left, effects, down, unsynced });
                self.go_down(place, host, unsynced, id);
                self.revive_after(down, place, host, id);
            }
            Fault::RollingRestart { down, gap, .. } => {
                let strike = self.struck[place].expect("the fault is striking");
                let turn = self.strikes[strike].on.iter().position(|&one| one == host as usize);
                let wait = (*down + *gap) * turn.unwrap_or(0) as u64;
                let deed = Deed::Roll { place: place as u32, host };
                self.queue.push(Key::new(self.now + wait, id), Event::Deed(deed));
            }
            Fault::Wipe { .. } => {
                self.go_down(place, host, CrashLoss::Everything, id);
                let bytes = self.hosts[host as usize].disk.wipe();
                self.effect_of(place).bytes += bytes;
                self.stats.bytes_lost += bytes;
            }
            other => unreachable!("{} is no fault of processes", other.name()),
        }
    }

    pub(super) fn lift_process(&mut self, place: usize, id: CausalId, fault: &Fault, host: u32) {
        let now = self.now;
        let this = &mut self.hosts[host as usize];
        match fault {
            Fault::Pause { .. } => {
                this.pauses.retain(|&fault| fault != place);
                self.queue.push(Key::new(now, id), Event::Deed(Deed::Wake { host }));
            }
            Fault::Slow { .. } => {
                let before = this.slow.len();
                this.slow.retain(|&(fault, ..)| fault != place);
                self.fuses -= (before - this.slow.len()) as u32;
            }
            _ => {
                self.fuses -= u32::from(this.fuse.take_if(|fuse| fuse.fault == place).is_some());
                this.relapse.take_if(|relapse| relapse.fault == place);
                self.let_up(place, host, id);
            }
        }
    }

    /// The host goes down and stays so until the fault lets it up.
    pub(super) fn go_down(&mut self, place: usize, host: u32, unsynced: CrashLoss, id: CausalId) {
        self.hosts[host as usize].held_down.push(place);
        self.crash(place, host, unsynced, id);
    }

    /// A crash waits for the host to come to the place where it falls.
    fn light(&mut self, place: usize, host: u32, burns: Burns, unsynced: CrashLoss) {
        if self.gates[host as usize] != Gate::Down {
            let fuse = Fuse { fault: place, burns, unsynced };
            self.fuses += u32::from(self.hosts[host as usize].fuse.replace(fuse).is_none());
        }
    }

    /// The fault no longer holds the host down; it restarts if no other does.
    pub(super) fn let_up(&mut self, place: usize, host: u32, id: CausalId) {
        let this = &mut self.hosts[host as usize];
        let held = this.held_down.len();
        this.held_down.retain(|&fault| fault != place);
        if held > 0 && this.held_down.is_empty() {
            self.queue.push(Key::new(self.now, id), Event::Deed(Deed::Restart { host }));
        }
    }

    fn revive_after(&mut self, down: Duration, place: usize, host: u32, id: CausalId) {
        let deed = Deed::Revive { place: place as u32, host };
        self.queue.push(Key::new(self.now + down, id.child(AFTER)), Event::Deed(deed));
    }

    /// A rolling restart has come to this host.
    pub(crate) fn roll(&mut self, place: usize, host: u32, id: CausalId) {
        let plan = self.plan.clone();
        if let (Some(_), Fault::RollingRestart { down, unsynced, .. }) =
            (self.struck[place], &plan.faults[place].inject)
        {
            self.go_down(place, host, *unsynced, id);
            self.revive_after(*down, place, host, id);
        }
    }

    /// The fault lets the host up again before its end, perhaps to take it down once more in its recovery.
    pub(crate) fn revive(&mut self, place: usize, host: u32, id: CausalId) {
        if self.struck[place].is_none() {
            return;
        }
        let again = self.hosts[host as usize].relapse.as_mut().filter(|relapse| relapse.fault == place);
        if let Some(relapse) = again.filter(|relapse| relapse.left > 0) {
            relapse.left -= 1;
            let fuse =
                Fuse { fault: place, burns: Burns::Effects(relapse.effects), unsynced: relapse.unsynced };
            self.fuses += u32::from(self.hosts[host as usize].fuse.replace(fuse).is_none());
        }
        self.let_up(place, host, id);
    }

    /// A crash in recovery is followed by the next attempt to recover.
    pub(crate) fn relapse(&mut self, host: u32, place: usize, id: CausalId) {
        let relapse = self.hosts[host as usize].relapse.filter(|relapse| relapse.fault == place);
        if let Some(Relapse { down, .. }) = relapse {
            self.revive_after(down, place, host, id);
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
        this.stalled.clear();
        this.downed_by = place;
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
        self.gates[host as usize] = if this.pauses.is_empty() { Gate::Open } else { Gate::Shut };
        let node = self.plan.cluster.nodes()[host as usize];
        let now = self.now;
        if let Some(down) = self.downs.iter_mut().rfind(|down| down.node == node) {
            down.until = Some(now);
            let lasted = now.since(down.from);
            let by = self.hosts[host as usize].downed_by;
            self.effect_of(by).down += lasted;
        }
        self.nodes[host as usize] = Some(self.system.node(node, &self.plan.cluster));
        self.arrive(host, id, Input::Start);
    }
}
