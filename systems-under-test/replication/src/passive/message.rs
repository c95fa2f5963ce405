//! What travels: between replicas and arbiter, from primary to backups and back, and between nodes and clients.

use serde::{Deserialize, Serialize};
use stormglass_core::id::NodeId;
use stormglass_core::op::kv::KvOp;

use super::members::Group;
use super::types::{Acknowledged, Entry, Epoch, Lsn, Position, Sequence};

/// The part a replica says it plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It stores what a primary sends.
    Backup,
    /// It serves clients.
    Primary,
}

/// Who serves, as the arbiter has it on its disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Configuration {
    /// The epoch.
    pub epoch: Epoch,
    /// How often the in-sync set has changed within the epoch.
    pub version: u64,
    /// The primary of the epoch; nobody while the arbiter looks for one.
    pub primary: Option<NodeId>,
    /// The replicas that hold everything acknowledged: from them the next primary is chosen, if the mode is
    /// synchronous.
    pub in_sync: Group,
}

/// Everything that travels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Message {
    /// Replica to arbiter: it is there.
    Report {
        /// Its epoch.
        epoch: Epoch,
        /// Its part.
        standing: Standing,
    },
    /// Arbiter to replicas: take nothing any more from primaries of earlier epochs, and say how far you are.
    Seal {
        /// The new epoch.
        epoch: Epoch,
    },
    /// The answer to a seal. The epoch is on the replica's disk, and so is its whole log.
    Sealed {
        /// The epoch.
        epoch: Epoch,
        /// The end of its log.
        last: Position,
    },
    /// Arbiter to replicas: who serves.
    Configured(Configuration),
    /// Primary to arbiter: let these be the in-sync set from now on.
    Reconfigure {
        /// The primary's epoch.
        epoch: Epoch,
        /// The version that it is to replace.
        version: u64,
        /// The set.
        in_sync: Group,
    },
    /// Primary to backups: store these. A heartbeat if there are none.
    Append {
        /// The primary's epoch.
        epoch: Epoch,
        /// The entry before the first of `entries`.
        previous: Position,
        /// What to store.
        entries: Entries,
    },
    /// The answer to what fitted: the backup's log, *on its disk*, is the primary's up to `matched`.
    Appended {
        /// The epoch.
        epoch: Epoch,
        /// How far the logs are known to be equal, durably.
        matched: Lsn,
    },
    /// The answer to what did not fit.
    Mismatched {
        /// The epoch.
        epoch: Epoch,
        /// Where the entries should have followed.
        previous: Lsn,
        /// The logs may be equal up to there; they are not behind it.
        until: Lsn,
    },
    /// The answer to a primary of an earlier epoch.
    Outdated {
        /// The replica's epoch.
        epoch: Epoch,
    },
    /// A client asks.
    Request {
        /// Which of its operations.
        sequence: Sequence,
        /// What for.
        op: KvOp,
    },
    /// The primary answers.
    Reply {
        /// Which operation.
        sequence: Sequence,
        /// With what, and how durable it is.
        answer: Acknowledged,
    },
    /// Ask somebody else.
    NotPrimary {
        /// Which operation.
        sequence: Sequence,
        /// Whom, as far as known.
        primary: Option<NodeId>,
    },
}

/// The names of timers, of nodes and of clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// A replica reports, and a primary speaks up; the arbiter looks whether the primary does.
    Heartbeat,
    /// The arbiter has waited long enough for answers.
    Patience,
    /// The disk refused; try again.
    Disk,
    /// A client has waited long enough for one node.
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
