//! What a judge must know about an object: its sequential specification.
//!
//! A [`Model`] says what the object does when its operations come one after another. It knows nothing of time,
//! processes or concurrency: that an execution of many overlapping calls can be *explained* by some order that
//! this specification allows is the checker's business.

use std::fmt::Display;
use std::hash::Hash;

use stormglass_core::history::Operation;

/// The operations of a model, as they stand in a history.
pub type OperationOf<M> = Operation<<M as Model>::Op, <M as Model>::Ret>;

/// A deterministic sequential specification.
///
/// The three required methods are the specification. The others only help: each has a default that is right for
/// every model, and a wrong answer to one of them makes the checker wrong.
pub trait Model {
    /// What is asked of the object. Equal operations are interchangeable.
    type Op: Eq + Hash + Display;
    /// What it answers.
    type Ret: Eq + Hash + Display;
    /// What it holds. Equal states behave alike for ever.
    type State: Clone + Eq + Hash;
    /// Names one of several independent objects in one history; `()` if there is only one.
    type Key: Clone + Ord + Hash;

    /// The object that `op` is about. A history is linearizable exactly if its part for each key is
    /// (Herlihy and Wing's locality, 1990), and small parts are much cheaper to check than the whole.
    fn key(&self, op: &Self::Op) -> Self::Key;

    /// What that object holds in the beginning.
    fn initial(&self, key: &Self::Key) -> Self::State;

    /// The state after `op` returned `ret`, or nothing if it cannot return that in `state`.
    ///
    /// `ret` is `None` where the result is unknown: then any result is allowed, and the answer is what the
    /// operation makes of `state`.
    fn step(&self, state: &Self::State, op: &Self::Op, ret: Option<&Self::Ret>) -> Option<Self::State>;

    /// The words for a key in a verdict: `key 1`.
    fn subject(&self, _key: &Self::Key) -> Option<String> {
        None
    }

    /// What `op` with this result can do to a state.
    fn effect(&self, _op: &Self::Op, _ret: Option<&Self::Ret>) -> Effect {
        Effect::Any
    }

    /// Whether `op` could still become legal after `state` by legal operations that do not
    /// [overwrite](Effect::Overwrites). No is a promise; yes is not.
    fn feasible(&self, _state: &Self::State, _op: &Self::Op, _ret: Option<&Self::Ret>) -> bool {
        true
    }

    /// The kind of object, if it is one that more is known about than [`Model::step`] tells.
    fn kind(&self) -> Kind<Self::Op, Self::Ret> {
        Kind::Other
    }

    /// One sentence that tells a person why a window is impossible. `None` leaves the words to the checker.
    fn explain(&self, _window: &Window<'_, OperationOf<Self>>) -> Option<String> {
        None
    }
}

/// A smallest set of operations of one object that cannot all have happened as recorded.
#[derive(Clone, Debug)]
pub struct Window<'a, O> {
    /// The operations, in order of invocation.
    pub operations: Vec<&'a O>,
    /// The one of them whose completion made it certain.
    pub last: &'a O,
    /// The whole history, for what else there is to say.
    pub history: &'a [O],
}

/// What an operation can do to a state: a hint that saves work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Anything.
    Any,
    /// It never changes the state: a read, a compare-and-swap that answered no.
    ReadOnly,
    /// It is legal in every state, and what it leaves does not depend on what was there: a write.
    Overwrites,
}

/// A kind of object with theory of its own: quicker searches, and checkers that need no search.
///
/// Each function says what one operation with its result (`None`: unknown) is to such an object; `None` if it is
/// nothing of that kind. Values are named by numbers: equal numbers are equal values.
pub enum Kind<Op, Ret> {
    /// Nothing more is known.
    Other,
    /// It holds one value at a time, at first [nothing](Access).
    Register(fn(&Op, Option<&Ret>) -> Option<Access>),
    /// First in, first out; at first empty.
    Queue(fn(&Op, Option<&Ret>) -> Option<Transfer>),
    /// Last in, first out; at first empty.
    Stack(fn(&Op, Option<&Ret>) -> Option<Transfer>),
    /// A list that only grows, at its end; at first empty.
    List(for<'a> fn(&'a Op, Option<&'a Ret>) -> Option<Growth<'a>>),
    /// A number that is added to; at first zero.
    Counter(fn(&Op, Option<&Ret>) -> Option<Tally>),
    /// A set that only grows; at first empty.
    GrowingSet(for<'a> fn(&'a Op, Option<&'a Ret>) -> Option<Growth<'a>>),
}

/// What an operation is to a register. `None` stands for what the register holds in the beginning.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// It is legal exactly while the register holds this, and changes nothing.
    Reads(Option<u64>),
    /// It is always legal, and then the register holds this.
    Writes(Option<u64>),
    /// It is legal exactly while the register holds the first, and then it holds the second. With an unknown outcome:
    /// otherwise it changes nothing.
    Swaps(Option<u64>, Option<u64>),
    /// It is legal exactly while the register does not hold this, and changes nothing.
    Differs(Option<u64>),
}

/// What an operation is to a queue or a stack.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Transfer {
    /// It puts a value in.
    Puts(u64),
    /// It takes this value out.
    Takes(u64),
    /// It finds nothing in it.
    FindsNothing,
    /// It takes out whatever is next, if anything: with an unknown outcome.
    TakesSomething,
}

/// What an operation is to a counter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tally {
    /// It adds this.
    Adds(i64),
    /// It reads this sum.
    Reads(i64),
}

/// What an operation is to a list or a set that only grows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Growth<'a> {
    /// It adds a value.
    Adds(u64),
    /// It reads all values: of a list in their order, of a set in any order.
    Reads(&'a [u64]),
}
