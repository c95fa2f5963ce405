//! Small numbers for names that can be any 64 bits: keys and processes.

use stormglass_core::random::mix;

use crate::table::Table;

/// Names, numbered in the order in which they were first met.
pub(crate) struct Interner {
    table: Table,
    names: Vec<u64>,
}

impl Interner {
    pub(crate) fn new() -> Interner {
        Interner { table: Table::new(16), names: Vec::new() }
    }

    /// The number of this name, a new one if it is new.
    #[inline]
    pub(crate) fn number(&mut self, name: u64) -> u32 {
        let Interner { table, names } = self;
        let fresh = names.len() as u32;
        table.reserve(names.len(), |known| mix(1, names[known as usize]));
        let number = table.find_or_insert(mix(1, name), fresh, |known| names[known as usize] == name);
        if number == fresh {
            names.push(name);
        }
        number
    }

    /// The name with this number.
    pub(crate) fn name(&self, number: u32) -> u64 {
        self.names[number as usize]
    }

    /// All names, by their numbers.
    pub(crate) fn names(&self) -> &[u64] {
        &self.names
    }

    /// How many names there are.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }
}
