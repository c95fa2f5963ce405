//! The resource's log: records of one size, each with a check; the first that is not whole ends it.
//!
//! After a failed sync, and after a boot, the whole log is written anew before anything is acknowledged: what a failed sync
//! covered may be lost however often it is synced again. It is short: it is not here to be a database.

use stormglass_core::context::Context;
use stormglass_core::disk::{DiskError, FileId, SyncId};
use stormglass_core::random::mix;

use crate::Failover;
use crate::message::{Boot, Epoch, Write};

const FILE: &str = "log";
const RECORD: usize = 32;

/// One record. The writes of a store stand before it: without it they have not happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Record {
    /// The resource belongs to this life in this epoch.
    Mount { epoch: Epoch, boot: Boot },
    /// A key's new value, if the store follows.
    Write(Write),
    /// The end of a store.
    Store { number: u64 },
}

/// Why the past cannot be read: the disk did not answer; it may later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// The file, and how much of it is durable.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    file: FileId,
    bytes: Vec<u8>,
    /// Syncs under way.
    syncs: Vec<SyncId>,
    /// Whether a sync has failed, and the log was not written anew since.
    broken: bool,
    /// The syncs of the name and of the first writing: before them nothing is taken.
    opening: Vec<SyncId>,
}

impl Log {
    pub(crate) fn open(cx: &mut Context<'_, Failover>) -> Result<(Log, Vec<Record>), Unreadable> {
        let refused = |_: DiskError| Unreadable;
        let mut disk = cx.disk();
        let file = disk.open(FILE).map_err(refused)?;
        let found = disk.read(file).map_err(refused)?;
        let (records, whole) = decode_all(found);
        let bytes = found[..whole].to_vec();
        let mut log = Log { file, bytes, syncs: Vec::new(), broken: false, opening: Vec::new() };
        log.rewrite(cx).map_err(refused)?;
        log.opening = vec![cx.disk().sync_directory()];
        log.opening.extend(log.syncs.iter().copied());
        Ok((log, records))
    }

    /// Writes everything anew.
    pub(crate) fn rewrite(&mut self, cx: &mut Context<'_, Failover>) -> Result<(), DiskError> {
        let mut disk = cx.disk();
        disk.set_len(self.file, self.bytes.len() as u64)?;
        disk.write(self.file, 0, &self.bytes)?;
        self.syncs = vec![disk.sync(self.file)];
        self.broken = false;
        Ok(())
    }

    /// Whether anything can be taken.
    pub(crate) fn usable(&self) -> bool {
        self.opening.is_empty() && !self.broken
    }

    pub(crate) fn broken(&self) -> bool {
        self.broken
    }

    /// Whether a crash now would leave all of it.
    pub(crate) fn durable(&self) -> bool {
        self.usable() && self.syncs.is_empty()
    }

    pub(crate) fn append(
        &mut self,
        records: &[Record],
        cx: &mut Context<'_, Failover>,
    ) -> Result<SyncId, DiskError> {
        let bytes: Vec<u8> = records.iter().flat_map(|&record| encode(record)).collect();
        cx.disk().write(self.file, self.bytes.len() as u64, &bytes)?;
        self.bytes.extend(bytes);
        let sync = cx.disk().sync(self.file);
        self.syncs.push(sync);
        Ok(sync)
    }

    pub(crate) fn on_synced(&mut self, sync: SyncId, result: &Result<(), DiskError>) {
        self.syncs.retain(|other| *other != sync);
        self.broken |= result.is_err();
        self.opening.retain(|other| *other != sync);
    }
}

fn encode(record: Record) -> [u8; RECORD] {
    let (tag, a, b) = match record {
        Record::Mount { epoch, boot } => (1, epoch.0, boot.0),
        Record::Write(Write { key, value }) => (2, key, value),
        Record::Store { number } => (3, number, 0),
    };
    let mut bytes = [0; RECORD];
    for (place, word) in [tag, a, b, check(tag, a, b)].into_iter().enumerate() {
        bytes[8 * place..8 * place + 8].copy_from_slice(&word.to_le_bytes());
    }
    bytes
}

fn decode(bytes: &[u8]) -> Option<Record> {
    let word = |place: usize| Some(u64::from_le_bytes(*bytes.get(8 * place..)?.first_chunk()?));
    let (tag, a, b, stored) = (word(0)?, word(1)?, word(2)?, word(3)?);
    if stored != check(tag, a, b) {
        return None;
    }
    match tag {
        1 => Some(Record::Mount { epoch: Epoch(a), boot: Boot(b) }),
        2 => Some(Record::Write(Write { key: a, value: b })),
        3 => Some(Record::Store { number: a }),
        _ => None,
    }
}

const fn check(tag: u64, a: u64, b: u64) -> u64 {
    mix(mix(tag, a), b)
}

/// The records up to the last whole mount or store, and how many bytes they take.
fn decode_all(bytes: &[u8]) -> (Vec<Record>, usize) {
    let mut records: Vec<Record> = bytes.chunks(RECORD).map_while(decode).collect();
    let open = records.iter().rev().take_while(|record| matches!(record, Record::Write(_))).count();
    records.truncate(records.len() - open);
    let whole = records.len() * RECORD;
    (records, whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A log that was cut anywhere reads as the stores that were whole, and no more.
    #[test]
    fn a_cut_log_ends_with_its_last_whole_store() {
        let write = |value| Record::Write(Write { key: 1, value });
        let mount = Record::Mount { epoch: Epoch(1), boot: Boot(7) };
        let records =
            [mount, write(5), write(6), Record::Store { number: 1 }, write(8), Record::Store { number: 2 }];
        let bytes: Vec<u8> = records.iter().flat_map(|&record| encode(record)).collect();
        for cut in 0..=bytes.len() {
            let whole = match cut / RECORD {
                0 => 0,
                1..4 => 1,
                4..6 => 4,
                _ => 6,
            };
            assert_eq!(
                decode_all(&bytes[..cut]),
                (records[..whole].to_vec(), whole * RECORD),
                "cut at {cut}"
            );
        }
    }
}
