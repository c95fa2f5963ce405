//! The kernel as an engine: a world, run to its end under the eyes of the system's monitors.

use std::sync::Arc;

use stormglass_check::availability::{Lead, Leadership};
use stormglass_core::random::mix;
use stormglass_core::system::{Awaited, Node as _, Role, System};
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;
use stormglass_plan::engine::{Digest, Engine, Recovery, Run, Tracing};
use stormglass_plan::fault::Release;
use stormglass_plan::kind::Kind;
use stormglass_plan::plan::Plan;

use crate::course::Course;
use crate::digest::hash_of;
use crate::host::Notice;
use crate::record::Notebook;
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
        Course::new(system, plan, tracing).finish()
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
    pub(crate) fn recovery(&self, by: Time) -> Recovery {
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
    pub(crate) fn into_run(self, verdicts: Vec<Verdict>, recovery: Option<Recovery>) -> Run<S::Op, S::Ret> {
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
            trace: self.trace.map(Notebook::into_trace),
        }
    }
}
