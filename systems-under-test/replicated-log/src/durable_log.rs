//! What a node would find in its log file after a crash that keeps nothing un-synced.

use stormglass_core::disk::Disk;

use crate::LOG_FILE;
use crate::log::chain;
use crate::record::Replay;
use crate::values::Index;

/// The digests of the log on one disk. The file only grows, so each record is read once.
#[derive(Clone, Debug, Default)]
pub struct DurableLog {
    replay: Replay,
    length: usize,
    digests: Vec<u64>,
}

impl DurableLog {
    /// Reads what has become durable since the last time.
    pub fn update(&mut self, disk: &Disk) {
        let file = disk.durable(LOG_FILE).unwrap_or_default();
        if file.len() < self.length {
            // It was cut or lost: begin again.
            *self = DurableLog::default();
        }
        self.length = file.len();
        while let Some(record) = self.replay.next(file) {
            self.digests.truncate(record.index.previous().0 as usize);
            let before = self.digests.last().copied().unwrap_or_default();
            self.digests.push(chain(before, record.hash));
        }
    }

    /// The digest of the log up to an index.
    #[must_use]
    pub fn digest(&self, index: Index) -> Option<u64> {
        self.digests.get(index.previous().0 as usize).copied()
    }

    /// How far the log goes.
    #[must_use]
    pub fn last_index(&self) -> Index {
        Index(self.digests.len() as u64)
    }
}
