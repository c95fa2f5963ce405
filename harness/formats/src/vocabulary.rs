//! What the words of a file mean: from an event to an operation, and from its completion to a result.
//!
//! One module per kind of object. All of them refuse what they do not know by naming what they do.

mod append_kv;
mod bank;
mod counter;
mod kv;
mod lock;
mod number;
mod queue;
mod set;
mod txn;

use crate::event::Event;
use crate::mistake::Mistake;
use crate::names::Names;

pub use append_kv::AppendKv;
pub use bank::Bank;
pub use counter::Counter;
pub use kv::{FailedCas, Keys, Kv};
pub use lock::Lock;
pub use number::Numbers;
pub use queue::Queue;
pub use set::Set;
pub use txn::{ListTxns, RegisterTxns};

/// How events become operations of one kind of object.
pub trait Vocabulary {
    /// What is asked of the object.
    type Op;
    /// What it answers.
    type Ret;

    /// The operation that an invocation asks for.
    ///
    /// # Errors
    /// If the object has no such operation, or its argument is none.
    fn op(&mut self, names: &mut Names, event: &Event) -> Result<Self::Op, Mistake>;

    /// The result that an ok completion of `op` tells.
    ///
    /// # Errors
    /// If the operation cannot return that.
    fn ret(&mut self, names: &mut Names, op: &Self::Op, event: &Event) -> Result<Self::Ret, Mistake>;

    /// The result of an operation whose completion says `fail`, if that is an answer of the object and not the lack of
    /// one. Usually it is none: the operation did not happen.
    ///
    /// # Errors
    /// If the answer is none that the operation can have.
    fn refused(
        &mut self,
        _names: &mut Names,
        _op: &Self::Op,
        _event: &Event,
    ) -> Result<Option<Self::Ret>, Mistake> {
        Ok(None)
    }
}

/// The mistake that a file asks for an operation that the object does not have.
fn unknown(event: &Event, known: &str) -> Mistake {
    let found = match &event.f {
        Some(f) => format!("the operation `{f}`"),
        None => "an event without f".to_owned(),
    };
    Mistake { place: event.place, found, expected: format!("one of {known}") }
}

/// The name of the operation; empty if there is none, which no operation is called.
fn f(event: &Event) -> &str {
    event.f.as_deref().unwrap_or_default()
}
