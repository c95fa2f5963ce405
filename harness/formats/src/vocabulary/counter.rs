//! Counters: `add` amount, `decrement` amount, `read` → sum.

use stormglass_core::op::counter::{CounterOp, CounterRet};

use super::{Vocabulary, f, unknown};
use crate::event::Event;
use crate::mistake::Mistake;
use crate::names::Names;

/// One counter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counter;

impl Vocabulary for Counter {
    type Op = CounterOp;
    type Ret = CounterRet;

    fn op(&mut self, _names: &mut Names, event: &Event) -> Result<CounterOp, Mistake> {
        let expected = "a whole number that fits 64 bits";
        let amount = || event.value.integer::<i64>(expected);
        match f(event) {
            "add" | "increment" => Ok(CounterOp::Add { amount: amount()? }),
            "decrement" => {
                let negative = amount()?.checked_neg().ok_or_else(|| event.value.expected(expected))?;
                Ok(CounterOp::Add { amount: negative })
            }
            "read" => Ok(CounterOp::Read),
            _ => Err(unknown(event, "add, increment, decrement, read")),
        }
    }

    fn ret(&mut self, _names: &mut Names, op: &CounterOp, event: &Event) -> Result<CounterRet, Mistake> {
        match op {
            CounterOp::Add { .. } => Ok(CounterRet::Added),
            CounterOp::Read => event.value.integer("the sum, a whole number").map(CounterRet::Value),
        }
    }
}
