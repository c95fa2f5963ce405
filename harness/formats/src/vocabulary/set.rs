//! Sets: `add` element, `remove` element, `contains` element → true or false, `read` → elements.

use stormglass_core::op::set::{SetOp, SetRet};

use super::{Vocabulary, f, unknown};
use crate::event::Event;
use crate::mistake::Mistake;
use crate::names::Names;
use crate::node::Data;

/// One set; its elements may be any values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Set;

impl Vocabulary for Set {
    type Op = SetOp;
    type Ret = SetRet;

    fn op(&mut self, names: &mut Names, event: &Event) -> Result<SetOp, Mistake> {
        let mut element = || match event.value.is_nil() {
            true => Err(event.value.expected("an element")),
            false => Ok(names.number(&event.value)),
        };
        match f(event) {
            "add" => Ok(SetOp::Add { element: element()? }),
            "remove" => Ok(SetOp::Remove { element: element()? }),
            "contains" => Ok(SetOp::Contains { element: element()? }),
            "read" => Ok(SetOp::Read),
            _ => Err(unknown(event, "add, remove, contains, read")),
        }
    }

    fn ret(&mut self, names: &mut Names, op: &SetOp, event: &Event) -> Result<SetRet, Mistake> {
        let answer = match event.value.data {
            Data::Bool(answer) => Some(answer),
            _ => None,
        };
        match (op, answer) {
            (SetOp::Add { .. } | SetOp::Remove { .. } | SetOp::Contains { .. }, Some(answer)) => {
                Ok(SetRet::Answer(answer))
            }
            (SetOp::Add { .. } | SetOp::Remove { .. }, None) => Ok(SetRet::Done),
            (SetOp::Contains { .. }, None) => Err(event.value.expected("true or false")),
            (SetOp::Read, _) => {
                let elements = event.value.sequence("the elements: [1 2 3] or #{1 2 3}")?;
                Ok(SetRet::Elements(elements.iter().map(|element| names.number(element)).collect()))
            }
        }
    }
}
