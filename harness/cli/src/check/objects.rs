//! Histories of queues and sets, in the words of the models that they must be linearizable as.
//!
//! A file's queue can be drained and a file's set be asked about one element; the models know neither, and what they
//! cannot judge is unknown.

use stormglass_check::histories::rewrite::{outcome_with, rewrite};
use stormglass_check::linearizability::Options;
use stormglass_check::linearizable_with;
use stormglass_check::models::{self, GrowingSetModel, GrowingSetOp, GrowingSetRet, QueueModel};
use stormglass_core::history::History;
use stormglass_core::op::queue::{QueueOp, QueueRet};
use stormglass_core::op::set::{SetOp, SetRet};
use stormglass_core::verdict::Verdict;

/// Whether a queue is first in, first out.
pub(super) fn fifo(history: &History<QueueOp, QueueRet>, options: &Options) -> Verdict {
    if history.operations().iter().any(|one| one.op == QueueOp::Drain) {
        let why = "a drain takes many values, one after another: judge them as dequeues of their own";
        return Verdict::unknown("linearizable", why);
    }
    let same = rewrite(
        history,
        |one| match one.op {
            QueueOp::Enqueue { value } => models::QueueOp::Enqueue(value),
            QueueOp::Dequeue | QueueOp::Drain => models::QueueOp::Dequeue,
        },
        |one| {
            outcome_with(&one.outcome, |ret| match ret {
                QueueRet::Dequeued(value) => models::QueueRet::Dequeued(*value),
                QueueRet::Enqueued | QueueRet::Drained(_) => models::QueueRet::Enqueued,
            })
        },
    );
    linearizable_with(&QueueModel, &same, options)
}

/// Whether a set that only grows is linearizable.
pub(super) fn set(history: &History<SetOp, SetRet>, options: &Options) -> Verdict {
    if history.operations().iter().any(|one| matches!(one.op, SetOp::Remove { .. } | SetOp::Contains { .. }))
    {
        let why = "only sets with add and read alone can be judged as a whole";
        return Verdict::unknown("linearizable", why);
    }
    let same = rewrite(
        history,
        |one| one.op.element().map_or(GrowingSetOp::Read, GrowingSetOp::Add),
        |one| {
            outcome_with(&one.outcome, |ret| match ret {
                SetRet::Elements(elements) => GrowingSetRet::Elements(elements.clone()),
                SetRet::Done | SetRet::Answer(_) => GrowingSetRet::Added,
            })
        },
    );
    linearizable_with(&GrowingSetModel, &same, options)
}
