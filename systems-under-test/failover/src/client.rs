//! A client: it asks the controller who is primary, asks the primary, and never asks twice what may have happened.

use stormglass_core::cluster::Cluster;
use stormglass_core::context::Context;
use stormglass_core::history::Outcome;
use stormglass_core::id::{Address, NodeId};
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::system::Client;
use stormglass_core::time::Time;

use crate::Failover;
use crate::message::{Epoch, Message, Timer};
use crate::parts::Parts;
use crate::settings::Settings;

/// A client of a failover group.
#[derive(Clone, Debug)]
pub struct FailoverClient {
    settings: Settings,
    controller: NodeId,
    route: Option<(Epoch, NodeId)>,
    /// When it last heard of the route: a way that nobody has gone for long is asked for again.
    heard: Time,
    open: Option<Open>,
    number: u64,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    op: KvOp,
    /// Where it was sent; only that primary, in that epoch, may carry it out.
    sent: Option<(Epoch, NodeId)>,
}

impl FailoverClient {
    pub(crate) fn new(settings: Settings, cluster: &Cluster) -> FailoverClient {
        let controller = Parts::of(cluster).controller;
        FailoverClient { settings, controller, route: None, heard: Time::default(), open: None, number: 0 }
    }

    /// Sends what is open, again if need be; and asks for the way if nobody answers, or nobody is known.
    fn ask(&mut self, again: bool, cx: &mut Context<'_, Failover>) {
        let Some(open) = &mut self.open else { return };
        open.sent = open.sent.or(self.route);
        match open.sent {
            Some((epoch, primary)) => {
                cx.send(primary, Message::Request { epoch, number: self.number, op: open.op });
                if again {
                    cx.send(self.controller, Message::Where);
                }
            }
            None => cx.send(self.controller, Message::Where),
        }
        cx.set_timer(Timer::Attempt, self.settings.attempt_timeout);
    }

    /// It was certainly not carried out, and will not be: it is asked anew.
    fn ask_elsewhere(&mut self, cx: &mut Context<'_, Failover>) {
        if let Some(open) = &mut self.open {
            self.number += 1;
            open.sent = None;
            self.ask(false, cx);
        }
    }

    fn complete(&mut self, outcome: Outcome<KvRet>, cx: &mut Context<'_, Failover>) {
        self.open = None;
        cx.cancel_timer(Timer::Attempt);
        cx.cancel_timer(Timer::Deadline);
        cx.complete(outcome);
    }

    fn give_up(&mut self, cx: &mut Context<'_, Failover>) {
        let Some(Open { op, sent }) = self.open else { return };
        self.route = None;
        let why = "no answer in time".into();
        let outcome = match (op, sent) {
            (KvOp::Read { .. }, _) | (_, None) => Outcome::Fail(why),
            (KvOp::Write { .. } | KvOp::Cas { .. }, Some(_)) => Outcome::Info(why),
        };
        self.complete(outcome, cx);
    }

    fn routed(&mut self, epoch: Epoch, primary: NodeId, cx: &mut Context<'_, Failover>) {
        if self.route.is_some_and(|(known, _)| known > epoch) {
            return;
        }
        self.route = Some((epoch, primary));
        self.heard = cx.elapsed();
        match self.open {
            Some(Open { sent: None, .. }) => self.ask(false, cx),
            // The epoch in which it was sent is over.
            Some(Open { sent: Some((sent, _)), op }) if sent < epoch => match op {
                KvOp::Read { .. } => self.ask_elsewhere(cx),
                KvOp::Write { .. } | KvOp::Cas { .. } => {
                    self.complete(Outcome::Info("the primary is another".into()), cx);
                }
            },
            _ => {}
        }
    }
}

impl Client<Failover> for FailoverClient {
    /// A client that comes back under its old name remembers no number; from its clock on every number is new.
    fn on_start(&mut self, cx: &mut Context<'_, Failover>) {
        self.number = cx.elapsed().as_nanos();
    }

    fn on_invoke(&mut self, op: KvOp, cx: &mut Context<'_, Failover>) {
        self.number += 1;
        if cx.elapsed() >= self.heard + self.settings.detection {
            self.route = None;
        }
        self.open = Some(Open { op, sent: None });
        cx.set_timer(Timer::Deadline, self.settings.client_deadline);
        self.ask(false, cx);
    }

    fn on_message(&mut self, _from: Address, message: Message, cx: &mut Context<'_, Failover>) {
        match message {
            Message::Reply { number, ret } if number == self.number && self.open.is_some() => {
                self.heard = cx.elapsed();
                self.complete(Outcome::Ok(ret), cx);
            }
            Message::Refused { number } if number == self.number => {
                self.route = None;
                self.ask_elsewhere(cx);
            }
            Message::Route { epoch, primary } => self.routed(epoch, primary, cx),
            _ => {}
        }
    }

    fn on_timer(&mut self, timer: Timer, cx: &mut Context<'_, Failover>) {
        match timer {
            Timer::Attempt => self.ask(true, cx),
            Timer::Deadline => self.give_up(cx),
            Timer::Round | Timer::Disk => {}
        }
    }
}
