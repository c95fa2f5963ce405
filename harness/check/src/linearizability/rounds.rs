//! Which parts are legal: fair rounds of growing budgets.
//!
//! A hopeless part must not keep the others from being decided, so each round gives every undecided part the same
//! allowance, and the next round eight times as much. A violation ends the check after its round. The parts do not
//! influence each other within a round: in whatever order they are searched, the answer is the same.

use crate::linearizability::part::Part;
use crate::linearizability::plain::{self, Budget, Found, Stuck, Within};
use crate::linearizability::{Method, Options, Reductions};
use crate::linearizability::{search, special};
use crate::model::Model;

/// Configurations of the first round, and four more for each operation of the largest part.
const FIRST: u64 = 4096;
/// How much longer each round is than the one before.
const GROWTH: u64 = 8;

/// The parts that are not known to be legal.
pub(crate) struct Decided {
    /// Parts without a legal order.
    pub(crate) broken: Vec<(usize, Within)>,
    /// Parts that no answer was found for.
    pub(crate) spent: Vec<(usize, Stuck)>,
}

/// Decides as many of `parts` as the limits allow.
pub(crate) fn decide<M: Model>(model: &M, parts: &[Part<'_, M>], options: &Options) -> Decided {
    let mut decided = Decided { broken: Vec::new(), spent: Vec::new() };
    let mut undecided: Vec<usize> = (0..parts.len()).collect();
    let mut left = options.limits.configurations;
    let largest = parts.iter().map(|part| part.entries.len()).max().unwrap_or(0);
    let (mut wanted, mut before) = (FIRST + 4 * largest as u64, 0);
    // What earlier rounds visited of each part.
    let mut visited = vec![0; parts.len()];
    while !undecided.is_empty() {
        // A last round that is no longer than the one before would be in vain: then this one is the last.
        let share = left / undecided.len() as u64;
        let allowed = if share / 2 < wanted { share } else { wanted };
        if allowed <= before && before > 0 {
            break;
        }
        decided.spent.retain(|(index, _)| !undecided.contains(index));
        for index in std::mem::take(&mut undecided) {
            let mut budget = Budget { configurations: allowed, bytes: options.limits.bytes };
            let found = find(model, &parts[index], options.method, &mut budget);
            left -= allowed - budget.configurations;
            match found {
                Found::Legal => {}
                Found::Illegal(within) => decided.broken.push((index, within)),
                Found::Spent(stuck) => {
                    visited[index] += stuck.visited;
                    decided.spent.push((index, Stuck { visited: visited[index], ..stuck }));
                    // What ran out of memory will do so again.
                    if budget.configurations == 0 {
                        undecided.push(index);
                    }
                }
            }
        }
        if !decided.broken.is_empty() {
            break;
        }
        (before, wanted) = (allowed, wanted.saturating_mul(GROWTH));
    }
    decided
}

/// Searches for a legal order of one part.
pub(crate) fn find<M: Model>(model: &M, part: &Part<'_, M>, method: Method, budget: &mut Budget) -> Found {
    match method {
        Method::Best => match special::decide(model, part) {
            Some(special::Answer::Legal) => Found::Legal,
            Some(special::Answer::Illegal(most)) => Found::Illegal(Within { least: 0, most }),
            None => search::search(model, part, Reductions::ALL, budget),
        },
        Method::General(reductions) => search::search(model, part, reductions, budget),
        Method::Plain => plain::search(model, part, budget),
    }
}
