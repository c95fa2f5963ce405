//! Time in which nothing is planned: taken out of the plan, and whatever comes later moves forward.

use std::collections::BTreeSet;

use stormglass_core::time::{Duration, Time};
use stormglass_plan::plan::{Plan, Timeline};

use crate::shrink::search::Search;

/// So many parts of a gap are tried: all of it, the half, the quarter, ….
const PARTS: u64 = 5;
/// Less than this nobody misses.
const WORTH: Duration = Duration::from_millis(20);

/// Shortens the gaps between what is planned, the longest first.
pub(super) fn squeeze<O: Clone + PartialEq + Send + Sync>(search: &mut Search<'_, O>) {
    // Of a bound on availability the span is a part.
    if search.finding.signature.check == "availability" {
        return;
    }
    let mut tried = BTreeSet::new();
    while !search.is_over() {
        let Some((from, to)) = longest_gap(&search.best, &tried) else { return };
        let gap = to.since(from);
        let best = search.best.clone();
        let parts = (0..PARTS).map(|halvings| gap / (1 << halvings)).filter(|&part| part >= WORTH);
        let candidates = parts.map(|part| earlier(&best, from, part));
        if search.first(candidates).is_none() {
            tried.insert(gap);
        }
    }
}

/// The longest span between two neighbouring moments of the plan that is worth shortening, and was not tried in vain.
fn longest_gap<O>(plan: &Plan<O>, tried: &BTreeSet<Duration>) -> Option<(Time, Time)> {
    let Timeline { warm_up, chaos, heal, settle, end } = plan.timeline;
    let mut moments: BTreeSet<Time> = BTreeSet::from([Time::ZERO, warm_up, chaos, heal, settle, end]);
    moments.extend(plan.operations.iter().map(|operation| operation.at));
    moments.extend(plan.faults.iter().flat_map(|fault| [fault.at, fault.until]));
    let moments: Vec<Time> = moments.into_iter().collect();
    let gaps = moments.windows(2).map(|pair| (pair[0], pair[1]));
    let worth = gaps.filter(|(from, to)| {
        let gap = to.since(*from);
        gap >= WORTH && !tried.contains(&gap)
    });
    worth.max_by_key(|(from, to)| to.since(*from))
}

/// The same plan, but everything after `from` happens earlier by `less`, and nothing before `from`.
pub(super) fn earlier<O: Clone>(plan: &Plan<O>, from: Time, less: Duration) -> Plan<O> {
    let moved = |at: Time| {
        if at <= from { at } else { (Time::ZERO + at.since(Time::ZERO).saturating_sub(less)).max(from) }
    };
    let mut plan = plan.clone();
    let Timeline { warm_up, chaos, heal, settle, end } = plan.timeline;
    let [warm_up, chaos, heal, settle, end] = [warm_up, chaos, heal, settle, end].map(moved);
    plan.timeline = Timeline { warm_up, chaos, heal, settle, end };
    for operation in &mut plan.operations {
        operation.at = moved(operation.at);
    }
    for fault in &mut plan.faults {
        (fault.at, fault.until) = (moved(fault.at), moved(fault.until));
    }
    plan
}
