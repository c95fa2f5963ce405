//! The key-value register: each key holds a number or nothing, and begins with nothing.
//!
//! The words of a verdict about it are found in `stale.rs`; this file is only the specification.

use stormglass_core::op::kv::{KvOp, KvRet};

use crate::generate::Perform;
use crate::model::{Access, Effect, Kind, Model, OperationOf, Window};
use crate::models::stale;

/// A register per key with read, write and compare-and-swap.
#[derive(Clone, Copy, Debug, Default)]
pub struct KvModel;

impl Model for KvModel {
    type Op = KvOp;
    type Ret = KvRet;
    type State = Option<u64>;
    type Key = u64;

    fn key(&self, op: &KvOp) -> u64 {
        op.key()
    }

    fn initial(&self, _key: &u64) -> Option<u64> {
        None
    }

    fn step(&self, state: &Option<u64>, op: &KvOp, ret: Option<&KvRet>) -> Option<Option<u64>> {
        match (*op, ret) {
            (KvOp::Read { .. }, None) => Some(*state),
            (KvOp::Read { .. }, Some(KvRet::Value(value))) => (value == state).then_some(*state),
            (KvOp::Write { value, .. }, None | Some(KvRet::Written)) => Some(Some(value)),
            (KvOp::Cas { expect, value, .. }, ret) => {
                let held = *state == Some(expect);
                let after = if held { Some(value) } else { *state };
                match ret {
                    None => Some(after),
                    Some(KvRet::Swapped(swapped)) => (*swapped == held).then_some(after),
                    Some(_) => None,
                }
            }
            // An answer of the wrong kind: legal in no state.
            (KvOp::Read { .. } | KvOp::Write { .. }, Some(_)) => None,
        }
    }

    fn subject(&self, key: &u64) -> Option<String> {
        Some(format!("key {key}"))
    }

    fn effect(&self, op: &KvOp, ret: Option<&KvRet>) -> Effect {
        match (op, ret) {
            (KvOp::Read { .. }, _) | (KvOp::Cas { .. }, Some(KvRet::Swapped(false))) => Effect::ReadOnly,
            (KvOp::Write { .. }, None | Some(KvRet::Written)) => Effect::Overwrites,
            _ => Effect::Any,
        }
    }

    fn kind(&self) -> Kind<KvOp, KvRet> {
        Kind::Register(|op, ret| match (*op, ret) {
            (KvOp::Read { .. }, Some(KvRet::Value(value))) => Some(Access::Reads(*value)),
            (KvOp::Write { value, .. }, None | Some(KvRet::Written)) => Some(Access::Writes(Some(value))),
            (KvOp::Cas { expect, value, .. }, None | Some(KvRet::Swapped(true))) => {
                Some(Access::Swaps(Some(expect), Some(value)))
            }
            (KvOp::Cas { expect, .. }, Some(KvRet::Swapped(false))) => Some(Access::Differs(Some(expect))),
            _ => None,
        })
    }

    fn explain(&self, window: &Window<'_, OperationOf<Self>>) -> Option<String> {
        stale::explain(window)
    }
}

impl Perform for KvModel {
    fn perform(&self, state: &Option<u64>, op: &KvOp) -> (Option<u64>, KvRet) {
        match *op {
            KvOp::Read { .. } => (*state, KvRet::Value(*state)),
            KvOp::Write { value, .. } => (Some(value), KvRet::Written),
            KvOp::Cas { expect, value, .. } if *state == Some(expect) => (Some(value), KvRet::Swapped(true)),
            KvOp::Cas { .. } => (*state, KvRet::Swapped(false)),
        }
    }
}
