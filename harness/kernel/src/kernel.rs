//! The kernel as an engine: a world, run to its end under the eyes of the system's monitors.

use std::sync::Arc;

use stormglass_core::monitor::Monitor;
use stormglass_core::random::mix;
use stormglass_core::system::System;
use stormglass_core::verdict::Verdict;
use stormglass_plan::engine::{Digest, Engine, Run, Tracing};
use stormglass_plan::kind::Kind;
use stormglass_plan::plan::Plan;

use crate::digest::hash_of;
use crate::host::Notice;
use crate::storm::lacks;
use crate::world::World;

/// The default engine: Stormglass's own deterministic world.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kernel;

impl Engine for Kernel {
    const NAME: &'static str = "kernel";

    fn lacks(&self, kind: Kind) -> Option<&'static str> {
        lacks(kind)
    }

    fn run<S: System>(&self, system: &S, plan: &Arc<Plan<S::Op>>, tracing: Tracing) -> Run<S::Op, S::Ret> {
        let mut watch = Watch { monitors: system.monitors(), verdicts: Vec::new() };
        let mut world = World::new(system.clone(), plan.clone(), tracing);
        let end = plan.timeline.end;
        while world.step(end) {
            if !world.notices.is_empty() {
                watch.observe(&world);
            }
            if world.stats.events >= plan.limits.events {
                let reason = format!(
                    "the run was stopped at {} after {} events, its limit; it would have ended at {end}",
                    world.now, plan.limits.events
                );
                watch.verdicts.push(Verdict::unknown("limits", reason));
                break;
            }
        }
        watch.end(&world);
        world.into_run(watch.verdicts)
    }
}

/// The monitors that have found nothing yet, and what the others found.
struct Watch<S: System> {
    monitors: Vec<Box<dyn Monitor<S>>>,
    verdicts: Vec<Verdict>,
}

impl<S: System> Watch<S> {
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
    /// What the run leaves behind.
    fn into_run(self, verdicts: Vec<Verdict>) -> Run<S::Op, S::Ret> {
        Run {
            digest: Digest(mix(self.digest, hash_of(&self.stats.sent))),
            stats: self.stats(),
            history: self.history,
            verdicts,
            strikes: self.strikes,
            trace: self.trace,
        }
    }
}
