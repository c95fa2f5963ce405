//! Operations that nobody needs to ask for: first a guess by the evidence, then delta debugging.

use std::sync::Arc;

use stormglass_plan::plan::{Plan, PlannedOperation};

use crate::shrink::ddmin;
use crate::shrink::search::Search;

/// Leaves only operations none of which can go.
pub(super) fn remove<O: Clone + PartialEq + Send + Sync>(search: &mut Search<'_, O>) {
    guess(search);
    let whole = search.best.clone();
    let with = |kept: Vec<usize>| keeping(&whole, kept.into_iter().map(|place| &whole.operations[place]));
    ddmin::minimize(whole.operations.len(), |candidates| search.first(candidates.map(with)));
}

/// The operations of the evidence alone, or those and the few before each of them.
fn guess<O: Clone + PartialEq + Send + Sync>(search: &mut Search<'_, O>) {
    let guilty = search.finding.guilty.clone();
    let (whole, count) = (search.best.clone(), search.best.operations.len());
    if guilty.is_empty() {
        return;
    }
    let near = |before: usize| {
        let is_guilty = |place: usize| guilty.contains(&whole.operations[place].id);
        let kept =
            (0..count).filter(|&place| (place..=place + before).any(|next| next < count && is_guilty(next)));
        keeping(&whole, kept.map(|place| &whole.operations[place]))
    };
    let befores = [0, 2, 8, 32].into_iter().filter(|before| before * 2 < count);
    search.first(befores.map(near));
}

fn keeping<'o, O: Clone + 'o>(
    whole: &Arc<Plan<O>>,
    operations: impl Iterator<Item = &'o PlannedOperation<O>>,
) -> Plan<O> {
    Plan { operations: operations.cloned().collect(), ..(**whole).clone() }
}
