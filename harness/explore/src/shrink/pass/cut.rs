//! The end of the run, brought forward to the moment of the violation: everything later goes at once.

use stormglass_core::time::{Duration, Time};
use stormglass_plan::plan::{Plan, Timeline};

use crate::shrink::search::Search;

/// How long after the violation the run may still go on: some checks look once more at the end.
const MARGINS: [Duration; 5] = [
    Duration::from_nanos(1),
    Duration::from_millis(10),
    Duration::from_millis(100),
    Duration::from_secs(1),
    Duration::from_secs(3),
];

/// Ends the run as soon after the violation as it still shows.
pub(super) fn cut<O: Clone + PartialEq + Send + Sync>(search: &mut Search<'_, O>) {
    let end = search.best.timeline.end;
    if let Some(at) = search.finding.at {
        let ends = MARGINS.map(|margin| (at + margin).min(end));
        let candidates = ends.map(|until| ending(&search.best, until));
        search.first(candidates);
    }
    // Whatever the check looks at may be over sooner, or there is no moment at all: bisection finds out.
    let mut high = search.best.timeline.end.as_nanos();
    let mut low = 0;
    while high - low > high / 16 && !search.is_over() {
        let middle = low + (high - low) / 2;
        let candidate = ending(&search.best, Time::from_nanos(middle));
        match search.first([candidate]) {
            Some(_) => high = middle,
            None => low = middle,
        }
    }
}

/// The same plan, over at `end`.
pub(super) fn ending<O: Clone>(plan: &Plan<O>, end: Time) -> Plan<O> {
    let mut plan = plan.clone();
    let Timeline { warm_up, chaos, heal, settle, .. } = plan.timeline;
    let [warm_up, chaos, heal, settle] = [warm_up, chaos, heal, settle].map(|phase| phase.min(end));
    plan.timeline = Timeline { warm_up, chaos, heal, settle, end };
    plan.operations.retain(|operation| operation.at <= end);
    plan.faults.retain(|fault| fault.at <= heal);
    for fault in &mut plan.faults {
        fault.until = fault.until.min(heal);
    }
    plan
}
