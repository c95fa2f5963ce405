//! A system under test with everything that the harness needs to run it by name.
//!
//! [`Subject`] hides the system's types, so that commands and sweeps can hold many systems in one list.
//! [`SystemUnderTest`] is the one implementation: a system, and the judges of its histories.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use stormglass_check::histories::durability;
use stormglass_check::{KvModel, linearizable, vacuity};
use stormglass_core::bug::Bug;
use stormglass_core::history::{History, OperationId};
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::system::System;
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;
use stormglass_plan::configure::configure;
use stormglass_plan::engine::EngineFor;
use stormglass_plan::plan::Plan;
use stormglass_plan::problem::Problem;
use stormglass_plan::scenario::{Expect, Scenario};
use stormglass_plan::workload::Operations;

use crate::case::Case;
use crate::driver::{Driver, Drivers};
use crate::judge::{CheckInfo, Judge, Losses};
use crate::prepared::{Prepared, Source};
use crate::recovery;
use crate::shrunk::PANIC;

/// A system that can be run by name.
pub trait Subject: Send + Sync {
    /// What scenarios call it.
    fn name(&self) -> &'static str;

    /// Its planted bugs.
    fn bugs(&self) -> &'static [Bug];

    /// The kind of its operations, as in `[workload.kv]`; `None` if it has no clients.
    fn workload(&self) -> Option<&'static str>;

    /// Its settings as they are if `[params]` says nothing.
    fn settings(&self) -> toml::Table;

    /// All checks that fit it.
    fn checks(&self) -> Vec<CheckInfo>;

    /// Prepares a scenario of this system for any number of seeds.
    ///
    /// # Errors
    /// If the scenario asks for something that the system does not have.
    fn case(&self, scenario: &Scenario) -> Result<Box<dyn Case>, Problem>;

    /// Prepares one saved plan of this system.
    ///
    /// # Errors
    /// If the text is not a sound plan of this system.
    fn saved_case(
        &self,
        source: &stormglass_plan::source::Source,
    ) -> Result<Box<dyn Case>, stormglass_plan::diagnostic::Mistakes>;

    /// How a saved plan must end, if it says so; and the same plan for the system without the planted bug, if it has one.
    ///
    /// # Errors
    /// If the text is not a sound plan of this system.
    fn kept(
        &self,
        source: &stormglass_plan::source::Source,
    ) -> Result<Kept, stormglass_plan::diagnostic::Mistakes>;
}

/// A saved plan as one that was kept.
pub struct Kept {
    /// How its run must end, if it says so.
    pub expect: Option<Expect>,
    /// The run.
    pub case: Box<dyn Case>,
    /// The same run without the planted bug, if there is one.
    pub twin: Option<Box<dyn Case>>,
}

/// A system and the judges of its histories.
pub struct SystemUnderTest<S: System> {
    judges: Arc<Vec<Judge<S::Op, S::Ret>>>,
    losses: Option<Arc<Losses<S::Op, S::Ret>>>,
    drivers: Arc<Drivers<S>>,
}

impl<S: System> SystemUnderTest<S> {
    /// The system with no judge of histories but vacuity; its own monitors always watch.
    #[must_use]
    pub fn unjudged() -> SystemUnderTest<S>
    where
        S::Op: Operations,
    {
        let judge = |history: &History<S::Op, S::Ret>| vacuity(history, |op| op.kind());
        SystemUnderTest { judges: Arc::new(Vec::new()), losses: None, drivers: Arc::default() }.judged_by(
            "vacuity",
            "operations of every kind succeed now and then: a run that did nothing proves nothing",
            judge,
        )
    }

    /// Adds a judge. Its verdicts must carry the name given here.
    #[must_use]
    pub fn judged_by(
        mut self,
        name: &'static str,
        about: &'static str,
        judge: impl Fn(&History<S::Op, S::Ret>) -> Verdict + Send + Sync + 'static,
    ) -> SystemUnderTest<S> {
        let judges =
            Arc::get_mut(&mut self.judges).expect("no case has been prepared while judges are added");
        judges.push(Judge { name, about, judge: Box::new(judge) });
        self
    }

