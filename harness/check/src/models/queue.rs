//! The queue: first in, first out, unbounded, empty at first.

use std::collections::VecDeque;
use std::fmt;

use crate::generate::Perform;
use crate::model::{Effect, Kind, Model, Transfer};

/// A queue of numbers.
#[derive(Clone, Copy, Debug, Default)]
pub struct QueueModel;

/// What is asked of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QueueOp {
    /// Put this at the end.
    Enqueue(u64),
    /// Take what is at the front.
    Dequeue,
}

/// What a queue answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QueueRet {
    /// To an enqueue: done.
    Enqueued,
    /// To a dequeue: what was at the front, if anything.
    Dequeued(Option<u64>),
}

impl Model for QueueModel {
    type Op = QueueOp;
    type Ret = QueueRet;
    type State = VecDeque<u64>;
    type Key = ();

    fn key(&self, _op: &QueueOp) {}

    fn initial(&self, _key: &()) -> VecDeque<u64> {
        VecDeque::new()
    }

    fn step(&self, state: &VecDeque<u64>, op: &QueueOp, ret: Option<&QueueRet>) -> Option<VecDeque<u64>> {
        let legal = match (op, ret) {
            (_, None) | (QueueOp::Enqueue(_), Some(QueueRet::Enqueued)) => true,
            (QueueOp::Dequeue, Some(QueueRet::Dequeued(value))) => state.front().copied() == *value,
            _ => false,
        };
        legal.then(|| self.perform(state, op).0)
    }

    fn effect(&self, op: &QueueOp, ret: Option<&QueueRet>) -> Effect {
        match (op, ret) {
            (QueueOp::Dequeue, Some(QueueRet::Dequeued(None))) => Effect::ReadOnly,
            _ => Effect::Any,
        }
    }

    fn kind(&self) -> Kind<QueueOp, QueueRet> {
        Kind::Queue(|op, ret| match (op, ret) {
            (QueueOp::Enqueue(value), None | Some(QueueRet::Enqueued)) => Some(Transfer::Puts(*value)),
            (QueueOp::Dequeue, None) => Some(Transfer::TakesSomething),
            (QueueOp::Dequeue, Some(QueueRet::Dequeued(Some(value)))) => Some(Transfer::Takes(*value)),
            (QueueOp::Dequeue, Some(QueueRet::Dequeued(None))) => Some(Transfer::FindsNothing),
            _ => None,
        })
    }
}

impl Perform for QueueModel {
    fn perform(&self, state: &VecDeque<u64>, op: &QueueOp) -> (VecDeque<u64>, QueueRet) {
        let mut after = state.clone();
        match op {
            QueueOp::Enqueue(value) => {
                after.push_back(*value);
                (after, QueueRet::Enqueued)
            }
            QueueOp::Dequeue => {
                let front = after.pop_front();
                (after, QueueRet::Dequeued(front))
            }
        }
    }
}

impl fmt::Display for QueueOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            QueueOp::Enqueue(value) => write!(f, "enqueue {value}"),
            QueueOp::Dequeue => f.write_str("dequeue"),
        }
    }
}

impl fmt::Display for QueueRet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            QueueRet::Enqueued => Ok(()),
            QueueRet::Dequeued(Some(value)) => write!(f, "→ {value}"),
            QueueRet::Dequeued(None) => f.write_str("→ nothing"),
        }
    }
}
