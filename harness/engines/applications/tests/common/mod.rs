//! Applications under drawn storms, for their tests.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "every test uses a part of it")]

use std::sync::Arc;

use stormglass_check::linearizability::linearizable;
use stormglass_check::models::KvModel;
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::prelude::*;
use stormglass_engine_driver::{Application, Hosted};
use stormglass_plan::engine::{EngineFor as _, Run, Tracing};
use stormglass_plan::fault::{Fault, Target};
use stormglass_plan::nemesis::{Nemesis, Profile};
use stormglass_plan::plan::Plan;
use stormglass_plan::scenario::{Phases, Scenario, TimedFault};
use stormglass_plan::workload::Kv;
use stormglass_turmoil::TurmoilHosts;

/// Phases with little around the chaos.
pub fn brief(chaos: Duration) -> Phases {
    let ms = Duration::from_millis;
    Phases { warm_up: ms(1_000), chaos, idle: ms(200), settle: ms(6_000), finish: ms(1_000) }
}

/// A drawn plan without the kinds that cannot befall an ordinary program.
pub fn plan<A: Application<Op = KvOp>>(nodes: u32, seed: u64, nemesis: Nemesis) -> Arc<Plan<KvOp>> {
    drawn::<A>(nodes, seed, nemesis, brief(Duration::from_secs(4)))
}

fn drawn<A: Application<Op = KvOp>>(
    nodes: u32,
    seed: u64,
    nemesis: Nemesis,
    phases: Phases,
) -> Arc<Plan<KvOp>> {
    let scenario = Scenario::named("applications/storm")
        .about("An application under a drawn storm.")
        .system(A::NAME)
        .nodes(nodes)
        .clients(3)
        .workload(Kv::default())
        .nemesis(nemesis)
        .phases(phases);
    let mut plan = stormglass_plan::plan(&scenario, Seed(seed)).unwrap();
    plan.faults.retain(|fault| lacks::<A>(fault.inject.kind()).is_none());
    Arc::new(plan)
}

/// Leaders that are cut off from the other servers while clients still reach them, twice.
pub fn isolated_leaders<A: Application<Op = KvOp>>(seed: u64) -> Arc<Plan<KvOp>> {
    let ms = Duration::from_millis;
    let cut = TimedFault::at(ms(2_500)).lasts(ms(3_000)).repeat(ms(4_000), 2);
    let scenario = Scenario::named("applications/isolated-leader")
        .about("A leader cut off from the others must not answer reads.")
        .system(A::NAME)
        .nodes(3)
        .clients(4)
        .workload(Kv { keys: 2, ..Kv::default() })
        .phases(brief(ms(9_000)))
        .fault(cut.inject(Fault::isolate(Target::Leader)));
    Arc::new(stormglass_plan::plan(&scenario, Seed(seed)).unwrap())
}

pub fn lacks<A: Application>(kind: stormglass_plan::kind::Kind) -> Option<&'static str> {
    stormglass_plan::engine::EngineFor::<Hosted<A>>::lacks(&TurmoilHosts, kind)
}

pub fn run<A: Application<Op = KvOp, Ret = KvRet>>(
    application: &A,
    plan: &Arc<Plan<KvOp>>,
) -> Run<KvOp, KvRet> {
    TurmoilHosts.run(&Hosted(application.clone()), plan, Tracing::Off)
}

/// The first thing that is wrong in a run, whoever says so.
pub fn wrong(run: &Run<KvOp, KvRet>) -> Option<Verdict> {
    let judged = linearizable(&KvModel, &run.history);
    run.verdicts.iter().cloned().chain([judged]).find(|verdict| !verdict.is_ok())
}

pub fn answered(run: &Run<KvOp, KvRet>) -> usize {
    run.history.operations().iter().filter(|operation| operation.outcome.ok().is_some()).count()
}

/// A run without faults.
pub fn calm<A>(nodes: u32) -> Run<KvOp, KvRet>
where
    A: Application<Op = KvOp, Ret = KvRet> + Default,
{
    let nemesis = Nemesis { profile: Profile::Calm, ..Nemesis::default() };
    let run = run(&A::default(), &plan::<A>(nodes, 0, nemesis));
    assert_eq!(wrong(&run).map(|verdict| verdict.to_string()), None);
    run
}

/// Asserts that a correct application is sound in every weather that can befall it, and that there was weather.
pub fn holds<A>(nodes: u32)
where
    A: Application<Op = KvOp, Ret = KvRet> + Default,
{
    let (mut crashes, mut answers, mut judged) = (0, 0, 0);
    for seed in 0..12 {
        let run = run(&A::default(), &plan::<A>(nodes, seed, Nemesis::default()));
        if run.beyond_budget.is_none() {
            assert_eq!(wrong(&run).map(|verdict| verdict.to_string()), None, "seed {seed}");
            judged += 1;
        }
        crashes += run.stats.crashes;
        answers += answered(&run);
    }
    assert!(
        crashes > 3 && answers > 500 && judged > 6,
        "{crashes} crashes, {answers} answers, {judged} judged"
    );
}

/// Hunts a planted bug over these plans, and lets the correct twin pass every plan up to the one that shows it.
pub fn found<A>(bug: &str, seeds: u64, plan: impl Fn(u64) -> Arc<Plan<KvOp>>) -> u64
where
    A: Application<Op = KvOp, Ret = KvRet> + Default,
{
    let mut planted = A::default();
    assert!(planted.plant(bug), "{bug} is no bug of {}", A::NAME);
    let shows = |seed: &u64| {
        let run = run(&planted, &plan(*seed));
        run.beyond_budget.is_none() && wrong(&run).is_some_and(|verdict| verdict.violation().is_some())
    };
    let seed = (0..seeds).find(shows).unwrap_or_else(|| panic!("{seeds} seeds did not show {bug}"));
    for seed in 0..=seed {
        assert_eq!(
            wrong(&run(&A::default(), &plan(seed))).map(|verdict| verdict.to_string()),
            None,
            "{seed}"
        );
    }
    seed
}

/// Asserts that the same seed is the same history twice, for so many seeds, and that no two neighbours share one.
pub fn repeats<A>(seeds: u64, plan: impl Fn(u64) -> Arc<Plan<KvOp>>)
where
    A: Application<Op = KvOp, Ret = KvRet> + Default,
{
    let mut before = None;
    for seed in 0..seeds {
        let plan = plan(seed);
        let (one, other) = (run(&A::default(), &plan), run(&A::default(), &plan));
        for (one, other) in one.history.operations().iter().zip(other.history.operations()) {
            assert_eq!(one, other, "seed {seed}: {:?}", plan.faults);
        }
        assert_eq!(one.history.operations().len(), other.history.operations().len(), "seed {seed}");
        assert_eq!((one.digest, one.strikes), (other.digest, other.strikes), "seed {seed}");
        assert_ne!(before.replace(one.digest), Some(one.digest));
    }
}

/// A short storm with half a second around it.
pub fn short<A: Application<Op = KvOp>>(nodes: u32, seed: u64) -> Arc<Plan<KvOp>> {
    let ms = Duration::from_millis;
    let mut phases = brief(ms(1_500));
    phases.settle = ms(500);
    drawn::<A>(nodes, seed, Nemesis::default(), phases)
}