    /// Lets the system be run on another engine than the kernel, too, by the engine's name.
    #[must_use]
    pub fn engine<E: EngineFor<S> + Clone + Send + Sync + 'static>(
        mut self,
        engine: E,
    ) -> SystemUnderTest<S> {
        self.drivers().others.push(Driver::new(engine));
        self
    }

    /// Says that the kernel cannot run it: it is no state machine, and the first of its engines is the usual one. Its storms leave
    /// out the kinds of a profile that this engine lacks.
    #[must_use]
    pub fn without_kernel(mut self) -> SystemUnderTest<S> {
        self.drivers().kernel = false;
        self
    }

    fn drivers(&mut self) -> &mut Drivers<S> {
        Arc::get_mut(&mut self.drivers).expect("no case has been prepared while engines are added")
    }

    /// Says which acknowledged writes of a history were lost, by what was read from a moment on: for recovery points.
    #[must_use]
    pub fn losing(
        mut self,
        losses: impl Fn(&History<S::Op, S::Ret>, Time) -> BTreeSet<OperationId> + Send + Sync + 'static,
    ) -> SystemUnderTest<S> {
        self.losses = Some(Arc::new(losses));
        self
    }
}

/// The acknowledged writes of a key-value history that nobody saw from `settled` on, though nothing had replaced them.
/// A write whose key was written again is not known to be lost.
#[must_use]
pub fn lost_kv_writes(history: &History<KvOp, KvRet>, settled: Time) -> BTreeSet<OperationId> {
    let acknowledged = "acknowledged";
    let report = durability::lost_writes(history, settled, |_| acknowledged, &acknowledged);
    report.levels.into_values().flat_map(|kept| kept.lost).collect()
}

/// A linearizable key-value store: what most consensus systems promise.
#[must_use]
pub fn linearizable_kv<S>() -> SystemUnderTest<S>
where
    S: System<Op = KvOp, Ret = KvRet>,
{
    SystemUnderTest::unjudged().losing(lost_kv_writes).judged_by(
        "linearizable",
        "every operation takes effect at one moment between its invocation and its completion",
        |history| linearizable(&KvModel, history),
    )
}

impl<S> Subject for SystemUnderTest<S>
where
    S: System + Serialize + DeserializeOwned + Default,
    S::Op: Operations,
{
    fn name(&self) -> &'static str {
        S::NAME
    }

    fn bugs(&self) -> &'static [Bug] {
        S::bugs()
    }

    fn workload(&self) -> Option<&'static str> {
        Some(S::Op::WORKLOAD)
    }

    fn settings(&self) -> toml::Table {
        // A system whose settings are no table has none that `[params]` could say.
        toml::Table::try_from(S::default()).unwrap_or_default()
    }

    fn checks(&self) -> Vec<CheckInfo> {
        let judges = self.judges.iter().map(|judge| CheckInfo { name: judge.name, about: judge.about });
        let monitors = S::default().monitors();
        let monitors =
            monitors.iter().map(|monitor| CheckInfo { name: monitor.name(), about: monitor.about() });
        let promise = S::default().recovers_within(1, 0);
        let recovers = promise.map(|_| CheckInfo { name: recovery::CHECK, about: recovery::ABOUT });
        let availability = CheckInfo {
            name: "availability",
            about: "the bounds that the scenario's [availability] asserts hold",
        };
        judges.chain(monitors).chain(recovers).chain([availability]).collect()
    }

    fn case(&self, scenario: &Scenario) -> Result<Box<dyn Case>, Problem> {
        let system: S = configure(&scenario.params, scenario.bug.as_deref())?;
        known_checks(&self.checks(), scenario.checks.as_deref(), Some(&scenario.expect))?;
        if self.losses.is_none() {
            let bounds = scenario.availability.as_ref();
            let asserted = [
                ("rpo", bounds.is_some_and(|bounds| bounds.rpo.is_some())),
                ("lost-writes", bounds.is_some_and(|bounds| bounds.lost_writes.is_some())),
            ];
            if let Some((name, _)) = asserted.into_iter().find(|&(_, asserted)| asserted) {
                let why = format!("nobody can say of {} which acknowledged writes were lost", S::NAME);
                return Err(Problem::new(format!("availability.{name}"), why).help("leave it out"));
            }
        }
        let twin = scenario.bug.as_ref().map(|_| configure(&scenario.params, None)).transpose()?;
        let case = Prepared {
            system,
            twin,
            configure,
            measures: false,
            logs: None,
            losses: self.losses.clone(),
            judges: self.judges.clone(),
            checks: scenario.checks.clone(),
            source: Source::Scenario(Box::new(self.possible(scenario))),
            driver: self.drivers.chosen(scenario.engine.as_deref())?,
            drivers: self.drivers.clone(),
        };
        // The first seed shows what the scenario's own text cannot: that it can be drawn at all.
        case.plan_of(stormglass_core::random::Seed(0))?;
        Ok(Box::new(case))
    }

    fn saved_case(
        &self,
        source: &stormglass_plan::source::Source,
    ) -> Result<Box<dyn Case>, stormglass_plan::diagnostic::Mistakes> {
        Ok(Box::new(self.saved(source)?))
    }

    fn kept(
        &self,
        source: &stormglass_plan::source::Source,
    ) -> Result<Kept, stormglass_plan::diagnostic::Mistakes> {
        let case = self.saved(source)?;
        let Source::Plan(plan) = &case.source else { unreachable!("a saved case has its plan") };
        let twin = case.twin.clone().map(|system| {
            let plan = Arc::new(Plan { bug: None, ..(**plan).clone() });
            let twin = Prepared { system, twin: None, source: Source::Plan(plan), ..case.clone() };
            Box::new(twin) as Box<dyn Case>
        });
        Ok(Kept { expect: plan.expect.clone(), twin, case: Box::new(case) })
    }
}

