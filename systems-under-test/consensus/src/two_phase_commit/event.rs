//! What a node says about itself, for monitors and timelines. No node hears it.

use serde::Serialize;
use stormglass_core::id::{ClientId, NodeId};

use super::types::{Decision, Sequence, TxnId};

/// One thing that a node did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// It booted, has read its disk, and takes part from now on.
    Started,
    /// It booted, and its disk holds something that no crash can explain: it stays out.
    Unreadable,
    /// As the coordinator it has begun a transaction.
    Begun {
        /// The transaction.
        txn: TxnId,
        /// Who asked for it …
        client: ClientId,
        /// … and the number of the request.
        sequence: Sequence,
        /// Everyone whose vote it needs.
        participants: Vec<NodeId>,
    },
    /// As a participant it has voted yes, and cannot decide alone any more.
    VotedYes {
        /// The transaction.
        txn: TxnId,
    },
    /// It acts on a decision from now on.
    Decided {
        /// The transaction.
        txn: TxnId,
        /// Which.
        decision: Decision,
        /// Whether, as the coordinator, it held a yes from everyone. A participant always says no.
        unanimous: bool,
    },
    /// As the coordinator it knows nothing of a transaction, and answers that it was aborted.
    Presumed {
        /// The transaction.
        txn: TxnId,
    },
    /// As a participant it has voted yes and still waits for the outcome, although it has asked: it is blocked.
    Blocked {
        /// The transaction.
        txn: TxnId,
    },
    /// As the coordinator it told a client what became of its request.
    Told {
        /// The client.
        client: ClientId,
        /// The number of the request.
        sequence: Sequence,
        /// What it was told.
        decision: Decision,
    },
}
