//! Queues with unique values, in O(n log n).
//!
//! Henzinger, Sezgin and Vafeiadis (*Aspect-Oriented Linearizability Proofs*, 2013) showed that such a history is
//! linearizable exactly if none of four things happens: a value is taken that was not put in before; one is taken
//! twice; two values are taken in the other order than they were put in, one of them perhaps never; an operation finds
//! nothing although at each moment something was inside.
//!
//! A put of unknown outcome counts if its value was taken: as if it returned at the end of time. For takes of unknown
//! outcome see [`super::wild`].

use crate::linearizability::special::Answer;
use crate::linearizability::special::values::{NEVER, Value, Values};
use crate::linearizability::special::wild::{self, Rules};

pub(super) fn decide(all: &Values) -> Option<Answer> {
    wild::decide(all, &Rules { disorder, deadlines })
}

/// The first return of a take of a value while another one that was put in before is still inside.
fn disorder(all: &Values) -> Option<u32> {
    let is_late = |(deadline, value): &(u32, &Value)| *deadline != NEVER && value.taken.called > *deadline;
    let deadlines = deadlines(&all.values, &all.values);
    deadlines.into_iter().zip(&all.values).filter(is_late).map(|(deadline, _)| deadline).min()
}

/// For each value of `left`, the first return of a take of a value that was put in afterwards.
fn deadlines(taken: &[Value], left: &[Value]) -> Vec<u32> {
    let mut by_call: Vec<&Value> = taken.iter().filter(|value| value.taken.returned != NEVER).collect();
    by_call.sort_unstable_by_key(|value| value.put.called);
    let mut by_return: Vec<usize> = (0..left.len()).collect();
    by_return.sort_unstable_by_key(|&index| left[index].put.returned);
    let mut deadlines = vec![NEVER; left.len()];
    let mut first = NEVER;
    for index in by_return.into_iter().rev() {
        while let Some(later) = by_call.pop_if(|later| left[index].put.returned < later.put.called) {
            first = first.min(later.taken.returned);
        }
        deadlines[index] = first;
    }
    deadlines
}
