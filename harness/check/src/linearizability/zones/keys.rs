//! The keys of a history, numbered in order of first use.

use crate::fingerprint;
use crate::table::Table;

/// Keys, each with something known of it.
pub(crate) struct Keys<K, T> {
    /// In order of first use.
    pub(crate) all: Vec<(K, T)>,
    table: Table,
    /// The key asked for last, which often comes again.
    last: u32,
}

impl<K: std::hash::Hash + Eq, T> Keys<K, T> {
    pub(crate) fn new() -> Self {
        Keys { all: Vec::new(), table: Table::new(0), last: 0 }
    }

    /// The number of a key; of a new one this is known.
    #[inline]
    pub(crate) fn number(&mut self, key: K, known: T) -> u32 {
        if self.all.get(self.last as usize).is_some_and(|last| last.0 == key) {
            return self.last;
        }
        let fresh = self.all.len() as u32;
        let Keys { all, table, .. } = self;
        table.reserve(all.len(), |known| fingerprint::state(&all[known as usize].0) as u64);
        let hash = fingerprint::state(&key) as u64;
        let number = table.find_or_insert(hash, fresh, |known| all[known as usize].0 == key);
        if number == fresh {
            all.push((key, known));
        }
        self.last = number;
        number
    }

    /// The number of a known key.
    pub(crate) fn find(&self, key: &K) -> Option<u32> {
        if self.all.get(self.last as usize).is_some_and(|last| last.0 == *key) {
            return Some(self.last);
        }
        let hash = fingerprint::state(key) as u64;
        self.table.find(hash, |known| self.all[known as usize].0 == *key)
    }
}
