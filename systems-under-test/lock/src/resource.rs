//! What a lock guards: it lets in whoever shows a token that is not smaller than any it has seen.
//!
//! A greater token is on its disk before its bearer is let in: a resource that forgot it in a crash would let its
//! predecessor in again.

use std::collections::BTreeMap;

use stormglass_core::context::Context;
use stormglass_core::disk::{DiskError, SyncId};
use stormglass_core::id::{Address, ClientId};
use stormglass_core::words::{Unread, Words};

use crate::Lock;
use crate::bugs::LockBug;
use crate::event::Event;
use crate::message::{Message, Timer, Token};
use crate::node::DISK_RETRY;

/// A resource.
#[derive(Clone, Debug)]
pub struct Resource {
    system: Lock,
    words: Words,
    /// The greatest token seen, by lock.
    seen: BTreeMap<u64, Token>,
    /// Who waits for a token to be on the disk.
    waiting: Vec<Guest>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Guest {
    client: ClientId,
    number: u64,
    lock: u64,
    token: Token,
}

impl Resource {
    pub(crate) fn recover(system: Lock, cx: &mut Context<'_, Lock>) -> Result<Resource, Unread> {
        let words = Words::open(cx)?;
        cx.emit(Event::Started);
        Ok(Resource { system, words, seen: BTreeMap::new(), waiting: Vec::new() })
    }

    pub(crate) fn on_message(&mut self, from: Address, message: &Message, cx: &mut Context<'_, Lock>) {
        if let (Address::Client(client), &Message::Use { number, lock, token }) = (from, message) {
            let guest = Guest { client, number, lock, token };
            if !self.waiting.contains(&guest) {
                self.waiting.push(guest);
            }
            self.serve(cx);
        }
    }

    pub(crate) fn on_timer(&mut self, cx: &mut Context<'_, Lock>) {
        self.serve(cx);
    }

    pub(crate) fn on_synced(
        &mut self,
        sync: SyncId,
        result: &Result<(), DiskError>,
        cx: &mut Context<'_, Lock>,
    ) {
        self.words.on_synced(sync, result, cx);
        self.serve(cx);
    }

    /// Answers everybody who can be answered; for the others the disk is asked.
    fn serve(&mut self, cx: &mut Context<'_, Lock>) {
        for guest in std::mem::take(&mut self.waiting) {
            let Guest { client, number, lock, token } = guest;
            let greatest = self.greatest(lock);
            if token < greatest && !self.system.has(LockBug::ResourceIgnoresToken) {
                cx.send(client, Message::Stale { number, greatest });
            } else if self.remembered(lock, token) {
                cx.emit(Event::Accepted { lock, client, token });
                cx.point("before-reply");
                cx.send(client, Message::Used { number });
            } else {
                self.remember(lock, token, cx);
                self.waiting.push(guest);
            }
        }
    }

    fn greatest(&self, lock: u64) -> Token {
        let seen = self.seen.get(&lock).copied().unwrap_or_default();
        seen.max(Token(self.words.get(lock)))
    }

    /// Whether a crash now would leave this token, or a greater one.
    fn remembered(&mut self, lock: u64, token: Token) -> bool {
        if self.system.has(LockBug::ResourceIgnoresToken) {
            return true;
        }
        if self.system.has(LockBug::ResourceForgetsToken) {
            self.seen.insert(lock, token);
            return true;
        }
        Token(self.words.durable(lock)) >= token
    }

    fn remember(&mut self, lock: u64, token: Token, cx: &mut Context<'_, Lock>) {
        if Token(self.words.get(lock)) < token && self.words.raise(lock, token.0, cx).is_err() {
            cx.set_timer(Timer::Disk, DISK_RETRY);
        }
    }
}
