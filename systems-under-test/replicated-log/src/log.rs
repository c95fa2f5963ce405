//! The log: entries in memory, kept in step with the log file.

use stormglass_core::context::Context;
use stormglass_core::disk::{DiskError, SyncId};
use stormglass_core::random::mix;
use stormglass_core::system::System;

use crate::RecoveryError;
use crate::command::{LogEntry, hash_words};
use crate::entries::Entries;
use crate::log_file::LogFile;
use crate::record::Record;
use crate::values::Index;

/// The log of one node.
#[derive(Clone, Debug)]
pub struct Log<E> {
    slots: Vec<Slot<E>>,
    file: LogFile,
}

#[derive(Clone, Copy, Debug)]
struct Slot<E> {
    entry: E,
    /// A hash of this entry and all before it: two logs with equal digests at an index are equal up to there.
    digest: u64,
}

/// The digest of a log that ends with an entry of this hash, behind a log of that digest.
#[inline]
pub(crate) fn chain(previous_digest: u64, hash: u64) -> u64 {
    mix(previous_digest, hash)
}

impl<E: LogEntry> Log<E> {
    /// Reads the log back from its file, and begins to sync what it found.
    pub fn open<S: System>(cx: &mut Context<'_, S>) -> Result<Log<E>, RecoveryError> {
        let mut slots: Vec<Slot<E>> = Vec::new();
        let file = LogFile::open(cx, |Record { index, words, hash, .. }| {
            let kept = index.previous().0 as usize;
            if index == Index::ZERO || kept > slots.len() {
                return Err(RecoveryError::Corrupt);
            }
            let entry = E::from_words(words).ok_or(RecoveryError::Corrupt)?;
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
    #[must_use]
    pub fn last_index(&self) -> Index {
        Index(self.slots.len() as u64)
    }

    /// The position of the last entry.
    #[inline]
    #[must_use]
    pub fn last(&self) -> E::Position {
        let term = self.slots.last().map_or(E::Term::default(), |slot| slot.entry.term());
        E::position(term, self.last_index())
    }

    /// The entries, in order.
    pub fn iter(&self) -> impl Iterator<Item = &E> {
        self.slots.iter().map(|slot| &slot.entry)
    }

    /// The entry at an index.
    #[inline]
    #[must_use]
    pub fn entry(&self, index: Index) -> Option<&E> {
        self.slot(index).map(|slot| &slot.entry)
    }

    /// The term of the entry at an index; the place before the first has the first of all terms.
    #[inline]
    #[must_use]
    pub fn term_at(&self, index: Index) -> Option<E::Term> {
        match index {
            Index::ZERO => Some(E::Term::default()),
            _ => self.entry(index).map(LogEntry::term),
        }
    }

    /// The digest of the log up to an index.
    #[inline]
    #[must_use]
    pub fn digest(&self, index: Index) -> Option<u64> {
        match index {
            Index::ZERO => Some(0),
            _ => self.slot(index).map(|slot| slot.digest),
        }
    }

    /// At most `count` entries from `first` on.
    #[must_use]
    pub fn entries(&self, first: Index, count: u64) -> Entries<E> {
        let from = first.previous().0 as usize;
        let to = self.slots.len().min(from.saturating_add(count as usize));
        let slots = self.slots.get(from..to).unwrap_or_default();
        Entries::new(slots.iter().map(|slot| slot.entry))
    }

    /// The index of the first entry of `term` or of a later one.
    #[must_use]
    pub fn first_of(&self, term: E::Term) -> Index {
        let earlier = self.slots.partition_point(|slot| slot.entry.term() < term);
        Index(earlier as u64).next()
    }

    /// Puts an entry at the end.
    #[inline]
    pub fn append(&mut self, entry: E) -> Index {
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
    pub fn truncate(&mut self, from: Index) {
        self.slots.truncate(from.previous().0 as usize);
        self.file.cut(self.last_index());
    }

    /// Writes what has come since the last time, and begins a sync of it.
    #[inline]
    pub fn flush<S: System>(&mut self, cx: &mut Context<'_, S>) -> Result<(), DiskError> {
        self.file.flush(self.last_index(), cx)
    }

    /// A sync has ended.
    pub fn on_synced(&mut self, sync: SyncId, result: &Result<(), DiskError>) {
        self.file.on_synced(sync, result);
    }

    /// How far the log is on disk.
    #[inline]
    #[must_use]
    pub fn durable(&self) -> Index {
        self.file.durable()
    }

    #[inline]
    fn slot(&self, index: Index) -> Option<&Slot<E>> {
        self.slots.get((index.0 as usize).wrapping_sub(1))
    }
}
