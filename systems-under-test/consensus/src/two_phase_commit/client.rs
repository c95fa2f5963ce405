//! A client of the bank: it asks the coordinator until it knows what became of its transaction.
//!
//! An abort is definite, so the client may ask anew, under a new number. Silence is not: then it repeats the same
//! number, so that a transaction that has committed is not done twice, and when its time is up the outcome is unknown.

use stormglass_core::cluster::Cluster;
use stormglass_core::context::Context;
use stormglass_core::history::Outcome;
use stormglass_core::id::{Address, NodeId};
use stormglass_core::op::bank::{BankOp, BankRet};
use stormglass_core::system::Client;
use stormglass_core::time::Duration;

use super::TwoPhaseCommit;
use super::message::{Message, Timer};
use super::settings::Settings;
use super::types::{Refusal, Sequence};

/// A client of a bank on two-phase commit. Its address is the name of its session.
#[derive(Clone, Debug)]
pub struct BankClient {
    settings: Settings,
    coordinator: NodeId,
    /// The coordinator's incarnation, as far as it is known.
    incarnation: u64,
    /// The number of the latest request.
    sequence: Sequence,
    open: Option<BankOp>,
    /// Whether it rests after an abort: nothing that it has asked for can still happen.
    resting: bool,
    /// Whether an earlier request for the open operation was aborted.
    again: bool,
}

impl BankClient {
    pub(super) fn new(settings: Settings, cluster: &Cluster) -> BankClient {
        let (coordinator, sequence) = (cluster.nodes()[0], Sequence::default());
        BankClient {
            settings,
            coordinator,
            incarnation: 0,
            sequence,
            open: None,
            resting: false,
            again: false,
        }
    }

    /// Asks for the open operation, under a number of its own.
    fn begin(&mut self, cx: &mut Context<'_, TwoPhaseCommit>) {
        self.sequence.0 += 1;
        self.resting = false;
        self.ask(cx);
    }

    fn ask(&mut self, cx: &mut Context<'_, TwoPhaseCommit>) {
        if let Some(op) = self.open {
            let BankClient { sequence, incarnation, again, .. } = *self;
            cx.send(self.coordinator, Message::Request { sequence, incarnation, op, again });
            cx.set_timer(Timer::Attempt, self.settings.client_attempt_timeout);
        }
    }

    /// Two that got in each other's way shall not meet again: the rest is drawn.
    fn rest(&mut self, cx: &mut Context<'_, TwoPhaseCommit>) {
        self.resting = true;
        self.again = true;
        let rest = cx.rng().between(1, self.settings.client_rest.as_nanos());
        cx.set_timer(Timer::Attempt, Duration::from_nanos(rest));
    }

    fn complete(&mut self, outcome: Outcome<BankRet>, cx: &mut Context<'_, TwoPhaseCommit>) {
        self.open = None;
        cx.cancel_timer(Timer::Attempt);
        cx.cancel_timer(Timer::Deadline);
        cx.complete(outcome);
    }
}

impl Client<TwoPhaseCommit> for BankClient {
    /// A client that comes back under its old name remembers no number. The monotonic clock has gone on by more
    /// nanoseconds than there were requests, so from there on every number is new.
    fn on_start(&mut self, cx: &mut Context<'_, TwoPhaseCommit>) {
        self.sequence = Sequence(cx.elapsed().as_nanos());
    }

    fn on_invoke(&mut self, op: BankOp, cx: &mut Context<'_, TwoPhaseCommit>) {
        self.open = Some(op);
        self.again = false;
        cx.set_timer(Timer::Deadline, self.settings.client_deadline);
        self.begin(cx);
    }

    fn on_message(&mut self, _from: Address, message: Message, cx: &mut Context<'_, TwoPhaseCommit>) {
        let mine = |sequence| self.open.is_some() && !self.resting && sequence == self.sequence;
        match message {
            Message::Committed { sequence, ret } if mine(sequence) => self.complete(Outcome::Ok(ret), cx),
            Message::Aborted { sequence, refusal: Refusal::Declined } if mine(sequence) => {
                self.complete(Outcome::Ok(BankRet::Declined), cx);
            }
            Message::Aborted { sequence, refusal: Refusal::Busy } if mine(sequence) => self.rest(cx),
            // Whatever the incarnation before had begun under this number has not committed and never will. The number is
            // spent all the same: that incarnation's word of an abort may still be on its way.
            Message::Restarted { sequence, incarnation }
                if mine(sequence) && incarnation > self.incarnation =>
            {
                self.incarnation = incarnation;
                self.begin(cx);
            }
            _ => {}
        }
    }

    fn on_timer(&mut self, timer: Timer, cx: &mut Context<'_, TwoPhaseCommit>) {
        let Some(op) = self.open else {
            return;
        };
        match timer {
            Timer::Attempt if self.resting => self.begin(cx),
            Timer::Attempt => self.ask(cx),
            Timer::Deadline => {
                let outcome = match op {
                    _ if self.resting => Outcome::Fail("aborted every time".into()),
                    // A read changes nothing, so it has not happened if nobody was told its result.
                    BankOp::Read => Outcome::Fail("no answer in time".into()),
                    BankOp::Transfer { .. } => Outcome::Info("no answer in time".into()),
                };
                self.complete(outcome, cx);
            }
            Timer::Disk | Timer::Tick => {}
        }
    }
}
