//! Engines beside the kernel: chosen by name, refused by name.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use stormglass_core::prelude::*;
use stormglass_explore::shrink::Effort;
use stormglass_explore::{Case, Registry, Subject as _, audited, linearizable_kv};
use stormglass_kernel::Kernel;
use stormglass_plan::engine::{Engine, Run, Tracing};
use stormglass_plan::fault::{Fault, Target};
use stormglass_plan::kind::Kind;
use stormglass_plan::plan::Plan;
use stormglass_plan::scenario::{Expect, Scenario, TimedFault};
use stormglass_plan::source::Source;
use stormglass_plan::workload::Kv;

use crate::sweeps::Single;

/// The kernel under another name, which cannot pause anybody; or cannot even run.
#[derive(Clone)]
struct Mirror<const BUILT: bool>;

impl<const BUILT: bool> Engine for Mirror<BUILT> {
    const NAME: &'static str = if BUILT { "mirror" } else { "unbuilt" };
    fn lacks(&self, kind: Kind) -> Option<&'static str> {
        (kind == Kind::Pause).then_some("a mirror shows what moves")
    }
    fn unavailable(&self) -> Option<&'static str> {
        if BUILT { None } else { Some("its flag was left out") }
    }
    fn run<S: System>(&self, system: &S, plan: &Arc<Plan<S::Op>>, tracing: Tracing) -> Run<S::Op, S::Ret> {
        let mut run = Kernel.run(system, plan, tracing);
        run.digest.0 ^= 1;
        run
    }
}

static RUNS: AtomicU64 = AtomicU64::new(0);

/// The kernel, but every second run hangs, and is given up.
#[derive(Clone)]
struct Tired;

impl Engine for Tired {
    const NAME: &'static str = "tired";
    fn lacks(&self, _kind: Kind) -> Option<&'static str> {
        None
    }
    fn run<S: System>(&self, system: &S, plan: &Arc<Plan<S::Op>>, tracing: Tracing) -> Run<S::Op, S::Ret> {
        let mut run = Kernel.run(system, plan, tracing);
        if RUNS.fetch_add(1, Ordering::Relaxed) % 2 == 1 {
            run.verdicts = vec![Verdict::unknown("hang", "given up")];
            run.digest.0 = 0;
        }
        run
    }
}

fn scenario(fault: Option<Fault>) -> Scenario {
    let scenario = Scenario::named("single")
        .about("One store answers as one store.")
        .system("single")
        .nodes(1)
        .clients(3)
        .workload(Kv::default())
        .chaos(Duration::from_secs(2));
    match fault {
        Some(fault) => scenario.fault(TimedFault::at(Duration::from_millis(1500)).inject(fault)),
        None => scenario,
    }
}

fn case(fault: Option<Fault>) -> Box<dyn Case> {
    let subject = linearizable_kv::<Single>().engine(Mirror::<true>).engine(Mirror::<false>);
    let registry = Registry::new().with(subject);
    registry.get("single").unwrap().case(&scenario(fault)).unwrap()
}

fn refused(case: Result<Box<dyn Case>, stormglass_plan::problem::Problem>) -> String {
    case.err().expect("it is refused").to_string()
}

/// A case runs on the engine that was chosen, is judged as ever, and goes back to the kernel.
#[test]
fn a_case_runs_on_the_engine_of_that_name() {
    assert_eq!(case(None).engines(), ["kernel", "mirror", "unbuilt"]);
    let kernel = audited(&*case(None), Seed(1)).unwrap();
    let mirrored = case(None).on("mirror").unwrap();
    let mirror = audited(&*mirrored, Seed(1)).unwrap();
    assert!(mirror.verdict.is_ok(), "{}", mirror.verdict);
    assert_eq!(mirror.digest.0, kernel.digest.0 ^ 1);
    let back = audited(&*mirrored.on("kernel").unwrap(), Seed(1)).unwrap();
    assert_eq!(back.digest, kernel.digest);
}

