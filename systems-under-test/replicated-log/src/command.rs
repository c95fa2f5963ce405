//! What an entry asks of the state machine, and how an entry is stored.

use std::fmt;

use serde::{Deserialize, Serialize};
use stormglass_core::id::ClientId;
use stormglass_core::op::kv::KvOp;
use stormglass_core::random::mix;

use crate::values::{Index, Sequence};

/// What an entry asks of the state machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Command {
    /// Nothing: the entry with which a leader or primary begins its time of office.
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

/// An entry as it is stored and as it is hashed.
pub type Words = [u64; 6];

/// An entry of a log: a command, and when in the system's own reckoning (term, epoch) it was put there.
pub trait LogEntry: Copy + fmt::Debug {
    /// The times of office of those who add entries. They never go back along a log.
    type Term: Copy + Ord + Default;
    /// Where an entry stands: its time of office and its index.
    type Position;

    /// When it was made.
    fn term(&self) -> Self::Term;

    /// The position of an entry of this time at this index.
    fn position(term: Self::Term, index: Index) -> Self::Position;

    /// The entry as words.
    fn words(&self) -> Words;

    /// The entry of these words; `None` if no entry has them.
    fn from_words(words: Words) -> Option<Self>;
}

const NOOP: u64 = 1;
const READ: u64 = 2;
const WRITE: u64 = 3;
const CAS: u64 = 4;

impl Command {
    /// The command, behind the word of its term.
    #[inline]
    #[must_use]
    pub fn words(&self, term: u64) -> Words {
        let Command::Client { client, sequence, op } = *self else {
            return [term, NOOP << 32, 0, 0, 0, 0];
        };
        let (kind, key, expect, value) = match op {
            KvOp::Read { key } => (READ, key, 0, 0),
            KvOp::Write { key, value } => (WRITE, key, 0, value),
            KvOp::Cas { key, expect, value } => (CAS, key, expect, value),
        };
        let who = kind << 32 | u64::from(client.0);
        [term, who, sequence.0, key, expect, value]
    }

    /// The word of the term and the command of these words; `None` if no command has them.
    #[must_use]
    pub fn from_words([term, who, sequence, key, expect, value]: Words) -> Option<(u64, Command)> {
        let op = match who >> 32 {
            NOOP => return Some((term, Command::Noop)),
            READ => KvOp::Read { key },
            WRITE => KvOp::Write { key, value },
            CAS => KvOp::Cas { key, expect, value },
            _ => return None,
        };
        let (client, sequence) = (ClientId(who as u32), Sequence(sequence));
        Some((term, Command::Client { client, sequence, op }))
    }
}

/// A hash of an entry's words: different entries hash differently but for one chance in 2⁶⁴.
#[inline]
pub(crate) fn hash_words(words: &Words) -> u64 {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Every command and its term come back from their words.
    #[test]
    fn a_command_and_its_words_are_inverse() {
        let client = |op| Command::Client { client: ClientId(u32::MAX), sequence: Sequence(u64::MAX), op };
        let (key, expect, value) = (1, u64::MAX, 3);
        for command in [
            Command::Noop,
            client(KvOp::Read { key }),
            client(KvOp::Write { key, value }),
            client(KvOp::Cas { key, expect, value }),
        ] {
            assert_eq!(Command::from_words(command.words(9)), Some((9, command)));
        }
        assert_eq!(Command::from_words([0; 6]), None);
    }
}
