//! A scenario or a saved plan, prepared: a system with its settings, ready for any seed.

use std::collections::BTreeMap;
use std::sync::Arc;

use stormglass_check::availability::Measured;
use stormglass_core::random::Seed;
use stormglass_core::system::System;
use stormglass_core::time::Time;
use stormglass_core::verdict::{Undecided, Verdict};
use stormglass_kernel::{Course, Kernel};
use stormglass_logging::{Directives, Listener};
use stormglass_plan::engine::{Beyond, Effect, Engine, Run, Tracing};
use stormglass_plan::kind::Kind;
use stormglass_plan::plan::Plan;
use stormglass_plan::problem::Problem;
use stormglass_plan::scenario::Scenario;
use stormglass_plan::workload::Operations;

use crate::blame::{Blame, Forks};
use crate::case::Case;
use crate::driver::{Driver, Drivers};
use crate::happenings;
use crate::judge::{Judge, Losses};
use crate::recording::Recording;
use crate::recovery;
use crate::report::Report;
use crate::shrink::Effort;
use crate::shrunk::{PANIC, Shrunk};
use crate::story;
use crate::sweep::HANG;
use crate::vigil;
use crate::walk::{Walk, Walker};

/// Where plans come from.
#[derive(Clone)]
pub(crate) enum Source<O> {
    /// Drawn for each seed.
    Scenario(Box<Scenario>),
    /// This one, whatever the seed.
    Plan(Arc<Plan<O>>),
}

/// From settings and the planted bug to a system.
pub(crate) type Configure<S> = fn(&toml::Table, Option<&str>) -> Result<S, Problem>;

#[derive(Clone)]
pub(crate) struct Prepared<S: System> {
    pub(crate) system: S,
    /// The same without the planted bug, if one is planted.
    pub(crate) twin: Option<S>,
    /// The system with other settings.
    pub(crate) configure: Configure<S>,
    pub(crate) judges: Arc<Vec<Judge<S::Op, S::Ret>>>,
    /// Which acknowledged writes were lost, if anybody can say.
    pub(crate) losses: Option<Arc<Losses<S::Op, S::Ret>>>,
    /// Whether availability is measured although nothing asserts it.
    pub(crate) measures: bool,
    /// What is heard of what is logged in traced runs.
    pub(crate) logs: Option<Directives>,
    /// The checks that count; all, if not given.
    pub(crate) checks: Option<Vec<String>>,
    pub(crate) source: Source<S::Op>,
    /// The engines there are, and which of them runs it, if it is not the kernel.
    pub(crate) drivers: Arc<Drivers<S>>,
    pub(crate) driver: Option<Driver<S>>,
}

impl<S: System> Prepared<S>
where
    S::Op: Operations,
{
    pub(crate) fn plan_of(&self, seed: Seed) -> Result<Arc<Plan<S::Op>>, Problem> {
        match &self.source {
            Source::Scenario(scenario) => stormglass_plan::plan(scenario, seed).map(Arc::new),
            Source::Plan(plan) => Ok(plan.clone()),
        }
    }

    /// A plan with a fault that the engine cannot inject is refused, never run without it.
    fn refuse(&self, plan: &Plan<S::Op>) -> Result<(), Problem> {
        for (place, fault) in plan.faults.iter().enumerate() {
            let kind = fault.inject.kind();
            let lacks = self.driver.as_ref().map_or_else(|| Kernel.lacks(kind), |driver| driver.lacks(kind));
            if let Some(why) = lacks {
                let what = format!("{} cannot be injected on {}: {why}", fault.inject.name(), self.engine());
                let path = match (&self.source, fault.timed()) {
                    (Source::Scenario(_), Some(timed)) => format!("fault[{timed}].inject"),
                    (Source::Scenario(_), None) => "nemesis".to_owned(),
                    (Source::Plan(_), _) => format!("faults[{place}].inject"),
                };
                return Err(Problem::new(path, what));
            }
        }
        Ok(())
    }

    /// What stops, copies or looks into a world needs the kernel's.
    fn needs_kernel(&self, what: &str) -> Result<(), Problem> {
        match &self.driver {
            None => Ok(()),
            Some(driver) => {
                let what = format!("a run on {} cannot be {what}: only the kernel's can", driver.name);
                let problem = Problem::new("engine", what);
                Err(match self.drivers.kernel {
                    true => problem.help("leave the engine out"),
                    false => problem.help(format!("{} is a program with sockets of its own", S::NAME)),
                })
            }
        }
    }

    fn wanted(&self, check: &str) -> bool {
        // That a run came to its end is no check that could be left out, nor is a bound that was asserted.
        ["limits", "availability", PANIC, HANG, "ended", "network"].contains(&check)
            || self.checks.as_ref().is_none_or(|names| names.iter().any(|name| name == check))
    }

    /// The availability of one run, as its clients saw it, if anybody asks; with the verdict on what is asserted.
    fn availability(
        &self,
        plan: &Plan<S::Op>,
        run: &Run<S::Op, S::Ret>,
    ) -> (Option<Result<Measured, Undecided>>, Verdict) {
        if !self.measures && plan.availability.is_none() {
            return (None, Verdict::Ok);
        }
        let lost = self.losses.as_ref().map(|losses| losses(&run.history, plan.timeline.settle));
        let measured = happenings::measured(plan, run, lost.unwrap_or_default());
        let verdict = match (&plan.availability, &measured) {
            (None, _) => Verdict::Ok,
            (Some(bounds), Ok(measured)) => bounds.judge(measured),
            (Some(_), Err(undecided)) => Verdict::Unknown(undecided.clone()),
        };
        (Some(measured), verdict)
    }

    fn verdicts(&self, plan: &Plan<S::Op>, run: &mut Run<S::Op, S::Ret>) -> Vec<Verdict> {
        let mut verdicts = std::mem::take(&mut run.verdicts);
        let recovery = run.recovery.as_ref();
        verdicts.extend(recovery.map(|stood| recovery::judge(&self.system, plan, &run.history, stood)));
        for judge in self.judges.iter().filter(|judge| self.wanted(judge.name)) {
            match (judge.judge)(&run.history) {
                Verdict::Ok => {}
                verdict => verdicts.push(verdict),
            }
        }
        verdicts.retain(|verdict| !verdict.is_ok() && self.wanted(verdict.check()));
        verdicts
    }
}

