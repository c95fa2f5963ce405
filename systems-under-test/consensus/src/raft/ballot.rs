//! Term and vote (Figure 2, "Persistent state on all servers"), and the file that keeps them.
//!
//! One record within one sector, written over in place: a sector reaches the disk whole or not at all, so a
//! crash leaves the record before or the record after.

use stormglass_core::context::Context;
use stormglass_core::disk::{DiskError, FileId, SyncId};
use stormglass_core::id::NodeId;
use stormglass_core::random::mix;

use super::Raft;
use super::storage::{RecoveryError, VOTE_FILE};
use super::types::Term;

const RECORD: usize = 24;

/// The current term and the vote in it.
#[derive(Clone, Debug)]
pub(super) struct TermAndVote {
    term: Term,
    vote: Option<NodeId>,
    file: FileId,
    /// Whether memory is ahead of the file.
    changed: bool,
    /// The sync after which the file is durable as memory is; `None` if it is.
    sync: Option<SyncId>,
}

impl TermAndVote {
    /// Reads term and vote from the disk; a new server is in term 0. They count as durable after a sync.
    pub(super) fn open(cx: &mut Context<'_, Raft>) -> Result<TermAndVote, RecoveryError> {
        let mut disk = cx.disk();
        let file = disk.open(VOTE_FILE)?;
        let bytes = disk.read(file)?;
        let (term, vote) = if bytes.is_empty() {
            (Term::default(), None)
        } else {
            decode(bytes).ok_or(RecoveryError::Corrupt)?
        };
        Ok(TermAndVote { term, vote, file, changed: true, sync: None })
    }

    /// The current term.
    #[inline]
    pub(super) fn term(&self) -> Term {
        self.term
    }

    /// Whom this server has voted for in the current term.
    pub(super) fn vote(&self) -> Option<NodeId> {
        self.vote
    }

    /// Goes to a later term, with a vote or without.
    pub(super) fn enter(&mut self, term: Term, vote: Option<NodeId>) {
        self.term = term;
        self.vote = vote;
        self.changed = true;
    }

    /// Votes in the current term.
    pub(super) fn give_vote(&mut self, candidate: NodeId) {
        if self.vote != Some(candidate) {
            self.enter(self.term, Some(candidate));
        }
    }

    /// Whether a crash now would leave term and vote as they are.
    #[inline]
    pub(super) fn durable(&self) -> bool {
        !self.changed && self.sync.is_none()
    }

    /// Writes what has changed, and begins a sync of it.
    #[inline]
    pub(super) fn flush(&mut self, cx: &mut Context<'_, Raft>) -> Result<(), DiskError> {
        if !self.changed {
            return Ok(());
        }
        let record = encode(self.term, self.vote);
        cx.disk().write(self.file, 0, &record)?;
        // Only the latest sync counts: an earlier one in flight speaks for what is no longer current.
        self.sync = Some(cx.disk().sync(self.file));
        self.changed = false;
        Ok(())
    }

    /// A sync has ended. After an error the record is written again.
    pub(super) fn on_synced(&mut self, sync: SyncId, result: &Result<(), DiskError>) {
        if self.sync != Some(sync) {
            return;
        }
        self.sync = None;
        self.changed |= result.is_err();
    }
}

fn encode(term: Term, vote: Option<NodeId>) -> [u8; RECORD] {
    let vote = vote.map_or(0, |candidate| u64::from(candidate.0) + 1);
    let mut record = [0; RECORD];
    for (place, word) in [term.0, vote, check(term.0, vote)].into_iter().enumerate() {
        record[8 * place..8 * place + 8].copy_from_slice(&word.to_le_bytes());
    }
    record
}

fn decode(bytes: &[u8]) -> Option<(Term, Option<NodeId>)> {
    let word = |place: usize| {
        let bytes = bytes.get(8 * place..)?.first_chunk()?;
        Some(u64::from_le_bytes(*bytes))
    };
    let (term, vote, stored) = (word(0)?, word(1)?, word(2)?);
    if check(term, vote) != stored {
        return None;
    }
    let candidate = match vote.checked_sub(1) {
        None => None,
        Some(id) => Some(NodeId(u32::try_from(id).ok()?)),
    };
    Some((Term(term), candidate))
}

fn check(term: u64, vote: u64) -> u64 {
    mix(mix(term, 1), mix(vote, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Term and vote come back from their record; a flipped bit does not go unseen.
    #[test]
    fn a_record_reads_back_or_is_refused() {
        for vote in [None, Some(NodeId(0)), Some(NodeId(u32::MAX))] {
            let record = encode(Term(7), vote);
            assert_eq!(decode(&record), Some((Term(7), vote)));
            for bit in 0..RECORD * 8 {
                let mut damaged = record;
                damaged[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(decode(&damaged), None, "bit {bit}");
            }
        }
    }
}
