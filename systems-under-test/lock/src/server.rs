//! The lock server: sessions, queues of wishes, and grants with tokens that only grow.
//!
//! Its memory is all it has of sessions and grants. After a restart it grants nothing until every session that it may
//! have promised has run out; the numbers of tokens and sessions alone are on its disk.

use std::collections::{BTreeMap, VecDeque};

use stormglass_core::context::Context;
use stormglass_core::disk::{DiskError, SyncId};
use stormglass_core::id::{Address, ClientId};
use stormglass_core::time::{Duration, Time};
use stormglass_core::words::{Unread, Words};

use crate::Lock;
use crate::bugs::LockBug;
use crate::event::{Claim, Event};
use crate::message::{Message, Session, Timer, Token, Wish};
use crate::node::DISK_RETRY;
use crate::sessions::{Opening, Sessions};

/// Where the reserved numbers stand on the disk.
const NUMBERS: u64 = 0;
/// A timer in the past would be no timer.
const SOON: Duration = Duration::from_millis(1);

/// The server.
#[derive(Clone, Debug)]
pub struct Server {
    system: Lock,
    numbers: Words,
    /// The last number handed out, as a session's or as a token.
    last: u64,
    pub(crate) sessions: Sessions,
    pub(crate) locks: BTreeMap<u64, Queue>,
    /// Until then nothing is granted; `None` once it is over.
    grace: Option<Time>,
}

/// One lock.
#[derive(Clone, Debug, Default)]
pub(crate) struct Queue {
    pub(crate) holder: Option<(Claim, Token)>,
    pub(crate) waiting: VecDeque<Claim>,
    /// The last wish of each client's session that has ended: what comes of it later is late.
    ended: BTreeMap<ClientId, (Session, Wish)>,
    /// The token of each session that has held it, for those who hand out one a session.
    tokens: BTreeMap<Session, Token>,
}

impl Server {
    pub(crate) fn recover(system: Lock, cx: &mut Context<'_, Lock>) -> Result<Server, Unread> {
        let numbers = Words::open(cx)?;
        cx.emit(Event::Started);
        cx.point("recovered");
        let settings = system.settings();
        let mut server = Server {
            system,
            last: numbers.get(NUMBERS),
            numbers,
            sessions: Sessions::default(),
            locks: BTreeMap::new(),
            grace: Some(cx.elapsed() + settings.session_ttl + settings.margin),
        };
        if server.has(LockBug::NoGrace) {
            server.grace = None;
        }
        if server.has(LockBug::TokenVolatile) {
            server.last = 0;
        }
        server.set_timer(cx);
        Ok(server)
    }

    fn has(&self, bug: LockBug) -> bool {
        self.system.has(bug)
    }

    /// The clock by which sessions run out.
    fn now(&self, cx: &Context<'_, Lock>) -> Time {
        if self.has(LockBug::ExpiryOnWallClock) {
            return cx.wall_clock();
        }
        cx.elapsed()
    }

    pub(crate) fn on_message(&mut self, from: Address, message: &Message, cx: &mut Context<'_, Lock>) {
        let Address::Client(client) = from else { return };
        match *message {
            Message::Open { nonce } => self.open(client, nonce, cx),
            Message::KeepAlive { session, beat } if self.hear(client, session, cx) => {
                cx.emit(Event::Renewed { client, session });
                cx.send(client, Message::Alive { session, beat });
            }
            Message::Acquire { session, wish, lock } if self.hear(client, session, cx) => {
                self.acquire(Claim { client, session, wish }, lock, cx);
            }
            Message::Release { session, wish, lock } => {
                // A session that is over holds nothing: nothing is left to give back.
                if self.hear(client, session, cx) || self.has(LockBug::ReleaseUnowned) {
                    self.release(Claim { client, session, wish }, lock, cx);
                }
                cx.send(client, Message::Released { session, wish });
            }
            _ => {}
        }
        self.set_timer(cx);
    }

    /// Whether this session is alive; it lives on for its whole time then. If not, its client is told.
    fn hear(&mut self, client: ClientId, session: Session, cx: &mut Context<'_, Lock>) -> bool {
        let alive = self.sessions.alive(client, session);
        match alive {
            true => self.sessions.renew(client, self.now(cx), self.system.settings().session_ttl),
            false => cx.send(client, Message::Expired { session }),
        }
        alive
    }

