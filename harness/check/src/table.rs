//! A hash table of indexes into an array that someone else keeps.

/// Numbers found by hash: open addressing, at most half full.
pub(crate) struct Table {
    slots: Vec<u32>,
}

impl Table {
    const EMPTY: u32 = u32::MAX;

    /// Room for `most` entries.
    pub(crate) fn new(most: usize) -> Table {
        Table { slots: vec![Table::EMPTY; (2 * most).next_power_of_two().max(16)] }
    }

    /// Makes room for one more than the entries `0..used`, whose hashes are given.
    #[inline]
    pub(crate) fn reserve(&mut self, used: usize, hash: impl Fn(u32) -> u64) {
        if 2 * used >= self.slots.len() {
            self.slots = vec![Table::EMPTY; 2 * self.slots.len()];
            for entry in 0..used as u32 {
                self.find_or_insert(hash(entry), entry, |_| false);
            }
        }
    }

    /// The entry with this hash that `same` recognises.
    pub(crate) fn find(&self, hash: u64, same: impl Fn(u32) -> bool) -> Option<u32> {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            match self.slots[at] {
                Table::EMPTY => return None,
                known if same(known) => return Some(known),
                _ => at = (at + 1) & mask,
            }
        }
    }

    /// The entry with this hash that `same` recognises; `fresh` is entered if there is none. There must be room.
    #[inline]
    pub(crate) fn find_or_insert(&mut self, hash: u64, fresh: u32, same: impl Fn(u32) -> bool) -> u32 {
        self.find_or_insert_after(hash, fresh, same).0
    }

    /// As [`Table::find_or_insert`], and how many other entries were in the way.
    #[inline]
    pub(crate) fn find_or_insert_after(
        &mut self,
        hash: u64,
        fresh: u32,
        same: impl Fn(u32) -> bool,
    ) -> (u32, usize) {
        let mask = self.slots.len() - 1;
        let home = hash as usize & mask;
        let mut detour = 0;
        loop {
            let slot = &mut self.slots[(home + detour) & mask];
            match *slot {
                Table::EMPTY => {
                    *slot = fresh;
                    return (fresh, detour);
                }
                known if same(known) => return (known, detour),
                _ => detour += 1,
            }
        }
    }
}
