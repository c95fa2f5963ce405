//! The log: entries in memory, kept in step with the log file.

use stormglass_core::context::Context;
use stormglass_core::disk::{DiskError, SyncId};
use stormglass_core::random::mix;

use super::Passive;
use super::machine::Machine;
use super::message::Entries;
use super::storage::{LogFile, Record, RecoveryError};
use super::types::{Entry, Epoch, Lsn, Position, hash_words};

/// The log of one replica.
#[derive(Clone, Debug)]
pub(super) struct Log {
    slots: Vec<Slot>,
    file: LogFile,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    entry: Entry,
    /// A hash of this entry and all before it: two logs with equal digests at an lsn are equal up to there.
    digest: u64,
}

/// The digest of a log that ends with an entry of this hash, behind a log of that digest.
#[inline]
pub(super) fn chain(previous_digest: u64, hash: u64) -> u64 {
    mix(previous_digest, hash)
}

impl Log {
    /// Reads the log back from its file, and begins to sync what it found.
    pub(super) fn open(cx: &mut Context<'_, Passive>) -> Result<Log, RecoveryError> {
        let mut slots: Vec<Slot> = Vec::new();
        let file = LogFile::open(cx, |Record { lsn, entry, hash, .. }| {
            let kept = lsn.previous().0 as usize;
            if lsn == Lsn::ZERO || kept > slots.len() {
                return Err(RecoveryError::Corrupt);
            }
            slots.truncate(kept);
            let before = slots.last().map_or(0, |slot| slot.digest);
            let digest = chain(before, hash);
            slots.push(Slot { entry, digest });
            Ok(())
        })?;
        let mut log = Log { slots, file };
        log.file.begin_sync(log.last_lsn(), cx);
        Ok(log)
    }

    /// The lsn of the last entry.
    #[inline]
    pub(super) fn last_lsn(&self) -> Lsn {
        Lsn(self.slots.len() as u64)
    }

    /// Epoch and lsn of the last entry.
    #[inline]
    pub(super) fn last(&self) -> Position {
        Position {
            epoch: self.slots.last().map_or(Epoch::default(), |slot| slot.entry.epoch),
            lsn: self.last_lsn(),
        }
    }

    /// The entry at an lsn.
    #[inline]
    pub(super) fn entry(&self, lsn: Lsn) -> Option<&Entry> {
        self.slot(lsn).map(|slot| &slot.entry)
    }

    /// The epoch of the entry at an lsn; the place before the first has epoch 0.
    #[inline]
    pub(super) fn epoch_at(&self, lsn: Lsn) -> Option<Epoch> {
        match lsn {
            Lsn::ZERO => Some(Epoch::default()),
            _ => self.entry(lsn).map(|entry| entry.epoch),
        }
    }

    /// The digest of the log up to an lsn.
    #[inline]
    pub(super) fn digest(&self, lsn: Lsn) -> Option<u64> {
        match lsn {
            Lsn::ZERO => Some(0),
            _ => self.slot(lsn).map(|slot| slot.digest),
        }
    }

    /// At most `count` entries from `first` on.
    pub(super) fn entries(&self, first: Lsn, count: u64) -> Entries {
        let from = first.previous().0 as usize;
        let to = self.slots.len().min(from.saturating_add(count as usize));
        let slots = self.slots.get(from..to).unwrap_or_default();
        Entries::new(slots.iter().map(|slot| slot.entry))
    }

    /// The lsn of the first entry of `epoch` or of a later one.
    pub(super) fn first_of(&self, epoch: Epoch) -> Lsn {
        let earlier = self.slots.partition_point(|slot| slot.entry.epoch < epoch);
        Lsn(earlier as u64).next()
    }

    /// Puts an entry at the end.
    #[inline]
    pub(super) fn append(&mut self, entry: Entry) -> Lsn {
        let words = entry.words();
        let hash = hash_words(&words);
        let before = self.slots.last().map_or(0, |slot| slot.digest);
        self.slots.push(Slot { entry, digest: chain(before, hash) });
        let lsn = self.last_lsn();
        self.file.append(lsn, &words, hash);
        lsn
    }

    /// What the whole log amounts to.
    pub(super) fn replay(&self) -> Machine {
        let mut machine = Machine::default();
        for (slot, lsn) in self.slots.iter().zip(1..) {
            machine.apply(Lsn(lsn), &slot.entry);
        }
        machine
    }

    /// Removes the entry at `from` and all that follow. The file learns of it from the entry that comes in its
    /// place.
    pub(super) fn truncate(&mut self, from: Lsn) {
        self.slots.truncate(from.previous().0 as usize);
        self.file.cut(self.last_lsn());
    }

    /// Writes what has come since the last time, and begins a sync of it.
    #[inline]
    pub(super) fn flush(&mut self, cx: &mut Context<'_, Passive>) -> Result<(), DiskError> {
        self.file.flush(self.last_lsn(), cx)
    }

    /// A sync has ended.
    pub(super) fn on_synced(&mut self, sync: SyncId, result: &Result<(), DiskError>) {
        self.file.on_synced(sync, result);
    }

    /// How far the log is on disk.
    #[inline]
    pub(super) fn durable(&self) -> Lsn {
        self.file.durable()
    }

    #[inline]
    fn slot(&self, lsn: Lsn) -> Option<&Slot> {
        self.slots.get((lsn.0 as usize).wrapping_sub(1))
    }
}
