//! Resource safety: the one promise that holds whatever happens.

use std::collections::BTreeMap;

use stormglass_core::id::{ClientId, NodeId};
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;

use super::violated;
use crate::Lock;
use crate::event::Event;
use crate::message::Token;

/// Remembers to whom each token was granted, and the greatest that was let in.
#[derive(Clone, Debug, Default)]
pub(super) struct Fenced {
    granted: BTreeMap<(u64, Token), ClientId>,
    greatest: BTreeMap<u64, (Token, ClientId)>,
}

impl Monitor<Lock> for Fenced {
    fn name(&self) -> &'static str {
        "fenced"
    }

    fn about(&self) -> &'static str {
        "nobody is let in with a token after somebody was with a greater one, nor with one that was granted to another"
    }

    fn on_event(&mut self, at: Time, _node: NodeId, event: &Event, _world: &dyn View<Lock>) -> Verdict {
        let wrong = |lock: u64, summary| violated(self.name(), at, format!("lock {lock}"), summary);
        match *event {
            Event::Granted { lock, claim, token } => {
                self.granted.insert((lock, token), claim.client);
                Verdict::Ok
            }
            Event::Accepted { lock, client, token } => {
                let owner = self.granted.get(&(lock, token));
                if owner != Some(&client) {
                    let owner = owner.map_or("nobody".to_owned(), ToString::to_string);
                    return wrong(
                        lock,
                        format!("{client} was let in with token {}, granted to {owner}", token.0),
                    );
                }
                if let Some(&(greatest, other)) = self.greatest.get(&lock)
                    && token < greatest
                {
                    let (token, greatest) = (token.0, greatest.0);
                    return wrong(
                        lock,
                        format!(
                            "{client} was let in with token {token}, after {other} had been with {greatest}"
                        ),
                    );
                }
                self.greatest.insert(lock, (token, client));
                Verdict::Ok
            }
            _ => Verdict::Ok,
        }
    }
}
