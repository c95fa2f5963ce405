//! Operations of one queue, empty in the beginning.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a client asks of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum QueueOp {
    /// Put `value` at the end.
    Enqueue {
        /// What is put there.
        value: u64,
    },
    /// Take what is at the front.
    Dequeue,
    /// Take everything: dequeues until the queue says that it is empty.
    Drain,
}

/// What a queue answers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QueueRet {
    /// To an enqueue: done.
    Enqueued,
    /// To a dequeue: what was taken, or nothing because the queue was empty.
    Dequeued(Option<u64>),
    /// To a drain: all that was taken, in order.
    Drained(Vec<u64>),
}

impl fmt::Display for QueueOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            QueueOp::Enqueue { value } => write!(f, "enqueue {value}"),
            QueueOp::Dequeue => f.write_str("dequeue"),
            QueueOp::Drain => f.write_str("drain"),
        }
    }
}

impl fmt::Display for QueueRet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            QueueRet::Enqueued => Ok(()),
            QueueRet::Dequeued(Some(value)) => write!(f, "→ {value}"),
            QueueRet::Dequeued(None) => f.write_str("→ empty"),
            QueueRet::Drained(values) => write!(f, "→ {} values", values.len()),
        }
    }
}
