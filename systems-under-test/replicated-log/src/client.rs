//! A client: it finds the node that serves, asks until it is answered, and knows when to give up.
//!
//! Every operation has its own number, also one after an operation whose outcome is unknown, and every retry
//! carries the number of its first try; so the nodes carry it out once. A late or doubled answer carries a
//! number that is no longer open.

use stormglass_core::cluster::Cluster;
use stormglass_core::context::Context;
use stormglass_core::history::Outcome;
use stormglass_core::id::{Address, NodeId};
use stormglass_core::op::kv::KvOp;
use stormglass_core::retry::Backoff;
use stormglass_core::system::{Client, System};
use stormglass_core::time::Duration;

use crate::values::Sequence;

/// How often a client follows a hint before it waits: two nodes may each believe the other to serve.
const HINTS_PER_ATTEMPT: u32 = 2;

/// A system whose clients ask one node, which may send them to another.
pub trait LogSystem: System<Op = KvOp, Client = LogClient> {
    /// The timer of one attempt.
    const ATTEMPT: Self::Timer;
    /// The timer of the whole operation.
    const DEADLINE: Self::Timer;

    /// The request for an operation.
    fn request(sequence: Sequence, op: KvOp) -> Self::Message;

    /// What a message says to a client; `None` for what only nodes should hear.
    fn answer(message: Self::Message) -> Option<Answer<Self::Ret>>;
}

/// What a node answers to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer<R> {
    /// What has come of the operation of this number.
    Done(Sequence, R),
    /// The node does not serve; it believes this other one to.
    Elsewhere(Sequence, Option<NodeId>),
}

/// How long a client waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For one node, before it asks another.
    pub attempt: Duration,
    /// In all, before it gives up.
    pub deadline: Duration,
    /// After one node has not answered, before it asks another.
    pub retry: Backoff,
}

/// A client of such a system. Its address is the name of its session.
#[derive(Clone, Debug)]
pub struct LogClient {
    patience: Patience,
    nodes: Vec<NodeId>,
    /// The node asked last: the one believed to serve, if the last answer was good.
    target: Option<NodeId>,
    /// The number of the latest operation.
    sequence: Sequence,
    /// That operation, while it is open.
    open: Option<KvOp>,
    hints_followed: u32,
    /// Attempts at it that nobody has answered.
    failures: u32,
    /// Whether it waits before the next attempt.
    resting: bool,
}

impl LogClient {
    /// A client that has not begun.
    #[must_use]
    pub fn new(patience: Patience, cluster: &Cluster) -> LogClient {
        LogClient {
            patience,
            nodes: cluster.nodes().to_vec(),
            target: None,
            sequence: Sequence::default(),
            open: None,
            hints_followed: 0,
            failures: 0,
            resting: false,
        }
    }

    /// Asks the target, and waits.
    fn attempt<S: LogSystem>(&mut self, cx: &mut Context<'_, S>) {
        self.resting = false;
        self.hints_followed = 0;
        cx.set_timer(S::ATTEMPT, self.patience.attempt);
        self.ask(cx);
    }

    /// Nobody answered in time: the client turns elsewhere, at once or after a rest.
    fn retry<S: LogSystem>(&mut self, cx: &mut Context<'_, S>) {
        self.failures = self.failures.saturating_add(1);
        let wait = self.patience.retry.wait(self.failures, cx.rng());
        if wait.is_zero() {
            self.turn_elsewhere(cx);
            self.attempt(cx);
        } else {
            self.resting = true;
            cx.set_timer(S::ATTEMPT, wait);
        }
    }

    fn ask<S: LogSystem>(&mut self, cx: &mut Context<'_, S>) {
        if let (Some(op), Some(target)) = (self.open, self.target) {
            let sequence = self.sequence;
            cx.send(target, S::request(sequence, op));
        }
    }

    /// Turns to another node than the last one, any of them.
    fn turn_elsewhere<S: LogSystem>(&mut self, cx: &mut Context<'_, S>) {
        let others = self.nodes.len() - usize::from(self.target.is_some() && self.nodes.len() > 1);
        let chosen = cx.rng().below(others as u64) as usize;
        let mut candidates =
            self.nodes.iter().copied().filter(|&node| self.nodes.len() == 1 || Some(node) != self.target);
        self.target = candidates.nth(chosen);
    }

    fn complete<S: LogSystem>(&mut self, outcome: Outcome<S::Ret>, cx: &mut Context<'_, S>) {
        self.open = None;
        cx.cancel_timer(S::ATTEMPT);
        cx.cancel_timer(S::DEADLINE);
        cx.complete(outcome);
    }
}

impl<S: LogSystem> Client<S> for LogClient {
    /// A client that comes back under its old name remembers no number. The monotonic clock has gone on by more
    /// nanoseconds than there were operations, so from there on every number is new.
    fn on_start(&mut self, cx: &mut Context<'_, S>) {
        self.sequence = Sequence(cx.elapsed().as_nanos());
    }

    fn on_invoke(&mut self, op: KvOp, cx: &mut Context<'_, S>) {
        self.sequence = self.sequence.next();
        self.open = Some(op);
        self.failures = 0;
        cx.set_timer(S::DEADLINE, self.patience.deadline);
        if self.target.is_none() {
            self.turn_elsewhere(cx);
        }
        self.attempt(cx);
    }

    fn on_message(&mut self, from: Address, message: S::Message, cx: &mut Context<'_, S>) {
        match S::answer(message) {
            Some(Answer::Done(sequence, ret)) if self.open.is_some() && sequence == self.sequence => {
                self.target = from.node();
                self.complete(Outcome::Ok(ret), cx);
            }
            // Only the node asked last can say where to go; without a hint, time will tell. Nor does a hint that
            // comes late cut a rest short.
            Some(Answer::Elsewhere(sequence, Some(serving)))
                if self.open.is_some()
                    && !self.resting
                    && sequence == self.sequence
                    && from.node() == self.target
                    && self.hints_followed < HINTS_PER_ATTEMPT =>
            {
                self.hints_followed += 1;
                self.target = Some(serving);
                self.ask(cx);
            }
            _ => {}
        }
    }

    fn on_timer(&mut self, timer: S::Timer, cx: &mut Context<'_, S>) {
        let Some(op) = self.open else {
            return;
        };
        if timer == S::ATTEMPT && self.resting {
            self.turn_elsewhere(cx);
            self.attempt(cx);
        } else if timer == S::ATTEMPT {
            self.retry(cx);
        } else if timer == S::DEADLINE {
            self.target = None;
            let outcome = match op {
                // A read changes nothing, so it has not happened if nobody was told its result.
                KvOp::Read { .. } => Outcome::Fail("no answer in time".into()),
                KvOp::Write { .. } | KvOp::Cas { .. } => Outcome::Info("no answer in time".into()),
            };
            self.complete(outcome, cx);
        }
    }
}
