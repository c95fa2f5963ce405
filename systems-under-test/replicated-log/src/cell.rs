//! A few words that are always written together, over in place: one record within one sector. A sector reaches the
//! disk whole or not at all, so a crash leaves the record before or the record after.

use stormglass_core::context::Context;
use stormglass_core::disk::{DiskError, FileId, SyncId};
use stormglass_core::random::mix;
use stormglass_core::system::System;

use crate::RecoveryError;

/// `N` words in a file of their own.
#[derive(Clone, Debug)]
pub struct Cell<const N: usize> {
    words: [u64; N],
    file: FileId,
    /// Whether memory is ahead of the file.
    changed: bool,
    /// The sync after which the file is durable as memory is; `None` if it is.
    sync: Option<SyncId>,
}

impl<const N: usize> Cell<N> {
    /// Reads the words of the file called `name`; all are zero on a new disk. They count as durable after a sync: the
    /// writer may have died before its own, and the machine lived on.
    pub fn open<S: System>(name: &str, cx: &mut Context<'_, S>) -> Result<Cell<N>, RecoveryError> {
        let mut disk = cx.disk();
        let file = disk.open(name)?;
        let bytes = disk.read(file)?;
        let words = match bytes.is_empty() {
            true => [0; N],
            false => decode(bytes).ok_or(RecoveryError::Corrupt)?,
        };
        Ok(Cell { words, file, changed: true, sync: None })
    }

    /// The words.
    #[inline]
    pub fn words(&self) -> [u64; N] {
        self.words
    }

    /// Puts other words in their place.
    pub fn set(&mut self, words: [u64; N]) {
        self.words = words;
        self.changed = true;
    }

    /// Whether a crash now would leave the words as they are.
    #[inline]
    pub fn durable(&self) -> bool {
        !self.changed && self.sync.is_none()
    }

    /// Writes what has changed, and begins a sync of it.
    #[inline]
    pub fn flush<S: System>(&mut self, cx: &mut Context<'_, S>) -> Result<(), DiskError> {
        if !self.changed {
            return Ok(());
        }
        let mut record = Vec::with_capacity((N + 1) * 8);
        for word in self.words.into_iter().chain([check(&self.words)]) {
            record.extend_from_slice(&word.to_le_bytes());
        }
        cx.disk().write(self.file, 0, &record)?;
        // Only the latest sync counts: an earlier one in flight speaks for what is no longer current.
        self.sync = Some(cx.disk().sync(self.file));
        self.changed = false;
        Ok(())
    }

    /// A sync has ended. After an error the record is written again.
    pub fn on_synced(&mut self, sync: SyncId, result: &Result<(), DiskError>) {
        if self.sync == Some(sync) {
            self.sync = None;
            self.changed |= result.is_err();
        }
    }
}

/// The words of a record; `None` if it is damaged.
pub fn decode<const N: usize>(bytes: &[u8]) -> Option<[u64; N]> {
    let word = |place: usize| Some(u64::from_le_bytes(*bytes.get(8 * place..)?.first_chunk()?));
    let mut words = [0; N];
    for (place, held) in words.iter_mut().enumerate() {
        *held = word(place)?;
    }
    (check(&words) == word(N)?).then_some(words)
}

fn check(words: &[u64]) -> u64 {
    words.iter().fold(words.len() as u64, |hash, &word| mix(hash, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words come back from their record; a flipped bit does not go unseen.
    #[test]
    fn a_record_reads_back_or_is_refused() {
        let words = [7, 0, u64::MAX];
        let record: Vec<u8> = words.into_iter().chain([check(&words)]).flat_map(u64::to_le_bytes).collect();
        assert_eq!(decode(&record), Some(words));
        for bit in 0..record.len() * 8 {
            let mut damaged = record.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(decode::<3>(&damaged), None, "bit {bit}");
        }
    }
}
