//! What the clients saw: every operation with its invocation, its completion and what came of it.
//!
//! The words are Jepsen's: an operation is *invoked* and completes *ok* (it happened), *fail* (it certainly did
//! not happen) or *info* (nobody knows). An operation that never completed is `info` as well. After `info` the
//! process is lost inside that operation, so its client goes on under a new process id.
//!
//! A history knows nothing of nodes' insides, faults or the network: checkers judge it alone.

mod reason;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{ClientId, NodeId, ProcessId};
use crate::time::Time;

pub use reason::Reason;

/// What came of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome<R> {
    /// It happened, between its invocation and its completion, and returned this.
    Ok(R),
    /// It certainly did not happen and never will.
    Fail(Reason),
    /// Unknown: it may have happened, may happen at any later time, or never.
    Info(Reason),
}

impl<R> Outcome<R> {
    /// What it returned, if it happened.
    pub const fn ok(&self) -> Option<&R> {
        match self {
            Outcome::Ok(ret) => Some(ret),
            Outcome::Fail(_) | Outcome::Info(_) => None,
        }
    }

    /// The word for it: `ok`, `fail` or `info`.
    pub const fn word(&self) -> &'static str {
        match self {
            Outcome::Ok(_) => "ok",
            Outcome::Fail(_) => "fail",
            Outcome::Info(_) => "info",
        }
    }
}

/// A place in a history: its virtual time, and its rank among all invocations and completions.
///
/// Ranks are unique, and *happened before* means a smaller rank; times of different events may be equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Moment {
    /// Position among all invocations and completions of the history, from zero.
    pub rank: u64,
    /// When, in true virtual time.
    pub at: Time,
}

/// One operation of one process.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Operation<O, R> {
    /// The sequential thread it belongs to.
    pub process: ProcessId,
    /// The client that ran it.
    pub client: ClientId,
    /// What was asked.
    pub op: O,
    /// When it was asked.
    pub invoked: Moment,
    /// When the client heard of its end; `None` if the history ended first.
    pub completed: Option<Moment>,
    /// What came of it; [`Outcome::Info`] while it is open.
    pub outcome: Outcome<R>,
    /// The node whose message completed it, for people only.
    pub server: Option<NodeId>,
}

/// Names one operation of a history: its place in order of invocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OperationId(pub usize);

/// All operations of one run in order of invocation: an append-only log.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct History<O, R> {
    operations: Vec<Operation<O, R>>,
    next_rank: u64,
}

impl<O, R> Default for History<O, R> {
    fn default() -> Self {
        History { operations: Vec::new(), next_rank: 0 }
    }
}

impl<O, R> History<O, R> {
    /// An empty history.
    #[must_use]
    pub fn new() -> Self {
        History::default()
    }

    /// Records that `process` asked for `op`.
    pub fn invoke(&mut self, process: ProcessId, client: ClientId, op: O, at: Time) -> OperationId {
        let invoked = self.moment(at);
        self.operations.push(Operation {
            process,
            client,
            op,
            invoked,
            completed: None,
            outcome: Outcome::Info(Reason::STILL_OPEN),
            server: None,
        });
        OperationId(self.operations.len() - 1)
    }

    /// Records the end of an operation.
    ///
    /// # Panics
    /// If there is no such operation or it has ended before: an engine's mistake.
    pub fn complete(&mut self, id: OperationId, outcome: Outcome<R>, server: Option<NodeId>, at: Time) {
        let completed = self.moment(at);
        let operation = &mut self.operations[id.0];
        assert!(operation.completed.is_none(), "operation {} completes twice, again at {at:?}", id.0);
        operation.completed = Some(completed);
        operation.outcome = outcome;
        operation.server = server;
    }

    /// The operations in order of invocation.
    #[must_use]
    pub fn operations(&self) -> &[Operation<O, R>] {
        &self.operations
    }

    /// The operation of this name.
    ///
    /// # Panics
    /// If the history has no such operation.
    #[must_use]
    pub fn operation(&self, id: OperationId) -> &Operation<O, R> {
        &self.operations[id.0]
    }

    /// How many operations were invoked.
    #[must_use]
    pub fn len(&self) -> usize {
        self.operations.len()
    }

    /// Whether nothing was ever invoked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    fn moment(&mut self, at: Time) -> Moment {
        let rank = self.next_rank;
        self.next_rank += 1;
        Moment { rank, at }
    }
}

impl<O: fmt::Display, R: fmt::Display> fmt::Display for Operation<O, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.client, self.outcome.word(), self.op)?;
        match &self.outcome {
            Outcome::Ok(ret) => {
                let ret = ret.to_string();
                if !ret.is_empty() {
                    write!(f, " {ret}")?;
                }
            }
            Outcome::Fail(why) | Outcome::Info(why) => write!(f, " ({why})")?,
        }
        match self.server {
            Some(server) => write!(f, " from {server}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Invocations and completions share one order; an operation left open is of unknown outcome.
    #[test]
    fn a_history_orders_all_its_moments() {
        let mut history: History<&str, u64> = History::new();
        let slow = history.invoke(ProcessId(0), ClientId(0), "slow", Time::ZERO);
        let quick = history.invoke(ProcessId(1), ClientId(1), "quick", Time::ZERO);
        history.complete(quick, Outcome::Ok(7), Some(NodeId(2)), Time::ZERO);
        let (slow, quick) = (history.operation(slow), history.operation(quick));
        assert!(slow.invoked < quick.invoked && quick.invoked < quick.completed.unwrap());
        assert!(matches!(slow.outcome, Outcome::Info(_)) && slow.completed.is_none());
        assert_eq!(quick.to_string(), "c1 ok quick 7 from n2");
    }
}
