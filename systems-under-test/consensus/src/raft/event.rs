//! What a server says about itself, for monitors and timelines. No server hears it.

use serde::Serialize;
use stormglass_core::id::NodeId;

use super::types::{Index, Term};

/// One thing that a server did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// It booted, and found this on its disk.
    Started {
        /// Its term.
        term: Term,
        /// Whom it has voted for in that term.
        vote: Option<NodeId>,
        /// The end of its log.
        last: Index,
    },
    /// It booted, and its disk holds something that no crash can explain: it stays out.
    Unreadable,
    /// It acts in this term from now on; a promise that the term is durable.
    TermEntered {
        /// The term.
        term: Term,
    },
    /// It gave its vote away, to itself or by an answer; a promise that the vote is durable.
    Voted {
        /// In which term.
        term: Term,
        /// To whom.
        candidate: NodeId,
    },
    /// It won an election.
    BecameLeader {
        /// Of which term.
        term: Term,
    },
    /// It is leader no more.
    SteppedDown {
        /// The term it led.
        term: Term,
    },
    /// Its log now ends with these entries, which are new.
    Appended {
        /// The first of them.
        first: Index,
        /// The last of them.
        last: Index,
    },
    /// It removed this entry and all that followed, to make room for a leader's.
    Truncated {
        /// The first removed.
        from: Index,
    },
    /// As a leader it has found everything up to this index to be committed.
    Committed {
        /// The new commit index.
        index: Index,
        /// The term it leads.
        term: Term,
        /// A hash of its log up to there: equal exactly if the logs are.
        digest: u64,
    },
    /// It knows this index to be committed, and carried out its command.
    Applied {
        /// Which.
        index: Index,
        /// A hash of all commands and results up to there.
        digest: u64,
    },
}
