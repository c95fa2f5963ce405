//! Why reads of a register are impossible, in words: which read, and what it contradicts.
//!
//! It only describes; that the operations are impossible was shown before it is asked.

use stormglass_core::history::{Moment, Outcome};
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::time::Duration;

use crate::model::{OperationOf, Window};
use crate::models::KvModel;

type KvOperation = OperationOf<KvModel>;

/// A sentence about the read that is most plainly wrong; the last operation first.
pub(super) fn explain(window: &Window<'_, KvOperation>) -> Option<String> {
    let mut readers = window.operations.clone();
    readers.sort_by_key(|operation| std::cmp::Reverse(operation.completed));
    readers.into_iter().find_map(|reader| stale(reader, window)).or_else(|| unwritten(window))
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
fn stale(reader: &KvOperation, window: &Window<'_, KvOperation>) -> Option<String> {
    let value = observed(reader)?;
    let gone = match value {
        // Nothing was there from the beginning.
        None => None,
        Some(value) => Some(there(value, reader, window)?),
    };
    let later = |one: &KvOperation| gone.is_none_or(|gone| gone < one.invoked);
    let ago = |one: &KvOperation| Some(before(reader.invoked.at.since(one.completed?.at), "the read began"));
    let earlier =
        || window.operations.iter().filter(|one| one.completed.is_some_and(|end| end < reader.invoked));
    let overwritten = earlier()
        .filter(|one| later(one) && stored(one).is_some_and(|other| Some(other) != value))
        .min_by_key(|one| one.completed);
    if let Some(writer) = overwritten {
        return Some(match value {
            Some(value) => format!("{}, but {value} had been overwritten {}", words(reader), ago(writer)?),
            None => format!("{}, but {} had been written {}", words(reader), stored(writer)?, ago(writer)?),
        });
    }
    let newer = |one: &KvOperation| observed(one).flatten().filter(|&newer| Some(newer) != value);
    let seen = earlier().filter(|one| newer(one).is_some()).min_by_key(|one| one.completed)?;
    let (newer, ago) = (newer(seen)?, ago(seen)?);
    let Some(value) = value else {
        return Some(format!("{}, but {newer} had been read {ago}", words(reader)));
    };
    let mut writers = writers(newer, seen, window).peekable();
    let first = *writers.peek()?;
    if later(first) && writers.all(later) {
        return Some(format!("{}, but {newer}, written after {value}, had been read {ago}", words(reader)));
    }
    let read_after = earlier().any(|one| observed(one) == Some(Some(newer)) && later(one));
    let only_writer = self::writers(newer, seen, window).nth(1).is_none();
    (read_after && only_writer).then(|| format!("{}, but {newer} had been read since, {ago}", words(reader)))
}

/// A moment by which `value` had been there, and after which nothing puts it there again before `reader` ends.
fn there(value: u64, reader: &KvOperation, window: &Window<'_, KvOperation>) -> Option<Moment> {
    if writers(value, reader, window).nth(1).is_some() {
        return settled(value, reader, window);
    }
    let of_value = |one: &&&KvOperation| {
        !std::ptr::eq(**one, reader) && (stored(one) == Some(value) || observed(one) == Some(Some(value)))
    };
    window.operations.iter().filter(of_value).filter_map(|one| one.completed).min()
}

/// Everything in the history that may have put `value` there before `reader` ended.
fn writers<'a>(
    value: u64,
    reader: &'a KvOperation,
    window: &Window<'a, KvOperation>,
) -> impl Iterator<Item = &'a KvOperation> {
    let ended = reader.completed;
    window.history.iter().take_while(move |one| ended.is_none_or(|ended| one.invoked < ended)).filter(
        move |one| {
            let happened = !matches!(one.outcome, Outcome::Fail(_) | Outcome::Ok(KvRet::Swapped(false)));
            let stores = match one.op {
                KvOp::Write { value, .. } | KvOp::Cas { value, .. } => Some(value),
                KvOp::Read { .. } => None,
            };
            happened && one.op.key() == reader.op.key() && stores == Some(value)
        },
    )
}

/// When everything that put `value` there had ended, if that can be told.
fn settled(value: u64, reader: &KvOperation, window: &Window<'_, KvOperation>) -> Option<Moment> {
    let mut latest = None;
    for writer in writers(value, reader, window) {
        writer.outcome.ok()?;
        latest = latest.max(writer.completed);
    }
    latest
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
            format!("{}, but the only attempt to write {value} had not succeeded", words(reader))
        }
        Some(writer) => {
            let ago = before(writer.invoked.at.since(ended.at), &format!("anybody asked to write {value}"));
            format!("{}, but this ended {ago}", words(reader))
        }
    })
}

fn before(span: Duration, what: &str) -> String {
    if span.is_zero() { format!("before {what}") } else { format!("{} before {what}", rounded(span)) }
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
