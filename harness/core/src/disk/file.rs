//! The content of one file: what readers see, what is durable, and the ordered changes between.

use super::{CrashDamage, CrashLoss, WriteMark};
use crate::random::{Draws, Ratio};

/// Bytes that reach the platter together or not at all.
pub const SECTOR: usize = 512;

#[derive(Clone, Debug, Default)]
pub(super) struct File {
    cached: Vec<u8>,
    durable: Vec<u8>,
    /// In order of mark.
    pending: Vec<Change>,
    /// The bytes of all pending writes one after another, so that a write costs no allocation of its own.
    pending_bytes: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
struct Change {
    mark: WriteMark,
    kind: ChangeKind,
}

#[derive(Clone, Copy, Debug)]
enum ChangeKind {
    Write { offset: usize, start: usize, len: usize },
    SetLen { len: usize },
}

impl File {
    pub(super) fn cached(&self) -> &[u8] {
        &self.cached
    }

    pub(super) fn durable(&self) -> &[u8] {
        &self.durable
    }

    /// Readers see the bytes at `offset`; on the disk they land at `lands`.
    pub(super) fn write(&mut self, mark: WriteMark, offset: usize, lands: usize, bytes: &[u8]) {
        let start = self.pending_bytes.len();
        self.pending_bytes.extend_from_slice(bytes);
        let kind = ChangeKind::Write { offset: lands, start, len: bytes.len() };
        self.pending.push(Change { mark, kind });
        put(&mut self.cached, offset, bytes);
    }

    /// Flips one bit of what is durable.
    pub(super) fn flip(&mut self, bit: u64) {
        self.durable[(bit / 8) as usize] ^= 1 << (bit % 8);
    }

    pub(super) fn set_len(&mut self, mark: WriteMark, len: usize) {
        self.pending.push(Change { mark, kind: ChangeKind::SetLen { len } });
        self.cached.resize(len, 0);
    }

    /// Carries the pending changes before `mark` into the durable content.
    pub(super) fn settle(&mut self, before: WriteMark) {
        let count = self.count(before);
        self.settle_first(count);
    }

    /// Drops the pending changes before `mark` from the list of what is still to be written.
    pub(super) fn forget(&mut self, before: WriteMark) {
        let count = self.count(before);
        self.forget_first(count);
    }

    /// Takes back the changes at and after `mark`; the cached content is stale until the crash that follows.
    pub(super) fn cut(&mut self, mark: WriteMark) {
        let count = self.count(mark);
        self.pending.truncate(count);
    }

    pub(super) fn crash(&mut self, loss: CrashLoss, draws: &mut Draws, damage: &mut CrashDamage) {
        match loss {
            CrashLoss::Nothing => self.settle_first(self.pending.len()),
            CrashLoss::Everything => damage.bytes_lost += self.pending_len(),
            CrashLoss::Sectors(kept) => self.keep_sectors(kept, draws, damage),
        }
        self.pending.clear();
        self.pending_bytes.clear();
        self.cached.clone_from(&self.durable);
    }

    fn count(&self, before: WriteMark) -> usize {
        self.pending.partition_point(|change| change.mark < before)
    }

    fn settle_first(&mut self, count: usize) {
        for change in &self.pending[..count] {
            match change.kind {
                ChangeKind::Write { offset, start, len } => {
                    put(&mut self.durable, offset, &self.pending_bytes[start..start + len]);
                }
                ChangeKind::SetLen { len } => self.durable.resize(len, 0),
            }
        }
        self.forget_first(count);
    }

    fn forget_first(&mut self, count: usize) {
        self.pending.drain(..count);
        let start = |change: &Change| match change.kind {
            ChangeKind::Write { start, .. } => Some(start),
            ChangeKind::SetLen { .. } => None,
        };
        let kept = self.pending.iter().find_map(start).unwrap_or(self.pending_bytes.len());
        // A file that always has a write pending would never come to an empty list: what is behind goes as
        // soon as it is the larger half.
        if kept * 2 >= self.pending_bytes.len() {
            self.pending_bytes.drain(..kept);
            for change in &mut self.pending {
                if let ChangeKind::Write { start, .. } = &mut change.kind {
                    *start -= kept;
                }
            }
        }
    }

    fn pending_len(&self) -> u64 {
        let len = |change: &Change| match change.kind {
            ChangeKind::Write { len, .. } => len as u64,
            ChangeKind::SetLen { .. } => 0,
        };
        self.pending.iter().map(len).sum()
    }

    fn keep_sectors(&mut self, kept: Ratio, draws: &mut Draws, damage: &mut CrashDamage) {
        for change in &self.pending {
            match change.kind {
                ChangeKind::SetLen { len } => {
                    if draws.chance(kept) {
                        self.durable.resize(len, 0);
                    }
                }
                ChangeKind::Write { offset, start, len } => {
                    let (mut done, mut lost) = (0, 0);
                    while done < len {
                        let piece = (SECTOR - (offset + done) % SECTOR).min(len - done);
                        if draws.chance(kept) {
                            let bytes = &self.pending_bytes[start + done..start + done + piece];
                            put(&mut self.durable, offset + done, bytes);
                        } else {
                            lost += piece;
                        }
                        done += piece;
                    }
                    damage.bytes_lost += lost as u64;
                    damage.torn += u64::from(lost > 0 && lost < len);
                }
            }
        }
    }
}

fn put(content: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if offset == content.len() {
        content.extend_from_slice(bytes);
        return;
    }
    if content.len() < end {
        content.resize(end, 0);
    }
    content[offset..end].copy_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file that always has a write under way keeps only what is still to be written, and loses none of it.
    #[test]
    fn a_file_that_is_never_idle_does_not_grow_behind_its_writes() {
        let mut file = File::default();
        for round in 0..10_000u64 {
            file.write(WriteMark(round), round as usize * 8, round as usize * 8, &round.to_le_bytes());
            // The sync of the write before completes: one write is always pending.
            file.settle(WriteMark(round));
            assert!(file.pending_bytes.len() <= 16, "round {round}: {} bytes", file.pending_bytes.len());
        }
        file.settle(WriteMark(10_000));
        assert_eq!(file.durable(), file.cached());
        assert!(file.durable().chunks(8).zip(0u64..).all(|(bytes, round)| bytes == round.to_le_bytes()));
    }
}
