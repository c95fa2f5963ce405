//! Classes of operations that ask the same and were answered the same.
//!
//! Of two pending ones, the one that returns first may as well come first: in any legal order that has them the
//! other way round, they can change places (an exchange argument).

use crate::fingerprint;
use crate::linearizability::part::{OPEN, Part};
use crate::model::Model;

/// Which operations are interchangeable.
pub(super) struct Classes {
    /// The class of each operation.
    pub(super) of: Vec<u32>,
    /// How many classes there are.
    pub(super) count: usize,
}

impl Classes {
    pub(super) fn new<M: Model>(part: &Part<'_, M>) -> Classes {
        let mut table = Table::new(part.entries.len());
        let mut firsts: Vec<u32> = Vec::new();
        let mut of = Vec::with_capacity(part.entries.len());
        for (index, entry) in part.entries.iter().enumerate() {
            let open = entry.returned == OPEN;
            let hash = fingerprint::state(&(entry.op, entry.ret, open)) as u64;
            let class = table.find_or_insert(hash, firsts.len() as u32, |class| {
                let first = &part.entries[firsts[class as usize] as usize];
                first.op == entry.op && first.ret == entry.ret && (first.returned == OPEN) == open
            });
            if class as usize == firsts.len() {
                firsts.push(index as u32);
            }
            of.push(class);
        }
        Classes { of, count: firsts.len() }
    }

    /// Every operation in a class of its own.
    pub(super) fn distinct<M: Model>(part: &Part<'_, M>) -> Classes {
        Classes { of: (0..part.entries.len() as u32).collect(), count: part.entries.len() }
    }
}

/// A table of small numbers found by hash: open addressing, at most half full.
pub(crate) struct Table {
    slots: Vec<u32>,
}

impl Table {
    const EMPTY: u32 = u32::MAX;

    /// Room for `most` entries.
    pub(crate) fn new(most: usize) -> Table {
        Table { slots: vec![Table::EMPTY; (2 * most).next_power_of_two().max(4)] }
    }

    /// The entry with this hash that `same` recognises; `fresh` is entered if there is none.
    #[inline]
    pub(crate) fn find_or_insert(&mut self, hash: u64, fresh: u32, same: impl Fn(u32) -> bool) -> u32 {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            match self.slots[at] {
                Table::EMPTY => {
                    self.slots[at] = fresh;
                    return fresh;
                }
                known if same(known) => return known,
                _ => at = (at + 1) & mask,
            }
        }
    }
}
