//! A client: it keeps a session alive, waits for locks, uses what they guard, and gives them back.
//!
//! It takes its session for over sooner than the server does, by its own monotonic clock. That is courtesy, not
//! safety: it may stand still between looking at its clock and being heard. Safe is what the resource refuses.

use std::collections::BTreeMap;

use stormglass_core::cluster::Cluster;
use stormglass_core::context::Context;
use stormglass_core::history::Outcome;
use stormglass_core::id::{Address, NodeId};
use stormglass_core::op::lock::{LockOp, LockRet};
use stormglass_core::system::Client;
use stormglass_core::time::Time;

use crate::Lock;
use crate::message::{Message, Session, Timer, Token, Wish};
use crate::settings::Settings;

/// So many keep-alives may be under way.
const BEATS: usize = 16;

/// A client of a lock service.
#[derive(Clone, Debug)]
pub struct LockClient {
    settings: Settings,
    server: NodeId,
    resources: Vec<NodeId>,
    life: Life,
    wish: Wish,
    held: Option<Held>,
    doing: Option<Doing>,
    /// The number of the latest use.
    number: u64,
    /// What has been given back, or given up, and the server has not yet confirmed.
    withdrawn: BTreeMap<(Session, Wish), u64>,
}

/// What it knows of its session.
#[derive(Clone, Debug, Default)]
struct Life {
    /// The wish for it, by the monotonic clock; `None` before the first.
    nonce: Option<Time>,
    session: Option<Session>,
    /// Until then it lives, as far as the client may rely on.
    until: Time,
    beat: u64,
    /// When each keep-alive was sent.
    sent: BTreeMap<u64, Time>,
}

#[derive(Clone, Copy, Debug)]
struct Held {
    lock: u64,
    wish: Wish,
    token: Token,
}

#[derive(Clone, Copy, Debug)]
enum Doing {
    Acquire { lock: u64 },
    Use { held: Held },
    Release { session: Session, wish: Wish },
}

impl LockClient {
    pub(crate) fn new(settings: Settings, cluster: &Cluster) -> LockClient {
        let (&server, resources) = cluster.nodes().split_first().expect("a cluster has nodes");
        LockClient {
            settings,
            server,
            resources: if resources.is_empty() { vec![server] } else { resources.to_vec() },
            life: Life::default(),
            wish: Wish::default(),
            held: None,
            doing: None,
            number: 0,
            withdrawn: BTreeMap::new(),
        }
    }

    fn resource(&self, lock: u64) -> NodeId {
        self.resources[(lock % self.resources.len() as u64) as usize]
    }

    /// Asks what it is about to do, and waits for an answer.
    fn ask(&mut self, cx: &mut Context<'_, Lock>) {
        if self.doing.is_none() {
            return;
        }
        cx.set_timer(Timer::Attempt, self.settings.attempt_timeout);
        match self.doing {
            Some(Doing::Acquire { lock }) => match self.life.session {
                Some(session) => cx.send(self.server, Message::Acquire { session, wish: self.wish, lock }),
                None => {
                    let nonce = *self.life.nonce.get_or_insert(cx.elapsed());
                    cx.send(self.server, Message::Open { nonce: nonce.as_nanos() });
                }
            },
            Some(Doing::Use { held }) => {
                let (number, Held { lock, token, .. }) = (self.number, held);
                cx.send(self.resource(lock), Message::Use { number, lock, token });
            }
            // What is withdrawn is sent again by a timer of its own.
            Some(Doing::Release { .. }) | None => {}
        }
    }

    /// Gives a lock back, or a wish up, until the server confirms it.
    fn withdraw(&mut self, session: Session, wish: Wish, lock: u64, cx: &mut Context<'_, Lock>) {
        self.withdrawn.insert((session, wish), lock);
        cx.send(self.server, Message::Release { session, wish, lock });
        cx.set_timer(Timer::Withdraw, self.settings.attempt_timeout);
    }

    fn let_go(&mut self, cx: &mut Context<'_, Lock>) {
        if let (Some(held), Some(session)) = (self.held.take(), self.life.session) {
            self.withdraw(session, held.wish, held.lock, cx);
        }
    }

    fn complete(&mut self, outcome: Outcome<LockRet>, cx: &mut Context<'_, Lock>) {
        self.doing = None;
        cx.cancel_timer(Timer::Attempt);
        cx.cancel_timer(Timer::Deadline);
        cx.complete(outcome);
    }

    /// The session is over, and with it all that was held in it.
    fn lose_session(&mut self, cx: &mut Context<'_, Lock>) {
        self.life = Life::default();
        self.held = None;
        self.withdrawn.clear();
        match self.doing {
            // It begins anew, and waits in the queue anew.
            Some(Doing::Acquire { .. }) => {
                self.wish.0 += 1;
                self.ask(cx);
            }
            Some(Doing::Release { .. }) => {
                self.complete(Outcome::Fail("the session is over".into()), cx);
            }
            // It may still be let in.
            Some(Doing::Use { .. }) | None => {}
        }
    }

    fn opened(&mut self, session: Session, cx: &mut Context<'_, Lock>) {
        self.life.session = Some(session);
        self.beat(cx);
        self.ask(cx);
    }

