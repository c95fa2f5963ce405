//! Raft under a drawn storm, for the tests of every engine; and what those with a virtual clock must show.
#![allow(
    dead_code,
    unused_macros,
    unused_imports,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "every test uses a part of it"
)]

use std::sync::Arc;

use stormglass_check::linearizability::linearizable;
use stormglass_check::models::KvModel;
use stormglass_consensus::raft::Raft;
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::prelude::*;
use stormglass_plan::engine::{Engine, Run, Tracing};
use stormglass_plan::fault::{Fault, Target};
use stormglass_plan::nemesis::{Nemesis, Profile};
use stormglass_plan::plan::Plan;
use stormglass_plan::scenario::{Phases, Scenario, TimedFault};
use stormglass_plan::workload::Kv;

/// Phases with little around the chaos.
pub fn brief(chaos: Duration) -> Phases {
    let ms = Duration::from_millis;
    Phases { warm_up: ms(500), chaos, idle: ms(200), settle: ms(1_000), finish: ms(300) }
}

/// A drawn plan, short enough to be run hundreds of times.
pub fn short(seed: u64) -> Arc<Plan<KvOp>> {
    drawn(Profile::Everything, seed, brief(Duration::from_secs(1)))
}

/// A drawn plan with time to recover.
pub fn plan(profile: Profile, seed: u64, chaos: Duration) -> Arc<Plan<KvOp>> {
    drawn(profile, seed, Phases { chaos, ..Phases::default() })
}

fn drawn(profile: Profile, seed: u64, phases: Phases) -> Arc<Plan<KvOp>> {
    let scenario = Scenario::named("raft/engines")
        .about("The same plan on every engine.")
        .system("raft")
        .nodes(3)
        .clients(3)
        .workload(Kv::default())
        .nemesis(Nemesis { profile, ..Nemesis::default() })
        .phases(phases);
    Arc::new(stormglass_plan::plan(&scenario, Seed(seed)).unwrap())
}

/// A plan in which leaders are cut off from the others again and again, while clients still reach them.
pub fn isolated_leaders(seed: u64) -> Arc<Plan<KvOp>> {
    let cut = Fault::isolate(Target::Leader);
    let times = TimedFault::at(Duration::from_millis(1500)).lasts(Duration::from_secs(1));
    let scenario = Scenario::named("raft/isolated-leader")
        .about("A leader cut off from the majority must not answer reads.")
        .system("raft")
        .nodes(3)
        .clients(4)
        .workload(Kv { keys: 2, ..Kv::default() })
        .phases(Phases { warm_up: Duration::from_secs(1), ..brief(Duration::from_secs(8)) })
        .fault(times.repeat(Duration::from_secs(2), 4).inject(cut));
    Arc::new(stormglass_plan::plan(&scenario, Seed(seed)).unwrap())
}

pub fn run<E: Engine>(engine: &E, plan: &Arc<Plan<KvOp>>) -> Run<KvOp, KvRet> {
    engine.run(&Raft::default(), plan, Tracing::Off)
}

pub fn planted(bug: &str) -> Raft {
    let mut raft = Raft::default();
    assert!(raft.plant(bug), "{bug} is no bug of Raft");
    raft
}

/// The first thing that is wrong in a run, whoever says so.
pub fn wrong(run: &Run<KvOp, KvRet>) -> Option<Verdict> {
    let judged = linearizable(&KvModel, &run.history);
    run.verdicts.iter().cloned().chain([judged]).find(|verdict| !verdict.is_ok())
}

pub fn answered(run: &Run<KvOp, KvRet>) -> usize {
    run.history.operations().iter().filter(|operation| operation.outcome.ok().is_some()).count()
}

/// The whole history is the seed's, twice, for two hundred seeds; and no two neighbours share one.
pub fn repeats_itself<E: Engine>(engine: &E) {
    let mut before = None;
    for seed in 0..200 {
        let plan = short(seed);
        let (one, other) = (run(engine, &plan), run(engine, &plan));
        assert_eq!(one.history.operations(), other.history.operations(), "seed {seed}");
        assert_eq!((one.digest, one.strikes), (other.digest, other.strikes), "seed {seed}");
        assert_ne!(before.replace(one.digest), Some(one.digest), "seed {seed}");
    }
}

/// Raft is sound, whatever befalls it.
pub fn holds_in_every_weather<E: Engine>(engine: &E) {
    let (mut crashes, mut answers) = (0, 0);
    for seed in 0..20 {
        let run = run(engine, &plan(Profile::Everything, seed, Duration::from_secs(2)));
        if run.beyond_budget.is_none() {
            assert_eq!(wrong(&run).map(|verdict| verdict.to_string()), None, "seed {seed}");
        }
        crashes += run.stats.crashes;
        answers += answered(&run);
    }
    assert!(crashes > 10 && answers > 2_000, "{crashes} crashes, {answers} answers");
}

/// What must hold of every engine with a virtual clock.
macro_rules! virtual_engine {
    ($engine:expr) => {
        /// The same seed is the same run; another seed is another.
        #[test]
        fn the_same_seed_is_the_same_history() {
            common::repeats_itself(&$engine);
        }

        /// Raft is as sound on any scheduler and network as on another.
        #[test]
        fn raft_holds_in_every_weather() {
            common::holds_in_every_weather(&$engine);
        }
    };
}
pub(crate) use virtual_engine;
