//! Random histories of transactions: of a store that keeps its promise, or with something changed.
//!
//! The store is real but tiny: every key holds all its versions with the moment of their commit, so a transaction can
//! read as of any moment. Every draw comes from the [`Draws`] it is given: a seed is a history. It does not know
//! whether a change made the history wrong; that is for the checker to say.

use std::fmt::Debug;

use stormglass_core::history::{History, OperationId, Outcome};
use stormglass_core::id::{ClientId, ProcessId};
use stormglass_core::op::txn::{ListOp, Reads, RegisterOp, Txn};
use stormglass_core::random::{Draws, Ratio};
use stormglass_core::time::Time;

/// What a read of an object returns, and the steps that transactions over such objects have.
pub trait Value: Clone + PartialEq + Debug {
    /// One step of a transaction.
    type Step: Copy + Debug;
    /// The step that reads `key`.
    fn read(key: u64) -> Self::Step;
    /// The step that writes `value` to `key`.
    fn write(key: u64, value: u64) -> Self::Step;
    /// The key of a step, and the value if it is a write.
    fn parts(step: Self::Step) -> (u64, Option<u64>);
    /// What a read shows of a key to which these values were written.
    fn shown(written: &[u64]) -> Self;
}

impl Value for Vec<u64> {
    type Step = ListOp;
    fn read(key: u64) -> ListOp {
        ListOp::Read { key }
    }
    fn write(key: u64, value: u64) -> ListOp {
        ListOp::Append { key, value }
    }
    fn parts(step: ListOp) -> (u64, Option<u64>) {
        match step {
            ListOp::Read { key } => (key, None),
            ListOp::Append { key, value } => (key, Some(value)),
        }
    }
    fn shown(written: &[u64]) -> Vec<u64> {
        written.to_vec()
    }
}

impl Value for Option<u64> {
    type Step = RegisterOp;
    fn read(key: u64) -> RegisterOp {
        RegisterOp::Read { key }
    }
    fn write(key: u64, value: u64) -> RegisterOp {
        RegisterOp::Write { key, value }
    }
    fn parts(step: RegisterOp) -> (u64, Option<u64>) {
        match step {
            RegisterOp::Read { key } => (key, None),
            RegisterOp::Write { key, value } => (key, Some(value)),
        }
    }
    fn shown(written: &[u64]) -> Option<u64> {
        written.last().copied()
    }
}

/// What the store promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promise {
    /// Each transaction happens in one instant between its invocation and its completion: strict serializability.
    Strict,
    /// Each reads as of its invocation and commits if nobody wrote its keys since: strong snapshot isolation.
    Snapshot,
    /// Each step happens on its own: nothing at all.
    Nothing,
}

/// The shape of a random history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Clients, each with at most one transaction under way.
    pub clients: u32,
    /// Transactions invoked.
    pub transactions: usize,
    /// Keys in use at the same time.
    pub keys: u64,
    /// A key is replaced by a new one after so many writes.
    pub writes_per_key: u64,
    /// The most steps of a transaction; it has at least one.
    pub longest: u64,
    /// The share of transactions that end with an unknown outcome; each of them takes effect or does not.
    pub unknown: Ratio,
    /// The share of transactions that fail.
    pub failed: Ratio,
    /// What the store promises.
    pub promise: Promise,
}

/// An invocation or a completion.
#[derive(Clone, Debug)]
enum Event<V: Value> {
    Invoke { client: u32, steps: Vec<V::Step> },
    Complete { transaction: usize, outcome: Outcome<Reads<V>> },
}

/// A random execution: it can be changed before it becomes a [`History`].
#[derive(Clone, Debug)]
pub struct Execution<V: Value> {
    events: Vec<Event<V>>,
}

/// A transaction on its way.
struct Running<V: Value> {
    transaction: usize,
    steps: Vec<V::Step>,
    /// The commit that it reads as of, under [`Promise::Snapshot`].
    snapshot: u64,
    reads: Vec<V>,
    /// Steps done, under [`Promise::Nothing`].
    done: usize,
}

/// All versions of the keys in use.
struct Store {
    /// The name of each key in use, the values written, the commits that wrote them, and the values handed out.
    keys: Vec<(u64, Vec<u64>, Vec<u64>, u64)>,
    names: u64,
    commits: u64,
    writes_per_key: u64,
}

impl Store {
    fn new(shape: &Shape) -> Store {
        let keys = (0..shape.keys).map(|name| (name, Vec::new(), Vec::new(), 0)).collect();
        Store { keys, names: shape.keys, commits: 0, writes_per_key: shape.writes_per_key }
    }

    fn find(&mut self, name: u64) -> Option<&mut (u64, Vec<u64>, Vec<u64>, u64)> {
        self.keys.iter_mut().find(|key| key.0 == name)
    }

    /// The steps of a new transaction. A key that has had its writes is replaced; the old one is no longer asked for.
    fn steps<V: Value>(&mut self, longest: u64, draws: &mut Draws) -> Vec<V::Step> {
        let count = 1 + draws.below(longest);
        let step = |_| {
            let place = draws.below(self.keys.len() as u64) as usize;
            if draws.below(2) == 0 {
                return V::read(self.keys[place].0);
            }
            let key = &mut self.keys[place];
            key.3 += 1;
            let write = V::write(key.0, key.3);
            if key.3 >= self.writes_per_key {
                *key = (self.names, Vec::new(), Vec::new(), 0);
                self.names += 1;
            }
            write
        };
        (0..count).map(step).collect()
    }
}
