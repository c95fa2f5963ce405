//! Sessions and time: how long a grant is in force, in true time.

use std::collections::{BTreeMap, BTreeSet};

use stormglass_core::id::{ClientId, NodeId};
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::{Duration, Time};
use stormglass_core::verdict::Verdict;

use super::violated;
use crate::Lock;
use crate::event::{Claim, Event};
use crate::message::Session;

/// Remembers the last grant of each lock, and when each session was last told that it lives.
#[derive(Clone, Debug)]
pub(super) struct Exclusive {
    lease: Duration,
    renewed: BTreeMap<Session, Time>,
    held: BTreeMap<u64, Claim>,
}

impl Exclusive {
    pub(super) fn new(lease: Duration) -> Exclusive {
        Exclusive { lease, renewed: BTreeMap::new(), held: BTreeMap::new() }
    }
}

impl Monitor<Lock> for Exclusive {
    fn name(&self) -> &'static str {
        "exclusive"
    }

    fn about(&self) -> &'static str {
        "no lock is granted before its last grant was ended, or its session had lived its time after it last was renewed"
    }

    fn on_event(&mut self, at: Time, _node: NodeId, event: &Event, _world: &dyn View<Lock>) -> Verdict {
        match *event {
            Event::Renewed { session, .. } => _ = self.renewed.insert(session, at),
            Event::Queued { claim, .. } => _ = self.renewed.insert(claim.session, at),
            Event::Ended { lock, claim, .. } => {
                self.held
                    .remove(&lock)
                    .filter(|held| *held != claim)
                    .map(|held| self.held.insert(lock, held));
            }
            Event::Granted { lock, claim, .. } => {
                let before = self.held.insert(lock, claim);
                let Some(before) = before else { return Verdict::Ok };
                let renewed = self.renewed.get(&before.session).copied().unwrap_or(Time::ZERO);
                if at < renewed + self.lease {
                    let (client, other) = (claim.client, before.client);
                    let left = (renewed + self.lease).since(at);
                    let summary = format!(
                        "{client} was granted the lock while {other} held it, for {left} more at least"
                    );
                    return violated(self.name(), at, format!("lock {lock}"), summary);
                }
            }
            _ => {}
        }
        Verdict::Ok
    }
}

/// Remembers when each session was last told that it lives.
#[derive(Clone, Debug)]
pub(super) struct SessionsLive {
    lease: Duration,
    renewed: BTreeMap<Session, Time>,
}

impl SessionsLive {
    pub(super) fn new(lease: Duration) -> SessionsLive {
        SessionsLive { lease, renewed: BTreeMap::new() }
    }
}

impl Monitor<Lock> for SessionsLive {
    fn name(&self) -> &'static str {
        "sessions-live"
    }

    fn about(&self) -> &'static str {
        "no session runs out sooner than its time after its client was last told that it lives"
    }

    fn on_event(&mut self, at: Time, _node: NodeId, event: &Event, _world: &dyn View<Lock>) -> Verdict {
        match *event {
            Event::Renewed { session, .. } => {
                self.renewed.insert(session, at);
                Verdict::Ok
            }
            Event::Expired { client, session } => match self.renewed.get(&session) {
                Some(&renewed) if at < renewed + self.lease => {
                    let after = at.since(renewed);
                    let summary =
                        format!("the session of {client} ran out {after} after it had been renewed");
                    violated(self.name(), at, format!("session {}", session.0), summary)
                }
                _ => Verdict::Ok,
            },
            _ => Verdict::Ok,
        }
    }
}

/// Remembers the sessions that are over.
#[derive(Clone, Debug, Default)]
pub(super) struct GrantedToTheLiving {
    over: BTreeSet<(ClientId, Session)>,
}

impl Monitor<Lock> for GrantedToTheLiving {
    fn name(&self) -> &'static str {
        "granted-to-the-living"
    }

    fn about(&self) -> &'static str {
        "no lock is granted to a session that is over"
    }

    fn on_event(&mut self, at: Time, _node: NodeId, event: &Event, _world: &dyn View<Lock>) -> Verdict {
        match *event {
            Event::Expired { client, session } | Event::Replaced { client, session } => {
                self.over.insert((client, session));
                Verdict::Ok
            }
            Event::Granted { lock, claim, .. } if self.over.contains(&(claim.client, claim.session)) => {
                let (client, session) = (claim.client, claim.session.0);
                let summary = format!("the lock was granted to {client} in session {session}, which is over");
                violated(self.name(), at, format!("lock {lock}"), summary)
            }
            _ => Verdict::Ok,
        }
    }
}
