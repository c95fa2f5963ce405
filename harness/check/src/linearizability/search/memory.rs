//! What a search remembers of the configurations it has been to.
//!
//! A configuration is the set of linearized operations that returned, the state, and the operations of unknown
//! outcome that were spent on the way. One that spent more to get to the same place can do nothing that the
//! other cannot; so with few such operations, only configurations are kept that no other one beats.

use crate::fingerprint::Visited;

/// At most so many operations of unknown outcome are compared one by one.
pub(super) const COMPARED: usize = 128;

/// The configurations visited.
pub(super) enum Memory {
    /// Spent operations are part of the fingerprint.
    Exact(Visited),
    /// Spent operations are a bit set beside it.
    Frugal(Frugal),
}

impl Memory {
    pub(super) fn new(optional: usize, frugal: bool) -> Memory {
        if optional == 0 || optional > COMPARED || !frugal {
            Memory::Exact(Visited::new())
        } else {
            Memory::Frugal(Frugal { slots: vec![(0, 0); 64], used: 0 })
        }
    }

    /// Remembers a configuration; says whether it can lead anywhere that no earlier one could.
    #[inline]
    pub(super) fn insert(&mut self, place: u128, spent: &Spent) -> bool {
        match self {
            Memory::Exact(visited) => visited.insert(place ^ spent.fingerprint),
            Memory::Frugal(frugal) => frugal.insert(place, spent.bits),
        }
    }

    /// Bytes that it takes to remember one more configuration.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Memory::Exact(visited) => visited.bytes(),
            Memory::Frugal(frugal) => frugal.bytes(),
        }
    }
}

/// The operations of unknown outcome that were spent.
#[derive(Clone, Copy, Default)]
pub(super) struct Spent {
    pub(super) fingerprint: u128,
    /// One bit each, if there are at most [`COMPARED`].
    pub(super) bits: u128,
}

/// Open addressing; all slots with one fingerprint lie in one run of probes.
pub(super) struct Frugal {
    slots: Vec<(u128, u128)>,
    used: usize,
}

impl Frugal {
    /// While it grows, the old slots stand beside the new ones.
    fn bytes(&self) -> usize {
        let slots = self.slots.len() * size_of::<(u128, u128)>();
        if self.is_full() { 3 * slots } else { slots }
    }

    fn is_full(&self) -> bool {
        self.used * 4 >= self.slots.len() * 3
    }

    fn insert(&mut self, place: u128, spent: u128) -> bool {
        let place = place.max(1);
        if self.is_full() {
            let doubled = vec![(0, 0); self.slots.len() * 2];
            self.used = 0;
            for (place, spent) in std::mem::replace(&mut self.slots, doubled) {
                if place != 0 {
                    self.put(place, spent);
                }
            }
        }
        self.put(place, spent)
    }

    fn put(&mut self, place: u128, spent: u128) -> bool {
        let mask = self.slots.len() - 1;
        let mut at = place as usize & mask;
        loop {
            let (known, least) = self.slots[at];
            if known == 0 {
                self.slots[at] = (place, spent);
                self.used += 1;
                return true;
            }
            if known == place {
                if least & !spent == 0 {
                    return false;
                }
                if spent & !least == 0 {
                    self.slots[at].1 = spent;
                    return true;
                }
            }
            at = (at + 1) & mask;
        }
    }
}