    fn open(&mut self, client: ClientId, nonce: u64, cx: &mut Context<'_, Lock>) {
        let session = match self.sessions.opening(client, nonce) {
            Opening::Late => return,
            Opening::Begun(session) => session,
            Opening::New(before) => {
                let Some(number) = self.number(cx) else { return };
                if let Some(session) = before {
                    cx.emit(Event::Replaced { client, session });
                    self.end_session(client, session, cx);
                }
                let until = self.now(cx) + self.system.settings().session_ttl;
                self.sessions.begin(client, nonce, Session(number), until);
                Session(number)
            }
        };
        cx.send(client, Message::Opened { nonce, session });
    }

    /// The next number, if it is reserved on the disk; if not, the disk is asked for more.
    fn number(&mut self, cx: &mut Context<'_, Lock>) -> Option<u64> {
        let reserved = self.numbers.durable(NUMBERS);
        // Half of them are left when more are asked for, so that nobody has to wait.
        let wanted = self.last + self.system.settings().reserve;
        if self.numbers.get(NUMBERS) < wanted {
            // If the disk refuses, there is nothing to hand out, and the next one asks again.
            let _ = self.numbers.raise(NUMBERS, wanted + self.system.settings().reserve, cx);
        }
        if self.last >= reserved && !self.has(LockBug::TokenVolatile) {
            return None;
        }
        self.last += 1;
        Some(self.last)
    }

    fn acquire(&mut self, claim: Claim, lock: u64, cx: &mut Context<'_, Lock>) {
        let twice = self.has(LockBug::QueuedTwice);
        let queue = self.locks.entry(lock).or_default();
        if let Some((holder, token)) = queue.holder
            && holder == claim
        {
            // The grant was lost on its way.
            let Claim { client, session, wish } = claim;
            cx.send(client, Message::Granted { session, wish, token });
            return;
        }
        if !twice && (queue.is_late(claim) || queue.waiting.contains(&claim)) {
            return;
        }
        // A client that wishes anew has given up what it wished for before.
        let own = |other: &Claim| other.client == claim.client && other.wish < claim.wish;
        let before: Vec<Claim> =
            queue.waiting.iter().copied().chain(queue.holder.map(|(holder, _)| holder)).filter(own).collect();
        for other in before {
            self.end(lock, other, Some(claim), cx);
        }
        self.locks.entry(lock).or_default().waiting.push_back(claim);
        cx.emit(Event::Queued { lock, claim });
        cx.point("queued");
        self.grant(lock, cx);
    }

    fn release(&mut self, by: Claim, lock: u64, cx: &mut Context<'_, Lock>) {
        let queue = self.locks.entry(lock).or_default();
        let mut claim = by;
        if self.system.has(LockBug::ReleaseUnowned)
            && let Some((holder, _)) = queue.holder
        {
            claim = holder;
        }
        queue.end_wish(by);
        self.end(lock, claim, Some(by), cx);
        self.grant(lock, cx);
    }

    /// Takes a claim out, wherever it stands.
    fn end(&mut self, lock: u64, claim: Claim, by: Option<Claim>, cx: &mut Context<'_, Lock>) {
        let queue = self.locks.entry(lock).or_default();
        queue.end_wish(claim);
        let held = queue.holder.take_if(|(holder, _)| *holder == claim).is_some();
        let before = queue.waiting.len();
        queue.waiting.retain(|other| *other != claim);
        if held || queue.waiting.len() < before {
            cx.emit(Event::Ended { lock, claim, by });
        }
    }

    /// A free lock goes to whoever has waited longest.
    fn grant(&mut self, lock: u64, cx: &mut Context<'_, Lock>) {
        if self.grace.is_some() {
            return;
        }
        let free = |queue: &&Queue| queue.holder.is_none();
        let Some(queue) = self.locks.get(&lock).filter(free) else { return };
        let Some(claim) = self.next(queue) else { return };
        let Some(token) = self.token(lock, claim.session, cx) else { return };
        let queue = self.locks.entry(lock).or_default();
        queue.waiting.retain(|other| *other != claim);
        queue.holder = Some((claim, token));
        queue.tokens.insert(claim.session, token);
        cx.emit(Event::Granted { lock, claim, token });
        cx.point("before-grant");
        let Claim { client, session, wish } = claim;
        cx.send(client, Message::Granted { session, wish, token });
    }

