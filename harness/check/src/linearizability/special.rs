//! Objects that theory has quick answers for, where every value is put in at most once, and for counters that count.
//!
//! Registers are not here: their checker ([`super::zones`]) works on whole histories.

mod grow;
mod queue;
mod stack;
mod tally;
mod values;
mod wild;

use crate::linearizability::part::Part;
use crate::model::{Kind, Model};
use values::Values;

/// What a special checker says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Answer {
    Legal,
    Illegal,
}

impl Answer {
    fn legal_if(holds: bool) -> Answer {
        if holds { Answer::Legal } else { Answer::Illegal }
    }
}

/// Whether `part` has a legal order, if there is a special checker that can tell.
pub(crate) fn decide<M: Model>(model: &M, part: &Part<'_, M>) -> Option<Answer> {
    match model.kind() {
        Kind::Queue(transfer) => queue::decide(&Values::new(part, transfer)?),
        Kind::Stack(transfer) => stack::decide(&Values::new(part, transfer)?),
        Kind::List(growth) => grow::list(part, growth),
        Kind::GrowingSet(growth) => grow::set(part, growth),
        Kind::Counter(tally) => tally::decide(part, tally),
        Kind::Register(_) | Kind::Other => None,
    }
}
