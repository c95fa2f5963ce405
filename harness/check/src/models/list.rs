//! The append list: per key a list that grows at its end, empty at first.

use std::fmt;

use crate::generate::Perform;
use crate::model::{Effect, Growth, Kind, Model};

/// A list of numbers per key.
#[derive(Clone, Copy, Debug, Default)]
pub struct ListModel;

/// What is asked of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListOp {
    /// Let the list of `key` end with `value`.
    Append {
        /// The key.
        key: u64,
        /// What to append.
        value: u64,
    },
    /// What is in the list of `key`?
    Read {
        /// The key.
        key: u64,
    },
}

/// What a list answers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ListRet {
    /// To an append: done.
    Appended,
    /// To a read: all that is in the list.
    Values(Vec<u64>),
}

impl Model for ListModel {
    type Op = ListOp;
    type Ret = ListRet;
    type State = Vec<u64>;
    type Key = u64;

    fn key(&self, op: &ListOp) -> u64 {
        match *op {
            ListOp::Append { key, .. } | ListOp::Read { key } => key,
        }
    }

    fn initial(&self, _key: &u64) -> Vec<u64> {
        Vec::new()
    }

    fn step(&self, state: &Vec<u64>, op: &ListOp, ret: Option<&ListRet>) -> Option<Vec<u64>> {
        let legal = match (op, ret) {
            (_, None) | (ListOp::Append { .. }, Some(ListRet::Appended)) => true,
            (ListOp::Read { .. }, Some(ListRet::Values(values))) => values == state,
            _ => false,
        };
        legal.then(|| self.perform(state, op).0)
    }

    fn subject(&self, key: &u64) -> Option<String> {
        Some(format!("key {key}"))
    }

    fn effect(&self, op: &ListOp, _ret: Option<&ListRet>) -> Effect {
        match op {
            ListOp::Read { .. } => Effect::ReadOnly,
            ListOp::Append { .. } => Effect::Any,
        }
    }

    fn feasible(&self, state: &Vec<u64>, _op: &ListOp, ret: Option<&ListRet>) -> bool {
        match ret {
            Some(ListRet::Values(values)) => values.starts_with(state),
            _ => true,
        }
    }

    fn kind(&self) -> Kind<ListOp, ListRet> {
        Kind::List(|op, ret| match (op, ret) {
            (ListOp::Append { value, .. }, None | Some(ListRet::Appended)) => Some(Growth::Adds(*value)),
            (ListOp::Read { .. }, Some(ListRet::Values(values))) => Some(Growth::Reads(values)),
            _ => None,
        })
    }
}

impl Perform for ListModel {
    fn perform(&self, state: &Vec<u64>, op: &ListOp) -> (Vec<u64>, ListRet) {
        match op {
            ListOp::Read { .. } => (state.clone(), ListRet::Values(state.clone())),
            ListOp::Append { value, .. } => {
                let mut after = state.clone();
                after.push(*value);
                (after, ListRet::Appended)
            }
        }
    }
}

impl fmt::Display for ListOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ListOp::Append { key, value } => write!(f, "append {key} ← {value}"),
            ListOp::Read { key } => write!(f, "read {key}"),
        }
    }
}

impl fmt::Display for ListRet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ListRet::Appended => Ok(()),
            ListRet::Values(values) => write!(f, "→ {values:?}"),
        }
    }
}
