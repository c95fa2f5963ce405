//! A scenario or a saved plan, prepared: a system with its settings, ready for any seed.

use std::collections::BTreeMap;
use std::sync::Arc;

use stormglass_core::random::Seed;
use stormglass_core::system::System;
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;
use stormglass_kernel::Kernel;
use stormglass_plan::engine::{Effect, Engine, Run, Tracing};
use stormglass_plan::kind::Kind;
use stormglass_plan::plan::Plan;
use stormglass_plan::problem::Problem;
use stormglass_plan::scenario::Scenario;
use stormglass_plan::workload::Operations;

use crate::happenings;
use crate::judge::Judge;
use crate::recovery;
use crate::report::Report;
use crate::story;

/// Something that can be run with any seed; a saved plan has only its own.
pub trait Case: Send + Sync {
    /// Runs one seed and judges it.
    ///
    /// # Errors
    /// If no plan can be drawn for this seed.
    fn run(&self, seed: Seed, tracing: Tracing) -> Result<Report, Problem>;

    /// The plan of one seed, as a page for people.
    ///
    /// # Errors
    /// If no plan can be drawn for this seed.
    fn page(&self, seed: Seed) -> Result<String, Problem>;

    /// The plan of one seed, as a file that can be replayed.
    ///
    /// # Errors
    /// If no plan can be drawn for this seed.
    fn file(&self, seed: Seed) -> Result<String, Problem>;
}

/// Where plans come from.
pub(crate) enum Source<O> {
    /// Drawn for each seed.
    Scenario(Box<Scenario>),
    /// This one, whatever the seed.
    Plan(Arc<Plan<O>>),
}

pub(crate) struct Prepared<S: System> {
    pub(crate) system: S,
    pub(crate) judges: Arc<Vec<Judge<S::Op, S::Ret>>>,
    /// The checks that count; all, if not given.
    pub(crate) checks: Option<Vec<String>>,
    pub(crate) source: Source<S::Op>,
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
    fn refuse(plan: &Plan<S::Op>) -> Result<(), Problem> {
        for (place, fault) in plan.faults.iter().enumerate() {
            if let Some(why) = Kernel.lacks(fault.inject.kind()) {
                let what = format!("{} cannot be injected: {why}", fault.inject.name());
                return Err(Problem::new(format!("faults[{place}].inject"), what));
            }
        }
        Ok(())
    }

    fn wanted(&self, check: &str) -> bool {
        // A limit that stopped the run is no check that could be left out, nor is a bound that was asserted.
        check == "limits"
            || check == "availability"
            || self.checks.as_ref().is_none_or(|names| names.iter().any(|name| name == check))
    }

    fn verdicts(&self, plan: &Plan<S::Op>, run: &mut Run<S::Op, S::Ret>) -> Vec<Verdict> {
        let mut verdicts = std::mem::take(&mut run.verdicts);
        let recovery = run.recovery.as_ref();
        verdicts.extend(recovery.map(|stood| recovery::judge(&self.system, plan, &run.history, stood)));
        verdicts.push(happenings::judge(plan, run));
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

impl<S: System> Case for Prepared<S>
where
    S::Op: Operations,
{
    fn run(&self, seed: Seed, tracing: Tracing) -> Result<Report, Problem> {
        let plan = self.plan_of(seed)?;
        Self::refuse(&plan)?;
        let mut run = Kernel.run(&self.system, &plan, tracing);
        let verdicts = self.verdicts(&plan, &mut run);
        let effects = effects(&plan, &run);
        let mut verdict = verdicts.iter().cloned().fold(Verdict::Ok, Verdict::and);
        // Beyond its budget a system may lose what it likes: that is reported, and is no bug.
        let expected_loss = match (&run.beyond_budget, verdict.violation()) {
            (Some(why), Some(violation)) => {
                Some(format!("{}: {}; {why}", violation.check, violation.summary))
            }
            _ => None,
        };
        let verdicts = if expected_loss.is_some() { Vec::new() } else { verdicts };
        if expected_loss.is_some() {
            verdict = Verdict::Ok;
        }
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
            expected_loss,
            strikes: run.strikes.iter().filter(|strike| !strike.on.is_empty()).count(),
            verdict,
            verdicts,
            story,
            trace: run.trace,
        })
    }

    fn page(&self, seed: Seed) -> Result<String, Problem> {
        Ok(self.plan_of(seed)?.page().to_string())
    }

    fn file(&self, seed: Seed) -> Result<String, Problem> {
        self.plan_of(seed)?.to_toml().map_err(|unsavable| Problem::new("", unsavable.to_string()))
    }
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
