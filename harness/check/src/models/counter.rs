//! The counter: a number that is added to, zero at first.

use std::fmt;

use crate::generate::Perform;
use crate::model::{Effect, Kind, Model, Tally};

/// A counter. Its sum wraps around at the ends of `i64`.
#[derive(Clone, Copy, Debug, Default)]
pub struct CounterModel;

/// What is asked of a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CounterOp {
    /// Add this, which may be negative.
    Add(i64),
    /// What is the sum?
    Read,
}

/// What a counter answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CounterRet {
    /// To an add: done.
    Added,
    /// To a read: the sum.
    Sum(i64),
}

impl Model for CounterModel {
    type Op = CounterOp;
    type Ret = CounterRet;
    type State = i64;
    type Key = ();

    fn key(&self, _op: &CounterOp) {}

    fn initial(&self, _key: &()) -> i64 {
        0
    }

    fn step(&self, state: &i64, op: &CounterOp, ret: Option<&CounterRet>) -> Option<i64> {
        let legal = match (op, ret) {
            (_, None) | (CounterOp::Add(_), Some(CounterRet::Added)) => true,
            (CounterOp::Read, Some(CounterRet::Sum(sum))) => sum == state,
            _ => false,
        };
        legal.then(|| self.perform(state, op).0)
    }

    fn effect(&self, op: &CounterOp, _ret: Option<&CounterRet>) -> Effect {
        match op {
            CounterOp::Read | CounterOp::Add(0) => Effect::ReadOnly,
            CounterOp::Add(_) => Effect::Any,
        }
    }

    fn kind(&self) -> Kind<CounterOp, CounterRet> {
        Kind::Counter(|op, ret| match (op, ret) {
            (CounterOp::Add(by), None | Some(CounterRet::Added)) => Some(Tally::Adds(*by)),
            (CounterOp::Read, Some(CounterRet::Sum(sum))) => Some(Tally::Reads(*sum)),
            _ => None,
        })
    }
}

impl Perform for CounterModel {
    fn perform(&self, state: &i64, op: &CounterOp) -> (i64, CounterRet) {
        match op {
            CounterOp::Add(by) => (state.wrapping_add(*by), CounterRet::Added),
            CounterOp::Read => (*state, CounterRet::Sum(*state)),
        }
    }
}

impl fmt::Display for CounterOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CounterOp::Add(by) => write!(f, "add {by}"),
            CounterOp::Read => f.write_str("read"),
        }
    }
}

impl fmt::Display for CounterRet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CounterRet::Added => Ok(()),
            CounterRet::Sum(sum) => write!(f, "→ {sum}"),
        }
    }
}
