//! Counters to which always the same amount is added, in O(n log n).
//!
//! A read of `v` times the amount comes after the `v`-th add and before the next one. So the `k`-th add happens in a
//! *slot* of time: after the last invocation of the reads of less, and before the first return of the reads of `k` or
//! more. Slots come one after another, both in their beginnings and in their ends; so those that an add can happen in, which
//! are those that overlap its own time, are neighbours. There is a legal order exactly if every slot up to the highest
//! read gets an add of its own, and every other add that returned did so after all those slots began. Slots are given
//! out in order, each to the add that can wait least: scheduling with deadlines. If two adds then stand in the wrong
//! order, they can change places, because both slots overlap both of their moments.
//!
//! With different amounts the question is NP-complete (what was read must be a sum of some of them), and left to the
//! search.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::linearizability::part::{OPEN, Part};
use crate::linearizability::special::Answer;
use crate::model::{Model, Tally};

/// Amounts above this might make a sum wrap around.
const MOST: u64 = (i64::MAX >> 32) as u64;

/// An invocation and a return.
type Span = (u32, u32);

/// The operations of a counter.
struct Counted {
    adds: Vec<Span>,
    /// How many adds each read saw.
    reads: Vec<(usize, Span)>,
}

/// The stretches of time in which the first add, the second and so on happen; at last the one for all that nobody saw.
struct Slots {
    begins: Vec<u32>,
    ends: Vec<u32>,
}

/// Whether a counter has a legal order.
pub(super) fn decide<M: Model>(
    part: &Part<'_, M>,
    tally: fn(&M::Op, Option<&M::Ret>) -> Option<Tally>,
) -> Option<Answer> {
    let Some(counted) = count(part, tally)? else { return Some(Answer::Illegal(u32::MAX)) };
    let slots = Slots::new(&counted.reads);
    Some(Answer::legal_if(slots.are_open() && slots.fit(&counted.adds)))
}

/// The operations, unless different amounts are added; nothing if no number of adds explains some read.
fn count<M: Model>(
    part: &Part<'_, M>,
    tally: fn(&M::Op, Option<&M::Ret>) -> Option<Tally>,
) -> Option<Option<Counted>> {
    let mut amount = None;
    let mut counted = Counted { adds: Vec::new(), reads: Vec::new() };
    let mut sums: Vec<(i64, Span)> = Vec::new();
    for index in part.indexes() {
        let entry = &part.entries[index as usize];
        let span = (entry.called, entry.returned);
        match tally(part.op(index), part.result(index))? {
            Tally::Adds(0) => {}
            Tally::Adds(by) if *amount.get_or_insert(by) != by || by.unsigned_abs() > MOST => return None,
            Tally::Adds(_) => counted.adds.push(span),
            Tally::Reads(sum) if span.1 != OPEN => sums.push((sum, span)),
            Tally::Reads(_) => {}
        }
    }
    let amount = amount.unwrap_or(1);
    for (sum, span) in sums {
        let times = usize::try_from(sum / amount).ok().filter(|times| *times <= counted.adds.len());
        let Some(times) = times.filter(|_| sum % amount == 0) else { return Some(None) };
        counted.reads.push((times, span));
    }
    Some(Some(counted))
}

impl Slots {
    fn new(reads: &[(usize, Span)]) -> Slots {
        let highest = reads.iter().map(|read| read.0).max().unwrap_or(0);
        let mut begins = vec![0; highest + 1];
        let mut ends = vec![OPEN; highest + 1];
        for &(times, (called, returned)) in reads {
            // The add after those that were seen, and the last one of them.
            begins[times] = called.max(begins[times]);
            if let Some(last) = times.checked_sub(1) {
                ends[last] = returned.min(ends[last]);
            }
        }
        for place in 1..=highest {
            begins[place] = begins[place].max(begins[place - 1]);
            ends[highest - place] = ends[highest - place].min(ends[highest - place + 1]);
        }
        Slots { begins, ends }
    }

    /// Whether each slot begins before it ends.
    fn are_open(&self) -> bool {
        self.begins.iter().zip(&self.ends).all(|(begin, end)| begin < end)
    }

    /// Whether each slot but the last gets an add, and no add is left without a slot.
    fn fit(&self, adds: &[Span]) -> bool {
        let last = self.begins.len() - 1;
        // The first slot that ends after the add was invoked, and the first that begins after it returned.
        let mut adds: Vec<(usize, usize)> = adds
            .iter()
            .map(|&(called, returned)| {
                let first = self.ends.partition_point(|&end| end <= called);
                let after = self.begins.partition_point(|&begin| begin < returned);
                (first, if returned == OPEN { usize::MAX } else { after })
            })
            .collect();
        adds.sort_unstable();
        let mut adds = adds.into_iter().peekable();
        let mut waiting: BinaryHeap<Reverse<usize>> = BinaryHeap::new();
        for slot in 0..last {
            while let Some((_, after)) = adds.next_if(|add| add.0 <= slot) {
                waiting.push(Reverse(after));
            }
            if waiting.pop().is_none_or(|Reverse(after)| after <= slot) {
                return false;
            }
        }
        adds.map(|add| add.1).chain(waiting.into_iter().map(|waiting| waiting.0)).all(|after| after > last)
    }
}
