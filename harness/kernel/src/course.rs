//! A run under way: a world under the eyes of the system's monitors, to be stopped, copied, forked and ended.
//!
//! It knows when to look whether the system has recovered, and when a run has gone on for too long. What is judged when it
//! is over, it does not know.

use std::sync::Arc;

use stormglass_core::monitor::Monitor;
use stormglass_core::system::System;
use stormglass_core::time::Time;
use stormglass_core::trace::Logs;
use stormglass_core::verdict::Verdict;
use stormglass_plan::engine::{Recovery, Run, Tracing};
use stormglass_plan::plan::Plan;

use crate::host::Notice;
use crate::world::World;

/// A run that can be taken further. A copy goes on as the original would.
#[derive(Clone)]
pub struct Course<S: System> {
    world: World<S>,
    /// The monitors that have found nothing yet.
    monitors: Vec<Box<dyn Monitor<S>>>,
    /// What the others found.
    verdicts: Vec<Verdict>,
    /// When the system should have recovered, until somebody has looked.
    recovers_by: Option<Time>,
    recovery: Option<Recovery>,
    /// Whether it has come to its limit of events.
    stopped: bool,
}

impl<S: System> Course<S> {
    /// The run of a plan before its first event. Monitors that do not count do not watch.
    #[must_use]
    pub fn new(system: &S, plan: &Arc<Plan<S::Op>>, tracing: Tracing) -> Course<S> {
        let within = system.recovers_within(plan.cluster.nodes().len(), 0);
        let mut monitors = system.monitors();
        monitors.retain(|monitor| plan.counts(monitor.name()));
        Course {
            world: World::new(system.clone(), plan.clone(), tracing),
            monitors,
            verdicts: Vec::new(),
            recovers_by: within.map(|within| (plan.timeline.heal + within).min(plan.timeline.end)),
            recovery: None,
            stopped: false,
        }
    }

    /// The same, writing down what is logged; if it keeps a trace.
    #[must_use]
    pub fn listening(mut self, logs: Arc<dyn Logs>) -> Course<S> {
        self.world.listen(logs);
        self
    }

    /// The world as it is now.
    #[must_use]
    pub const fn world(&self) -> &World<S> {
        &self.world
    }

    /// The world, to change what is still to come of it.
    pub const fn world_mut(&mut self) -> &mut World<S> {
        &mut self.world
    }

    /// Lets the next event happen, if there is one until `limit`; `false` if there is none, or no more are allowed.
    pub fn step(&mut self, limit: Time) -> bool {
        let limit = limit.min(self.world.plan.timeline.end);
        if let Some(by) = self.recovers_by {
            if self.stepped(limit.min(by)) {
                return true;
            }
            if self.stopped || limit < by {
                return false;
            }
            self.look_back(by);
        }
        self.stepped(limit)
    }

    /// Lets everything happen that is due by `limit`; `false` if no more events are allowed.
    pub fn run_until(&mut self, limit: Time) -> bool {
        let limit = limit.min(self.world.plan.timeline.end);
        if let Some(by) = self.recovers_by.filter(|&by| by <= limit) {
            while self.stepped(by) {}
            if !self.stopped {
                self.look_back(by);
            }
        }
        while self.stepped(limit) {}
        !self.stopped
    }

    /// Lets everything happen until a monitor says something, and answers with that; `None` at the end of the run.
    pub fn run_to_verdict(&mut self) -> Option<&Verdict> {
        let known = self.verdicts.len();
        while self.verdicts.len() == known {
            if !self.step(Time::MAX) {
                break;
            }
        }
        self.verdicts.get(known)
    }

    /// Ends the run here, whatever is left of it: nobody is asked how it stands in the end.
    #[must_use]
    pub fn stop(self) -> Run<S::Op, S::Ret> {
        self.world.into_run(self.verdicts, self.recovery)
    }

    /// Lets everything happen that is left, and ends the run.
    #[must_use]
    pub fn finish(mut self) -> Run<S::Op, S::Ret> {
        let end = self.world.plan.timeline.end;
        self.run_until(end);
        self.end()
    }

    /// Ends a run that has come to its end, or to its limit before.
    pub(crate) fn end(mut self) -> Run<S::Op, S::Ret> {
        if self.stopped {
            let reason = format!(
                "the run was stopped at {} after {} events, its limit; it would have ended at {}",
                self.world.now, self.world.plan.limits.events, self.world.plan.timeline.end
            );
            self.verdicts.push(Verdict::unknown("limits", reason));
        }
        let (monitors, verdicts, world) = (&mut self.monitors, &mut self.verdicts, &self.world);
        ask(monitors, verdicts, |monitor| monitor.on_end(world.now, world));
        self.world.into_run(self.verdicts, self.recovery)
    }

    #[inline]
    fn stepped(&mut self, limit: Time) -> bool {
        if self.stopped || !self.world.step(limit) {
            return false;
        }
        self.watch();
        !self.stopped
    }

    /// An event has happened: the monitors look at it, and it counts.
    #[inline]
    pub(crate) fn watch(&mut self) {
        if !self.world.notices.is_empty() {
            self.observe();
        }
        self.stopped = self.world.stats.events >= self.world.plan.limits.events;
    }

    /// Somebody else than a monitor has found something.
    pub(crate) fn accuse(&mut self, verdict: Verdict) {
        self.verdicts.push(verdict);
    }

    /// Whether it has come to its limit of events.
    pub(crate) const fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// When somebody has to look whether the system has recovered.
    pub(crate) const fn recovers_by(&self) -> Option<Time> {
        self.recovers_by
    }

    /// How the system stands now that it should have recovered.
    pub(crate) fn look_back(&mut self, by: Time) {
        self.recovery = Some(self.world.recovery(by));
        self.recovers_by = None;
    }

    /// Shows the monitors what the last step brought.
    fn observe(&mut self) {
        let (monitors, verdicts, world) = (&mut self.monitors, &mut self.verdicts, &self.world);
        for notice in &world.notices {
            ask(monitors, verdicts, |monitor| match notice {
                Notice::Said(node, event) => monitor.on_event(world.now, *node, event, world),
                Notice::Crashed(node) => monitor.on_crash(world.now, *node, world),
            });
        }
    }
}

/// Asks all monitors. One that has found something is asked nothing more.
fn ask<S: System>(
    monitors: &mut Vec<Box<dyn Monitor<S>>>,
    verdicts: &mut Vec<Verdict>,
    mut question: impl FnMut(&mut dyn Monitor<S>) -> Verdict,
) {
    let mut place = 0;
    while let Some(monitor) = monitors.get_mut(place) {
        match question(&mut **monitor) {
            Verdict::Ok => place += 1,
            verdict => {
                verdicts.push(verdict);
                monitors.remove(place);
            }
        }
    }
}
