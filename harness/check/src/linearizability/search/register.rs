//! What is known about a register beyond its steps: which operations need which value, and which leave it.
//!
//! Values are numbered; the register's first value is number 0. The counts make two things plain at once that a
//! bare search finds out by trying:
//!
//! * A value must not be overwritten for good while a read of it is still to come.
//! * A write of a value that nobody will need can be hidden right before any other write: nobody sees the
//!   difference. So it never is a choice.

use std::collections::BTreeMap;

use crate::linearizability::part::{Entry, OPEN, Part};
use crate::model::{Access, Kind, Model};

/// Stands for no value.
pub(super) const NONE: u32 = u32::MAX;

/// The values of a register, and how often each is still needed and can still be provided.
pub(super) struct Register {
    /// The value that each operation is legal with, or [`NONE`] if with any.
    pub(super) needs: Vec<u32>,
    /// The value that each operation leaves, or [`NONE`] if it changes nothing.
    pub(super) leaves: Vec<u32>,
    /// Operations of unknown outcome that leave a value, by value, in order of invocation.
    pub(super) openers: Vec<Vec<u32>>,
    /// Linearized operations may not need what they needed.
    counts: Vec<Count>,
    /// Operations that need a register to hold something else than a value: then a useless value has its use.
    differing: usize,
}

#[derive(Clone, Copy, Default)]
struct Count {
    /// Operations that must happen and need the value.
    must: u32,
    /// All operations that need the value.
    may: u32,
    /// Operations that can provide it.
    providers: u32,
}

impl Register {
    /// The accounts of `part`, if the model says that it is a register.
    pub(super) fn new<M: Model>(model: &M, part: &Part<'_, M>) -> Option<Register> {
        let Kind::Register(access) = model.kind() else { return None };
        let mut numbers: BTreeMap<u64, u32> = BTreeMap::new();
        let mut number = |value: Option<u64>| match value {
            None => 0,
            Some(value) => {
                let next = numbers.len() as u32 + 1;
                *numbers.entry(value).or_insert(next)
            }
        };
        let count = part.entries.len();
        let (mut needs, mut leaves) = (Vec::with_capacity(count), Vec::with_capacity(count));
        let mut differing = 0;
        for index in part.indexes() {
            let (need, leave) = match access(part.op(index), part.result(index))? {
                Access::Reads(value) => (number(value), NONE),
                Access::Writes(value) => (NONE, number(value)),
                Access::Swaps(from, to) => (number(from), number(to)),
                Access::Differs(_) => {
                    differing += 1;
                    (NONE, NONE)
                }
            };
            needs.push(need);
            leaves.push(leave);
        }
        let values = numbers.len() + 1;
        let mut register = Register {
            needs,
            leaves,
            openers: vec![Vec::new(); values],
            counts: vec![Count::default(); values],
            differing,
        };
        for (index, entry) in part.entries.iter().enumerate() {
            register.count(index as u32, entry.returned == OPEN, |count, by| *count += by);
            let leave = register.leaves[index];
            if entry.returned == OPEN && leave != NONE {
                register.openers[leave as usize].push(index as u32);
            }
        }
        Some(register)
    }

    /// The first return of an operation that needs a value that nothing provides before.
    pub(super) fn hopeless<M: Model>(&self, part: &Part<'_, M>) -> Option<u32> {
        let mut provided = vec![u32::MAX; self.counts.len()];
        provided[0] = 0;
        for (index, entry) in part.entries.iter().enumerate().rev() {
            if self.leaves[index] != NONE {
                let first = &mut provided[self.leaves[index] as usize];
                *first = (*first).min(entry.called);
            }
        }
        let is_stranded = |(entry, need): &(&Entry, &u32)| {
            **need != NONE && entry.returned != OPEN && provided[**need as usize] > entry.returned
        };
        part.entries.iter().zip(&self.needs).filter(is_stranded).map(|(entry, _)| entry.returned).min()
    }

    /// Accounts for a linearized operation.
    pub(super) fn linearize(&mut self, index: u32, open: bool) {
        self.count(index, open, |count, by| *count -= by);
    }

    /// Takes it back.
    pub(super) fn undo(&mut self, index: u32, open: bool) {
        self.count(index, open, |count, by| *count += by);
    }

    /// Whether linearizing `index` while the register holds `held` leaves an operation without the value it needs.
    pub(super) fn strands(&self, index: u32, held: u32) -> bool {
        let leaves = self.leaves[index as usize];
        if leaves == NONE || leaves == held {
            return false;
        }
        let count = self.counts[held as usize];
        let itself = u32::from(self.needs[index as usize] == held);
        count.providers == 0 && count.must > itself
    }

    /// Whether nobody will need `value`, so that holding it is as good as holding any other such value.
    pub(super) fn is_useless(&self, value: u32) -> bool {
        self.differing == 0 && self.counts[value as usize].may == 0
    }

    /// Whether the operation is a write of a useless value.
    pub(super) fn is_useless_write(&self, index: u32) -> bool {
        let (needs, leaves) = (self.needs[index as usize], self.leaves[index as usize]);
        needs == NONE && leaves != NONE && self.is_useless(leaves)
    }

    /// Whether the operation is legal with any value and leaves its own.
    pub(super) fn is_write(&self, index: u32) -> bool {
        self.needs[index as usize] == NONE && self.leaves[index as usize] != NONE
    }

    fn count(&mut self, index: u32, open: bool, change: impl Fn(&mut u32, u32)) {
        let (needs, leaves) = (self.needs[index as usize], self.leaves[index as usize]);
        if needs != NONE {
            let count = &mut self.counts[needs as usize];
            change(&mut count.must, u32::from(!open));
            change(&mut count.may, 1);
        }
        if leaves != NONE {
            change(&mut self.counts[leaves as usize].providers, 1);
        }
    }
}
