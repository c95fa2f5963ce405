//! From a scenario and a seed to a plan: the one function that makes all choices of a run.

use stormglass_core::random::Seed;

use crate::knobs;
use crate::nemesis::{Crowd, lifted, weather};
use crate::plan::{FORMAT, Plan, PlannedFault, TIMED, Timeline};
use crate::problem::Problem;
use crate::scenario::{Scenario, TimedFault};
use crate::workload::{Operations, Schedule};

/// Exactly what will be tried with this seed. Equal for equal arguments, on every platform.
///
/// # Errors
/// The first of [`Scenario::problems`], or that the workload is not one of these operations.
pub fn plan<O: Operations>(scenario: &Scenario, seed: Seed) -> Result<Plan<O>, Problem> {
    if let Some(problem) = scenario.problems().into_iter().next() {
        return Err(problem);
    }
    let cluster = knobs::cluster(&scenario.members(), seed);
    let timeline = scenario.phases.timeline();
    let clients = cluster.clients().count() as u32;
    let mut faults = timed(&scenario.faults, &timeline);
    if let Some(nemesis) = &scenario.nemesis {
        let crowd = Crowd { nodes: cluster.nodes().len() as u32, clients, features: scenario.features() };
        faults.extend(weather(nemesis, seed, &timeline, crowd));
    }
    faults.sort_by_key(|fault| (fault.at, fault.id));
    let mut schedule = Schedule::new(seed, &timeline, clients, &faults);
    if let Some(workload) = &scenario.workload {
        O::draw(workload, &mut schedule)?;
    }
    let (operations, changed) = schedule.into_operations();
    for (place, count) in changed {
        faults[place].operations = count;
    }
    Ok(Plan {
        format: FORMAT,
        scenario: scenario.name.clone(),
        system: scenario.system.clone(),
        bug: scenario.bug.clone(),
        engine: scenario.engine.clone(),
        seed,
        params: scenario.params.clone(),
        network: knobs::network(scenario, seed),
        disk: knobs::disk(scenario, seed),
        wire: scenario.wire,
        budget: scenario.budget,
        topology: scenario.topology.clone(),
        availability: scenario.availability.clone(),
        checks: scenario.checks.clone(),
        expect: None,
        limits: scenario.limits,
        cluster,
        timeline,
        faults,
        operations,
    })
}

/// The faults at fixed times, each strike by itself.
fn timed(faults: &[TimedFault], timeline: &Timeline) -> Vec<PlannedFault> {
    let mut planned = Vec::new();
    for (place, fault) in faults.iter().enumerate() {
        for (strike, at) in fault.strikes().enumerate() {
            planned.push(PlannedFault {
                id: TIMED * (place as u64 + 1) + strike as u64,
                at,
                operations: 0,
                until: lifted(at, fault.lasts, fault.inject.kind(), timeline.heal),
                inject: fault.inject.clone(),
            });
        }
    }
    planned
}
