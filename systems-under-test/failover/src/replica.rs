//! A replica: passive, or primary of an epoch once the resource is its own.
//!
//! A primary keeps the content in memory and carries requests out there, a batch at a time; nobody is answered before
//! the resource has taken the batch. Reads too: a batch without writes asks whether the resource is still its own.

use std::collections::BTreeMap;

use stormglass_core::context::Context;
use stormglass_core::id::{Address, ClientId};
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::system::Role;

use crate::Failover;
use crate::bugs::FailoverBug;
use crate::event::Event;
use crate::message::{Boot, Epoch, Message, Status, Timer, Write};
use crate::parts::Parts;

/// A replica.
#[derive(Clone, Debug)]
pub(crate) struct Replica {
    system: Failover,
    parts: Parts,
    boot: Boot,
    state: State,
    /// The greatest epoch it was ever told of, or was fenced in, in this life.
    latest: Epoch,
    /// What it was asked in the epoch that it served last in this life.
    served: Served,
}

#[derive(Clone, Debug, Default)]
struct Served {
    epoch: Epoch,
    /// The last request of each client, and what it was answered, if it was.
    last: BTreeMap<ClientId, (u64, Option<KvRet>)>,
}

#[derive(Clone, Debug)]
enum State {
    Passive,
    /// It has asked for the resource.
    Mounting(Epoch),
    Primary(Primary),
}

#[derive(Clone, Debug)]
struct Primary {
    epoch: Epoch,
    content: BTreeMap<u64, u64>,
    /// The number of the last store.
    number: u64,
    waiting: Vec<Request>,
    under_way: Option<Batch>,
}

#[derive(Clone, Copy, Debug)]
struct Request {
    client: ClientId,
    number: u64,
    op: KvOp,
}

/// What the resource has been asked to take.
#[derive(Clone, Debug)]
struct Batch {
    writes: Vec<Write>,
    answers: Vec<(ClientId, u64, KvRet)>,
}

impl Replica {
    pub(crate) fn begin(system: Failover, parts: Parts, cx: &mut Context<'_, Failover>) -> Replica {
        cx.set_timer(Timer::Round, system.settings().heartbeat);
        let boot = Boot(cx.elapsed().as_nanos());
        Replica {
            system,
            parts,
            boot,
            state: State::Passive,
            latest: Epoch::default(),
            served: Served::default(),
        }
    }

    pub(crate) fn role(&self) -> Role {
        match self.state {
            State::Primary(_) => Role::LEADER,
            State::Mounting(_) => Role::CANDIDATE,
            State::Passive => Role::FOLLOWER,
        }
    }

    fn status(&self) -> Status {
        match &self.state {
            State::Primary(primary) => Status { serves: Some(primary.epoch) },
            State::Passive | State::Mounting(_) => Status::default(),
        }
    }

    pub(crate) fn on_message(&mut self, from: Address, message: Message, cx: &mut Context<'_, Failover>) {
        match (from, message) {
            (from, Message::Probe) => cx.send(from, Message::Heartbeat { status: self.status() }),
            (_, Message::Promote { epoch }) => self.promote(epoch, cx),
            (_, Message::Mounted { epoch, boot, content }) if boot == self.boot => {
                self.mounted(epoch, &content, cx);
            }
            (_, Message::Fenced { epoch }) => self.fenced(epoch, cx),
            (_, Message::Stored { epoch, number }) => self.stored(epoch, number, cx),
            (Address::Client(client), Message::Request { epoch, number, op }) => {
                self.request(epoch, Request { client, number, op }, cx);
            }
            _ => {}
        }
    }

    pub(crate) fn on_timer(&mut self, timer: Timer, cx: &mut Context<'_, Failover>) {
        if timer == Timer::Attempt {
            return self.ask(cx);
        }
        for &observer in &self.parts.observers {
            cx.send(observer, Message::Heartbeat { status: self.status() });
        }
        cx.set_timer(Timer::Round, self.system.settings().heartbeat);
    }

    fn promote(&mut self, epoch: Epoch, cx: &mut Context<'_, Failover>) {
        if epoch <= self.latest {
            return;
        }
        self.latest = epoch;
        self.step_down(cx);
        self.state = State::Mounting(epoch);
        cx.emit(Event::TakingOver { epoch });
        cx.point("before-mount");
        self.ask(cx);
    }

