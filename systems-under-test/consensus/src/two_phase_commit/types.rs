//! The words of atomic commitment: transactions, the work they do at each participant, votes and decisions.
//!
//! Nothing here knows who is asked or in which order.

use std::fmt;

use serde::{Deserialize, Serialize};
use stormglass_core::op::bank::BankOp;

/// A transaction's name, given by its coordinator and never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TxnId {
    /// How often the coordinator had been started when it gave the name.
    pub incarnation: u64,
    /// Which of that incarnation's transactions, from 1.
    pub number: u64,
}

/// A client's request for one transaction. A retry carries the number of its first try.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sequence(pub u64);

/// What one account gains, or loses if negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The account.
    pub account: u64,
    /// By how much its balance changes.
    pub by: i64,
}

/// What a transaction does at one participant. Until its outcome is known, it locks what it touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Work {
    /// Reads every account there.
    Read,
    /// Changes one account there, or two.
    Move(Change, Option<Change>),
}

impl Work {
    /// The accounts it changes.
    pub fn changes(&self) -> impl Iterator<Item = Change> + use<> {
        let (first, second) = match *self {
            Work::Read => (None, None),
            Work::Move(first, second) => (Some(first), second),
        };
        first.into_iter().chain(second)
    }

    /// Whether the two may not be under way at once: one changes what the other touches.
    #[must_use]
    pub fn conflicts(&self, other: &Work) -> bool {
        match (self, other) {
            (Work::Read, Work::Read) => false,
            (Work::Read, Work::Move(..)) | (Work::Move(..), Work::Read) => true,
            (Work::Move(..), Work::Move(..)) => {
                self.changes().any(|mine| other.changes().any(|theirs| mine.account == theirs.account))
            }
        }
    }
}

/// A participant's vote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Vote {
    /// It can commit and can abort, whatever happens to it; a read brings what it has read.
    Yes(Vec<(u64, i64)>),
    /// It has aborted, and says why.
    No(Refusal),
}

/// Why a transaction could not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// Something else is under way with the same accounts: later it may go.
    Busy,
    /// An account would owe, or does not exist: the bank declines.
    Declined,
}

/// What becomes of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// It happens, everywhere.
    Commit,
    /// It happens nowhere.
    Abort,
}

/// Which kind of operation a transaction serves: all that a coordinator has to remember of it to answer its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Transfer,
    Read,
}

impl Purpose {
    pub(super) fn of(op: &BankOp) -> Purpose {
        match op {
            BankOp::Transfer { .. } => Purpose::Transfer,
            BankOp::Read => Purpose::Read,
        }
    }
}

impl fmt::Display for TxnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "t{}.{}", self.incarnation, self.number)
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Decision::Commit => "commit",
            Decision::Abort => "abort",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Readers share accounts; whoever changes one has it alone.
    #[test]
    fn only_readers_share() {
        let moves = |account| Work::Move(Change { account, by: 1 }, None);
        assert!(!Work::Read.conflicts(&Work::Read));
        assert!(Work::Read.conflicts(&moves(1)) && moves(1).conflicts(&Work::Read));
        assert!(moves(1).conflicts(&moves(1)) && !moves(1).conflicts(&moves(2)));
    }
}
