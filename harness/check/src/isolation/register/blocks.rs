//! Versions that must stand side by side in the order of a key, and all who touched them.
//!
//! Who read a version and then wrote the key put its own version right after it, unless an update was lost. So the
//! versions of a key fall into *blocks*: chains of such updates. The transactions that wrote or read a version of a
//! block are its members. All members of a block come before the first writer of any later block; which block is
//! later is another question (see [`realtime`](super::realtime)).

use super::{BLIND, INITIAL, OPEN, Registers};
use crate::isolation::record::returned;

/// A chain of versions of one key.
#[derive(Clone, Copy)]
pub(super) struct Block {
    pub(super) key: u32,
    /// Who wrote the first version; nobody, if that is the initial one.
    pub(super) root: Option<u32>,
    /// The member that was complete first, and when; never, if that is unknown of all of them.
    pub(super) first_completed: (u64, u32),
    /// The member that was invoked last, and when.
    pub(super) last_invoked: (u64, u32),
    /// Its members begin here.
    start: u32,
    end: u32,
}

/// A transaction that wrote or read a version of a block.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Member {
    /// The key, and the write of the first version, or [`INITIAL`]: they name the block.
    block: (u32, u32),
    pub(super) transaction: u32,
    pub(super) is_writer: bool,
}

/// The blocks of all keys, by key and first version.
#[derive(Default)]
pub(super) struct Blocks {
    pub(super) all: Vec<Block>,
    members: Vec<Member>,
}

impl Blocks {
    pub(super) fn members(&self, block: &Block) -> &[Member] {
        &self.members[block.start as usize..block.end as usize]
    }

    /// The blocks of a key.
    pub(super) fn of(&self, key: u32) -> &[Block] {
        let first = self.all.partition_point(|block| block.key < key);
        let count = self.all[first..].partition_point(|block| block.key == key);
        &self.all[first..first + count]
    }
}

impl Registers<'_> {
    /// The blocks of all keys but those whose updates are no chains, because an update was lost.
    pub(super) fn blocks(&self, replaced: &[u32], without: &[u32]) -> Blocks {
        let firsts = firsts(replaced);
        let block = |version: u32| firsts.get(version as usize).copied().unwrap_or(INITIAL);
        let is_chained = |key: u32| without.binary_search(&key).is_err();
        let mut members: Vec<Member> = Vec::with_capacity(self.writes.len() + self.reads.len());
        for (index, write) in self.writes.iter().enumerate() {
            if self.counts(write) && is_chained(write.key) {
                let block = (write.key, block(index as u32));
                members.push(Member { block, transaction: write.transaction, is_writer: true });
            }
        }
        // An intermediate version stands in no order.
        let is_installed =
            |version: u32| self.writes.get(version as usize).is_none_or(|write| write.is_final);
        for read in self.reads.iter().filter(|read| is_chained(read.key) && is_installed(read.version)) {
            let block = (read.key, block(read.version));
            members.push(Member { block, transaction: read.transaction, is_writer: read.updates });
        }
        members.sort_unstable();
        members.dedup();
        let mut all = Vec::new();
        let mut start = 0;
        for block in members.chunk_by(|one, other| one.block == other.block) {
            let operation = |member: &Member| &self.operations[member.transaction as usize];
            let completed =
                |member: &Member| (returned(operation(member)).unwrap_or(u64::MAX), member.transaction);
            let invoked = |member: &Member| (operation(member).invoked.rank, member.transaction);
            let (key, first) = block[0].block;
            all.push(Block {
                key,
                root: self.writer(first),
                first_completed: block.iter().map(completed).min().unwrap_or((u64::MAX, 0)),
                last_invoked: block.iter().map(invoked).max().unwrap_or((0, 0)),
                start,
                end: start + block.len() as u32,
            });
            start += block.len() as u32;
        }
        Blocks { all, members }
    }
}

/// Of each version the first one of its chain, given the version that each replaced; there are no circles.
fn firsts(replaced: &[u32]) -> Vec<u32> {
    let mut firsts = vec![OPEN; replaced.len()];
    let mut chain = Vec::new();
    for start in 0..replaced.len() as u32 {
        let mut at = start;
        let first = loop {
            match firsts.get(at as usize) {
                None => break INITIAL,
                Some(&OPEN) => chain.push(at),
                Some(&first) => break first,
            }
            match replaced[at as usize] {
                BLIND => break at,
                before => at = before,
            }
        };
        chain.drain(..).for_each(|version| firsts[version as usize] = first);
    }
    firsts
}
