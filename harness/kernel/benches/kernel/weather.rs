//! The same Raft and the same operations in good weather and in every weather.

use std::sync::Arc;

use stormglass_consensus::raft::Raft;
use stormglass_core::op::kv::KvOp;
use stormglass_core::prelude::*;
use stormglass_plan::nemesis::{Nemesis, Profile};
use stormglass_plan::plan::Plan;
use stormglass_plan::scenario::Scenario;
use stormglass_plan::workload::Kv;

/// The plans of these seeds under a profile.
pub fn plans(profile: Profile, seeds: std::ops::Range<u64>) -> Vec<Arc<Plan<KvOp>>> {
    let scenario = Scenario::named("bench/weather")
        .about("Nothing is judged here.")
        .system("raft")
        .nodes(5)
        .clients(4)
        .workload(Kv::default())
        .nemesis(Nemesis { profile, ..Nemesis::default() });
    let plan = |seed| stormglass_plan::plan(&scenario, Seed(seed)).expect("the scenario is sound");
    seeds.map(|seed| Arc::new(plan(seed))).collect()
}

/// Runs them all; answers the number of events.
pub fn run(plans: &[Arc<Plan<KvOp>>]) -> u64 {
    use stormglass_plan::engine::{Engine, Tracing};
    let events = |plan| stormglass_kernel::Kernel.run(&Raft::default(), plan, Tracing::Off).stats.events;
    plans.iter().map(events).sum()
}