/// A fault that the engine lacks is refused before the run, by the names of both.
#[test]
fn a_fault_that_the_engine_lacks_is_refused_by_name() {
    let pause = || Some(Fault::Pause { target: Target::All });
    assert!(case(pause()).run(Seed(1), Tracing::Off).is_ok());
    let on = case(pause()).on("mirror").unwrap();
    let problem = on.run(Seed(1), Tracing::Off).map(|report| report.digest).unwrap_err().to_string();
    assert!(problem.contains("pause cannot be injected on mirror: a mirror shows what moves"), "{problem}");
}

/// An engine that is not there, not built, or asked for what only the kernel can, says so.
#[test]
fn what_an_engine_cannot_do_it_says() {
    let unbuilt = refused(case(None).on("unbuilt"));
    assert!(unbuilt.contains("unbuilt cannot run: its flag was left out"), "{unbuilt}");
    let missing = refused(case(None).on("madsim"));
    assert!(missing.contains("unknown engine `madsim`") && missing.contains("just engines"), "{missing}");
    let walked = case(None).on("mirror").unwrap().walk(Seed(1)).err().expect("it is refused").to_string();
    assert!(walked.contains("a run on mirror cannot be walked through"), "{walked}");
}

/// A run that real time has ended is not held against the other run of its seed: neither is an accusation.
#[test]
fn a_run_that_was_given_up_is_no_proof_of_another_course() {
    let subject = linearizable_kv::<Single>().engine(Tired);
    let case = subject.case(&scenario(None).engine("tired")).unwrap();
    let report = audited(&*case, Seed(0)).unwrap();
    assert!(report.verdict.is_ok() && RUNS.load(Ordering::Relaxed) == 2, "{}", report.verdict);
    assert!(case.run(Seed(0), Tracing::Off).unwrap().verdict.is_ok());
    let report = audited(&*case, Seed(0)).unwrap();
    assert_eq!(report.verdict.check(), "hang", "{}", report.verdict);
}

/// A scenario's own engine runs it, is named in its plans, and is refused as one that is chosen later.
#[test]
fn a_scenario_and_its_plans_run_on_the_engine_that_they_name() {
    let subject = linearizable_kv::<Single>().engine(Mirror::<true>);
    let case = subject.case(&scenario(None).engine("mirror")).unwrap();
    assert_eq!(case.engine(), "mirror");
    let digest = audited(&*case, Seed(1)).unwrap().digest;
    let saved = Source::new("saved.toml", case.file(Seed(1)).unwrap());
    let saved = subject.saved_case(&saved).unwrap();
    assert_eq!((saved.engine(), audited(&*saved, Seed(1)).unwrap().digest), ("mirror", digest));
    let nowhere = refused(subject.case(&scenario(None).engine("nowhere")));
    assert!(nowhere.contains("unknown engine `nowhere`"), "{nowhere}");
}

/// A system that the kernel cannot run goes to the first of its engines unasked, and says why it does not go to the kernel.
#[test]
fn a_system_without_the_kernel_has_another_home() {
    let subject = linearizable_kv::<Single>().engine(Mirror::<true>).without_kernel();
    let case = subject.case(&scenario(None)).unwrap();
    assert_eq!((case.engine(), case.engines()), ("mirror", vec!["mirror"]));
    let kernel = refused(case.on("kernel"));
    assert!(kernel.contains("the kernel cannot run it"), "{kernel}");
}

/// What fails on another engine is made small there, if that one repeats itself; when it was decided, only the kernel can say.
#[test]
fn a_failure_on_another_engine_is_made_small_there() {
    let subject = linearizable_kv::<Single>().engine(Mirror::<true>);
    let nervous = toml::Table::from_iter([("habit".to_owned(), "nervous".into())]);
    let panics = Expect::ViolatedBy(vec!["panic".to_owned()]);
    let scenario = Scenario { params: nervous, expect: panics, ..scenario(None).engine("mirror") };
    let case = subject.case(&scenario).unwrap();
    let effort = Effort { jobs: 1, runs: 10_000, stop: &|| false, late: &|| false, watch: &|_| {} };
    let shrunk = case.shrink(Seed(1), "panic", &effort).unwrap().unwrap();
    assert!(shrunk.change.after.operations <= 10 && shrunk.moment.is_none());
    let kept = subject.saved_case(&Source::new("kept.toml", shrunk.file)).unwrap();
    assert_eq!(kept.engine(), "mirror");
}
