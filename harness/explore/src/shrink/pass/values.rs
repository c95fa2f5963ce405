//! Values that a person reads: round times, small keys, usual settings, plain names.

use stormglass_core::cluster::Cluster;
use stormglass_core::id::NodeId;
use stormglass_core::time::{Duration, Time};
use stormglass_plan::fault::Target;
use stormglass_plan::plan::{Plan, Timeline};
use stormglass_plan::workload::Operations;

use crate::shrink::search::Search;

/// Simplifies what can be simpler without being less.
pub(super) fn simplify<O: Operations + Clone + PartialEq + Send + Sync>(search: &mut Search<'_, O>) {
    settings(search);
    operations(search);
    names(search);
    times(search);
    if search.best.availability.is_some() {
        search.first([Plan { availability: None, ..(*search.best).clone() }]);
    }
}

/// Settings that may be as they usually are.
fn settings<O: Clone + PartialEq + Send + Sync>(search: &mut Search<'_, O>) {
    if search.best.params.is_empty() {
        return;
    }
    let best = search.best.clone();
    if search.first([Plan { params: toml::Table::new(), ..(*best).clone() }]).is_some() {
        return;
    }
    for name in best.params.keys() {
        let mut plan = (*search.best).clone();
        plan.params.remove(name);
        search.first([plan]);
    }
}

/// What operations ask: simpler all together, then each by itself.
fn operations<O: Operations + Clone + PartialEq + Send + Sync>(search: &mut Search<'_, O>) {
    let best = search.best.clone();
    let mut asked: Vec<O> = best.operations.iter().map(|planned| planned.op.clone()).collect();
    O::simplify(&mut asked);
    let mut plan = (*best).clone();
    for (planned, op) in plan.operations.iter_mut().zip(asked) {
        planned.op = op;
    }
    search.first([plan]);
}

/// Nodes called `n1`, `n2`, … without a gap.
fn names<O: Clone + PartialEq + Send + Sync>(search: &mut Search<'_, O>) {
    let old = search.best.cluster.nodes().to_vec();
    let new = |node: NodeId| {
        let place = old.binary_search(&node).expect("a sound plan names only its nodes");
        NodeId(place as u32 + 1)
    };
    let mut plan = (*search.best).clone();
    if !plan.network.links.is_empty() {
        return;
    }
    plan.cluster = Cluster::dense(old.len() as u32, plan.cluster.clients().count() as u32);
    for fault in &mut plan.faults {
        for target in fault.inject.targets_mut() {
            if let Target::Nodes(nodes) = target {
                nodes.iter_mut().for_each(|node| *node = new(*node));
            }
        }
    }
    search.first([plan]);
}

/// Times in whole tenths of seconds, or hundredths, or thousandths: all at once, then one after the other.
fn times<O: Clone + PartialEq + Send + Sync>(search: &mut Search<'_, O>) {
    let steps = [100, 50, 10, 5, 1].map(Duration::from_millis);
    let best = search.best.clone();
    search.first(steps.map(|step| rounded(&best, step)));
    for place in 0..search.best.operations.len() {
        let best = search.best.clone();
        let before = place.checked_sub(1).map_or(Time::ZERO, |place| best.operations[place].at);
        search.first(steps.into_iter().filter_map(|step| {
            let mut plan = (*best).clone();
            let at = floor(plan.operations[place].at, step);
            plan.operations[place].at = at;
            (at >= before).then_some(plan)
        }));
    }
    for place in 0..search.best.faults.len() {
        let best = search.best.clone();
        let before = place.checked_sub(1).map_or(Time::ZERO, |place| best.faults[place].at);
        search.first(steps.into_iter().filter_map(|step| {
            let mut plan = (*best).clone();
            let fault = &mut plan.faults[place];
            (fault.at, fault.until) = (floor(fault.at, step), floor(fault.until, step));
            (fault.at >= before && fault.until > fault.at).then_some(plan)
        }));
    }
}

fn rounded<O: Clone>(plan: &Plan<O>, step: Duration) -> Plan<O> {
    let mut plan = plan.clone();
    for operation in &mut plan.operations {
        operation.at = floor(operation.at, step);
    }
    for fault in &mut plan.faults {
        let short = floor(fault.until, step) <= floor(fault.at, step);
        fault.until = if short {
            floor(fault.at, step) + fault.until.since(fault.at)
        } else {
            floor(fault.until, step)
        };
        fault.at = floor(fault.at, step);
    }
    let Timeline { warm_up, chaos, heal, settle, end } = plan.timeline;
    // Upwards: nothing that was planned may fall behind the end.
    let [warm_up, chaos, heal, settle, end] = [warm_up, chaos, heal, settle, end].map(|phase| {
        let down = floor(phase, step);
        if down < phase { down + step } else { down }
    });
    plan.timeline = Timeline { warm_up, chaos, heal, settle, end };
    plan
}

fn floor(at: Time, step: Duration) -> Time {
    Time::from_nanos(at.as_nanos() / step.as_nanos() * step.as_nanos())
}
