//! Faults that need not strike, by delta debugging.

use stormglass_plan::plan::Plan;

use crate::shrink::ddmin;
use crate::shrink::search::Search;

/// Leaves only faults none of which can go.
pub(super) fn remove<O: Clone + PartialEq + Send + Sync>(search: &mut Search<'_, O>) {
    let whole = search.best.clone();
    let with = |kept: Vec<usize>| Plan {
        faults: kept.into_iter().map(|place| whole.faults[place].clone()).collect(),
        ..(*whole).clone()
    };
    ddmin::minimize(whole.faults.len(), |candidates| search.first(candidates.map(with)));
}
