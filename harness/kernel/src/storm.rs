//! What faults do to the world, from striking to lifting.
//!
//! Everything a fault changes carries the fault's place in the plan, so that lifting takes back exactly that. Each
//! family of faults has a file of its own below; here is what they share.

use fixedbitset::FixedBitSet;
use stormglass_core::random::{CausalId, Draws, Purpose};
use stormglass_core::system::{Node, Role, System};
use stormglass_core::trace::Kind;
use stormglass_plan::engine::{Beyond, Effect, Strike};
use stormglass_plan::fault::{Fault, Target};
use stormglass_plan::kind::Family;

use crate::host::Gate;
use crate::target;
use crate::world::World;

mod clock;
mod disk;
mod links;
mod load;
mod process;
mod region;

pub(crate) use links::set_of;

impl<S: System> World<S> {
    /// The plan's fault at `place` strikes: its target is resolved now, and stays.
    pub(crate) fn strike(&mut self, place: usize, id: CausalId) {
        self.happened(u32::MAX, id);
        let plan = self.plan.clone();
        let fault = &plan.faults[place].inject;
        let mut draws = Draws::new(id, Purpose::Target);
        match fault.kind().family() {
            Family::Network => self.strike_links(place, id, fault, &mut draws),
            Family::Region => self.strike_region(place, id, fault, &mut draws),
            Family::Load => self.strike_load(place, id, fault, &mut draws),
            Family::Process | Family::Disk | Family::Clock => {
                let fields = fault.fields();
                let (_, target) = fields.first().expect("faults of machines name a target");
                let mut on = self.resolve(target, &mut draws);
                let meant = on.len();
                if fault.kind().destroys() {
                    self.keep_within_budget(fault, &mut on);
                }
                self.note_strike(place, id, on.clone());
                self.effect_of(place).spared += (meant - on.len()) as u64;
                for one in on {
                    self.strike_host(place, self.child_for(id, one), fault, one as u32);
                }
            }
        }
    }

    /// A fault of one machine.
    fn strike_host(&mut self, place: usize, id: CausalId, fault: &Fault, host: u32) {
        match fault.kind().family() {
            Family::Process => self.strike_process(place, id, fault, host),
            Family::Disk => self.strike_disk(place, id, fault, host),
            Family::Clock => self.strike_clock(place, fault, host),
            Family::Network | Family::Region | Family::Load => {
                unreachable!("{} is no fault of one machine", fault.name())
            }
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
        self.strikes[strike].until.get_or_insert(self.now);
        let on = self.strikes[strike].on.clone();
        match fault.kind().family() {
            Family::Network => self.lift_links(place, fault),
            Family::Region => self.lift_region(place, id, fault, &on),
            Family::Load => self.lift_load(place, id, fault, &on),
            family => {
                for host in on {
                    let (id, host) = (self.child_for(id, host), host as u32);
                    match family {
                        Family::Process => self.lift_process(place, id, fault, host),
                        Family::Disk => self.lift_disk(place, id, fault, host),
                        _ => self.lift_clock(place, fault, host),
                    }
                }
            }
        }
        self.record(|world| world.note(Kind::Fault, id, format!("{} ends", fault.name())));
    }

    /// Heal: whatever is still in force ends now.
    pub(crate) fn heal(&mut self, id: CausalId) {
        self.record(|world| world.note(Kind::Phase, id, "heal".to_owned()));
        for place in 0..self.struck.len() {
            let key = self.plan.faults[place].id;
            self.lift(place, id.child(key));
        }
    }

    /// Spares nodes beyond what the system survives, unless the plan says that anything goes; then says what was too
    /// much.
    fn keep_within_budget(&mut self, fault: &Fault, on: &mut Vec<usize>) {
        let survives = self.system.survives(self.nodes.len());
        let spares = self.plan.budget.is_declared();
        on.retain(|&node| {
            let room = self.damaged.contains(&node) || self.damaged.len() < survives || !spares;
            if room {
                self.damaged.insert(node);
            }
            room
        });
        if self.damaged.len() > survives && self.beyond_budget.is_none() {
            let names: Vec<String> =
                self.damaged.iter().map(|&node| self.address(node as u32).to_string()).collect();
            let why = format!(
                "{} at {} made {} damaged copies ({}), and the system survives {survives}",
                fault.name(),
                self.now,
                names.len(),
                names.join(", ")
            );
            self.beyond_budget = Some(Beyond { at: self.now, why });
        }
    }

    /// The places that `target` means now, ascending.
    pub(super) fn resolve(&self, target: &Target, draws: &mut Draws) -> Vec<usize> {
        let topology = self.plan.topology.as_ref();
        target::resolve::<S>(target, self.candidates(), &self.plan.cluster, topology, draws)
    }

    /// What the strike of the fault at `place` has done so far, to be added to. A fault is asked for its effect only
    /// after it struck.
    pub(crate) fn effect_of(&mut self, place: usize) -> &mut Effect {
        let strike =
            self.struck[place].or_else(|| self.strikes.iter().rposition(|strike| strike.fault == place));
        &mut self.strikes[strike.expect("a fault has an effect after it struck")].effect
    }

    pub(super) fn note_strike(&mut self, place: usize, id: CausalId, on: Vec<usize>) {
        self.record(|world| {
            let whom: Vec<String> = on.iter().map(|&host| world.introduce(host)).collect();
            let whom = if whom.is_empty() { "nobody".to_owned() } else { whom.join(" ") };
            world.note(Kind::Fault, id, format!("{} strikes {whom}", world.plan.faults[place].inject.name()))
        });
        self.struck[place] = Some(self.strikes.len());
        let (at, effect) = (self.now, Effect::default());
        // What is over at once may be lifted before it strikes: both fall into one moment.
        let until = (self.plan.faults[place].until <= at).then_some(at);
        self.strikes.push(Strike { fault: place, at, until, id, on, effect });
    }

    /// A node's name, and the part it plays if that says something: `n3 (leader)`.
    fn introduce(&self, host: usize) -> String {
        let address = self.address(host as u32);
        match self.nodes.get(host).map(|node| node.as_ref().map(Node::role)) {
            Some(Some(role)) if role != Role::MEMBER => format!("{address} ({})", role.0),
            Some(None) => format!("{address} (down)"),
            _ => address.to_string(),
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
