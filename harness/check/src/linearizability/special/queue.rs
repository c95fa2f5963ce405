//! Queues with unique values, in O(n log n).
//!
//! Henzinger, Sezgin and Vafeiadis (*Aspect-Oriented Linearizability Proofs*, 2013) showed that such a history is
//! linearizable exactly if none of four things happens: a value is taken that was not put in before; one is taken
//! twice; two values are taken in the other order than they were put in, one of them perhaps never; an operation finds
//! nothing although at each moment something was inside.
//!
//! A put of unknown outcome counts if its value was taken: as if it returned at the end of time. A take of unknown
//! outcome may be what removed a value that nobody is known to have taken: it must have been invoked before any
//! value that was put in later had certainly been taken. Which of them it was need not be known, only that there are
//! enough at each such moment. (Where operations found nothing as well, that is not enough: no answer then.)

use crate::linearizability::special::Answer;
use crate::linearizability::special::values::{NEVER, Occupied, Value, Values};

pub(super) fn decide(all: &Values) -> Option<Answer> {
    if all.nothings.is_empty() && !all.is_absurd() {
        return Some(Answer::legal_if(in_order(all)));
    }
    all.answer(|| {
        let occupied = Occupied::new(&all.values);
        in_order(all) && !all.nothings.iter().any(|nothing| occupied.throughout(nothing))
    })
}

/// Whether no value that was put in before another one was taken after it, or never.
fn in_order(all: &Values) -> bool {
    let mut by_call: Vec<&Value> = all.values.iter().filter(|value| value.taken.returned != NEVER).collect();
    let mut by_return: Vec<&Value> = all.values.iter().collect();
    by_call.sort_unstable_by_key(|value| value.put.called);
    by_return.sort_unstable_by_key(|value| value.put.returned);
    // From the last: the first return of a take, of the values that were put in afterwards.
    let mut first = NEVER;
    let mut deadlines = Vec::new();
    for value in by_return.into_iter().rev() {
        while let Some(later) = by_call.pop_if(|later| value.put.returned < later.put.called) {
            first = first.min(later.taken.returned);
        }
        if first < value.taken.called {
            if value.taken.called != NEVER {
                return false;
            }
            deadlines.push(first);
        }
    }
    deadlines.sort_unstable();
    let enough =
        |(taken, deadline): (usize, &u32)| all.wild.partition_point(|called| called < deadline) > taken;
    all.nothings.is_empty() && deadlines.iter().enumerate().all(enough) || deadlines.is_empty()
}