/// A run with everything that is to be said of it.
pub(crate) struct Judged<S: System> {
    pub(crate) run: Run<S::Op, S::Ret>,
    /// Every verdict that is not ok.
    pub(crate) verdicts: Vec<Verdict>,
    availability: Option<Result<Measured, Undecided>>,
    expected_loss: Option<String>,
}

impl<S: System> Prepared<S>
where
    S::Op: Operations,
{
    /// Runs a plan and judges it.
    pub(crate) fn judged(&self, plan: &Arc<Plan<S::Op>>, tracing: Tracing) -> Judged<S> {
        let engine = self.driver.as_ref().map_or(Kernel::NAME, |driver| driver.name);
        let watched = vigil::watch(&plan.scenario, engine, plan.seed);
        let course = || Course::new(&self.system, plan, tracing);
        let run = match (&self.driver, self.logs.as_ref().filter(|_| tracing != Tracing::Off)) {
            (Some(driver), _) => driver.run(&self.system, plan, tracing),
            (None, Some(logs)) => {
                let listener = Listener::new(logs);
                listener.hear(|| course().listening(listener.logs()).finish())
            }
            (None, None) => course().finish(),
        };
        drop(watched);
        self.judged_run(plan, run)
    }

    /// Judges a run of a plan.
    pub(crate) fn judged_run(&self, plan: &Plan<S::Op>, mut run: Run<S::Op, S::Ret>) -> Judged<S> {
        let (availability, bounded) = self.availability(plan, &run);
        let mut verdicts = self.verdicts(plan, &mut run);
        verdicts.extend(Some(bounded).filter(|verdict| !verdict.is_ok()));
        let expected_loss = run.beyond_budget.as_ref().and_then(|beyond| excuse(beyond, &mut verdicts));
        Judged { run, verdicts, availability, expected_loss }
    }
}

