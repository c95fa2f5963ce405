//! Where a part breaks: the first return up to which there is no legal order.

use crate::linearizability::part::Part;
use crate::linearizability::plain::{Budget, Found};
use crate::linearizability::{Broken, Options, rounds};
use crate::model::Model;

/// Configurations that one trial may visit, and four more for each operation, but no more than the whole check; a trial
/// that needs more counts as legal.
const TRIAL: u64 = 200_000;

/// The first return that makes the illegal `part` illegal; all events before `least` have a legal order.
///
/// What is illegal stays so when more happens, so a gallop and a bisection find it.
pub(super) fn first_break<'a, M: Model>(
    model: &M,
    part: Part<'a, M>,
    least: u32,
    options: &Options,
) -> Broken<'a, M> {
    let returns: Vec<u32> =
        (least..part.events.len() as u32).filter(|&event| part.events[event as usize].is_return()).collect();
    let is_broken = |place: usize| {
        let prefix = part.forgetting(model, returns[place], |_| true, |_| false);
        let allowed = (TRIAL + 4 * prefix.entries.len() as u64).min(options.limits.configurations);
        let mut budget = Budget { configurations: allowed, bytes: options.limits.bytes };
        matches!(rounds::find(model, &prefix, options.method.quick(), &mut budget), Found::Illegal(_))
    };
    // Legal below `low`, broken at `high`.
    let (mut low, mut step) = (0, 1);
    let mut high = returns.len() - 1;
    while low + step - 1 < high {
        let place = low + step - 1;
        if is_broken(place) {
            high = place;
            break;
        }
        low = place + 1;
        step *= 2;
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if is_broken(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    let event = returns[high];
    let before = part.events[..event as usize].iter().filter(|event| event.is_return()).count();
    Broken { event, before, all: part.entries.len(), part }
}
