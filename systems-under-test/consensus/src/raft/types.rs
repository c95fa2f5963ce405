//! The small values that everything else passes around: terms, positions, entries.
//!
//! Nothing here decides anything.

use std::fmt;

use serde::{Deserialize, Serialize};
use stormglass_replicated_log::{LogEntry, Words, shown_as_number};

pub use stormglass_replicated_log::{Command, Index, Sequence};

/// A leader's period of office (§5.1). Terms only grow; a term has at most one leader.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Term(pub u64);

/// The term and index of an entry. Ordered as §5.4.1 orders logs by their last entries: the later term is
/// more up to date; of equal terms the longer log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Position {
    /// The entry's term.
    pub term: Term,
    /// The entry's index.
    pub index: Index,
}

/// The log of one server (§5.3).
pub(super) type Log = stormglass_replicated_log::Log<Entry>;

/// One entry of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Entry {
    /// The term of the leader that made it.
    pub term: Term,
    /// What it asks for.
    pub command: Command,
}

impl Term {
    /// The term that follows.
    #[must_use]
    pub const fn next(self) -> Term {
        Term(self.0 + 1)
    }
}

impl LogEntry for Entry {
    type Term = Term;
    type Position = Position;

    #[inline]
    fn term(&self) -> Term {
        self.term
    }

    #[inline]
    fn position(term: Term, index: Index) -> Position {
        Position { term, index }
    }

    #[inline]
    fn words(&self) -> Words {
        self.command.words(self.term.0)
    }

    fn from_words(words: Words) -> Option<Entry> {
        let (term, command) = Command::from_words(words)?;
        Some(Entry { term: Term(term), command })
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of term {}", self.command, self.term)
    }
}

shown_as_number!(Term);

#[cfg(test)]
mod tests {
    use super::*;

    /// §5.4.1: the later last term wins whatever the lengths; of equal terms the longer log wins.
    #[test]
    fn positions_are_ordered_as_logs_are_up_to_date() {
        let at = |term, index| Position { term: Term(term), index: Index(index) };
        assert!(at(3, 1) > at(2, 9) && at(2, 9) > at(2, 8));
    }
}
