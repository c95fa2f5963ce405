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
    /// Up to and including this event there is no legal order, nor with all events if it is above them.
    Illegal(u32),
}

impl Answer {
    /// Illegal somewhere, if it is not legal.
    fn legal_if(holds: bool) -> Answer {
        if holds { Answer::Legal } else { Answer::Illegal(u32::MAX) }
    }

    /// Illegal at that event, if there is one.
    fn unless_broken(at: Option<u32>) -> Answer {
        at.map_or(Answer::Legal, Answer::Illegal)
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
