//! What a server would find in its log file after a crash that keeps nothing un-synced.

use stormglass_core::disk::Disk;

use crate::passive::log::chain;
use crate::passive::storage::{LOG_FILE, Replay};
use crate::passive::types::Lsn;

/// The digests of the log on one disk. The file only grows, so each record is read once.
#[derive(Debug, Default)]
pub(super) struct DurableLog {
    replay: Replay,
    length: usize,
    digests: Vec<u64>,
}

impl DurableLog {
    /// Reads what has become durable since the last time.
    pub(super) fn update(&mut self, disk: &Disk) {
        let file = disk.durable(LOG_FILE).unwrap_or_default();
        if file.len() < self.length {
            // It was cut or lost: begin again.
            *self = DurableLog::default();
        }
        self.length = file.len();
        while let Some(record) = self.replay.next(file) {
            self.digests.truncate(record.lsn.previous().0 as usize);
            let before = self.digests.last().copied().unwrap_or_default();
            self.digests.push(chain(before, record.hash));
        }
    }

    /// The digest of the log up to an lsn.
    pub(super) fn digest(&self, lsn: Lsn) -> Option<u64> {
        self.digests.get(lsn.previous().0 as usize).copied()
    }
}
