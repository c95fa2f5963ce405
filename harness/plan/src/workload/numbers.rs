//! Names given anew, in the order in which they are asked for: what was equal stays equal, what differed differs.

use std::collections::BTreeMap;

/// New numbers for old ones.
pub(super) struct Numbers {
    first: u64,
    given: BTreeMap<u64, u64>,
}

impl Numbers {
    /// The first one asked for becomes `first`.
    pub(super) const fn from(first: u64) -> Numbers {
        Numbers { first, given: BTreeMap::new() }
    }

    /// The new number of this one.
    pub(super) fn of(&mut self, old: u64) -> u64 {
        let next = self.first + self.given.len() as u64;
        *self.given.entry(old).or_insert(next)
    }
}
