//! Queues with unique values, in O(n log n).
//!
//! Henzinger, Sezgin and Vafeiadis (*Aspect-Oriented Linearizability Proofs*, 2013) showed that such a history is
//! linearizable exactly if none of four things happens: a value is taken that was not put in before; one is taken
//! twice; two values are taken in the other order than they were put in, one of them perhaps never; an operation finds
//! nothing although at each moment something was inside.
//!
//! A put of unknown outcome counts if its value was taken: as if it returned at the end of time.

use crate::linearizability::special::Answer;
use crate::linearizability::special::values::{NEVER, Occupied, Value, Values};

pub(super) fn decide(all: &Values) -> Option<Answer> {
    all.answer(|| {
        let occupied = Occupied::new(&all.values);
        in_order(&all.values) && !all.nothings.iter().any(|nothing| occupied.throughout(nothing))
    })
}

/// Whether no value that was put in before another one was taken after it.
fn in_order(values: &[Value]) -> bool {
    let mut by_call: Vec<&Value> = values.iter().collect();
    let mut by_return = by_call.clone();
    by_call.sort_unstable_by_key(|value| value.put.called);
    by_return.sort_unstable_by_key(|value| value.put.returned);
    let mut earlier = by_return.into_iter().peekable();
    // The latest invocation of a take, of the values that were inside before.
    let mut latest = 0;
    by_call.into_iter().all(|value| {
        while let Some(before) = earlier.next_if(|before| before.put.returned < value.put.called) {
            latest = latest.max(before.taken.called);
        }
        value.taken.returned == NEVER || latest < value.taken.returned
    })
}
