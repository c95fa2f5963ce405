//! The kernel as an engine: a world, run to its end under the eyes of the system's monitors.

use std::sync::Arc;

use stormglass_check::availability::{Lead, Leadership};
use stormglass_core::monitor::Monitor;
use stormglass_core::random::mix;
use stormglass_core::system::{Awaited, Node as _, Role, System};
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;
use stormglass_plan::engine::{Digest, Engine, Recovery, Run, Tracing};
use stormglass_plan::fault::Release;
use stormglass_plan::kind::Kind;
use stormglass_plan::plan::Plan;

use crate::digest::hash_of;
use crate::host::Notice;
use crate::world::World;

/// The default engine: Stormglass's own deterministic world.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kernel;

impl Engine for Kernel {
    const NAME: &'static str = "kernel";

    fn lacks(&self, _kind: Kind) -> Option<&'static str> {
        None
    }

    fn run<S: System>(&self, system: &S, plan: &Arc<Plan<S::Op>>, tracing: Tracing) -> Run<S::Op, S::Ret> {
        self.run_forked(system, plan, tracing, None)
    }
}

/// A run that goes on under other chances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fork {
    /// Whatever happens later than this has other causes than in the run as planned. What is on its way arrives.
    pub after: Time,
    /// Another one means other chances; not 0.
    pub salt: u64,
}

impl Kernel {
    /// Runs `plan` to its end; from the fork on, if there is one, as another seed would.
    pub fn run_forked<S: System>(
        &self,
        system: &S,
        plan: &Arc<Plan<S::Op>>,
        tracing: Tracing,
        fork: Option<Fork>,
    ) -> Run<S::Op, S::Ret> {
        let mut watch = Watch { monitors: system.monitors(), verdicts: Vec::new(), fork };
        let mut world = World::new(system.clone(), plan.clone(), tracing);
        let end = plan.timeline.end;
        let mut recovery = None;
        let mut whole = true;
        if let Some(within) = system.recovers_within(plan.cluster.nodes().len(), 0) {
            let by = (plan.timeline.heal + within).min(end);
            whole = watch.follow(&mut world, by);
            recovery = whole.then(|| world.recovery(by));
        }
        whole = whole && watch.follow(&mut world, end);
        if !whole {
            let reason = format!(
                "the run was stopped at {} after {} events, its limit; it would have ended at {end}",
                world.now, plan.limits.events
            );
            watch.verdicts.push(Verdict::unknown("limits", reason));
        }
        watch.end(&world);
        world.into_run(watch.verdicts, recovery)
    }
}

/// The monitors that have found nothing yet, and what the others found.
struct Watch<S: System> {
    monitors: Vec<Box<dyn Monitor<S>>>,
    verdicts: Vec<Verdict>,
    /// Where the run forks, if it has not yet.
    fork: Option<Fork>,
}

impl<S: System> Watch<S> {
    /// Lets everything happen until `until`, and forks the world on the way; `false` if the run came to its limit before.
    fn follow(&mut self, world: &mut World<S>, until: Time) -> bool {
        if let Some(Fork { after, salt }) = self.fork.take_if(|fork| fork.after <= until) {
            if !self.pursue(world, after) {
                return false;
            }
            world.fork(salt);
        }
        self.pursue(world, until)
    }

    fn pursue(&mut self, world: &mut World<S>, until: Time) -> bool {
        let limit = world.plan.limits.events;
        while world.step(until) {
            if !world.notices.is_empty() {
                self.observe(world);
            }
            if world.stats.events >= limit {
                return false;
            }
        }
        true
    }

    /// Shows the monitors what the last step brought.
    fn observe(&mut self, world: &World<S>) {
        for notice in &world.notices {
            self.ask(|monitor| match notice {
                Notice::Said(node, event) => monitor.on_event(world.now, *node, event, world),
                Notice::Crashed(node) => monitor.on_crash(world.now, *node, world),
            });
        }
    }

    fn end(&mut self, world: &World<S>) {
        self.ask(|monitor| monitor.on_end(world.now, world));
    }

    fn ask(&mut self, mut question: impl FnMut(&mut dyn Monitor<S>) -> Verdict) {
        let mut place = 0;
        while let Some(monitor) = self.monitors.get_mut(place) {
            match question(&mut **monitor) {
                Verdict::Ok => place += 1,
                verdict => {
                    self.verdicts.push(verdict);
                    self.monitors.remove(place);
                }
            }
        }
    }
}

impl<S: System> World<S> {
    /// Writes down who has begun to lead, or to seek leadership. Parts change where something is said of it, so only
    /// nodes that said something are looked at.
    #[inline(never)]
    pub(crate) fn note_leadership(&mut self) {
        let mut elected = false;
        for notice in &self.notices {
            let Notice::Said(node, _) = notice else { continue };
            let place = self.plan.cluster.index_of((*node).into()).expect("a node that speaks is a member");
            let Some(part) = self.nodes[place].as_ref().map(S::Node::role) else { continue };
            if std::mem::replace(&mut self.parts[place], part) == part {
                continue;
            }
            let what = match part {
                Role::LEADER => Lead::Begun(*node),
                Role::CANDIDATE => Lead::Suspected(*node),
                _ => continue,
            };
            elected |= part == Role::LEADER;
            self.leadership.push(Leadership { at: self.now, what });
        }
        if elected && !self.held.is_empty() {
            self.release(|_, until| *until == Release::Leader);
        }
    }

    /// How the nodes stand now that the system should have recovered.
    fn recovery(&self, by: Time) -> Recovery {
        let mut recovery = Recovery {
            by,
            within: by.since(self.plan.timeline.heal),
            awaited: Vec::new(),
            stopped: Vec::new(),
        };
        for (place, &id) in self.plan.cluster.nodes().iter().enumerate() {
            let Some(node) = &self.nodes[place] else { continue };
            if node.role() == Role::STOPPED {
                recovery.stopped.push(id);
            }
            if let Some(Awaited { what, since }) = node.awaits() {
                // The node says it by its own clock, which may be wrong; people read true time.
                let clock = &self.hosts[place].clock;
                let ago = clock.elapsed(self.now).since(since.min(clock.elapsed(self.now)));
                let since = Time::ZERO + self.now.since(Time::ZERO).saturating_sub(ago);
                recovery.awaited.push((id, Awaited { what, since }));
            }
        }
        recovery
    }

    /// What the run leaves behind.
    fn into_run(self, verdicts: Vec<Verdict>, recovery: Option<Recovery>) -> Run<S::Op, S::Ret> {
        Run {
            digest: Digest(mix(self.digest, hash_of(&self.stats.sent))),
            stats: self.stats(),
            history: self.history,
            verdicts,
            strikes: self.strikes,
            beyond_budget: self.beyond_budget,
            downs: self.downs,
            leadership: self.leadership,
            recovery,
            trace: self.trace,
        }
    }
}
