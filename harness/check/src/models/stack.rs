//! The stack: last in, first out, unbounded, empty at first.

use std::fmt;

use crate::generate::Perform;
use crate::model::{Effect, Kind, Model, Transfer};

/// A stack of numbers.
#[derive(Clone, Copy, Debug, Default)]
pub struct StackModel;

/// What is asked of a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StackOp {
    /// Put this on top.
    Push(u64),
    /// Take what is on top.
    Pop,
}

/// What a stack answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StackRet {
    /// To a push: done.
    Pushed,
    /// To a pop: what was on top, if anything.
    Popped(Option<u64>),
}

impl Model for StackModel {
    type Op = StackOp;
    type Ret = StackRet;
    type State = Vec<u64>;
    type Key = ();

    fn key(&self, _op: &StackOp) {}

    fn initial(&self, _key: &()) -> Vec<u64> {
        Vec::new()
    }

    fn step(&self, state: &Vec<u64>, op: &StackOp, ret: Option<&StackRet>) -> Option<Vec<u64>> {
        let legal = match (op, ret) {
            (_, None) | (StackOp::Push(_), Some(StackRet::Pushed)) => true,
            (StackOp::Pop, Some(StackRet::Popped(value))) => state.last().copied() == *value,
            _ => false,
        };
        legal.then(|| self.perform(state, op).0)
    }

    fn effect(&self, op: &StackOp, ret: Option<&StackRet>) -> Effect {
        match (op, ret) {
            (StackOp::Pop, Some(StackRet::Popped(None))) => Effect::ReadOnly,
            _ => Effect::Any,
        }
    }

    fn kind(&self) -> Kind<StackOp, StackRet> {
        Kind::Stack(|op, ret| match (op, ret) {
            (StackOp::Push(value), None | Some(StackRet::Pushed)) => Some(Transfer::Puts(*value)),
            (StackOp::Pop, None) => Some(Transfer::TakesSomething),
            (StackOp::Pop, Some(StackRet::Popped(Some(value)))) => Some(Transfer::Takes(*value)),
            (StackOp::Pop, Some(StackRet::Popped(None))) => Some(Transfer::FindsNothing),
            _ => None,
        })
    }
}

impl Perform for StackModel {
    fn perform(&self, state: &Vec<u64>, op: &StackOp) -> (Vec<u64>, StackRet) {
        let mut after = state.clone();
        match op {
            StackOp::Push(value) => {
                after.push(*value);
                (after, StackRet::Pushed)
            }
            StackOp::Pop => {
                let top = after.pop();
                (after, StackRet::Popped(top))
            }
        }
    }
}

impl fmt::Display for StackOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StackOp::Push(value) => write!(f, "push {value}"),
            StackOp::Pop => f.write_str("pop"),
        }
    }
}

impl fmt::Display for StackRet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StackRet::Pushed => Ok(()),
            StackRet::Popped(Some(value)) => write!(f, "→ {value}"),
            StackRet::Popped(None) => f.write_str("→ nothing"),
        }
    }
}
