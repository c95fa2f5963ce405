//! Stable storage: a file of records that only grows, and what of it is known to be on disk.
//!
//! ```text
//!  bytes  0..4    check    a hash of the record and of the check of the record before it
//!         4..8    synced   how many records were known to be durable when this one was written
//!         8..64   words    the record itself
//! ```
//!
//! One sync is under way at a time, and covers whatever was written before it began. After a sync that failed,
//! everything it was to cover is written again: the kernel may have dropped the pages, and reported it once
//! (Rebello et al., *Can Applications Recover from fsync Failures?*, ATC 2020).
//!
//! It knows no records, only their words.

use stormglass_core::context::Context;
use stormglass_core::disk::{DiskError, FileId, SyncId};
use stormglass_core::random::mix;
use stormglass_core::system::System;

use super::record::Words;

/// The file.
pub(super) const JOURNAL_FILE: &str = "journal";

const RECORD: usize = 64;

/// A number of records: what is durable is all of the journal up to one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position(u32);

/// Why a node cannot read its past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RecoveryError {
    /// The disk did not answer; it may later.
    Refused,
    /// What had been synced is not what was written. To go on would be to forget promises.
    Corrupt,
}

impl From<DiskError> for RecoveryError {
    fn from(_: DiskError) -> RecoveryError {
        RecoveryError::Refused
    }
}

/// The journal of one node.
#[derive(Clone, Debug)]
pub(super) struct Journal {
    file: FileId,
    written: u32,
    synced: u32,
    check: u32,
    /// Records not yet given to the disk, encoded.
    buffer: Vec<u8>,
    in_flight: Option<Sync>,
    /// Whether what is written and not synced has to be written again.
    distrusted: bool,
    /// Whether the file's name is durable: a file without one is gone after a crash.
    named: bool,
}

#[derive(Clone, Copy, Debug)]
enum Sync {
    File { sync: SyncId, records: u32 },
    Directory(SyncId),
}

impl Journal {
    /// Opens the journal and hands every whole record to `keep`, in order. A torn end is cut off, and only that. What it
    /// found counts as durable only after a sync: the writer may have died before its own, and the machine lived on.
    pub(super) fn open<S: System>(
        cx: &mut Context<'_, S>,
        mut keep: impl FnMut(&Words) -> Option<()>,
    ) -> Result<Journal, RecoveryError> {
        let mut disk = cx.disk();
        let file = disk.open(JOURNAL_FILE)?;
        let bytes = disk.read(file)?;
        let mut replay = Replay::default();
        while let Some(words) = replay.next(bytes) {
            keep(&words).ok_or(RecoveryError::Corrupt)?;
        }
        if replay.stops_short_of_what_was_synced(bytes) {
            return Err(RecoveryError::Corrupt);
        }
        let whole = u64::from(replay.records) * RECORD as u64;
        if disk.len(file) > whole {
            disk.set_len(file, whole)?;
        }
        Ok(Journal {
            file,
            written: replay.records,
            synced: 0,
            check: replay.check,
            buffer: Vec::new(),
            in_flight: None,
            distrusted: false,
            named: false,
        })
    }

    /// Takes in a record; [`Journal::flush`] writes it. What depends on it must wait until [`Journal::durable`] is as
    /// far as the answer.
    pub(super) fn append(&mut self, words: &Words) -> Position {
        self.check = encode(&mut self.buffer, self.check, self.synced, words);
        self.end()
    }

    /// The position behind the last record.
    pub(super) fn end(&self) -> Position {
        Position(self.written + (self.buffer.len() / RECORD) as u32)
    }

    /// How far the journal is on disk.
    pub(super) fn durable(&self) -> Position {
        if self.named { Position(self.synced) } else { Position(0) }
    }

    /// Writes and begins to sync what has come since the last time, unless a sync is under way.
    pub(super) fn flush<S: System>(&mut self, cx: &mut Context<'_, S>) -> Result<(), DiskError> {
        if self.in_flight.is_some() {
            return Ok(());
        }
        if self.distrusted {
            let from = self.synced as usize * RECORD;
            let mut disk = cx.disk();
            let cached = disk.read(self.file)?[from..].to_vec();
            disk.write(self.file, from as u64, &cached)?;
            self.distrusted = false;
        }
        if !self.buffer.is_empty() {
            cx.disk().write(self.file, u64::from(self.written) * RECORD as u64, &self.buffer)?;
            self.written += (self.buffer.len() / RECORD) as u32;
            self.buffer.clear();
        }
        if self.written > self.synced {
            let sync = cx.disk().sync(self.file);
            self.in_flight = Some(Sync::File { sync, records: self.written });
        } else if !self.named {
            self.in_flight = Some(Sync::Directory(cx.disk().sync_directory()));
        }
        Ok(())
    }