impl<S> SystemUnderTest<S>
where
    S: System + Serialize + DeserializeOwned + Default,
    S::Op: Operations,
{
    /// What a profile's storm draws for a system that the kernel cannot run leaves out the kinds that its engine lacks: one seed
    /// in two would be refused otherwise. What is asked for by name stays, and is refused by name.
    fn possible(&self, scenario: &Scenario) -> Scenario {
        let mut scenario = scenario.clone();
        if let (Ok(Some(driver)), Some(nemesis)) =
            (self.drivers.chosen(scenario.engine.as_deref()), &mut scenario.nemesis)
            && !self.drivers.kernel
            && nemesis.faults.is_none()
        {
            let lacking = nemesis.profile.kinds().filter(|&kind| driver.lacks(kind).is_some());
            let lacking: Vec<_> = lacking.filter(|kind| !nemesis.except.contains(kind)).collect();
            nemesis.except.extend(lacking);
        }
        scenario
    }

    fn saved(
        &self,
        source: &stormglass_plan::source::Source,
    ) -> Result<Prepared<S>, stormglass_plan::diagnostic::Mistakes> {
        let plan: Plan<S::Op> = source.plan(&[S::NAME])?;
        let configured = |bug| configure(&plan.params, bug).map_err(|problem| source.diagnose(&problem));
        let system: S = configured(plan.bug.as_deref())?;
        let twin = plan.bug.as_ref().map(|_| configured(None)).transpose()?;
        known_checks(&self.checks(), plan.checks.as_deref(), plan.expect.as_ref())
            .map_err(|problem| source.diagnose(&problem))?;
        let engine = self.drivers.chosen(plan.engine.as_deref());
        Ok(Prepared {
            system,
            twin,
            configure,
            measures: false,
            logs: None,
            losses: self.losses.clone(),
            judges: self.judges.clone(),
            checks: plan.checks.clone(),
            source: Source::Plan(Arc::new(plan)),
            driver: engine.map_err(|problem| source.diagnose(&problem))?,
            drivers: self.drivers.clone(),
        })
    }
}

/// Every check that a file names must be one of these.
fn known_checks(
    checks: &[CheckInfo],
    counted: Option<&[String]>,
    expect: Option<&Expect>,
) -> Result<(), Problem> {
    let checks: Vec<&str> = checks.iter().map(|check| check.name).collect();
    let known = |path: &str, names: &[String]| {
        let wrong = names.iter().position(|name| !checks.contains(&&name[..]));
        let problem =
            wrong.map(|place| Problem::unknown(format!("{path}[{place}]"), "check", &names[place], &checks));
        problem.map_or(Ok(()), Err)
    };
    known("checks", counted.unwrap_or_default())?;
    match expect {
        // A panic breaks every system's run, and is nobody's check.
        Some(Expect::ViolatedBy(names)) if *names != [PANIC] => known("expect.violated-by", names),
        _ => Ok(()),
    }
}