    fn beat(&mut self, cx: &mut Context<'_, Lock>) {
        let Some(session) = self.life.session else { return };
        let life = &mut self.life;
        life.beat += 1;
        life.sent.insert(life.beat, cx.elapsed());
        if life.sent.len() > BEATS {
            life.sent.pop_first();
        }
        cx.send(self.server, Message::KeepAlive { session, beat: life.beat });
        cx.set_timer(Timer::Beat, self.settings.keep_alive);
    }

    /// A keep-alive was heard: the session lives for its whole time from when it was sent, at least.
    fn alive(&mut self, beat: u64) {
        if let Some(sent) = self.life.sent.remove(&beat) {
            let until = sent + (self.settings.session_ttl - self.settings.margin);
            self.life.until = self.life.until.max(until);
        }
    }

    fn granted(&mut self, wish: Wish, token: Token, cx: &mut Context<'_, Lock>) {
        if let Some(Doing::Acquire { lock }) = self.doing
            && wish == self.wish
        {
            self.held = Some(Held { lock, wish, token });
            self.complete(Outcome::Ok(LockRet::Acquired(Some(token.0))), cx);
        }
    }

    fn give_up(&mut self, cx: &mut Context<'_, Lock>) {
        let late = "no answer in time".into();
        match self.doing {
            Some(Doing::Acquire { lock }) => {
                if let Some(session) = self.life.session {
                    self.withdraw(session, self.wish, lock, cx);
                }
                self.complete(Outcome::Fail("not granted in time".into()), cx);
            }
            Some(Doing::Use { .. } | Doing::Release { .. }) => self.complete(Outcome::Info(late), cx),
            None => {}
        }
    }
}

impl Client<Lock> for LockClient {
    /// A client that comes back under its old name remembers no number; from its clock on every number is new.
    fn on_start(&mut self, cx: &mut Context<'_, Lock>) {
        self.number = cx.elapsed().as_nanos();
    }

    fn on_invoke(&mut self, op: LockOp, cx: &mut Context<'_, Lock>) {
        let held = self.held.filter(|held| held.lock == op.lock());
        match (op, held) {
            (LockOp::Acquire { lock }, _) => {
                // One lock at a time.
                self.let_go(cx);
                self.wish.0 += 1;
                self.doing = Some(Doing::Acquire { lock });
                cx.set_timer(Timer::Deadline, self.settings.acquire_deadline);
            }
            (LockOp::Use { .. }, Some(held)) if cx.elapsed() < self.life.until => {
                self.number += 1;
                self.doing = Some(Doing::Use { held });
                cx.set_timer(Timer::Deadline, self.settings.deadline);
            }
            (LockOp::Release { lock }, Some(Held { wish, .. })) if self.life.session.is_some() => {
                let session = self.life.session.expect("just looked");
                self.held = None;
                self.doing = Some(Doing::Release { session, wish });
                self.withdraw(session, wish, lock, cx);
                cx.set_timer(Timer::Deadline, self.settings.deadline);
            }
            (LockOp::Use { .. } | LockOp::Release { .. }, _) => {
                return cx.complete(Outcome::Fail("not held".into()));
            }
        }
        self.ask(cx);
    }

    fn on_message(&mut self, _from: Address, message: Message, cx: &mut Context<'_, Lock>) {
        let mine = |session| self.life.session == Some(session);
        match message {
            Message::Opened { nonce, session }
                if self.life.session.is_none()
                    && self.life.nonce.is_some_and(|mine| mine.as_nanos() == nonce) =>
            {
                self.opened(session, cx);
            }
            Message::Alive { session, beat } if mine(session) => self.alive(beat),
            Message::Expired { session } if mine(session) => self.lose_session(cx),
            Message::Granted { session, wish, token } if mine(session) => self.granted(wish, token, cx),
            Message::Released { session, wish } => {
                self.withdrawn.remove(&(session, wish));
                if matches!(self.doing, Some(Doing::Release { session: s, wish: w }) if (s, w) == (session, wish))
                {
                    self.complete(Outcome::Ok(LockRet::Released), cx);
                }
            }
            Message::Used { number } if number == self.number => {
                if let Some(Doing::Use { held }) = self.doing {
                    self.complete(Outcome::Ok(LockRet::UsedWith(held.token.0)), cx);
                }
            }
            Message::Stale { number, greatest } if number == self.number => {
                if let Some(Doing::Use { .. }) = self.doing {
                    let why = format!("stale: token {} has been seen", greatest.0);
                    self.complete(Outcome::Fail(why.into()), cx);
                    self.let_go(cx);
                }
            }
            _ => {}
        }
    }

    fn on_timer(&mut self, timer: Timer, cx: &mut Context<'_, Lock>) {
        match timer {
            Timer::Beat => {
                // Whoever has not been heard for so long holds nothing, whatever the server may still think.
                if cx.elapsed() >= self.life.until {
                    self.let_go(cx);
                }
                self.beat(cx);
            }
            Timer::Attempt => self.ask(cx),
            Timer::Deadline => self.give_up(cx),
            Timer::Withdraw if !self.withdrawn.is_empty() => {
                for (&(session, wish), &lock) in &self.withdrawn {
                    cx.send(self.server, Message::Release { session, wish, lock });
                }
                cx.set_timer(Timer::Withdraw, self.settings.attempt_timeout);
            }
            Timer::Withdraw | Timer::Expiry | Timer::Disk => {}
        }
    }
}
