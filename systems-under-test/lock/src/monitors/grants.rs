//! Single grants: their tokens, their order, who ends them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;

use super::violated;
use crate::Lock;
use crate::event::{Claim, Event};
use crate::message::Token;

/// Remembers the last token of each lock.
#[derive(Clone, Debug, Default)]
pub(super) struct TokensGrow {
    last: BTreeMap<u64, Token>,
}

impl Monitor<Lock> for TokensGrow {
    fn name(&self) -> &'static str {
        "tokens-grow"
    }

    fn about(&self) -> &'static str {
        "every grant of a lock has a greater token than the one before, across restarts too"
    }

    fn on_event(&mut self, at: Time, _node: NodeId, event: &Event, _world: &dyn View<Lock>) -> Verdict {
        let Event::Granted { lock, claim, token } = *event else { return Verdict::Ok };
        match self.last.insert(lock, token) {
            Some(before) if before >= token => {
                let (client, token, before) = (claim.client, token.0, before.0);
                let summary =
                    format!("{client} was granted token {token}, after token {before} had been granted");
                violated(self.name(), at, format!("lock {lock}"), summary)
            }
            _ => Verdict::Ok,
        }
    }
}

/// Remembers every claim that has been granted or has ended.
#[derive(Clone, Debug, Default)]
pub(super) struct GrantedOnce {
    over: BTreeMap<u64, BTreeSet<Claim>>,
}

impl Monitor<Lock> for GrantedOnce {
    fn name(&self) -> &'static str {
        "granted-once"
    }

    fn about(&self) -> &'static str {
        "a wish is granted at most once, and never after it was given up: nobody would give the lock back"
    }

    fn on_event(&mut self, at: Time, _node: NodeId, event: &Event, _world: &dyn View<Lock>) -> Verdict {
        match *event {
            Event::Granted { lock, claim, .. } if !self.over.entry(lock).or_default().insert(claim) => {
                let summary =
                    format!("wish {} of {} was granted again, or after its end", claim.wish.0, claim.client);
                violated(self.name(), at, format!("lock {lock}"), summary)
            }
            Event::Ended { lock, claim, .. } => {
                self.over.entry(lock).or_default().insert(claim);
                Verdict::Ok
            }
            _ => Verdict::Ok,
        }
    }
}

/// Looks at each end alone.
#[derive(Clone, Debug)]
pub(super) struct EndedByOwner;

impl Monitor<Lock> for EndedByOwner {
    fn name(&self) -> &'static str {
        "ended-by-owner"
    }

    fn about(&self) -> &'static str {
        "only its own client ends a claim, or the end of its session"
    }

    fn on_event(&mut self, at: Time, _node: NodeId, event: &Event, _world: &dyn View<Lock>) -> Verdict {
        let Event::Ended { lock, claim, by: Some(by) } = *event else { return Verdict::Ok };
        if by.client == claim.client && by.session == claim.session {
            return Verdict::Ok;
        }
        let summary = format!(
            "the claim of {} (session {}) was ended by {} (session {})",
            claim.client, claim.session.0, by.client, by.session.0
        );
        violated(self.name(), at, format!("lock {lock}"), summary)
    }
}

/// Remembers the queues, as long as the server does.
#[derive(Clone, Debug, Default)]
pub(super) struct Fifo {
    queues: BTreeMap<u64, VecDeque<Claim>>,
}

impl Monitor<Lock> for Fifo {
    fn name(&self) -> &'static str {
        "fifo"
    }

    fn about(&self) -> &'static str {
        "a free lock goes to the wish that has waited longest"
    }

    fn on_event(&mut self, at: Time, node: NodeId, event: &Event, world: &dyn View<Lock>) -> Verdict {
        match *event {
            Event::Started if world.cluster().nodes().first() == Some(&node) => self.queues.clear(),
            Event::Queued { lock, claim } => self.queues.entry(lock).or_default().push_back(claim),
            Event::Ended { lock, claim, .. } => {
                self.queues.entry(lock).or_default().retain(|other| *other != claim);
            }
            Event::Granted { lock, claim, .. } => {
                let queue = self.queues.entry(lock).or_default();
                let first = queue.front().copied();
                queue.retain(|other| *other != claim);
                if let Some(first) = first.filter(|first| *first != claim) {
                    let summary = format!(
                        "{} was granted the lock before {}, who waited longer",
                        claim.client, first.client
                    );
                    return violated(self.name(), at, format!("lock {lock}"), summary);
                }
            }
            _ => {}
        }
        Verdict::Ok
    }
}
