//! Sets of numbers, empty at first: one that is asked about single elements, and one that is read as a whole.
//!
//! Elements of the first are objects of their own and are judged apart. A read of the whole set sees all of them at one
//! moment, so the second is one object; it only grows.

use std::collections::BTreeSet;
use std::fmt;

use crate::generate::Perform;
use crate::model::{Access, Effect, Growth, Kind, Model};

/// A set that is asked about one element at a time.
#[derive(Clone, Copy, Debug, Default)]
pub struct SetModel;

/// What is asked of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SetOp {
    /// Put this element in.
    Add(u64),
    /// Take this element out.
    Remove(u64),
    /// Is this element in?
    Contains(u64),
}

/// What a set answers: whether the element was in before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WasIn(
    /// Whether it was.
    pub bool,
);

impl Model for SetModel {
    type Op = SetOp;
    type Ret = WasIn;
    type State = bool;
    type Key = u64;

    fn key(&self, op: &SetOp) -> u64 {
        match *op {
            SetOp::Add(element) | SetOp::Remove(element) | SetOp::Contains(element) => element,
        }
    }

    fn initial(&self, _key: &u64) -> bool {
        false
    }

    fn step(&self, state: &bool, op: &SetOp, ret: Option<&WasIn>) -> Option<bool> {
        ret.is_none_or(|ret| ret.0 == *state).then(|| self.perform(state, op).0)
    }

    fn subject(&self, key: &u64) -> Option<String> {
        Some(format!("element {key}"))
    }

    fn effect(&self, op: &SetOp, ret: Option<&WasIn>) -> Effect {
        match (op, ret) {
            (SetOp::Contains(_), _)
            | (SetOp::Add(_), Some(WasIn(true)))
            | (SetOp::Remove(_), Some(WasIn(false))) => Effect::ReadOnly,
            (SetOp::Add(_) | SetOp::Remove(_), None) => Effect::Overwrites,
            _ => Effect::Any,
        }
    }

    fn kind(&self) -> Kind<SetOp, WasIn> {
        const IN: Option<u64> = Some(1);
        const OUT: Option<u64> = None;
        Kind::Register(|op, ret| {
            let held = |was_in: &WasIn| if was_in.0 { IN } else { OUT };
            Some(match (op, ret.map(held)) {
                (SetOp::Contains(_), held) => Access::Reads(held?),
                (SetOp::Add(_), None) => Access::Writes(IN),
                (SetOp::Add(_), Some(held)) => Access::Swaps(held, IN),
                (SetOp::Remove(_), None) => Access::Writes(OUT),
                (SetOp::Remove(_), Some(held)) => Access::Swaps(held, OUT),
            })
        })
    }
}

impl Perform for SetModel {
    fn perform(&self, state: &bool, op: &SetOp) -> (bool, WasIn) {
        let after = match op {
            SetOp::Add(_) => true,
            SetOp::Remove(_) => false,
            SetOp::Contains(_) => *state,
        };
        (after, WasIn(*state))
    }
}

/// A set that only grows and is read as a whole.
#[derive(Clone, Copy, Debug, Default)]
pub struct GrowingSetModel;

/// What is asked of a growing set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GrowingSetOp {
    /// Put this element in.
    Add(u64),
    /// What is in?
    Read,
}

/// What a growing set answers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum GrowingSetRet {
    /// To an add: done.
    Added,
    /// To a read: all elements, in any order.
    Elements(Vec<u64>),
}

impl Model for GrowingSetModel {
    type Op = GrowingSetOp;
    type Ret = GrowingSetRet;
    type State = BTreeSet<u64>;
    type Key = ();

    fn key(&self, _op: &GrowingSetOp) {}

    fn initial(&self, _key: &()) -> BTreeSet<u64> {
        BTreeSet::new()
    }

    fn step(
        &self,
        state: &BTreeSet<u64>,
        op: &GrowingSetOp,
        ret: Option<&GrowingSetRet>,
    ) -> Option<BTreeSet<u64>> {
        let legal = match (op, ret) {
            (_, None) | (GrowingSetOp::Add(_), Some(GrowingSetRet::Added)) => true,
            (GrowingSetOp::Read, Some(GrowingSetRet::Elements(elements))) => {
                elements.len() == state.len() && elements.iter().copied().collect::<BTreeSet<u64>>() == *state
            }
            _ => false,
        };
        legal.then(|| self.perform(state, op).0)
    }

    fn effect(&self, op: &GrowingSetOp, _ret: Option<&GrowingSetRet>) -> Effect {
        match op {
            GrowingSetOp::Read => Effect::ReadOnly,
            GrowingSetOp::Add(_) => Effect::Any,
        }
    }

    fn feasible(&self, state: &BTreeSet<u64>, _op: &GrowingSetOp, ret: Option<&GrowingSetRet>) -> bool {
        match ret {
            Some(GrowingSetRet::Elements(elements)) => elements.len() >= state.len(),
            _ => true,
        }
    }

    fn kind(&self) -> Kind<GrowingSetOp, GrowingSetRet> {
        Kind::GrowingSet(|op, ret| match (op, ret) {
            (GrowingSetOp::Add(element), None | Some(GrowingSetRet::Added)) => Some(Growth::Adds(*element)),
            (GrowingSetOp::Read, Some(GrowingSetRet::Elements(elements))) => Some(Growth::Reads(elements)),
            _ => None,
        })
    }
}

impl Perform for GrowingSetModel {
    fn perform(&self, state: &BTreeSet<u64>, op: &GrowingSetOp) -> (BTreeSet<u64>, GrowingSetRet) {
        match op {
            GrowingSetOp::Read => (state.clone(), GrowingSetRet::Elements(state.iter().copied().collect())),
            GrowingSetOp::Add(element) => {
                let mut after = state.clone();
                after.insert(*element);
                (after, GrowingSetRet::Added)
            }
        }
    }
}

impl fmt::Display for SetOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SetOp::Add(element) => write!(f, "add {element}"),
            SetOp::Remove(element) => write!(f, "remove {element}"),
            SetOp::Contains(element) => write!(f, "contains {element}"),
        }
    }
}

impl fmt::Display for WasIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0 { "→ was in" } else { "→ was not in" })
    }
}

impl fmt::Display for GrowingSetOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GrowingSetOp::Add(element) => write!(f, "add {element}"),
            GrowingSetOp::Read => f.write_str("read"),
        }
    }
}

impl fmt::Display for GrowingSetRet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GrowingSetRet::Added => Ok(()),
            GrowingSetRet::Elements(elements) => write!(f, "→ {elements:?}"),
        }
    }
}
