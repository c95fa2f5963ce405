//! What the operations of a key-value store tell: what was seen, what was stored, and who stored it.
//!
//! For checks that need every written value to be unique: then each read says whose write it saw.

use std::collections::BTreeMap;

use stormglass_core::history::{History, Moment, Operation, Outcome};
use stormglass_core::op::kv::{KvOp, KvRet};

pub(super) type KvHistory = History<KvOp, KvRet>;
pub(super) type KvOperation = Operation<KvOp, KvRet>;

/// What an operation saw under its key, if it tells.
pub(super) fn observed(one: &KvOperation) -> Option<Option<u64>> {
    match (one.op, one.outcome.ok()?) {
        (KvOp::Read { .. }, KvRet::Value(value)) => Some(*value),
        (KvOp::Cas { expect, .. }, KvRet::Swapped(true)) => Some(Some(expect)),
        _ => None,
    }
}

/// What an operation certainly stored.
pub(super) fn stored(one: &KvOperation) -> Option<u64> {
    match (one.op, one.outcome.ok()?) {
        (KvOp::Write { value, .. }, _) | (KvOp::Cas { value, .. }, KvRet::Swapped(true)) => Some(value),
        _ => None,
    }
}

/// What an operation has stored if it happened.
pub(super) fn may_store(one: &KvOperation) -> Option<u64> {
    match (one.op, &one.outcome) {
        (_, Outcome::Fail(_) | Outcome::Ok(KvRet::Swapped(false))) | (KvOp::Read { .. }, _) => None,
        (KvOp::Write { value, .. } | KvOp::Cas { value, .. }, _) => Some(value),
    }
}

/// Who stored each value, by key and value.
pub(super) struct Writers(BTreeMap<(u64, u64), usize>);

impl Writers {
    /// The writers of a history; or in words why reads do not say whose write they saw.
    pub(super) fn of(history: &KvHistory) -> Result<Writers, String> {
        let mut writers = BTreeMap::new();
        for (index, one) in history.operations().iter().enumerate() {
            if let Some(value) = may_store(one)
                && writers.insert((one.op.key(), value), index).is_some()
            {
                let key = one.op.key();
                return Err(format!(
                    "{value} is written to key {key} more than once, so reads do not tell which write they saw"
                ));
            }
        }
        let writers = Writers(writers);
        for one in history.operations() {
            if let Some(Some(value)) = observed(one)
                && writers.of_value(one.op.key(), value).is_none()
            {
                return Err(format!(
                    "{} saw {value} under key {}, which nobody can have written",
                    one.client,
                    one.op.key()
                ));
            }
        }
        Ok(writers)
    }

    /// Who stored `value` under `key`.
    pub(super) fn of_value(&self, key: u64, value: u64) -> Option<usize> {
        self.0.get(&(key, value)).copied()
    }

    /// Whose write an operation saw: nothing is the beginning's.
    pub(super) fn seen_by(&self, one: &KvOperation) -> Option<Option<usize>> {
        observed(one).map(|value| value.and_then(|value| self.of_value(one.op.key(), value)))
    }

    /// Whose write an operation saw that happened: a swap of unknown outcome must have seen what it expected.
    pub(super) fn must_have_seen(&self, one: &KvOperation) -> Option<Option<usize>> {
        match (one.op, &one.outcome) {
            (KvOp::Cas { key, expect, .. }, Outcome::Info(_)) => self.of_value(key, expect).map(Some),
            _ => self.seen_by(one),
        }
    }

    /// Which operations happened: those that were acknowledged, and of unknown outcome those whose write was seen.
    pub(super) fn happened(&self, history: &KvHistory) -> Vec<bool> {
        let operations = history.operations();
        let mut happened: Vec<bool> =
            operations.iter().map(|one| matches!(one.outcome, Outcome::Ok(_))).collect();
        let mut waiting: Vec<usize> = (0..operations.len()).filter(|&index| happened[index]).collect();
        while let Some(index) = waiting.pop() {
            if let Some(Some(writer)) = self.must_have_seen(&operations[index])
                && !std::mem::replace(&mut happened[writer], true)
            {
                waiting.push(writer);
            }
        }
        happened
    }

    /// When each write had certainly taken effect: when it was acknowledged, or when a read of it had ended.
    pub(super) fn effective(&self, history: &KvHistory) -> BTreeMap<usize, Moment> {
        let mut effective: BTreeMap<usize, Moment> = BTreeMap::new();
        let mut note = |writer: usize, moment: Moment| {
            effective.entry(writer).and_modify(|first| *first = moment.min(*first)).or_insert(moment);
        };
        for (index, one) in history.operations().iter().enumerate() {
            let Some(completed) = one.completed else { continue };
            stored(one).into_iter().for_each(|_| note(index, completed));
            self.seen_by(one).flatten().into_iter().for_each(|writer| note(writer, completed));
        }
        effective
    }
}
