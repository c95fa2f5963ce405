//! What a node says about itself, for monitors and timelines. No node hears it.

use serde::Serialize;
use stormglass_core::id::NodeId;
use stormglass_core::op::kv::KvOp;

use super::members::Group;
use super::types::{Epoch, Level, Lsn, Position};

/// One thing that a node did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// It booted, and found this on its disk.
    Started {
        /// Its epoch; the arbiter's is that of its configuration.
        epoch: Epoch,
        /// The end of its log; the arbiter has none.
        last: Position,
    },
    /// It booted, and its disk holds something that no crash can explain: it stays out.
    Unreadable,
    /// The arbiter looks for a primary of this epoch, which is on its disk.
    Sealing {
        /// The epoch.
        epoch: Epoch,
    },
    /// The arbiter has appointed a primary; that is on its disk.
    Appointed {
        /// Of which epoch.
        epoch: Epoch,
        /// Whom.
        primary: NodeId,
        /// Who had answered the seal: what the others alone hold is lost.
        answered: Group,
    },
    /// A replica has begun to serve.
    BecamePrimary {
        /// In which epoch.
        epoch: Epoch,
    },
    /// It serves no more.
    SteppedDown {
        /// The epoch it served in.
        epoch: Epoch,
    },
    /// Its log now ends here.
    Appended {
        /// The last entry.
        last: Position,
        /// A hash of the log up to there: equal exactly if the logs are.
        digest: u64,
    },
    /// It removed the end of its log, which is not the primary's.
    Rewound {
        /// The last entry it kept.
        kept: Position,
        /// The last entry it had.
        from: Position,
    },
    /// As the primary it told a client that its operation is done.
    Acknowledged {
        /// The epoch.
        epoch: Epoch,
        /// Where the operation stands in the log.
        lsn: Lsn,
        /// A hash of the log up to there.
        digest: u64,
        /// What was promised.
        level: Level,
        /// The operation.
        op: KvOp,
    },
}
