//! Shrinking of a real system's failure: plans are run in the kernel and judged by the one check that broke.
//!
//! "limits" and checks that a panic or a difference of two runs stand for are no judges of histories; a panic is sought
//! like any other violation, a run that does not repeat itself cannot be shrunk.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use stormglass_core::history::History;
use stormglass_core::id::{Address, ClientId, NodeId};
use stormglass_core::system::System;
use stormglass_core::time::Time;
use stormglass_core::verdict::{Verdict, Violation};
use stormglass_plan::engine::{Run, Tracing};
use stormglass_plan::kind::Kind;
use stormglass_plan::plan::{Plan, PlannedOperation};
use stormglass_plan::problem::Problem;
use stormglass_plan::scenario::Expect;
use stormglass_plan::workload::Operations;

use crate::blame::{Blame, Forks, Inquiry, Moment};
use crate::case::Case;
use crate::prepared::{Judged, Prepared, Source};
use crate::report::Report;
use crate::shrink::{Change, Effort, Ended, Finding, Signature, Size, Trial, shrink};
use crate::sweep::{audited, said};

/// So many forks tell when a failure became inevitable.
const FORKS: u64 = 64;
/// The check of a panic, which no judge makes.
pub(crate) const PANIC: &str = "panic";

/// A failure made small.
pub struct Shrunk {
    /// How much smaller it is.
    pub change: Change,
    /// Which violation it shows, as before.
    pub signature: Signature,
    /// The kinds of faults that are left.
    pub kinds: BTreeSet<Kind>,
    /// How many candidates were run.
    pub runs: u64,
    /// Why it is no smaller.
    pub ended: Ended,
    /// When it became inevitable; not known of a run whose world cannot be copied, as on other engines than the kernel.
    pub moment: Option<Moment>,
    /// The plan as a file that can be replayed and kept.
    pub file: String,
    /// The run of that plan, traced and told.
    pub report: Report,
}

impl<S: System> Prepared<S>
where
    S::Op: Operations,
{
    /// Shrinks a plan of this system, by the check of this name.
    pub(crate) fn shrunk(
        &self,
        plan: &Arc<Plan<S::Op>>,
        check: &str,
        effort: &Effort<'_>,
    ) -> Result<Option<Shrunk>, Problem> {
        let checks = Some(vec![check.to_owned()]);
        let judges = Prepared { checks: checks.clone(), source: Source::Plan(plan.clone()), ..self.clone() };
        let Some(sought) = judges.shown(plan, check).map(|finding| finding.signature) else {
            return Ok(None);
        };
        let before = Size::of(plan);
        let expect = match plan.bug {
            Some(_) => Expect::ViolatedBy(vec![check.to_owned()]),
            None => Expect::Ok,
        };
        // A system may have a check of that name of its own, such as a monitor of a balancer's panic.
        let named = self.judges.iter().any(|judge| judge.name == check)
            || self.system.monitors().iter().any(|monitor| monitor.name() == check);
        let counted = if check == PANIC && !named { Some(Vec::new()) } else { checks };
        let engine = self.driver.as_ref().map(|driver| driver.name.to_owned());
        let start = Plan { checks: counted.clone(), expect: Some(expect), engine, ..(**plan).clone() };
        let twin = self.twin.as_ref().map(|twin| Prepared { system: twin.clone(), ..judges.clone() });
        let hunt = Hunt { judges: &judges, twin: twin.as_ref(), settings: &plan.params, sought: &sought };
        let Some(smallest) = shrink(&hunt, start, effort) else { return Ok(None) };
        let (change, kinds) = (
            Change { before, after: Size::of(&smallest.plan) },
            smallest.plan.faults.iter().map(|fault| fault.inject.kind()).collect(),
        );
        let seed = smallest.plan.seed;
        let system = (self.configure)(&smallest.plan.params, smallest.plan.bug.as_deref())?;
        let source = Source::Plan(Arc::new(smallest.plan));
        let case = Prepared { system, source, checks: counted, ..self.clone() };
        let report = audited(&case, seed)?;
        let forks = Forks { of: FORKS, jobs: effort.jobs, stop: effort.late };
        Ok(Some(Shrunk {
            change,
            signature: smallest.finding.signature,
            kinds,
            runs: smallest.runs,
            ended: smallest.ended,
            file: case.file(seed)?,
            moment: self
                .driver
                .is_none()
                .then(|| case.decides(&report, check, &forks).unwrap_or(Moment::Luck)),
            report,
        }))
    }

    /// When it became inevitable that this run fails.
    fn decides(&self, report: &Report, check: &str, forks: &Forks<'_>) -> Option<Moment> {
        let plan = self.plan_of(report.seed).ok()?;
        let found = self.shown(&plan, check)?;
        Some(Inquiry::new(self, &plan, check, found.at, forks).moment())
    }

    /// What is to blame for what the check of this name says of a plan.
    pub(crate) fn blamed(&self, plan: &Arc<Plan<S::Op>>, check: &str, forks: &Forks<'_>) -> Option<Blame> {
        let judges = Prepared { checks: Some(vec![check.to_owned()]), ..self.clone() };
        let found = judges.shown(plan, check)?;
        Some(Inquiry::new(&judges, plan, check, found.at, forks).blame())
    }

    /// What the check of this name says of the plan, or the panic, if that is sought.
    fn shown(&self, plan: &Arc<Plan<S::Op>>, check: &str) -> Option<Finding> {
        match catch_unwind(AssertUnwindSafe(|| self.judged(plan, Tracing::Off))) {
            Ok(Judged { run, verdicts, .. }) => {
                let mut violations = verdicts.iter().filter_map(Verdict::violation);
                violations.find(|violation| violation.check == check).map(|found| finding(plan, &run, found))
            }
            Err(payload) if check == PANIC => {
                let violation = Violation::new(PANIC, said(&*payload));
                Some(Finding {
                    signature: Signature::of(&violation),
                    at: None,
                    guilty: Vec::new(),
                    begun: Vec::new(),
                    strikes: Vec::new(),
                })
            }
            Err(_) => None,
        }
    }
}

