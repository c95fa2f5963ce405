//! Why reads of a register are impossible, in words: which read, and what it contradicts.
//!
//! It only describes; that the operations are impossible was shown before it is asked.

use stormglass_core::history::Moment;
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::time::Duration;

use crate::model::{OperationOf, Window};
use crate::models::KvModel;

type KvOperation = OperationOf<KvModel>;

/// A sentence about the read that is most plainly wrong; the last operation first.
pub(super) fn explain(window: &Window<'_, KvOperation>) -> Option<String> {
    let mut readers: Vec<&KvOperation> = window.operations.clone();
    readers.sort_by_key(|operation| std::cmp::Reverse(operation.completed));
    readers
        .into_iter()
        .filter(|&operation| observed(operation).is_some())
        .find_map(|reader| stale(reader, &window.operations))
        .or_else(|| unwritten(window))
}

/// What an operation saw in the register, if it tells.
fn observed(operation: &KvOperation) -> Option<Option<u64>> {
    match (operation.op, operation.outcome.ok()?) {
        (KvOp::Read { .. }, KvRet::Value(value)) => Some(*value),
        (KvOp::Cas { expect, .. }, KvRet::Swapped(true)) => Some(Some(expect)),
        _ => None,
    }
}

/// What an operation certainly put into the register.
fn stored(operation: &KvOperation) -> Option<u64> {
    match (operation.op, operation.outcome.ok()?) {
        (KvOp::Write { value, .. }, _) | (KvOp::Cas { value, .. }, KvRet::Swapped(true)) => Some(value),
        _ => None,
    }
}

/// A read of a value that another one had replaced before the read began.
fn stale(reader: &KvOperation, window: &[&KvOperation]) -> Option<String> {
    let value = observed(reader)?;
    // The value was last put there before this moment; nothing was there from the beginning.
    let put = match value {
        None => None,
        Some(value) => window
            .iter()
            .filter(|one| stored(one) == Some(value))
            .map(|one| one.completed)
            .max()?,
    };
    let after_put = |moment: Moment| put.is_none_or(|put| put < moment);
    let before_reader =
        |one: &&&KvOperation| one.completed.is_some_and(|completed| completed < reader.invoked);
    let overwritten = window
        .iter()
        .filter(before_reader)
        .filter(|one| after_put(one.invoked) && stored(one).is_some_and(|other| Some(other) != value))
        .min_by_key(|one| one.completed);
    if let Some(writer) = overwritten {
        let ago = reader.invoked.at.since(writer.completed?.at);
        return Some(match value {
            Some(value) => format!(
                "{}, but {value} had been overwritten {}",
                words(reader),
                before(ago, "the read began")
            ),
            None => format!(
                "{}, but {} had been written {}",
                words(reader),
                stored(writer)?,
                before(ago, "the read began")
            ),
        });
    }
    let seen = window
        .iter()
        .filter(before_reader)
        .filter(|one| observed(one).is_some_and(|other| other != value && other.is_some()))
        .min_by_key(|one| one.completed)?;
    let newer = observed(seen)??;
    let written_after = window
        .iter()
        .any(|one| stored(one) == Some(newer) && after_put(one.invoked));
    if !written_after && value.is_some() {
        return None;
    }
    let ago = before(reader.invoked.at.since(seen.completed?.at), "the read began");
    Some(match value {
        Some(value) => format!(
            "{}, but {newer}, written after {value}, had been read {ago}",
            words(reader)
        ),
        None => format!("{}, but {newer} had been read {ago}", words(reader)),
    })
}

/// An observation that is impossible alone: nobody had begun to write the value when it ended.
fn unwritten(window: &Window<'_, KvOperation>) -> Option<String> {
    let (reader, [_]) = (window.last, &window.operations[..]) else {
        return None;
    };
    let value = observed(reader)??;
    let ended = reader.completed?;
    let writes = |one: &&KvOperation| {
        one.op.key() == reader.op.key()
            && matches!(one.op, KvOp::Write { value: wrote, .. } | KvOp::Cas { value: wrote, .. } if wrote == value)
    };
    let writer = window.history.iter().find(writes);
    Some(match writer {
        None => format!("{}, but {value} was never written", words(reader)),
        Some(writer) if writer.invoked < ended => {
            format!(
                "{}, but the only attempt to write {value} had not succeeded",
                words(reader)
            )
        }
        Some(writer) => {
            let ago = before(
                writer.invoked.at.since(ended.at),
                &format!("anybody asked to write {value}"),
            );
            format!("{}, but this ended {ago}", words(reader))
        }
    })
}

fn before(span: Duration, what: &str) -> String {
    if span.is_zero() {
        format!("before {what}")
    } else {
        format!("{} before {what}", rounded(span))
    }
}

/// Three digits are enough for a person.
fn rounded(span: Duration) -> Duration {
    let mut unit = 1;
    while span.as_nanos() / unit >= 1000 {
        unit *= 1000;
    }
    Duration::from_nanos(span.as_nanos() / unit * unit)
}

fn words(operation: &KvOperation) -> String {
    match operation.outcome.ok() {
        Some(KvRet::Written) | None => operation.op.to_string(),
        Some(ret) => format!("{} {ret}", operation.op),
    }
}
