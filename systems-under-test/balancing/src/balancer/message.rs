//! What travels, and the names of timers.

use serde::{Deserialize, Serialize};
use stormglass_core::id::NodeId;
use stormglass_core::op::request::Tally;
use stormglass_core::time::Duration;

/// Names one attempt at one request: no other attempt of the same balancer has it, also after a restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AttemptId(pub u64);

/// What an operator asks of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// Take no new requests.
    Drain,
    /// Take requests, by the usual weight.
    Restore,
    /// Take requests by this weight.
    Weigh(u64),
}

/// What a client or an operator is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// Served by this server.
    Served(NodeId),
    /// No server has served it in time.
    Refused,
    /// The order is carried out.
    Done,
    /// The tally.
    Tally(Tally),
}

/// Everything that travels.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Message {
    /// Client to balancer: serve me.
    Request {
        /// The client's number of the operation.
        sequence: u64,
        /// How long it takes a server.
        work: Duration,
    },
    /// Operator to server.
    Order {
        /// The operator's number of the operation.
        sequence: u64,
        /// What.
        order: Order,
    },
    /// Operator to balancer: how have you spread requests?
    AskTally {
        /// The operator's number of the operation.
        sequence: u64,
    },
    /// To a client or an operator.
    Reply {
        /// Which operation.
        sequence: u64,
        /// What came of it.
        answer: Answer,
    },
    /// Balancer to server: serve this.
    Work {
        /// Which attempt.
        attempt: AttemptId,
        /// How long it takes.
        work: Duration,
        /// How long it is waited for: later nobody wants it.
        patience: Duration,
    },
    /// Server to balancer: served.
    Served {
        /// Which attempt.
        attempt: AttemptId,
    },
    /// Server to balancer: there is no room.
    Busy {
        /// Which attempt.
        attempt: AttemptId,
    },
    /// Balancer to server: are you well?
    Probe {
        /// Which probe, by the balancer's count.
        probe: u64,
    },
    /// Server to balancer: yes.
    Health {
        /// Which probe it answers.
        probe: u64,
        /// Whether it wants no new requests.
        draining: bool,
        /// Its weight.
        weight: u64,
    },
    /// Server to all balancers, unasked: so much is waiting.
    Load {
        /// In which of its lives, a number that only grows.
        boot: u64,
        /// Which report of that life.
        sequence: u64,
        /// Requests in service and in the queue.
        waiting: u64,
    },
}

/// The names of timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// A balancer probes all servers.
    Probe,
    /// A balancer looks who has not answered.
    ProbeTimeout,
    /// A balancer has waited long enough for a server.
    Attempt(AttemptId),
    /// A server tells how much is waiting.
    Heartbeat,
    /// A server's worker is done.
    Worker(u32),
    /// A client has waited long enough for a node, or has rested.
    ClientAttempt,
    /// A client has waited long enough.
    Deadline,
}
