//! What a server holds: its keys, which change of each client was its last, and the journal of both.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stormglass_core::disk::DiskError;

use super::messages::Token;
use super::{TonicBug, TonicKv};
use crate::journal::Journal;

/// A change that took effect: by whose which, and what it did.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Change {
    client: u64,
    number: u64,
    key: u64,
    value: u64,
}

/// What comes of a change that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Made {
    /// It is made, now or when it was asked for before.
    Yes,
    /// The key did not hold what was expected.
    No,
    /// Its client has asked for another since: nobody waits for this one.
    TooLate,
}

pub(super) struct Store {
    values: BTreeMap<u64, u64>,
    /// By client, the number of its last change.
    last: BTreeMap<u64, u64>,
    changes: Vec<Change>,
    journal: Journal<TonicKv>,
    bug: Option<TonicBug>,
}

impl Store {
    pub(super) fn new(journal: Journal<TonicKv>, changes: Vec<Change>, bug: Option<TonicBug>) -> Store {
        let (values, last) = (BTreeMap::new(), BTreeMap::new());
        let mut store = Store { values, last, changes: Vec::new(), journal, bug };
        changes.into_iter().for_each(|change| store.apply(change));
        if bug == Some(TonicBug::TokensInMemory) {
            store.last.clear();
        }
        store
    }

    pub(super) fn value(&self, key: u64) -> Option<u64> {
        self.values.get(&key).copied()
    }

    /// Makes a change durable, once for each token, if the key holds what is expected.
    pub(super) async fn change(
        &mut self,
        token: Token,
        key: u64,
        expect: Option<u64>,
        value: u64,
    ) -> Result<Made, DiskError> {
        let last = self.last.get(&token.client).copied().unwrap_or(0);
        if self.bug != Some(TonicBug::AppliesTwice) {
            if token.number == last {
                return Ok(Made::Yes);
            }
            if token.number < last {
                return Ok(Made::TooLate);
            }
        }
        if expect.is_some() && self.value(key) != expect {
            return Ok(Made::No);
        }
        let change = Change { client: token.client, number: token.number, key, value };
        self.journal.append(&change)?;
        if let Err(error) = self.journal.sync().await {
            self.journal.replace(&self.changes).await;
            return Err(error);
        }
        self.apply(change);
        Ok(Made::Yes)
    }

    fn apply(&mut self, change: Change) {
        self.values.insert(change.key, change.value);
        self.last.insert(change.client, change.number);
        self.changes.push(change);
    }
}
