//! What travels, and the names of timers.

use serde::{Deserialize, Serialize};
use stormglass_core::id::NodeId;
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::time::Time;

/// The number of a reign: no two primaries have the same one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Epoch(pub u64);

/// Which life of a replica: its monotonic clock when it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Boot(pub u64);

/// What a replica says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The epoch in which it serves, if it does.
    pub serves: Option<Epoch>,
}

/// What an observer thinks of a replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opinion {
    /// Of which.
    pub replica: NodeId,
    /// Whether it is alive: heard, or answering, lately.
    pub alive: bool,
    /// What it said last.
    pub status: Status,
}

/// A key's new value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Write {
    /// The key.
    pub key: u64,
    /// The value.
    pub value: u64,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Message {
    /// A replica is alive (push).
    Heartbeat {
        /// What it says of itself.
        status: Status,
    },
    /// An observer asks whether a replica is alive (pull).
    Probe,
    /// The controller asks for opinions.
    Poll {
        /// When, by its clock.
        at: Time,
    },
    /// An observer says what it thinks. The poll that it answers tells the controller how old the opinions can be.
    Report {
        /// The latest poll it has heard.
        polled: Time,
        /// Of every replica.
        opinions: Vec<Opinion>,
    },
    /// The controller makes a replica primary.
    Promote {
        /// From now on in this epoch.
        epoch: Epoch,
    },
    /// A replica takes the resource over.
    Mount {
        /// For this epoch.
        epoch: Epoch,
        /// In which of its lives.
        boot: Boot,
    },
    /// To a mount: the resource is its, with this content.
    Mounted {
        /// For this epoch.
        epoch: Epoch,
        /// For which life.
        boot: Boot,
        /// Every key that was ever written.
        content: Vec<Write>,
    },
    /// To a mount or a store: the resource belongs to a later epoch, or to another life.
    Fenced {
        /// Which epoch asked.
        epoch: Epoch,
    },
    /// A primary writes. Each store follows the last one; one without writes asks whether it still may.
    Store {
        /// In its epoch.
        epoch: Epoch,
        /// The number of the store in the epoch.
        number: u64,
        /// What.
        writes: Vec<Write>,
    },
    /// To a store: it is on the disk.
    Stored {
        /// In which epoch.
        epoch: Epoch,
        /// Which store.
        number: u64,
    },
    /// A client asks who is primary.
    Where,
    /// The controller's answer.
    Route {
        /// In which epoch.
        epoch: Epoch,
        /// Who.
        primary: NodeId,
    },
    /// A client's request. It is meant for one epoch, and no other will carry it out.
    Request {
        /// For which.
        epoch: Epoch,
        /// Which of the client's.
        number: u64,
        /// What.
        op: KvOp,
    },
    /// To a request.
    Reply {
        /// Which of the client's.
        number: u64,
        /// The result.
        ret: KvRet,
    },
    /// To a request: it was not and will not be carried out.
    Refused {
        /// Which of the client's.
        number: u64,
    },
}

/// The names of timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// The next round of heartbeats, probes, reports or decisions.
    Round,
    /// A question went unanswered.
    Attempt,
    /// A client gives up.
    Deadline,
    /// The disk refused: try again.
    Disk,
}
