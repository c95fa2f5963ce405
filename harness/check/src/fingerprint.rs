//! 128-bit fingerprints of states and of sets of operations.
//!
//! A visited configuration is remembered by 16 bytes: the xor of one random-looking key per linearized operation
//! (Zobrist 1970) and the fingerprint of the state. Adding or removing an operation is one xor, however many
//! there are.
//!
//! # How sure
//! Two different configurations share a fingerprint with probability 2⁻¹²⁸, so among N visited ones any two do
//! with probability below N²/2¹²⁹: for a hundred million, below 2⁻⁷⁵. A collision could only hide a legal order,
//! never invent one.
//!
//! Nothing here is secret or seeded from outside: the same history gives the same fingerprints everywhere.

use std::hash::{Hash, Hasher};

use stormglass_core::random::mix;

/// The key of operation `index` in the set of linearized operations.
#[inline]
pub(crate) fn operation(index: u32) -> u128 {
    let low = mix(0x0A11_CE5E_ED00_0001, u64::from(index) + 1);
    let high = mix(0x0B0B_5EED_0000_0002, u64::from(index) + 1);
    u128::from(high) << 64 | u128::from(low)
}

/// The fingerprint of a state.
#[inline]
pub(crate) fn state<S: Hash>(state: &S) -> u128 {
    let mut lanes = Lanes { low: 0x2545_F491_4F6C_DD1D, high: 0x9E6C_63D0_876A_9A47 };
    state.hash(&mut lanes);
    u128::from(mix(lanes.high, 3)) << 64 | u128::from(mix(lanes.low, 5))
}

/// Two 64-bit hashes of one input, each word folded in by a multiplication.
struct Lanes {
    low: u64,
    high: u64,
}

#[inline]
fn fold(lane: u64, word: u64, factor: u64) -> u64 {
    let product = u128::from(lane ^ word).wrapping_mul(u128::from(factor));
    // The old lane is added so that a product of zero does not forget what came before.
    ((product >> 64) as u64 ^ product as u64).wrapping_add(lane.rotate_left(23))
}

impl Hasher for Lanes {
    #[inline]
    fn write_u64(&mut self, word: u64) {
        self.low = fold(self.low, word, 0xD6E8_FEB8_6659_FD93);
        self.high = fold(self.high, word, 0xA076_1D64_78BD_642F);
    }

    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            self.write_u64(u64::from_le_bytes(chunk.try_into().expect("chunks of eight bytes")));
        }
        let rest = chunks.remainder();
        if !rest.is_empty() {
            let mut word = [0; 8];
            word[..rest.len()].copy_from_slice(rest);
            self.write_u64(u64::from_le_bytes(word) ^ (rest.len() as u64) << 56);
        }
    }

    #[inline]
    fn write_u8(&mut self, word: u8) {
        self.write_u64(u64::from(word));
    }

    #[inline]
    fn write_u32(&mut self, word: u32) {
        self.write_u64(u64::from(word));
    }

    #[inline]
    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }

    fn finish(&self) -> u64 {
        self.low
    }
}

/// A set of fingerprints: open addressing, 16 bytes a slot, at most three quarters full.
pub(crate) struct Visited {
    slots: Vec<u128>,
    used: usize,
}

impl Visited {
    /// Stands for an empty slot; a fingerprint of zero is stored as one.
    const EMPTY: u128 = 0;

    pub(crate) fn new() -> Visited {
        Visited { slots: vec![Visited::EMPTY; 64], used: 0 }
    }

    /// Remembers `fingerprint`; says whether it was new.
    #[inline]
    pub(crate) fn insert(&mut self, fingerprint: u128) -> bool {
        let fingerprint = fingerprint.max(1);
        if self.is_full() {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let mut at = fingerprint as usize & mask;
        loop {
            match self.slots[at] {
                Visited::EMPTY => {
                    self.slots[at] = fingerprint;
                    self.used += 1;
                    return true;
                }
                known if known == fingerprint => return false,
                _ => at = (at + 1) & mask,
            }
        }
    }

    /// Bytes that it takes to remember one more: while it grows, the old slots stand beside the new ones.
    pub(crate) fn bytes(&self) -> usize {
        let slots = self.slots.len() * size_of::<u128>();
        if self.is_full() { 3 * slots } else { slots }
    }

    fn is_full(&self) -> bool {
        self.used * 4 >= self.slots.len() * 3
    }

    #[cold]
    fn grow(&mut self) {
        let doubled = vec![Visited::EMPTY; self.slots.len() * 2];
        let mask = doubled.len() - 1;
        for fingerprint in std::mem::replace(&mut self.slots, doubled) {
            if fingerprint != Visited::EMPTY {
                let mut at = fingerprint as usize & mask;
                while self.slots[at] != Visited::EMPTY {
                    at = (at + 1) & mask;
                }
                self.slots[at] = fingerprint;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every fingerprint is new once and known ever after, across growth.
    #[test]
    fn a_visited_fingerprint_is_never_new_again() {
        let mut visited = Visited::new();
        assert!((0..10_000).all(|index| visited.insert(operation(index))));
        assert!(!(0..10_000).any(|index| visited.insert(operation(index))));
        assert!(visited.insert(0) && !visited.insert(0));
    }

    /// States that differ in value, in length or in where they are cut have different fingerprints.
    #[test]
    fn different_states_have_different_fingerprints() {
        let lists: [&[u64]; 6] = [&[], &[0], &[0, 0], &[1], &[1, 0], &[0, 1]];
        let mut seen = Visited::new();
        assert!(lists.iter().all(|list| seen.insert(state(list))));
        assert_ne!(state(&"ab"), state(&"ab\0"));
        assert_ne!(state(&None::<u64>), state(&Some(0u64)));
    }
}
