//! A client, who is an operator too: it asks until it is answered, and knows when to give up.
//!
//! A request goes to any balancer, the next attempt to another one; an order goes to the server that it is about.

use stormglass_core::context::Context;
use stormglass_core::history::Outcome;
use stormglass_core::id::{Address, NodeId};
use stormglass_core::op::request::{RequestOp, RequestRet};
use stormglass_core::system::Client;

use super::fleet::{Fleet, counted_round};
use super::message::{Answer, Message, Order, Timer};
use super::settings::Settings;
use super::system::Balancing;

/// A client of a fleet.
#[derive(Clone, Debug)]
pub struct FleetClient {
    settings: Settings,
    fleet: Fleet,
    /// The number of the latest operation.
    sequence: u64,
    /// That operation, while it is open.
    open: Option<RequestOp>,
    /// The balancer asked last.
    balancer: u64,
    failures: u32,
    resting: bool,
}

impl FleetClient {
    pub(super) fn new(settings: Settings, fleet: Fleet) -> FleetClient {
        FleetClient { settings, fleet, sequence: 0, open: None, balancer: 0, failures: 0, resting: false }
    }

    fn attempt(&mut self, cx: &mut Context<'_, Balancing>) {
        self.resting = false;
        cx.set_timer(Timer::ClientAttempt, self.settings.client_attempt_timeout);
        let Some(op) = self.open else { return };
        if let Some((to, message)) = self.put(op) {
            cx.send(to, message);
        }
    }

    /// Whom to ask, and how.
    fn put(&self, op: RequestOp) -> Option<(NodeId, Message)> {
        let sequence = self.sequence;
        let order = |server, order| {
            Some((counted_round(&self.fleet.servers, server)?, Message::Order { sequence, order }))
        };
        match op {
            RequestOp::Serve { work } => {
                let to = counted_round(&self.fleet.balancers, self.balancer)?;
                Some((to, Message::Request { sequence, work }))
            }
            RequestOp::Drain { server } => order(server, Order::Drain),
            RequestOp::Restore { server } => order(server, Order::Restore),
            RequestOp::Weigh { server, weight } => order(server, Order::Weigh(weight)),
            RequestOp::Tally { balancer } => {
                Some((counted_round(&self.fleet.balancers, balancer)?, Message::AskTally { sequence }))
            }
        }
    }

    /// Rests, and then turns to the next balancer.
    fn rest(&mut self, cx: &mut Context<'_, Balancing>) {
        self.failures = self.failures.saturating_add(1);
        self.balancer += 1;
        let wait = self.settings.retry.wait(self.failures, cx.rng());
        if wait.is_zero() {
            return self.attempt(cx);
        }
        self.resting = true;
        cx.set_timer(Timer::ClientAttempt, wait);
    }

    fn complete(&mut self, outcome: Outcome<RequestRet>, cx: &mut Context<'_, Balancing>) {
        self.open = None;
        cx.cancel_timer(Timer::ClientAttempt);
        cx.cancel_timer(Timer::Deadline);
        cx.complete(outcome);
    }
}

impl Client<Balancing> for FleetClient {
    /// The monotonic clock outlives a client that dies and comes back: its numbers go on from there.
    fn on_start(&mut self, cx: &mut Context<'_, Balancing>) {
        self.sequence = cx.elapsed().as_nanos();
    }

    fn on_invoke(&mut self, op: RequestOp, cx: &mut Context<'_, Balancing>) {
        self.sequence += 1;
        self.open = Some(op);
        self.failures = 0;
        self.balancer = cx.rng().below(self.fleet.balancers.len() as u64);
        cx.set_timer(Timer::Deadline, self.settings.client_deadline);
        self.attempt(cx);
    }

    fn on_message(&mut self, _from: Address, message: Message, cx: &mut Context<'_, Balancing>) {
        let Message::Reply { sequence, answer } = message else { return };
        if self.open.is_none() || sequence != self.sequence {
            return;
        }
        match answer {
            Answer::Served(server) => self.complete(Outcome::Ok(RequestRet::Served(server)), cx),
            Answer::Done => self.complete(Outcome::Ok(RequestRet::Done), cx),
            Answer::Tally(tally) => self.complete(Outcome::Ok(RequestRet::Tally(tally)), cx),
            Answer::Refused if self.resting => {}
            Answer::Refused => self.rest(cx),
        }
    }

    fn on_timer(&mut self, timer: Timer, cx: &mut Context<'_, Balancing>) {
        match timer {
            Timer::ClientAttempt if self.resting => self.attempt(cx),
            Timer::ClientAttempt => self.rest(cx),
            Timer::Deadline => self.complete(Outcome::Info("not served in time".into()), cx),
            _ => {}
        }
    }
}