/// Seeks one violation of one system.
struct Hunt<'h, S: System> {
    judges: &'h Prepared<S>,
    /// The system without the planted bug, if one is planted.
    twin: Option<&'h Prepared<S>>,
    /// The settings of both.
    settings: &'h toml::Table,
    sought: &'h Signature,
}

impl<S: System> Trial<S::Op> for Hunt<'_, S>
where
    S::Op: Operations,
{
    /// A plan that breaks the system without its planted bug too, in the same way, shows another bug or none: it does not
    /// count.
    fn attempt(&self, plan: &Arc<Plan<S::Op>>) -> Option<Finding> {
        let found = self.shown(self.judges, plan, plan.bug.as_deref())?;
        let innocent = || self.twin.is_none_or(|twin| self.shown(twin, plan, None).is_none());
        (found.signature == *self.sought && innocent()).then_some(found)
    }
}

impl<S: System> Hunt<'_, S>
where
    S::Op: Operations,
{
    /// A plan with other settings is run by a system with these; if there is none, it shows nothing.
    fn shown(&self, by: &Prepared<S>, plan: &Arc<Plan<S::Op>>, bug: Option<&str>) -> Option<Finding> {
        if plan.params == *self.settings {
            return by.shown(plan, &self.sought.check);
        }
        let system = (by.configure)(&plan.params, bug).ok()?;
        Prepared { system, ..by.clone() }.shown(plan, &self.sought.check)
    }
}

/// What shrinking needs of a run and its violation.
fn finding<O: PartialEq, R>(plan: &Plan<O>, run: &Run<O, R>, violation: &Violation) -> Finding {
    let operations = violation.operations.iter().map(|&id| run.history.operation(id));
    let completed = operations.filter_map(|operation| operation.completed).map(|moment| moment.at);
    let at: Option<Time> = completed.chain(violation.at).max();
    let node = |&place: &usize| match plan.cluster.address_at(place) {
        Address::Node(node) => Some(node),
        Address::Client(_) => None,
    };
    let strikes = run.strikes.iter().map(|strike| {
        let on: Vec<NodeId> = strike.on.iter().filter_map(node).collect();
        (strike.fault, on)
    });
    let planned = planned(plan, &run.history);
    let ids = run.history.operations().iter().zip(&planned);
    Finding {
        signature: Signature::of(violation),
        at,
        guilty: violation.operations.iter().filter_map(|id| planned[id.0]).collect(),
        begun: ids.filter_map(|(operation, id)| Some(((*id)?, operation.invoked.at))).collect(),
        strikes: strikes.collect(),
    }
}

/// For each operation of the history its id in the plan. A client asks in the plan's order but may leave some out, so
/// each is the next one of its client that asks the same.
fn planned<O: PartialEq, R>(plan: &Plan<O>, history: &History<O, R>) -> Vec<Option<u64>> {
    let mut next: BTreeMap<ClientId, usize> = BTreeMap::new();
    let asked = history.operations().iter().map(|operation| {
        let from = next.entry(operation.client).or_default();
        let mut rest = plan.operations.iter().enumerate().skip(*from);
        let same = |planned: &PlannedOperation<O>| {
            planned.client == operation.client
                && planned.op == operation.op
                && planned.at <= operation.invoked.at
        };
        let (place, planned) = rest.find(|(_, planned)| same(planned))?;
        *from = place + 1;
        Some(planned.id)
    });
    asked.collect()
}