    /// A sync has ended. [`Journal::flush`] begins the next.
    pub(super) fn on_synced(&mut self, ended: SyncId, result: &Result<(), DiskError>) {
        match self.in_flight {
            Some(Sync::File { sync, records }) if sync == ended => {
                self.in_flight = None;
                match result {
                    Ok(()) => self.synced = records,
                    Err(_) => self.distrusted = true,
                }
            }
            Some(Sync::Directory(sync)) if sync == ended => {
                self.in_flight = None;
                self.named = result.is_ok();
            }
            _ => {}
        }
    }
}

/// Puts one record at the end of `bytes`; answers its check.
fn encode(bytes: &mut Vec<u8>, previous_check: u32, synced: u32, words: &Words) -> u32 {
    let check = check(previous_check, synced, words);
    bytes.extend_from_slice(&check.to_le_bytes());
    bytes.extend_from_slice(&synced.to_le_bytes());
    words.iter().for_each(|word| bytes.extend_from_slice(&word.to_le_bytes()));
    check
}

/// Chained, because a crash keeps any subset of the un-synced sectors: a record that survived behind one that did not
/// must not be taken for the follower of whatever is written in its place.
fn check(previous_check: u32, synced: u32, words: &Words) -> u32 {
    let place = u64::from(previous_check) << 32 | u64::from(synced);
    words.iter().fold(place, |check, &word| mix(check, word)) as u32
}

/// Reads a journal from its beginning as far as it is whole, and goes on when it has grown.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Replay {
    records: u32,
    check: u32,
}

impl Replay {
    /// The next record.
    pub(super) fn next(&mut self, file: &[u8]) -> Option<Words> {
        let (words, stored, _) = decode(place(file, self.records)?, self.check)?;
        self.records += 1;
        self.check = stored;
        Some(words)
    }

    /// Whether a record behind the end of what is whole knows that more than this had been synced: then it is no torn
    /// end, but damage (Alagappan et al., *Protocol-Aware Recovery for Consensus-Based Storage*, FAST 2018).
    fn stops_short_of_what_was_synced(&self, file: &[u8]) -> bool {
        let behind = |number| {
            let previous_check = u32::from_le_bytes(*place(file, number - 1)?.first_chunk()?);
            decode(place(file, number)?, previous_check)
        };
        let held = u32::try_from(file.len() / RECORD).unwrap_or(u32::MAX);
        (self.records + 1..held).filter_map(behind).any(|(_, _, synced)| synced > self.records)
    }
}

/// The words, check and synced count of the record that stands here, if it was written whole behind a record of that check.
fn decode(bytes: &[u8; RECORD], previous_check: u32) -> Option<(Words, u32, u32)> {
    let word = |place: usize| {
        let mut word = [0; 8];
        word.copy_from_slice(&bytes[8 * place..8 * place + 8]);
        u64::from_le_bytes(word)
    };
    let (stored, synced) = (word(0) as u32, (word(0) >> 32) as u32);
    let words = std::array::from_fn(|place| word(place + 1));
    (check(previous_check, synced, &words) == stored).then_some((words, stored, synced))
}

/// The bytes of record `number`, counted from zero.
fn place(file: &[u8], number: u32) -> Option<&[u8; RECORD]> {
    file.get(number as usize * RECORD..)?.first_chunk()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(synced: &[u32]) -> Vec<u8> {
        let (mut bytes, mut check) = (Vec::new(), 0);
        for (number, &synced) in synced.iter().enumerate() {
            check = encode(&mut bytes, check, synced, &[number as u64; 7]);
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
        assert_eq!(read(&whole).records, 4);
        for bit in 0..whole.len() * 8 {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(read(&bytes).records as usize, bit / 8 / RECORD, "bit {bit}");
        }
    }

    /// A bad record that a later one knows to have been synced is damage; one that none knows of is a torn end.
    #[test]
    fn damage_is_told_from_a_torn_end() {
        for (synced, damage) in [([0, 0, 0, 2], true), ([0, 0, 0, 1], false)] {
            let mut bytes = file(&synced);
            bytes[RECORD + 20] ^= 1;
            assert_eq!(read(&bytes).stops_short_of_what_was_synced(&bytes), damage);
        }
    }
}
