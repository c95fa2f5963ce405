//! Each fault by itself: shorter, weaker, plainer, and on fewer nodes; and named, whom it was meant to find.

use stormglass_core::time::Duration;
use stormglass_plan::fault::Target;
use stormglass_plan::plan::{Plan, PlannedFault};

use super::weaker;
use crate::shrink::search::Search;

/// A fault need not be shorter than this.
const SHORTEST: Duration = Duration::from_millis(1);
/// So often a fault may be made weaker before it is left as it is.
const STEPS: usize = 48;

/// Narrows every fault as far as it goes.
pub(super) fn narrow<O: Clone + PartialEq + Send + Sync>(search: &mut Search<'_, O>) {
    for place in 0..search.best.faults.len() {
        name_targets(search, place);
        for _ in 0..STEPS {
            let best = search.best.clone();
            let fault = &best.faults[place];
            let weaker = weaker::weaker(&fault.inject, best.cluster.nodes())
                .into_iter()
                .map(|inject| PlannedFault { inject, ..fault.clone() });
            let candidates = shorter(fault).chain(weaker).map(|fault| with(&best, place, fault));
            if search.first(candidates).is_none() {
                break;
            }
        }
    }
}

fn with<O: Clone>(plan: &Plan<O>, place: usize, fault: PlannedFault) -> Plan<O> {
    let mut plan = plan.clone();
    plan.faults[place] = fault;
    plan
}

/// The same fault for a part of its time.
fn shorter(fault: &PlannedFault) -> impl Iterator<Item = PlannedFault> + use<'_> {
    let lasts = fault.until.since(fault.at);
    let parts = [lasts / 16, lasts / 4, lasts / 2].into_iter().filter(|&part| part >= SHORTEST);
    parts.map(|part| PlannedFault { until: fault.at + part, ..fault.clone() })
}

/// Whom a late target meant in this run stands in the plan from now on, if that changes nothing: `leader` would mean
/// somebody else as soon as the code changes.
fn name_targets<O: Clone + PartialEq + Send + Sync>(search: &mut Search<'_, O>, place: usize) {
    let strikes = search.finding.strikes.iter();
    let Some((_, on)) = strikes.clone().find(|(fault, on)| *fault == place && !on.is_empty()) else { return };
    let named = Target::Nodes(on.clone());
    let best = search.best.clone();
    let mut fault = best.faults[place].clone();
    // The first target is the one that the strike was noted for; a second one keeps its word.
    let Some(target) = fault.inject.targets_mut().into_iter().next() else { return };
    if !matches!(target, Target::Nodes(_) | Target::All | Target::Clients(_)) {
        *target = named;
        search.first([with(&best, place, fault)]);
    }
}
