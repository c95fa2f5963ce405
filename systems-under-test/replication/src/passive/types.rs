//! The small values that everything else passes around: epochs, log positions, entries, levels of durability.
//!
//! Nothing here decides anything.

use std::fmt;

use serde::{Deserialize, Serialize};
use stormglass_core::op::kv::KvRet;
use stormglass_replicated_log::{LogEntry, Words, shown_as_number};

/// A log sequence number: a place in the log. The first entry has 1; 0 stands for the place before it.
pub use stormglass_replicated_log::Index as Lsn;
pub use stormglass_replicated_log::{Command, Sequence};

/// A primary's period of office. Epochs only grow; an epoch has at most one primary.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub u64);

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

/// The log of one replica.
pub(super) type Log = stormglass_replicated_log::Log<Entry>;

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

impl LogEntry for Entry {
    type Term = Epoch;
    type Position = Position;

    #[inline]
    fn term(&self) -> Epoch {
        self.epoch
    }

    #[inline]
    fn position(epoch: Epoch, lsn: Lsn) -> Position {
        Position { epoch, lsn }
    }

    #[inline]
    fn words(&self) -> Words {
        self.command.words(self.epoch.0)
    }

    fn from_words(words: Words) -> Option<Entry> {
        let (epoch, command) = Command::from_words(words)?;
        Some(Entry { epoch: Epoch(epoch), command })
    }
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

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of epoch {}", self.command, self.epoch)
    }
}

shown_as_number!(Epoch);

#[cfg(test)]
mod tests {
    use super::*;

    /// The later last epoch wins whatever the lengths; of equal epochs the longer log wins.
    #[test]
    fn positions_are_ordered_as_logs_are_advanced() {
        let at = |epoch, lsn| Position { epoch: Epoch(epoch), lsn: Lsn(lsn) };
        assert!(at(3, 1) > at(2, 9) && at(2, 9) > at(2, 8));
    }
}
