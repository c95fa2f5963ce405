//! Term and vote (Figure 2, "Persistent state on all servers"), in a file that is written over in place.

use stormglass_core::context::Context;
use stormglass_core::disk::{DiskError, SyncId};
use stormglass_core::id::NodeId;
use stormglass_replicated_log::{Cell, RecoveryError};

use super::Raft;
use super::types::Term;

/// The file of term and vote.
pub(super) const VOTE_FILE: &str = "vote";

/// The current term and the vote in it: a word for the term, and one that is 0 without a vote, and else the candidate's
/// number and one.
#[derive(Clone, Debug)]
pub(super) struct TermAndVote(Cell<2>);

impl TermAndVote {
    /// Reads term and vote from the disk; a new server is in term 0.
    pub(super) fn open(cx: &mut Context<'_, Raft>) -> Result<TermAndVote, RecoveryError> {
        let cell = Cell::open(VOTE_FILE, cx)?;
        candidate(cell.words()[1])?;
        Ok(TermAndVote(cell))
    }

    /// The current term.
    #[inline]
    pub(super) fn term(&self) -> Term {
        Term(self.0.words()[0])
    }

    /// Whom this server has voted for in the current term.
    pub(super) fn vote(&self) -> Option<NodeId> {
        candidate(self.0.words()[1]).expect("it was looked at when it was read")
    }

    /// Goes to a later term, with a vote or without.
    pub(super) fn enter(&mut self, term: Term, vote: Option<NodeId>) {
        let vote = vote.map_or(0, |candidate| u64::from(candidate.0) + 1);
        self.0.set([term.0, vote]);
    }

    /// Votes in the current term.
    pub(super) fn give_vote(&mut self, candidate: NodeId) {
        if self.vote() != Some(candidate) {
            self.enter(self.term(), Some(candidate));
        }
    }

    /// Whether a crash now would leave term and vote as they are.
    #[inline]
    pub(super) fn durable(&self) -> bool {
        self.0.durable()
    }

    /// Writes what has changed, and begins a sync of it.
    #[inline]
    pub(super) fn flush(&mut self, cx: &mut Context<'_, Raft>) -> Result<(), DiskError> {
        self.0.flush(cx)
    }

    /// A sync has ended. After an error the record is written again.
    pub(super) fn on_synced(&mut self, sync: SyncId, result: &Result<(), DiskError>) {
        self.0.on_synced(sync, result);
    }
}

/// The candidate of a word.
fn candidate(vote: u64) -> Result<Option<NodeId>, RecoveryError> {
    let Some(id) = vote.checked_sub(1) else { return Ok(None) };
    u32::try_from(id).map(|id| Some(NodeId(id))).map_err(|_| RecoveryError::Corrupt)
}
