//! What travels between servers (the RPCs of Figure 2, as requests and answers) and between them and clients.
//!
//! Messages are small: a world holds many of them in its queue. Entries travel as one shared slice.

use serde::{Deserialize, Serialize};
use stormglass_core::id::NodeId;
use stormglass_core::op::kv::{KvOp, KvRet};

use super::types::{Entry, Index, Position, Sequence, Term};

/// Which of the two rounds of an election a vote belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ballot {
    /// "Would you vote for me?": nobody's term changes (dissertation §9.6).
    Pre,
    /// The vote itself (§5.2).
    Real,
}

/// Everything that travels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Message {
    /// RequestVote. In a pre-vote, `term` is the one the candidate would stand in.
    RequestVote {
        /// Which round.
        ballot: Ballot,
        /// The candidate's term.
        term: Term,
        /// The last entry of the candidate's log.
        last: Position,
    },
    /// The answer to RequestVote. A granted pre-vote repeats the term asked about; every other answer carries
    /// the voter's own.
    Vote {
        /// Which round.
        ballot: Ballot,
        /// See above.
        term: Term,
        /// Whether the vote is the candidate's.
        granted: bool,
    },
    /// AppendEntries; a heartbeat if it has no entries.
    AppendEntries {
        /// The leader's term.
        term: Term,
        /// The entry before the first of `entries`.
        previous: Position,
        /// What to store.
        entries: Entries,
        /// The leader's commit index.
        commit: Index,
        /// The leader's latest round of read confirmations (dissertation §6.4).
        round: u64,
    },
    /// The answer to an AppendEntries that fitted: the follower's log, *on its disk*, is the leader's up to
    /// `matched`.
    Appended {
        /// The follower's term.
        term: Term,
        /// How far the logs are known to be equal, durably.
        matched: Index,
        /// The latest round of the leader that the follower has heard.
        round: u64,
    },
    /// The answer to an AppendEntries that did not fit.
    Refused {
        /// The follower's term.
        term: Term,
        /// The index that did not fit.
        previous: Index,
        /// Where the leader should try next (§5.3, "if desired"): the term of the follower's entry there and
        /// the first index it holds of that term; term 0 and the end of its log if there is none.
        conflict: Position,
        /// The latest round of the leader that the follower has heard.
        round: u64,
    },
    /// The answer to an AppendEntries of an old term. It repeats nothing of the question: its sender may lead
    /// again by now, in the very term of the answer, and must not take it for an answer to what it asks today.
    Deposed {
        /// The follower's term.
        term: Term,
    },
    /// A client asks.
    Request {
        /// Which of its operations.
        sequence: Sequence,
        /// What for.
        op: KvOp,
    },
    /// A leader answers.
    Reply {
        /// Which operation.
        sequence: Sequence,
        /// With what.
        ret: KvRet,
    },
    /// Ask somebody else.
    NotLeader {
        /// Which operation.
        sequence: Sequence,
        /// Whom, as far as known.
        leader: Option<NodeId>,
    },
}

/// The names of timers, of servers and of clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// A follower has waited long enough for a leader; a leader looks whether it still has a quorum.
    Election,
    /// A leader speaks up.
    Heartbeat,
    /// The disk refused; try again.
    Disk,
    /// A client has waited long enough for one server.
    Attempt,
    /// A client has waited long enough.
    Deadline,
}

/// A shared run of entries.
pub type Entries = stormglass_replicated_log::Entries<Entry>;

#[cfg(test)]
mod tests {
    use super::*;

    /// A queue of many messages stays small: one cache line each.
    #[test]
    fn a_message_fits_a_cache_line() {
        assert!(size_of::<Message>() <= 64, "a message takes {} bytes", size_of::<Message>());
    }
}
