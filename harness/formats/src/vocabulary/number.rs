//! Sources of numbers: `generate` or `next` → a number or any other value.

use stormglass_core::op::number::{NumberOp, NumberRet};

use super::{Vocabulary, f, unknown};
use crate::event::Event;
use crate::mistake::Mistake;
use crate::names::Names;

/// A source of unique ids, of timestamps, of a sequence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers;

impl Vocabulary for Numbers {
    type Op = NumberOp;
    type Ret = NumberRet;

    fn op(&mut self, _names: &mut Names, event: &Event) -> Result<NumberOp, Mistake> {
        match f(event) {
            "generate" | "next" | "read" => Ok(NumberOp::Next),
            _ => Err(unknown(event, "generate, next, read")),
        }
    }

    fn ret(&mut self, names: &mut Names, _op: &NumberOp, event: &Event) -> Result<NumberRet, Mistake> {
        match event.value.is_nil() {
            true => Err(event.value.expected("the value that was handed out")),
            false => Ok(NumberRet::Number(names.number(&event.value))),
        }
    }
}
