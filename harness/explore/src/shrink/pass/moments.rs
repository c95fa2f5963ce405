//! Operations at the moments at which they really began: until now one may have waited for those before it, and would
//! begin earlier if they went.

use std::collections::BTreeMap;

use stormglass_core::time::Time;
use stormglass_plan::plan::Plan;

use crate::shrink::search::Search;

/// Plans every operation for the moment at which its client asked, and leaves out those that nobody came to ask.
pub(super) fn settle<O: Clone + PartialEq + Send + Sync>(search: &mut Search<'_, O>) {
    let begun: BTreeMap<u64, Time> = search.finding.begun.iter().copied().collect();
    if begun.is_empty() {
        return;
    }
    let mut plan = Plan::clone(&search.best);
    plan.operations.retain_mut(|operation| {
        let at = begun.get(&operation.id).copied();
        operation.at = at.unwrap_or(operation.at);
        at.is_some()
    });
    plan.operations.sort_by_key(|operation| (operation.at, operation.id));
    search.first([plan]);
}
