//! What faults do to the world, from striking to lifting.
//!
//! Everything a fault changes carries the fault's place in the plan, so that lifting takes back exactly that.

use fixedbitset::FixedBitSet;
use stormglass_core::disk::CrashLoss;
use stormglass_core::random::{CausalId, Draws, Purpose};
use stormglass_core::system::{Node, Role, System};
use stormglass_core::time::Duration;
use stormglass_core::trace::Kind;
use stormglass_plan::engine::Strike;
use stormglass_plan::fault::{Clients, Fault, Target, Way};

use crate::host::{DiskWeather, DiskWeatherKind, Fuse, Gate, Input, Notice};
use crate::network::{Weather, WeatherKind};
use crate::queue::Key;
use crate::target;
use crate::world::{Deed, Event, World};

impl<S: System> World<S> {
    /// The plan's fault at `place` strikes: its target is resolved now, and stays.
    pub(crate) fn strike(&mut self, place: usize, id: CausalId) {
        self.happened(u32::MAX, id);
        let plan = self.plan.clone();
        let inject = &plan.faults[place].inject;
        let mut draws = Draws::new(id, Purpose::Target);
        let on = match inject {
            Fault::Loss { from, to, .. }
            | Fault::Duplicate { from, to, .. }
            | Fault::Delay { from, to, .. } => {
                return self.strike_links(place, id, inject, from, to, &mut draws);
            }
            Fault::Partition { side: target, .. }
            | Fault::Isolate { target, .. }
            | Fault::Crash { target, .. }
            | Fault::Pause { target }
            | Fault::SlowDisk { target, .. }
            | Fault::FailSync { target, .. }
            | Fault::ClockJump { target, .. }
            | Fault::ClockDrift { target, .. } => {
                target::resolve::<S>(target, self.candidates(), &plan.cluster, &mut draws)
            }
        };
        self.note_strike(place, id, on.clone());
        match inject {
            Fault::Partition { way, clients, .. } => self.cut(place, &on, *way, *clients),
            Fault::Isolate { way, clients, .. } => {
                for &one in &on {
                    self.cut(place, &[one], *way, *clients);
                }
            }
            _ => {
                for &one in &on {
                    self.strike_node(place, id.child(one as u64), inject, one as u32);
                }
            }
        }
    }

