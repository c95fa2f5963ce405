//! Lists and sets that only grow, where every value is added at most once: in the size of the history.
//!
//! What the reads saw fixes the order. For a list: each read must be a beginning of the longest one; then every value
//! that was seen, and every read, has its place in one sequence of *blocks*, and what was added but not seen comes last.
//! For a set: the reads must form a chain; what is new in one comes right before it. Inside a block the order is free.
//! So there is a legal order exactly if nothing in a later block returned before something in an earlier one was
//! invoked.

use std::collections::BTreeMap;

use crate::linearizability::part::Part;
use crate::linearizability::special::Answer;
use crate::model::{Growth, Model};

/// The function that says what an operation is.
type Grows<M> = for<'a> fn(&'a <M as Model>::Op, Option<&'a <M as Model>::Ret>) -> Option<Growth<'a>>;

/// The operations: by value those that add it, and those that read with what they saw.
struct Grown<'a> {
    adds: BTreeMap<u64, u32>,
    reads: Vec<(&'a [u64], u32)>,
}

impl<'a> Grown<'a> {
    /// Sorts the operations, unless a value is added twice.
    fn new<M: Model>(part: &Part<'a, M>, growth: Grows<M>) -> Option<Grown<'a>> {
        let mut grown = Grown { adds: BTreeMap::new(), reads: Vec::new() };
        for index in part.indexes() {
            match growth(part.op(index), part.result(index))? {
                Growth::Adds(value) => {
                    if grown.adds.insert(value, index).is_some() {
                        return None;
                    }
                }
                Growth::Reads(values) if !part.is_open(index) => grown.reads.push((values, index)),
                Growth::Reads(_) => {}
            }
        }
        grown.reads.sort_by_key(|(values, _)| values.len());
        Some(grown)
    }
}

/// Whether a growing list has a legal order.
pub(super) fn list<M: Model>(part: &Part<'_, M>, growth: Grows<M>) -> Option<Answer> {
    let Grown { mut adds, reads } = Grown::new(part, growth)?;
    let longest = reads.last().map_or(&[][..], |(values, _)| values);
    let mut blocks = Blocks::new(part);
    let mut seen = 0;
    for (values, index) in reads {
        if values != &longest[..values.len()] {
            return Some(Answer::Illegal(u32::MAX));
        }
        for value in &longest[seen..values.len()] {
            let Some(add) = adds.remove(value) else { return Some(Answer::Illegal(u32::MAX)) };
            blocks.close();
            blocks.put(add);
            blocks.close();
        }
        seen = values.len();
        blocks.put(index);
    }
    Some(blocks.finish(adds))
}

/// Whether a growing set has a legal order.
pub(super) fn set<M: Model>(part: &Part<'_, M>, growth: Grows<M>) -> Option<Answer> {
    let Grown { mut adds, reads } = Grown::new(part, growth)?;
    let mut blocks = Blocks::new(part);
    // Every value seen, with the last read that saw it.
    let mut seen: BTreeMap<u64, u32> = BTreeMap::new();
    for (values, index) in reads {
        let (before, mut again) = (seen.len(), 0);
        let mut fresh: Vec<u32> = Vec::new();
        for &value in values {
            match seen.insert(value, index) {
                Some(last) if last == index => return Some(Answer::Illegal(u32::MAX)),
                Some(_) => again += 1,
                None => match adds.remove(&value) {
                    Some(add) => fresh.push(add),
                    None => return Some(Answer::Illegal(u32::MAX)),
                },
            }
        }
        if again < before {
            return Some(Answer::Illegal(u32::MAX));
        }
        if !fresh.is_empty() {
            blocks.close();
            fresh.into_iter().for_each(|add| blocks.put(add));
            blocks.close();
        }
        blocks.put(index);
    }
    Some(blocks.finish(adds))
}

/// Blocks of operations, each block after the one before.
struct Blocks<'p, 'a, M: Model> {
    part: &'p Part<'a, M>,
    /// The last invocation in the blocks before this one.
    before: u32,
    /// The last invocation in all blocks.
    latest: u32,
    holds: bool,
}

impl<'p, 'a, M: Model> Blocks<'p, 'a, M> {
    fn new(part: &'p Part<'a, M>) -> Self {
        Blocks { part, before: 0, latest: 0, holds: true }
    }

    /// Puts an operation into the block.
    fn put(&mut self, index: u32) {
        let entry = &self.part.entries[index as usize];
        self.holds &= self.before <= entry.returned;
        self.latest = self.latest.max(entry.called);
    }

    /// Begins the next block.
    fn close(&mut self) {
        self.before = self.latest;
    }

    /// Whether all is in order, with what was added but never seen in a last block.
    fn finish(mut self, unseen: BTreeMap<u64, u32>) -> Answer {
        self.close();
        unseen.into_values().filter(|&index| !self.part.is_open(index)).for_each(|index| self.put(index));
        Answer::legal_if(self.holds)
    }
}
