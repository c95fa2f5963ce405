//! Raft under a drawn storm, for the tests of every engine.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "every test uses a part of it")]

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
pub fn short<E: Engine>(engine: &E, seed: u64) -> Arc<Plan<KvOp>> {
    drawn(engine, Profile::Everything, seed, brief(Duration::from_secs(1)))
}

/// A drawn plan with time to recover, without the kinds that the engine lacks.
pub fn plan<E: Engine>(engine: &E, profile: Profile, seed: u64, chaos: Duration) -> Arc<Plan<KvOp>> {
    drawn(engine, profile, seed, Phases { chaos, ..Phases::default() })
}

fn drawn<E: Engine>(engine: &E, profile: Profile, seed: u64, phases: Phases) -> Arc<Plan<KvOp>> {
    let scenario = Scenario::named("raft/engines")
        .about("The same plan on every engine.")
        .system("raft")
        .nodes(3)
        .clients(3)
        .workload(Kv::default())
        .nemesis(Nemesis { profile, ..Nemesis::default() })
        .phases(phases);
    let mut plan = stormglass_plan::plan(&scenario, Seed(seed)).unwrap();
    plan.faults.retain(|fault| engine.lacks(fault.inject.kind()).is_none());
    Arc::new(plan)
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
