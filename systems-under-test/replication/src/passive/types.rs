//! The small values that everything else passes around: epochs, log positions, commands, entries, levels of durability.
//!
//! Nothing here decides anything.

use std::fmt;

use serde::{Deserialize, Serialize};
use stormglass_core::id::ClientId;
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::random::mix;

/// A primary's period of office. Epochs only grow; an epoch has at most one primary.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub u64);

/// A log sequence number: a place in the log. The first entry has 1; 0 stands for the place before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lsn(pub u64);

/// The number of a client's operation. A retry carries the number of the first try.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sequence(pub u64);

/// The epoch and lsn of an entry. Of two logs the more advanced is the one whose last entry is of the later epoch;
/// of equal epochs the longer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Position {
    /// The entry's epoch.
    pub epoch: Epoch,
    /// The entry's lsn.
    pub lsn: Lsn,
}

/// How durable an operation is when its client is told of it: what the acknowledgement promises. Everything that the
/// operation has seen is at least as durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// On the primary's disk. A promotion that the primary takes no part in may lose it.
    Primary,
    /// On the primary's disk and on those of so many backups. No promotion loses it.
    Backups(u8),
    /// On the disks of all replicas of the in-sync set that the arbiter has on record. No promotion loses it.
    InSync,
}

/// What a client is told: the result, and how durable it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Acknowledged {
    /// The result.
    pub ret: KvRet,
    /// What is promised of it.
    pub level: Level,
}

/// What an entry asks of the state machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Command {
    /// Nothing: the entry with which a primary opens its epoch.
    Open,
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
    /// The epoch of the primary that made it.
    pub epoch: Epoch,
    /// What it asks for.
    pub command: Command,
}

impl Epoch {
    /// The epoch that follows.
    #[must_use]
    pub const fn next(self) -> Epoch {
        Epoch(self.0 + 1)
    }
}

impl Lsn {
    /// The place before the first entry.
    pub const ZERO: Lsn = Lsn(0);

    /// The lsn that follows.
    #[must_use]
    pub const fn next(self) -> Lsn {
        Lsn(self.0 + 1)
    }

    /// The lsn before; zero has none and stays.
    #[must_use]
    pub const fn previous(self) -> Lsn {
        Lsn(self.0.saturating_sub(1))
    }

    /// The lsn `count` places on.
    #[must_use]
    pub const fn plus(self, count: u64) -> Lsn {
        Lsn(self.0 + count)
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

const OPEN: u64 = 1;
const READ: u64 = 2;
const WRITE: u64 = 3;
const CAS: u64 = 4;

impl Entry {
    /// The entry as six words.
    #[inline]
    pub(super) fn words(&self) -> Words {
        let Command::Client { client, sequence, op } = self.command else {
            return [self.epoch.0, OPEN << 32, 0, 0, 0, 0];
        };
        let (kind, key, expect, value) = match op {
            KvOp::Read { key } => (READ, key, 0, 0),
            KvOp::Write { key, value } => (WRITE, key, 0, value),
            KvOp::Cas { key, expect, value } => (CAS, key, expect, value),
        };
        let who = kind << 32 | u64::from(client.0);
        [self.epoch.0, who, sequence.0, key, expect, value]
    }

    /// The entry of these words; `None` if no entry has them.
    pub(super) fn from_words([epoch, who, sequence, key, expect, value]: Words) -> Option<Entry> {
        let op = match who >> 32 {
            OPEN => None,
            READ => Some(KvOp::Read { key }),
            WRITE => Some(KvOp::Write { key, value }),
            CAS => Some(KvOp::Cas { key, expect, value }),
            _ => return None,
        };
        let command = match op {
            None => Command::Open,
            Some(op) => Command::Client { client: ClientId(who as u32), sequence: Sequence(sequence), op },
        };
        Some(Entry { epoch: Epoch(epoch), command })
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

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Level::Primary => f.write_str("on the primary"),
            Level::Backups(1) => f.write_str("on the primary and a backup"),
            Level::Backups(count) => write!(f, "on the primary and {count} backups"),
            Level::InSync => f.write_str("on all in sync"),
        }
    }
}

impl fmt::Display for Acknowledged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ret {
            KvRet::Written => write!(f, "[{}]", self.level),
            ret => write!(f, "{ret} [{}]", self.level),
        }
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Command::Open => f.write_str("opening"),
            Command::Client { client, sequence, op } => write!(f, "{op} ({client} #{sequence})"),
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of epoch {}", self.command, self.epoch)
    }
}

/// An epoch, an lsn and a sequence number read as plain numbers.
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

shown_as_number!(Epoch, Lsn, Sequence);

#[cfg(test)]
mod tests {
    use super::*;

    /// Every entry comes back from its words.
    #[test]
    fn an_entry_and_its_words_are_inverse() {
        let client = |op| Command::Client { client: ClientId(u32::MAX), sequence: Sequence(u64::MAX), op };
        let (key, expect, value) = (1, u64::MAX, 3);
        for command in [
            Command::Open,
            client(KvOp::Read { key }),
            client(KvOp::Write { key, value }),
            client(KvOp::Cas { key, expect, value }),
        ] {
            let entry = Entry { epoch: Epoch(9), command };
            assert_eq!(Entry::from_words(entry.words()), Some(entry));
        }
        assert_eq!(Entry::from_words([0; 6]), None);
    }

    /// The later last epoch wins whatever the lengths; of equal epochs the longer log wins.
    #[test]
    fn positions_are_ordered_as_logs_are_advanced() {
        let at = |epoch, lsn| Position { epoch: Epoch(epoch), lsn: Lsn(lsn) };
        assert!(at(3, 1) > at(2, 9) && at(2, 9) > at(2, 8));
    }
}