    /// Who has waited longest.
    fn next(&self, queue: &Queue) -> Option<Claim> {
        if self.has(LockBug::NewestFirst) {
            return queue.waiting.back().copied();
        }
        queue.waiting.front().copied()
    }

    fn token(&mut self, lock: u64, session: Session, cx: &mut Context<'_, Lock>) -> Option<Token> {
        if self.has(LockBug::TokenPerSession)
            && let Some(token) = self.locks.get(&lock).and_then(|queue| queue.tokens.get(&session))
        {
            return Some(*token);
        }
        self.number(cx).map(Token)
    }

    fn end_session(&mut self, client: ClientId, session: Session, cx: &mut Context<'_, Lock>) {
        self.sessions.end(client);
        let locks: Vec<u64> = self.locks.keys().copied().collect();
        for lock in locks {
            for claim in self.claims_of(lock, session) {
                self.end(lock, claim, None, cx);
            }
            if !self.has(LockBug::LostWakeUp) {
                self.grant(lock, cx);
            }
        }
    }

    /// What a session that is over leaves at a lock.
    fn claims_of(&self, lock: u64, session: Session) -> Vec<Claim> {
        let Some(queue) = self.locks.get(&lock) else { return Vec::new() };
        let held = queue.holder.map(|(holder, _)| holder);
        let of = |claim: &Claim| claim.session == session;
        if self.has(LockBug::DeadWaiter) {
            return held.into_iter().filter(of).collect();
        }
        held.into_iter().chain(queue.waiting.iter().copied()).filter(of).collect()
    }

    pub(crate) fn on_timer(&mut self, cx: &mut Context<'_, Lock>) {
        for (client, session) in self.sessions.over(self.now(cx)) {
            cx.emit(Event::Expired { client, session });
            self.end_session(client, session, cx);
        }
        self.grace.take_if(|grace| cx.elapsed() >= *grace);
        // After its grace, and whenever the disk had no numbers left.
        self.grant_all(cx);
        self.set_timer(cx);
    }

    pub(crate) fn on_synced(
        &mut self,
        sync: SyncId,
        result: &Result<(), DiskError>,
        cx: &mut Context<'_, Lock>,
    ) {
        if self.numbers.on_synced(sync, result, cx) {
            self.grant_all(cx);
        }
        self.set_timer(cx);
    }

    fn grant_all(&mut self, cx: &mut Context<'_, Lock>) {
        if self.has(LockBug::LostWakeUp) {
            return;
        }
        let locks: Vec<u64> = self.locks.keys().copied().collect();
        for lock in locks {
            self.grant(lock, cx);
        }
    }

    /// Wakes up when the next session runs out, the grace ends, or the disk may have thought better of it.
    fn set_timer(&mut self, cx: &mut Context<'_, Lock>) {
        let now = self.now(cx);
        let after = |at: Time| at.since(now).max(SOON);
        let session = self.sessions.next().map(after);
        let grace = self.grace.map(|grace| grace.since(cx.elapsed()).max(SOON));
        let stuck = self.locks.values().any(|queue| queue.holder.is_none() && !queue.waiting.is_empty());
        let retry = (grace.is_none() && stuck).then_some(DISK_RETRY);
        if let Some(soonest) = [session, grace, retry].into_iter().flatten().min() {
            cx.set_timer(Timer::Expiry, soonest);
        }
    }

    /// A lock that nobody holds and somebody waits for, though nothing stands in the way.
    pub(crate) fn stuck(&self) -> Option<(u64, ClientId)> {
        if self.grace.is_some() || self.last >= self.numbers.durable(NUMBERS) {
            return None;
        }
        let free = self.locks.iter().filter(|(_, queue)| queue.holder.is_none());
        free.filter_map(|(&lock, queue)| Some((lock, queue.waiting.front()?.client))).next()
    }
}

impl Queue {
    /// Whether this wish, or a later one of its client, has ended or is in the queue already.
    fn is_late(&self, claim: Claim) -> bool {
        let later = |other: &Claim| other.client == claim.client && other.wish > claim.wish;
        self.ended
            .get(&claim.client)
            .is_some_and(|&(session, wish)| session == claim.session && wish >= claim.wish)
            || self.waiting.iter().any(later)
            || self.holder.is_some_and(|(holder, _)| later(&holder))
    }

    fn end_wish(&mut self, claim: Claim) {
        let ended = self.ended.entry(claim.client).or_default();
        *ended = (*ended).max((claim.session, claim.wish));
    }
}
