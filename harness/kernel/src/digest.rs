//! The rolling digest: every event's id, moment and place, and what operations came to.

use std::hash::{Hash, Hasher};

use stormglass_core::random::{CausalId, mix};
use stormglass_core::system::System;

use crate::world::World;

impl<S: System> World<S> {
    /// Counts an event and folds it into the digest.
    #[inline(always)]
    pub(crate) fn happened(&mut self, host: u32, id: CausalId) {
        self.stats.events += 1;
        self.digest = mix(self.digest ^ id.as_u64(), self.now.as_nanos() ^ (u64::from(host) << 40));
    }
}

/// A hash that is the same on every platform for equal values: not for tables, only for the digest.
pub(crate) fn hash_of(value: &impl Hash) -> u64 {
    let mut mixer = Mixer(0);
    value.hash(&mut mixer);
    mixer.finish()
}

struct Mixer(u64);

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = mix(self.0, u64::from(byte));
        }
    }
    fn write_u64(&mut self, word: u64) {
        self.0 = mix(self.0, word);
    }
    // The widths and byte orders of the platform must not show.
    fn write_u8(&mut self, word: u8) {
        self.write_u64(u64::from(word));
    }
    fn write_u16(&mut self, word: u16) {
        self.write_u64(u64::from(word));
    }
    fn write_u32(&mut self, word: u32) {
        self.write_u64(u64::from(word));
    }
    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }
}
