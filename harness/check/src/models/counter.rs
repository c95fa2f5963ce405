//! The counter: a number that is added to, zero at first.

use stormglass_core::op::counter::{CounterOp, CounterRet};

use crate::generate::Perform;
use crate::model::{Effect, Kind, Model, Tally};

/// A counter. Its sum wraps around at the ends of `i64`.
#[derive(Clone, Copy, Debug, Default)]
pub struct CounterModel;

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
            (_, None) | (CounterOp::Add { .. }, Some(CounterRet::Added)) => true,
            (CounterOp::Read, Some(CounterRet::Value(sum))) => sum == state,
            _ => false,
        };
        legal.then(|| self.perform(state, op).0)
    }

    fn effect(&self, op: &CounterOp, _ret: Option<&CounterRet>) -> Effect {
        match op {
            CounterOp::Read | CounterOp::Add { amount: 0 } => Effect::ReadOnly,
            CounterOp::Add { .. } => Effect::Any,
        }
    }

    fn kind(&self) -> Kind<CounterOp, CounterRet> {
        Kind::Counter(|op, ret| match (op, ret) {
            (CounterOp::Add { amount }, None | Some(CounterRet::Added)) => Some(Tally::Adds(*amount)),
            (CounterOp::Read, Some(CounterRet::Value(sum))) => Some(Tally::Reads(*sum)),
            _ => None,
        })
    }
}

impl Perform for CounterModel {
    fn perform(&self, state: &i64, op: &CounterOp) -> (i64, CounterRet) {
        match op {
            CounterOp::Add { amount } => (state.wrapping_add(*amount), CounterRet::Added),
            CounterOp::Read => (*state, CounterRet::Value(*state)),
        }
    }
}