    /// A fault of one node.
    fn strike_node(&mut self, place: usize, id: CausalId, fault: &Fault, host: u32) {
        let this = &mut self.hosts[host as usize];
        match fault {
            Fault::Crash { after_effects: None, unsynced, .. } => {
                this.held_down.push(place);
                self.crash(host, *unsynced, id);
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
            Fault::SlowDisk { sync, .. } => {
                this.disk_weather
                    .push(DiskWeather { fault: place, kind: DiskWeatherKind::SlowSync(sync.clone()) });
            }
            Fault::FailSync { rate, .. } => {
                this.disk_weather.push(DiskWeather { fault: place, kind: DiskWeatherKind::FailSync(*rate) });
            }
            Fault::ClockJump { by, .. } => this.clock.jump(*by),
            Fault::ClockDrift { ppm, .. } => {
                this.drifts.push((place, *ppm));
                self.set_pace(host);
            }
            Fault::Partition { .. }
            | Fault::Isolate { .. }
            | Fault::Loss { .. }
            | Fault::Duplicate { .. }
            | Fault::Delay { .. } => unreachable!("{} is a fault of links", fault.name()),
        }
    }

    /// A fault of the links from some hosts to some.
    fn strike_links(
        &mut self,
        place: usize,
        id: CausalId,
        fault: &Fault,
        from: &Target,
        to: &Target,
        draws: &mut Draws,
    ) {
        let kind = match fault {
            Fault::Loss { rate, .. } => WeatherKind::Loss(*rate),
            Fault::Duplicate { rate, .. } => WeatherKind::Duplicate(*rate),
            Fault::Delay { rate, add, .. } => WeatherKind::Delay(*rate, add.clone()),
            other => unreachable!("{} is not a fault of links", other.name()),
        };
        let mut ends = |target: &Target| match target {
            Target::All => self.everybody(),
            narrower => {
                let nodes = target::resolve::<S>(narrower, self.candidates(), &self.plan.cluster, draws);
                set_of(self.hosts.len(), nodes)
            }
        };
        let (from, to) = (ends(from), ends(to));
        self.note_strike(place, id, from.ones().filter(|&host| host < self.nodes.len()).collect());
        self.network.add(Weather { fault: place, from, to, kind });
    }

    /// Cuts `side` off from the other nodes, and perhaps from the clients.
    fn cut(&mut self, place: usize, side: &[usize], way: Way, clients: Clients) {
        let reach = match clients {
            Clients::Reach => self.nodes.len(),
            Clients::Cut => self.hosts.len(),
        };
        let inside = set_of(self.hosts.len(), side.iter().copied());
        let outside = set_of(self.hosts.len(), (0..reach).filter(|host| !side.contains(host)));
        if matches!(way, Way::Both | Way::Out) {
            let (from, to) = (inside.clone(), outside.clone());
            self.network.add(Weather { fault: place, from, to, kind: WeatherKind::Cut });
        }
        if matches!(way, Way::Both | Way::In) {
            self.network.add(Weather { fault: place, from: outside, to: inside, kind: WeatherKind::Cut });
        }
    }

    /// The plan's fault at `place` ends.
    pub(crate) fn lift(&mut self, place: usize, id: CausalId) {
        let Some(strike) = self.struck[place].take() else {
            return;
        };
        self.happened(u32::MAX, id);
        let plan = self.plan.clone();
        let fault = &plan.faults[place].inject;
        self.network.lift(place);
        for host in strike.on {
            self.lift_node(place, id.child(host as u64), fault, host as u32);
        }
        self.record(|world| world.note(Kind::Fault, id, format!("{} ends", fault.name())));
    }

    fn lift_node(&mut self, place: usize, id: CausalId, fault: &Fault, host: u32) {
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
            Fault::SlowDisk { .. } | Fault::FailSync { .. } => {
                this.disk_weather.retain(|weather| weather.fault != place);
            }
            Fault::ClockDrift { .. } => {
                this.drifts.retain(|&(fault, _)| fault != place);
                self.set_pace(host);
            }
            // A jump stays: nobody sets the clock back.
            Fault::ClockJump { .. }
            | Fault::Partition { .. }
            | Fault::Isolate { .. }
            | Fault::Loss { .. }
            | Fault::Duplicate { .. }
            | Fault::Delay { .. } => {}
        }
    }

    /// Heal: whatever is still in force ends now.
    pub(crate) fn heal(&mut self, id: CausalId) {
        self.record(|world| world.note(Kind::Phase, id, "heal".to_owned()));
        for place in 0..self.struck.len() {
            self.lift(place, id.child(place as u64));
        }
    }

    /// A host goes down: memory, timers and inbox are gone; of the disk remains what `unsynced` leaves.
    pub(crate) fn crash(&mut self, host: u32, unsynced: CrashLoss, id: CausalId) {
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
        self.notices.push(Notice::Crashed(self.plan.cluster.nodes()[host as usize]));
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
        self.nodes[host as usize] = Some(self.system.node(node, &self.plan.cluster));
        self.arrive(host, id, Input::Start);
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

    fn note_strike(&mut self, place: usize, id: CausalId, on: Vec<usize>) {
        self.record(|world| {
            let whom: Vec<String> = on.iter().map(|&host| world.introduce(host)).collect();
            let whom = if whom.is_empty() { "nobody".to_owned() } else { whom.join(" ") };
            world.note(Kind::Fault, id, format!("{} strikes {whom}", world.plan.faults[place].inject.name()))
        });
        let strike = Strike { fault: place, at: self.now, id, on };
        self.struck[place] = Some(strike.clone());
        self.strikes.push(strike);
    }

    /// A node's name, and the part it plays if that says something: `n3 (leader)`.
    fn introduce(&self, host: usize) -> String {
        let address = self.address(host as u32);
        match self.nodes[host].as_ref().map(Node::role) {
            Some(role) if role != Role::MEMBER => format!("{address} ({})", role.0),
            Some(_) => address.to_string(),
            None => format!("{address} (down)"),
        }
    }

    /// The nodes, as targets see them: what each does, and whether it is up.
    fn candidates(&self) -> (&[Option<S::Node>], &[Gate]) {
        (&self.nodes, &self.gates[..self.nodes.len()])
    }

    fn everybody(&self) -> FixedBitSet {
        set_of(self.hosts.len(), 0..self.hosts.len())
    }
}

fn set_of(hosts: usize, members: impl IntoIterator<Item = usize>) -> FixedBitSet {
    let mut set = FixedBitSet::with_capacity(hosts);
    set.extend(members);
    set
}
