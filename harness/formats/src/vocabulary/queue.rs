//! Queues: `enqueue` value, `dequeue` → value or nil, `drain` → values.

use stormglass_core::op::queue::{QueueOp, QueueRet};

use super::{Vocabulary, f, unknown};
use crate::event::Event;
use crate::mistake::Mistake;
use crate::names::Names;
use crate::node::Data;

/// One queue. A dequeue that fails with the error `empty`, or with `exhausted`, found the queue empty; a drain that is
/// `ok` has emptied it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Queue;

impl Vocabulary for Queue {
    type Op = QueueOp;
    type Ret = QueueRet;

    fn op(&mut self, names: &mut Names, event: &Event) -> Result<QueueOp, Mistake> {
        match f(event) {
            "enqueue" if event.value.is_nil() => Err(event.value.expected("the value to enqueue")),
            "enqueue" => Ok(QueueOp::Enqueue { value: names.number(&event.value) }),
            "dequeue" => Ok(QueueOp::Dequeue),
            "drain" => Ok(QueueOp::Drain),
            _ => Err(unknown(event, "enqueue, dequeue, drain")),
        }
    }

    fn ret(&mut self, names: &mut Names, op: &QueueOp, event: &Event) -> Result<QueueRet, Mistake> {
        Ok(match op {
            QueueOp::Enqueue { .. } => QueueRet::Enqueued,
            QueueOp::Dequeue => {
                QueueRet::Dequeued((event.value.data != Data::Nil).then(|| names.number(&event.value)))
            }
            QueueOp::Drain => {
                let values = event.value.sequence("the drained values: [1 2 3]")?;
                QueueRet::Drained(values.iter().map(|value| names.number(value)).collect())
            }
        })
    }

    fn refused(&mut self, _: &mut Names, op: &QueueOp, event: &Event) -> Result<Option<QueueRet>, Mistake> {
        let words = [event.error.as_deref(), event.value.word()];
        let empty = words.iter().any(|word| matches!(word, Some("empty" | "exhausted")));
        Ok((empty && *op == QueueOp::Dequeue).then_some(QueueRet::Dequeued(None)))
    }
}
