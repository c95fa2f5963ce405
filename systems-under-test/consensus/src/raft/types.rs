//! The small values that everything else passes around: terms, indexes, commands, entries.
//!
//! Nothing here decides anything.

use std::fmt;

use serde::{Deserialize, Serialize};
use stormglass_core::id::ClientId;
use stormglass_core::op::kv::KvOp;
use stormglass_core::random::mix;

/// A leader's period of office (§5.1). Terms only grow; a term has at most one leader.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Term(pub u64);

/// A place in the log. The first entry has index 1; index 0 stands for the place before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Index(pub u64);

/// The number of a client's operation. A retry carries the number of the first try.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sequence(pub u64);

/// The term and index of an entry. Ordered as §5.4.1 orders logs by their last entries: the later term is
/// more up to date; of equal terms the longer log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Position {
    /// The entry's term.
    pub term: Term,
    /// The entry's index.
    pub index: Index,
}

/// What an entry asks of the state machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Command {
    /// Nothing: the entry with which a leader begins its term (§8).
    Noop,
    /// A client's operation, with what makes it exactly-once.
    Client {
        /// Who asked; also the name of its session.
        client: ClientId,
        /// Which of its operations.
        sequence: Sequence,
        /// What to do.
        op: KvOp,
    },
}

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

impl Index {
    /// The place before the first entry.
    pub const ZERO: Index = Index(0);

    /// The index that follows.
    #[must_use]
    pub const fn next(self) -> Index {
        Index(self.0 + 1)
    }

    /// The index before; zero has none and stays.
    #[must_use]
    pub const fn previous(self) -> Index {
        Index(self.0.saturating_sub(1))
    }

    /// The index `count` places on.
    #[must_use]
    pub const fn plus(self, count: u64) -> Index {
        Index(self.0 + count)
    }
}

impl Sequence {
    /// The number that follows.
    #[must_use]
    pub const fn next(self) -> Sequence {
        Sequence(self.0 + 1)
    }
}

/// An entry as it is stored and as it is hashed.
pub(super) type Words = [u64; 6];

const NOOP: u64 = 1;
const READ: u64 = 2;
const WRITE: u64 = 3;
const CAS: u64 = 4;

impl Entry {
    /// The entry as six words.
    #[inline]
    pub(super) fn words(&self) -> Words {
        let Command::Client { client, sequence, op } = self.command else {
            return [self.term.0, NOOP << 32, 0, 0, 0, 0];
        };
        let (kind, key, expect, value) = match op {
            KvOp::Read { key } => (READ, key, 0, 0),
            KvOp::Write { key, value } => (WRITE, key, 0, value),
            KvOp::Cas { key, expect, value } => (CAS, key, expect, value),
        };
        let who = kind << 32 | u64::from(client.0);
        [self.term.0, who, sequence.0, key, expect, value]
    }

    /// The entry of these words; `None` if no entry has them.
    pub(super) fn from_words([term, who, sequence, key, expect, value]: Words) -> Option<Entry> {
        let op = match who >> 32 {
            NOOP => None,
            READ => Some(KvOp::Read { key }),
            WRITE => Some(KvOp::Write { key, value }),
            CAS => Some(KvOp::Cas { key, expect, value }),
            _ => return None,
        };
        let command = match op {
            None => Command::Noop,
            Some(op) => Command::Client { client: ClientId(who as u32), sequence: Sequence(sequence), op },
        };
        Some(Entry { term: Term(term), command })
    }
}

/// A hash of an entry's words: different entries hash differently but for one chance in 2⁶⁴.
#[inline]
pub(super) fn hash_words(words: &Words) -> u64 {
    // The words are hashed side by side, each under its own place, so that the processor can overlap them.
    let mut hash = 0;
    for (place, &word) in words.iter().enumerate() {
        hash ^= mix(word, place as u64 + 1);
    }
    hash
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Command::Noop => f.write_str("no-op"),
            Command::Client { client, sequence, op } => write!(f, "{op} ({client} #{sequence})"),
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of term {}", self.command, self.term)
    }
}

/// A term, an index and a sequence number read as plain numbers.
macro_rules! shown_as_number {
    ($($name:ty),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

shown_as_number!(Term, Index, Sequence);

#[cfg(test)]
mod tests {
    use super::*;

    /// Every entry comes back from its words.
    #[test]
    fn an_entry_and_its_words_are_inverse() {
        let client = |op| Command::Client { client: ClientId(u32::MAX), sequence: Sequence(u64::MAX), op };
        let (key, expect, value) = (1, u64::MAX, 3);
        for command in [
            Command::Noop,
            client(KvOp::Read { key }),
            client(KvOp::Write { key, value }),
            client(KvOp::Cas { key, expect, value }),
        ] {
            let entry = Entry { term: Term(9), command };
            assert_eq!(Entry::from_words(entry.words()), Some(entry));
        }
        assert_eq!(Entry::from_words([0; 6]), None);
    }

    /// §5.4.1: the later last term wins whatever the lengths; of equal terms the longer log wins.
    #[test]
    fn positions_are_ordered_as_logs_are_up_to_date() {
        let at = |term, index| Position { term: Term(term), index: Index(index) };
        assert!(at(3, 1) > at(2, 9) && at(2, 9) > at(2, 8));
    }
}
