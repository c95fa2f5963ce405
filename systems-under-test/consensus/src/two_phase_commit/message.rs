//! What travels between clients, the coordinator and the participants, and the names of timers.

use serde::{Deserialize, Serialize};
use stormglass_core::op::bank::{BankOp, BankRet};

use super::types::{Decision, Refusal, Sequence, TxnId, Vote, Work};

/// One message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Message {
    /// A client asks for a transaction, of a coordinator that has been started so often.
    Request {
        /// The client's number for it.
        sequence: Sequence,
        /// The incarnation it is meant for: another one refuses it.
        incarnation: u64,
        /// What to do.
        op: BankOp,
        /// Whether the request before was for the same operation, and was aborted.
        again: bool,
    },
    /// The coordinator is another incarnation than the request was meant for, and has no record of it.
    Restarted {
        /// The number of the request.
        sequence: Sequence,
        /// The incarnation it is now.
        incarnation: u64,
    },
    /// The transaction has committed.
    Committed {
        /// The number of the request.
        sequence: Sequence,
        /// What it brought.
        ret: BankRet,
    },
    /// The transaction has been aborted, and will never commit.
    Aborted {
        /// The number of the request.
        sequence: Sequence,
        /// Why.
        refusal: Refusal,
    },
    /// PREPARE: do this work, be ready to commit it and to undo it, and vote.
    Prepare {
        /// The transaction.
        txn: TxnId,
        /// The first transaction that was tried for the same operation: who is older goes first.
        age: TxnId,
        /// Its work at this participant.
        work: Work,
    },
    /// A participant's vote.
    Voted {
        /// The transaction.
        txn: TxnId,
        /// The vote.
        vote: Vote,
    },
    /// COMMIT or ABORT.
    Outcome {
        /// The transaction.
        txn: TxnId,
        /// Which.
        decision: Decision,
    },
    /// ACK: the commit is on disk here, and the coordinator need not remember it for this participant.
    Acknowledged {
        /// The transaction.
        txn: TxnId,
    },
    /// A participant that has voted yes asks what has become of the transaction.
    Inquire {
        /// The transaction.
        txn: TxnId,
    },
}

/// The names of timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// The disk refused, and is asked again.
    Disk,
    /// A node looks for what has waited too long.
    Tick,
    /// A client repeats its request, or asks anew.
    Attempt,
    /// A client gives up.
    Deadline,
}
