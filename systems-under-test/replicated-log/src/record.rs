//! One record of the log file: 64 bytes, eight to a sector.
//!
//! ```text
//!  bytes  0..4    check     a hash of the record and of the check of the record before it *in the file*
//!         4..8    synced    how many records were known to be durable when this one was written
//!         8..16   index     the entry's index; all entries from there on that the file held are replaced
//!        16..64   entry     its six words
//! ```
//!
//! **Why checks are chained.** A crash keeps any subset of the un-synced sectors. Suppose records 7 and 8 were
//! written and only 8 was kept; the node restarts, writes another record 7 and crashes again, before the
//! sync that was to cut off the rest. Record 8 would now follow a record 7 that it was never written behind. Its check
//! says so.
//!
//! **Why records say what was synced.** A bad record is the torn end of the file, which nobody was promised, or
//! it is damage to what had been promised. If any good record behind it knows it to have been synced, it is
//! damage (Alagappan et al., *Protocol-Aware Recovery for Consensus-Based Storage*, FAST 2018). Of the last
//! records alone the two cannot be told apart.

use stormglass_core::random::mix;

use crate::command::{Words, hash_words};
use crate::values::Index;

/// The bytes of one record.
pub(crate) const RECORD: usize = 64;

/// One record, as read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    /// Where the entry belongs in the log.
    pub(crate) index: Index,
    /// The entry, in words.
    pub(crate) words: Words,
    /// Their hash.
    pub(crate) hash: u64,
    check: u32,
    synced: u32,
}

/// Puts one record at the end of `bytes`; answers its check. `hash` is that of `words`.
pub(crate) fn encode(
    bytes: &mut Vec<u8>,
    previous_check: u32,
    synced: u32,
    index: Index,
    words: &Words,
    hash: u64,
) -> u32 {
    let check = check(previous_check, synced, index, hash);
    let mut record = [0; RECORD];
    record[0..4].copy_from_slice(&check.to_le_bytes());
    record[4..8].copy_from_slice(&synced.to_le_bytes());
    record[8..16].copy_from_slice(&index.0.to_le_bytes());
    for (place, word) in words.iter().enumerate() {
        record[16 + 8 * place..24 + 8 * place].copy_from_slice(&word.to_le_bytes());
    }
    bytes.extend_from_slice(&record);
    check
}

fn check(previous_check: u32, synced: u32, index: Index, hash: u64) -> u32 {
    let place = u64::from(previous_check) << 32 | u64::from(synced);
    mix(mix(place, index.0), hash) as u32
}

/// The record that stands here, if it was written whole behind a record of this check.
fn decode(bytes: &[u8; RECORD], previous_check: u32) -> Option<Record> {
    let word = |place: usize| {
        let mut word = [0; 8];
        word.copy_from_slice(&bytes[8 * place..8 * place + 8]);
        u64::from_le_bytes(word)
    };
    let (stored, synced) = (word(0) as u32, (word(0) >> 32) as u32);
    let index = Index(word(1));
    let words = [word(2), word(3), word(4), word(5), word(6), word(7)];
    let hash = hash_words(&words);
    if check(previous_check, synced, index, hash) != stored {
        return None;
    }
    Some(Record { index, words, hash, check: stored, synced })
}

/// Reads a log file from its beginning, record by record, as far as it is whole. It remembers where it is, so
/// that it can go on when the file has grown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Replay {
    records: u32,
    check: u32,
}

impl Replay {
    /// The next record of `file`.
    #[inline]
    pub(crate) fn next(&mut self, file: &[u8]) -> Option<Record> {
        let record = decode(place(file, self.records)?, self.check)?;
        self.records += 1;
        self.check = record.check;
        Some(record)
    }

    /// How many records it has read.
    pub(crate) fn records(&self) -> u32 {
        self.records
    }

    /// The check of the last record it has read.
    pub(crate) fn check(&self) -> u32 {
        self.check
    }

    /// Whether a record behind the end of what is whole knows that more than this had been synced.
    pub(crate) fn stops_short_of_what_was_synced(&self, file: &[u8]) -> bool {
        let behind = |number| {
            let previous_check = u32::from_le_bytes(*place(file, number - 1)?.first_chunk()?);
            decode(place(file, number)?, previous_check)
        };
        let held = u32::try_from(file.len() / RECORD).unwrap_or(u32::MAX);
        (self.records + 1..held).filter_map(behind).any(|record| record.synced > self.records)
    }
}

/// The bytes of record `number`, counted from zero.
fn place(file: &[u8], number: u32) -> Option<&[u8; RECORD]> {
    file.get(number as usize * RECORD..)?.first_chunk()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Command;

    fn file(synced: &[u32]) -> Vec<u8> {
        let (mut bytes, mut check) = (Vec::new(), 0);
        for (number, &synced) in synced.iter().enumerate() {
            let words = Command::Noop.words(3);
            let index = Index(number as u64 + 1);
            check = encode(&mut bytes, check, synced, index, &words, hash_words(&words));
        }
        bytes
    }

    fn read(bytes: &[u8]) -> Replay {
        let mut replay = Replay::default();
        while replay.next(bytes).is_some() {}
        replay
    }

    /// Any single flipped bit ends what is whole before its record.
    #[test]
    fn a_flipped_bit_is_seen() {
        let whole = file(&[0; 4]);
        assert_eq!(read(&whole).records(), 4);
        for bit in 0..whole.len() * 8 {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(read(&bytes).records() as usize, bit / 8 / RECORD, "bit {bit}");
        }
    }

    /// A record that was written behind another is not taken for the follower of its replacement.
    #[test]
    fn a_record_kept_from_a_lost_run_is_not_read() {
        let (old, new) = (file(&[0, 0, 0]), file(&[0, 1]));
        let mut mixed = old;
        mixed[..new.len()].copy_from_slice(&new);
        assert_eq!(read(&mixed).records(), 2);
    }

    /// A bad record that a later one knows to have been synced is damage; one that none knows of is a torn end.
    #[test]
    fn damage_is_told_from_a_torn_end() {
        for (synced, damage) in [([0, 0, 0, 2], true), ([0, 0, 0, 1], false)] {
            let mut bytes = file(&synced);
            bytes[RECORD + 20] ^= 1;
            let replay = read(&bytes);
            assert_eq!(replay.records(), 1);
            assert_eq!(replay.stops_short_of_what_was_synced(&bytes), damage);
        }
    }
}
