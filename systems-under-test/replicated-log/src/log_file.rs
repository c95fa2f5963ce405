//! The file that keeps the log. It only grows: an entry that replaces others is written behind them.
//!
//! Several syncs can be in flight, and may complete in any order; one covers all that was written before it was
//! asked for. After a failed sync nothing that was not durable before is trusted, whatever later syncs say:
//! the kernel may have dropped the pages and reported it once (Rebello et al., *Can Applications Recover from
//! fsync Failures?*, ATC 2020). So all of it is written again.

use stormglass_core::context::Context;
use stormglass_core::disk::{DiskError, FileId, SyncId};
use stormglass_core::system::System;

use crate::command::Words;
use crate::record::{RECORD, Record, Replay, encode};
use crate::values::Index;
use crate::{LOG_FILE, RecoveryError};

/// The log file of one node.
#[derive(Clone, Debug)]
pub(crate) struct LogFile {
    file: FileId,
    /// Records in the page cache.
    written: u32,
    /// Records known to be on disk.
    synced: u32,
    /// How much of the log as it is now those records hold.
    durable: Index,
    /// Whether what is written and not synced has to be written again.
    distrusted: bool,
    in_flight: Vec<InFlight>,
    /// Records not yet given to the disk, encoded.
    buffer: Vec<u8>,
    /// The check of the last record, written or buffered.
    check: u32,
}

#[derive(Clone, Copy, Debug)]
struct InFlight {
    sync: SyncId,
    /// The records it covers.
    records: u32,
    /// How much of the log as it is now they hold.
    durable: Index,
}

impl LogFile {
    /// Opens the file and hands every whole record to `keep`. Cuts off a torn end, and only that. What it found
    /// counts as durable only after a sync: the writer may have died before its own, and the machine lived on.
    pub(crate) fn open<S: System>(
        cx: &mut Context<'_, S>,
        mut keep: impl FnMut(Record) -> Result<(), RecoveryError>,
    ) -> Result<LogFile, RecoveryError> {
        let mut disk = cx.disk();
        let file = disk.open(LOG_FILE)?;
        let bytes = disk.read(file)?;
        let mut replay = Replay::default();
        while let Some(record) = replay.next(bytes) {
            keep(record)?;
        }
        if replay.stops_short_of_what_was_synced(bytes) {
            return Err(RecoveryError::Corrupt);
        }
        let whole = u64::from(replay.records()) * RECORD as u64;
        if disk.len(file) > whole {
            disk.set_len(file, whole)?;
        }
        Ok(LogFile {
            file,
            written: replay.records(),
            synced: 0,
            durable: Index::ZERO,
            distrusted: false,
            in_flight: Vec::new(),
            buffer: Vec::new(),
            check: replay.check(),
        })
    }

    /// Takes in an entry, given as its words and their hash; [`LogFile::flush`] writes it.
    #[inline]
    pub(crate) fn append(&mut self, index: Index, words: &Words, hash: u64) {
        self.check = encode(&mut self.buffer, self.check, self.synced, index, words, hash);
    }

    /// The log has been cut and now ends at `last`: no sync, done or in flight, speaks for more of it.
    pub(crate) fn cut(&mut self, last: Index) {
        self.durable = self.durable.min(last);
        for sync in &mut self.in_flight {
            sync.durable = sync.durable.min(last);
        }
    }

    /// Writes what has come since the last time, and begins a sync of it. `last` is the end of the log.
    #[inline]
    pub(crate) fn flush<S: System>(&mut self, last: Index, cx: &mut Context<'_, S>) -> Result<(), DiskError> {
        if self.buffer.is_empty() && !self.distrusted {
            return Ok(());
        }
        if self.distrusted {
            self.write_again(cx)?;
            self.distrusted = false;
        }
        if !self.buffer.is_empty() {
            let end = u64::from(self.written) * RECORD as u64;
            cx.disk().write(self.file, end, &self.buffer)?;
            self.written += (self.buffer.len() / RECORD) as u32;
            self.buffer.clear();
        }
        self.begin_sync(last, cx);
        Ok(())
    }

    /// Begins a sync of all that is written. `last` is the end of the log.
    pub(crate) fn begin_sync<S: System>(&mut self, last: Index, cx: &mut Context<'_, S>) {
        self.in_flight.push(InFlight {
            sync: cx.disk().sync(self.file),
            records: self.written,
            durable: last,
        });
    }

    /// A sync has ended.
    pub(crate) fn on_synced(&mut self, sync: SyncId, result: &Result<(), DiskError>) {
        let Some(place) = self.in_flight.iter().position(|one| one.sync == sync) else {
            return;
        };
        let covered = self.in_flight.swap_remove(place);
        match result {
            Ok(()) => {
                self.synced = self.synced.max(covered.records);
                self.durable = self.durable.max(covered.durable);
            }
            Err(_) if covered.records > self.synced => {
                self.in_flight.clear();
                self.distrusted = true;
            }
            // A later sync has made all of it durable.
            Err(_) => {}
        }
    }

    /// How much of the log is on disk.
    #[inline]
    pub(crate) fn durable(&self) -> Index {
        self.durable
    }

    fn write_again<S: System>(&mut self, cx: &mut Context<'_, S>) -> Result<(), DiskError> {
        let from = self.synced as usize * RECORD;
        let mut disk = cx.disk();
        let cached = disk.read(self.file)?[from..].to_vec();
        disk.write(self.file, from as u64, &cached)
    }
}