impl<S: System> Case for Prepared<S>
where
    S::Op: Operations,
{
    fn run(&self, seed: Seed, tracing: Tracing) -> Result<Report, Problem> {
        let plan = self.plan_of(seed)?;
        self.refuse(&plan)?;
        let Judged { run, verdicts, availability, expected_loss } = self.judged(&plan, tracing);
        let effects = effects(&plan, &run);
        let verdict = verdicts.iter().cloned().fold(Verdict::Ok, Verdict::and);
        let story = match (&run.trace, verdict.violation()) {
            (Some(trace), Some(violation)) => story::tell(violation, &run.history, trace),
            _ => Vec::new(),
        };
        let operations = run.history.operations();
        Ok(Report {
            seed: plan.seed,
            digest: run.digest,
            stats: run.stats,
            invoked: operations.len(),
            succeeded: operations.iter().filter(|operation| operation.outcome.ok().is_some()).count(),
            effects,
            availability: availability.filter(|_| self.measures).map(Box::new),
            expected_loss,
            strikes: run.strikes.iter().filter(|strike| !strike.on.is_empty()).count(),
            verdict,
            verdicts,
            story,
            trace: run.trace,
        })
    }

    fn measuring(mut self: Box<Self>) -> Box<dyn Case> {
        self.measures = true;
        self
    }

    fn logging(&self, directives: &Directives) -> Box<dyn Case> {
        Box::new(Prepared { logs: Some(directives.clone()), ..self.clone() })
    }

    fn on(&self, engine: &str) -> Result<Box<dyn Case>, Problem> {
        let driver = self.drivers.chosen(Some(engine))?;
        Ok(Box::new(Prepared { driver, ..self.clone() }))
    }

    fn engines(&self) -> Vec<&'static str> {
        self.drivers.names()
    }

    fn engine(&self) -> &'static str {
        self.driver.as_ref().map_or(Kernel::NAME, |driver| driver.name)
    }

    fn repeats(&self) -> bool {
        self.driver.as_ref().is_none_or(|driver| driver.repeats)
    }

    fn page(&self, seed: Seed) -> Result<String, Problem> {
        Ok(self.plan_of(seed)?.page().to_string())
    }

    fn file(&self, seed: Seed) -> Result<String, Problem> {
        self.plan_of(seed)?.to_toml().map_err(|unsavable| Problem::new("", unsavable.to_string()))
    }

    fn walk(&self, seed: Seed) -> Result<Box<dyn Walk>, Problem> {
        self.needs_kernel("walked through")?;
        let plan = self.plan_of(seed)?;
        self.refuse(&plan)?;
        Ok(Box::new(Walker::new(self.system.clone(), plan)))
    }

    fn record(&self, seed: Seed) -> Result<Recording, Problem> {
        self.needs_kernel("drawn")?;
        let plan = self.plan_of(seed)?;
        self.refuse(&plan)?;
        self.recorded(&plan)
    }

    fn shrink(&self, seed: Seed, check: &str, effort: &Effort<'_>) -> Result<Option<Shrunk>, Problem> {
        if !self.repeats() {
            let problem =
                format!("a run on {} cannot be made small: it does not repeat itself", self.engine());
            return Err(Problem::new("engine", problem).help("name another engine, or none"));
        }
        let plan = self.plan_of(seed)?;
        self.refuse(&plan)?;
        self.shrunk(&plan, check, effort)
    }

    fn blame(&self, seed: Seed, check: &str, forks: &Forks<'_>) -> Result<Option<Blame>, Problem> {
        self.needs_kernel("blamed on anything")?;
        let plan = self.plan_of(seed)?;
        self.refuse(&plan)?;
        Ok(self.blamed(&plan, check, forks))
    }
}

/// Takes out the verdicts that are no bugs because the system had lost more than it promises to survive, and says what
/// the first of them was. What happened before that moment counts as ever; so does what no lost copy excuses: that the
/// run came to its end, and what the scenario asserts of its availability.
fn excuse(beyond: &Beyond, verdicts: &mut Vec<Verdict>) -> Option<String> {
    let mut first = None;
    verdicts.retain(|verdict| {
        let Some(violation) = verdict.violation() else { return true };
        let excused = violation.at.is_none_or(|at| at >= beyond.at)
            && !["limits", "availability"].contains(&&violation.check[..]);
        if excused {
            first
                .get_or_insert_with(|| format!("{}: {}; {}", violation.check, violation.summary, beyond.why));
        }
        !excused
    });
    first
}

/// What the faults of one run did, by kind; each with how many operations were under way meanwhile.
fn effects<O, R>(plan: &Plan<O>, run: &Run<O, R>) -> BTreeMap<Kind, (u64, Effect)> {
    let mut effects: BTreeMap<Kind, (u64, Effect)> = BTreeMap::new();
    let operations = run.history.operations();
    let invoked: Vec<Time> = operations.iter().map(|operation| operation.invoked.at).collect();
    let mut completed: Vec<Time> =
        operations.iter().filter_map(|operation| Some(operation.completed?.at)).collect();
    completed.sort_unstable();
    for strike in &run.strikes {
        let kind = plan.faults[strike.fault].inject.kind();
        let until = strike.until.unwrap_or(run.stats.ended);
        // Begun before it ended, less those that were over before it began.
        let begun = invoked.partition_point(|&at| at <= until);
        let overlapped = begun - completed.partition_point(|&at| at < strike.at);
        let (strikes, sum) = effects.entry(kind).or_default();
        *strikes += 1;
        *sum += Effect { overlapped: overlapped as u64, ..strike.effect };
    }
    effects
}

#[cfg(test)]
mod tests {
    use stormglass_core::time::Duration;
    use stormglass_core::verdict::Violation;

    use super::*;

    fn violation(check: &str, at: u64) -> Verdict {
        let at = Some(Time::ZERO + Duration::from_secs(at));
        Violation { at, ..Violation::new(check, "it broke") }.into()
    }

    /// A loss is to be expected only of what was lost, and only since too much was.
    #[test]
    fn what_broke_before_too_much_was_lost_or_for_another_cause_is_not_excused() {
        let beyond =
            Beyond { at: Time::ZERO + Duration::from_secs(5), why: "two copies are gone".to_owned() };
        let before = violation("linearizable", 4);
        let bound = violation("availability", 6);
        let mut verdicts = vec![before.clone(), violation("linearizable", 5), bound.clone()];
        let loss = excuse(&beyond, &mut verdicts);
        assert_eq!(loss.as_deref(), Some("linearizable: it broke; two copies are gone"));
        assert_eq!(verdicts, [before, bound]);
        assert_eq!(excuse(&beyond, &mut verdicts), None);
    }
}
