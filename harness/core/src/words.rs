//! A few numbers that only grow, on a node's disk: epochs, reserved tokens, the greatest number seen.
//!
//! One record a slot, within one sector: a crash leaves the record before or the record after.
//!
//! What it deliberately does not do: take a number back, or keep more than a number.

use std::collections::BTreeMap;

use crate::context::Context;
use crate::disk::{DiskError, FileId, SyncId};
use crate::random::mix;
use crate::system::System;

const RECORD: usize = 16;
const FILE: &str = "words";

/// Why the past cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// The disk did not answer; it may later.
    Refused,
    /// What stands there was never written so.
    Corrupt,
}

/// Numbers by slot.
#[derive(Clone, Debug)]
pub struct Words {
    file: FileId,
    /// As memory has them.
    words: BTreeMap<u64, u64>,
    /// As a crash now would leave them.
    durable: BTreeMap<u64, u64>,
    /// What each sync under way makes durable.
    syncs: BTreeMap<SyncId, (u64, u64)>,
    /// The sync of the file's name; `None` once it is durable.
    name: Option<SyncId>,
}

impl Words {
    /// Reads them all.
    ///
    /// # Errors
    /// If the disk does not answer, or a record is damaged.
    pub fn open<S: System>(cx: &mut Context<'_, S>) -> Result<Words, Unread> {
        let refused = |_: DiskError| Unread::Refused;
        let mut disk = cx.disk();
        let file = disk.open(FILE).map_err(refused)?;
        let bytes = disk.read(file).map_err(refused)?;
        let mut words = BTreeMap::new();
        for (slot, record) in (0..).zip(bytes.chunks(RECORD)) {
            match decode(record) {
                Some(Some(word)) => _ = words.insert(slot, word),
                Some(None) => {}
                None => return Err(Unread::Corrupt),
            }
        }
        let name = Some(disk.sync_directory());
        Ok(Words { file, durable: words.clone(), words, syncs: BTreeMap::new(), name })
    }

    /// The number in memory.
    #[must_use]
    pub fn get(&self, slot: u64) -> u64 {
        self.words.get(&slot).copied().unwrap_or_default()
    }

    /// The number that a crash now would leave.
    #[must_use]
    pub fn durable(&self, slot: u64) -> u64 {
        match self.name {
            Some(_) => 0,
            None => self.durable.get(&slot).copied().unwrap_or_default(),
        }
    }

    /// Raises a number, and begins to make it durable.
    ///
    /// # Errors
    /// If the disk does not take it; then nothing has changed.
    pub fn raise<S: System>(
        &mut self,
        slot: u64,
        word: u64,
        cx: &mut Context<'_, S>,
    ) -> Result<(), DiskError> {
        cx.disk().write(self.file, slot * RECORD as u64, &encode(word))?;
        self.words.insert(slot, word);
        self.syncs.insert(cx.disk().sync(self.file), (slot, word));
        Ok(())
    }

    /// A sync has ended. Answers whether something has become durable. What failed must be raised again.
    pub fn on_synced<S: System>(
        &mut self,
        sync: SyncId,
        result: &Result<(), DiskError>,
        cx: &mut Context<'_, S>,
    ) -> bool {
        if self.name == Some(sync) {
            self.name = result.is_err().then(|| cx.disk().sync_directory());
            return result.is_ok();
        }
        let Some((slot, word)) = self.syncs.remove(&sync) else { return false };
        match result {
            Ok(()) => {
                let durable = self.durable.entry(slot).or_default();
                *durable = word.max(*durable);
                true
            }
            Err(_) => {
                // What the failed sync covered may be lost however often it is synced again: it is written anew.
                if self.syncs.values().all(|&(other, later)| other != slot || later < word) {
                    let durable = self.durable.get(&slot).copied().unwrap_or_default();
                    self.words.insert(slot, durable);
                }
                false
            }
        }
    }
}

fn encode(word: u64) -> [u8; RECORD] {
    let mut record = [0; RECORD];
    record[..8].copy_from_slice(&word.to_le_bytes());
    record[8..].copy_from_slice(&mix(word, 1).to_le_bytes());
    record
}

/// The number; nothing, if the slot was never written; `None` if it is damaged.
fn decode(record: &[u8]) -> Option<Option<u64>> {
    if record.iter().all(|&byte| byte == 0) {
        return Some(None);
    }
    let word = u64::from_le_bytes(*record.first_chunk()?);
    (record.get(8..)? == mix(word, 1).to_le_bytes()).then_some(Some(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A number comes back from its record; a flipped bit does not go unseen.
    #[test]
    fn a_record_reads_back_or_is_refused() {
        assert_eq!(decode(&[0; RECORD]), Some(None));
        for word in [1, 77, u64::MAX] {
            let record = encode(word);
            assert_eq!(decode(&record), Some(Some(word)));
            for bit in 0..RECORD * 8 {
                let mut damaged = record;
                damaged[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(decode(&damaged), None, "bit {bit}");
            }
        }
    }
}
