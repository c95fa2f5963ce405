//! Who is alive, as far as the server knows: one session a client, until it has been silent for too long.

use std::collections::BTreeMap;

use stormglass_core::id::ClientId;
use stormglass_core::time::{Duration, Time};

use crate::message::Session;

#[derive(Clone, Copy, Debug)]
struct Life {
    nonce: u64,
    session: Session,
    until: Time,
}

/// The sessions that are not over.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sessions {
    lives: BTreeMap<ClientId, Life>,
}

/// What became of a wish to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// It has begun already.
    Begun(Session),
    /// A later life has begun since: nobody waits for this one.
    Late,
    /// It can begin, once this one, if there is one, has ended.
    New(Option<Session>),
}

impl Sessions {
    pub(crate) fn opening(&self, client: ClientId, nonce: u64) -> Opening {
        match self.lives.get(&client) {
            Some(life) if life.nonce == nonce => Opening::Begun(life.session),
            Some(life) if life.nonce > nonce => Opening::Late,
            Some(life) => Opening::New(Some(life.session)),
            None => Opening::New(None),
        }
    }

    pub(crate) fn begin(&mut self, client: ClientId, nonce: u64, session: Session, until: Time) {
        self.lives.insert(client, Life { nonce, session, until });
    }

    /// Whether this session of this client is alive.
    pub(crate) fn alive(&self, client: ClientId, session: Session) -> bool {
        self.lives.get(&client).is_some_and(|life| life.session == session)
    }

    /// A client that is alive said something.
    pub(crate) fn renew(&mut self, client: ClientId, now: Time, ttl: Duration) {
        if let Some(life) = self.lives.get_mut(&client) {
            life.until = now + ttl;
        }
    }

    pub(crate) fn end(&mut self, client: ClientId) {
        self.lives.remove(&client);
    }

    /// The sessions that have run out.
    pub(crate) fn over(&self, now: Time) -> Vec<(ClientId, Session)> {
        let over = self.lives.iter().filter(|(_, life)| life.until <= now);
        over.map(|(&client, life)| (client, life.session)).collect()
    }

    /// When the next one runs out.
    pub(crate) fn next(&self) -> Option<Time> {
        self.lives.values().map(|life| life.until).min()
    }
}
