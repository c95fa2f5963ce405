//! The log (§5.3): entries in memory, kept in step with the log file.

use stormglass_core::context::Context;
use stormglass_core::disk::{DiskError, SyncId};
use stormglass_core::random::mix;

use super::Raft;
use super::message::Entries;
use super::storage::{LogFile, Record, RecoveryError};
use super::types::{Entry, Index, Position, Term, hash_words};

/// The log of one server.
#[derive(Clone, Debug)]
pub(super) struct Log {
    slots: Vec<Slot>,
    file: LogFile,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    entry: Entry,
    /// A hash of this entry and all before it: two logs with equal digests at an index are equal up to there.
    digest: u64,
}

/// The digest of a log that ends with an entry of this hash, behind a log of that digest.
#[inline]
pub(super) fn chain(previous_digest: u64, hash: u64) -> u64 {
    mix(previous_digest, hash)
}

impl Log {
    /// Reads the log back from its file, and begins to sync what it found.
    pub(super) fn open(cx: &mut Context<'_, Raft>) -> Result<Log, RecoveryError> {
        let mut slots: Vec<Slot> = Vec::new();
        let file = LogFile::open(cx, |Record { index, entry, hash, .. }| {
            let kept = index.previous().0 as usize;
            if index == Index::ZERO || kept > slots.len() {
                return Err(RecoveryError::Corrupt);
            }
            slots.truncate(kept);
            let before = slots.last().map_or(0, |slot| slot.digest);
            let digest = chain(before, hash);
            slots.push(Slot { entry, digest });
            Ok(())
        })?;
        let mut log = Log { slots, file };
        log.file.begin_sync(log.last_index(), cx);
        Ok(log)
    }

    /// The index of the last entry.
    #[inline]
    pub(super) fn last_index(&self) -> Index {
        Index(self.slots.len() as u64)
    }

    /// Term and index of the last entry.
    #[inline]
    pub(super) fn last(&self) -> Position {
        Position {
            term: self.slots.last().map_or(Term::default(), |slot| slot.entry.term),
            index: self.last_index(),
        }
    }

    /// The entry at an index.
    #[inline]
    pub(super) fn entry(&self, index: Index) -> Option<&Entry> {
        self.slot(index).map(|slot| &slot.entry)
    }

    /// The term of the entry at an index; the place before the first has term 0.
    #[inline]
    pub(super) fn term_at(&self, index: Index) -> Option<Term> {
        match index {
            Index::ZERO => Some(Term::default()),
            _ => self.entry(index).map(|entry| entry.term),
        }
    }

    /// The digest of the log up to an index.
    #[inline]
    pub(super) fn digest(&self, index: Index) -> Option<u64> {
        match index {
            Index::ZERO => Some(0),
            _ => self.slot(index).map(|slot| slot.digest),
        }
    }

    /// At most `count` entries from `first` on.
    pub(super) fn entries(&self, first: Index, count: u64) -> Entries {
        let from = first.previous().0 as usize;
        let to = self.slots.len().min(from.saturating_add(count as usize));
        let slots = self.slots.get(from..to).unwrap_or_default();
        Entries::new(slots.iter().map(|slot| slot.entry))
    }

    /// The index of the first entry of `term` or of a later one.
    pub(super) fn first_of(&self, term: Term) -> Index {
        let earlier = self.slots.partition_point(|slot| slot.entry.term < term);
        Index(earlier as u64).next()
    }

    /// Puts an entry at the end.
    #[inline]
    pub(super) fn append(&mut self, entry: Entry) -> Index {
        let words = entry.words();
        let hash = hash_words(&words);
        let before = self.slots.last().map_or(0, |slot| slot.digest);
        self.slots.push(Slot { entry, digest: chain(before, hash) });
        let index = self.last_index();
        self.file.append(index, &words, hash);
        index
    }

    /// Removes the entry at `from` and all that follow. The file learns of it from the entry that comes in its
    /// place.
    pub(super) fn truncate(&mut self, from: Index) {
        self.slots.truncate(from.previous().0 as usize);
        self.file.cut(self.last_index());
    }

    /// Writes what has come since the last time, and begins a sync of it.
    #[inline]
    pub(super) fn flush(&mut self, cx: &mut Context<'_, Raft>) -> Result<(), DiskError> {
        self.file.flush(self.last_index(), cx)
    }

    /// A sync has ended.
    pub(super) fn on_synced(&mut self, sync: SyncId, result: &Result<(), DiskError>) {
        self.file.on_synced(sync, result);
    }

    /// How far the log is on disk.
    #[inline]
    pub(super) fn durable(&self) -> Index {
        self.file.durable()
    }

    #[inline]
    fn slot(&self, index: Index) -> Option<&Slot> {
        self.slots.get((index.0 as usize).wrapping_sub(1))
    }
}
