//! The lock: per name at most one owner at a time, free at first, not reentrant.

use std::fmt;

use crate::generate::Perform;
use crate::model::{Access, Effect, Kind, Model};

/// Mutual exclusion per lock. An operation that waits returns when it has succeeded; one that answers no changed
/// nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct LockModel;

/// What is asked of a lock, and by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LockOp {
    /// Let `owner` have `lock`, if nobody has it.
    Acquire {
        /// The lock.
        lock: u64,
        /// Who asks.
        owner: u64,
    },
    /// Let `owner` no longer have `lock`, if it does.
    Release {
        /// The lock.
        lock: u64,
        /// Who asks.
        owner: u64,
    },
}

/// What a lock answers: whether it did what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Done(
    /// Whether it did.
    pub bool,
);

impl Model for LockModel {
    type Op = LockOp;
    type Ret = Done;
    type State = Option<u64>;
    type Key = u64;

    fn key(&self, op: &LockOp) -> u64 {
        match *op {
            LockOp::Acquire { lock, .. } | LockOp::Release { lock, .. } => lock,
        }
    }

    fn initial(&self, _key: &u64) -> Option<u64> {
        None
    }

    fn step(&self, state: &Option<u64>, op: &LockOp, ret: Option<&Done>) -> Option<Option<u64>> {
        let (after, done) = self.perform(state, op);
        ret.is_none_or(|ret| *ret == done).then_some(after)
    }

    fn subject(&self, key: &u64) -> Option<String> {
        Some(format!("lock {key}"))
    }

    fn effect(&self, _op: &LockOp, ret: Option<&Done>) -> Effect {
        match ret {
            Some(Done(false)) => Effect::ReadOnly,
            _ => Effect::Any,
        }
    }

    fn kind(&self) -> Kind<LockOp, Done> {
        Kind::Register(|op, ret| match (*op, ret) {
            (LockOp::Acquire { owner, .. }, None | Some(Done(true))) => {
                Some(Access::Swaps(None, Some(owner)))
            }
            (LockOp::Acquire { .. }, Some(Done(false))) => Some(Access::Differs(None)),
            (LockOp::Release { owner, .. }, None | Some(Done(true))) => {
                Some(Access::Swaps(Some(owner), None))
            }
            (LockOp::Release { owner, .. }, Some(Done(false))) => Some(Access::Differs(Some(owner))),
        })
    }
}

impl Perform for LockModel {
    fn perform(&self, state: &Option<u64>, op: &LockOp) -> (Option<u64>, Done) {
        match *op {
            LockOp::Acquire { owner, .. } if state.is_none() => (Some(owner), Done(true)),
            LockOp::Release { owner, .. } if *state == Some(owner) => (None, Done(true)),
            _ => (*state, Done(false)),
        }
    }
}

impl fmt::Display for LockOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LockOp::Acquire { lock, owner } => write!(f, "{owner} acquires {lock}"),
            LockOp::Release { lock, owner } => write!(f, "{owner} releases {lock}"),
        }
    }
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0 { "→ done" } else { "→ refused" })
    }
}