    /// Asks the resource what it was asked and has not answered.
    fn ask(&mut self, cx: &mut Context<'_, Failover>) {
        let message = match &self.state {
            State::Mounting(epoch) => Message::Mount { epoch: *epoch, boot: self.boot },
            State::Primary(Primary { epoch, number, under_way: Some(batch), .. }) => {
                Message::Store { epoch: *epoch, number: *number, writes: batch.writes.clone() }
            }
            State::Primary(_) | State::Passive => return,
        };
        cx.send(self.parts.resource, message);
        cx.set_timer(Timer::Attempt, self.system.settings().attempt_timeout);
    }

    fn mounted(&mut self, epoch: Epoch, content: &[Write], cx: &mut Context<'_, Failover>) {
        if !matches!(self.state, State::Mounting(mounting) if mounting == epoch) {
            return;
        }
        let content = content.iter().map(|write| (write.key, write.value)).collect();
        self.state =
            State::Primary(Primary { epoch, content, number: 0, waiting: Vec::new(), under_way: None });
        self.served = Served { epoch, last: BTreeMap::new() };
        tracing::info!(?epoch, "serves");
        cx.emit(Event::Serving { epoch });
    }

    fn fenced(&mut self, epoch: Epoch, cx: &mut Context<'_, Failover>) {
        let mine = match &self.state {
            State::Passive => return,
            State::Mounting(mounting) => *mounting,
            State::Primary(primary) => primary.epoch,
        };
        if mine == epoch {
            self.latest = self.latest.max(epoch);
            self.step_down(cx);
            self.state = State::Passive;
        }
    }

    /// Whoever waits for a batch that was not begun can ask elsewhere; what is under way may have happened.
    fn step_down(&mut self, cx: &mut Context<'_, Failover>) {
        if let State::Primary(primary) = &self.state {
            for &Request { client, number, .. } in &primary.waiting {
                cx.send(client, Message::Refused { number });
            }
        }
    }

    /// A request for an epoch that it has not served in this life may have been carried out in a former one: nobody can
    /// say, and nobody answers.
    fn request(&mut self, epoch: Epoch, request: Request, cx: &mut Context<'_, Failover>) {
        let Request { client, number, op } = request;
        if epoch != self.served.epoch {
            return;
        }
        match self.served.last.get(&client) {
            Some(&(last, Some(ret))) if last == number => {
                return cx.send(client, Message::Reply { number, ret });
            }
            Some(&(last, _)) if last >= number => return,
            _ => {}
        }
        self.served.last.insert(client, (number, None));
        let unconfirmed = self.system.has(FailoverBug::ReadUnconfirmed);
        let State::Primary(primary) = &mut self.state else {
            return cx.send(client, Message::Refused { number });
        };
        if let (true, KvOp::Read { key }) = (unconfirmed, op) {
            let ret = KvRet::Value(primary.content.get(&key).copied());
            return cx.send(client, Message::Reply { number, ret });
        }
        primary.waiting.push(request);
        if primary.under_way.is_none() {
            primary.begin();
            self.ask(cx);
        }
    }

    fn stored(&mut self, epoch: Epoch, number: u64, cx: &mut Context<'_, Failover>) {
        let State::Primary(primary) = &mut self.state else { return };
        if (epoch, number) != (primary.epoch, primary.number) {
            return;
        }
        let Some(batch) = primary.under_way.take() else { return };
        cx.point("before-reply");
        for (client, number, ret) in batch.answers {
            // A client that gave up may have asked for something else meanwhile: that is open still.
            if let Some(last) = self.served.last.get_mut(&client).filter(|last| last.0 == number) {
                last.1 = Some(ret);
            }
            cx.send(client, Message::Reply { number, ret });
        }
        if !primary.waiting.is_empty() {
            primary.begin();
            self.ask(cx);
        }
    }
}

impl Primary {
    /// Carries out in memory whatever waits, as one batch.
    fn begin(&mut self) {
        let mut batch = Batch { writes: Vec::new(), answers: Vec::new() };
        for Request { client, number, op } in std::mem::take(&mut self.waiting) {
            batch.answers.push((client, number, self.execute(op, &mut batch.writes)));
        }
        self.number += 1;
        self.under_way = Some(batch);
    }

    fn execute(&mut self, op: KvOp, writes: &mut Vec<Write>) -> KvRet {
        let ret = op.apply(&mut self.content);
        if let (
            KvOp::Write { key, value } | KvOp::Cas { key, value, .. },
            KvRet::Written | KvRet::Swapped(true),
        ) = (op, ret)
        {
            writes.push(Write { key, value });
        }
        ret
    }
}
