//! What a server holds: the journal of all changes, and what they have made of every key.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stormglass_core::disk::DiskError;

use super::{AxumBug, AxumKv};
use crate::journal::Journal;

/// A change that took effect: `key` holds `value`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Change {
    pub(super) key: u64,
    pub(super) value: u64,
}

/// All changes in their order, and what they amount to.
#[derive(Default)]
pub(super) struct Copy {
    changes: Vec<Change>,
    values: BTreeMap<u64, u64>,
}

impl Copy {
    pub(super) fn apply(&mut self, change: Change) {
        self.changes.push(change);
        self.values.insert(change.key, change.value);
    }

    /// How many changes it has.
    pub(super) fn length(&self) -> usize {
        self.changes.len()
    }

    /// The changes from this one on.
    pub(super) fn since(&self, place: usize) -> &[Change] {
        self.changes.get(place..).unwrap_or_default()
    }

    pub(super) fn value(&self, key: u64) -> Option<u64> {
        self.values.get(&key).copied()
    }
}

/// The first server's copy, which is on its disk.
pub(super) struct Store {
    pub(super) copy: Copy,
    journal: Journal<AxumKv>,
    bug: Option<AxumBug>,
}

impl Store {
    pub(super) fn new(journal: Journal<AxumKv>, changes: Vec<Change>, bug: Option<AxumBug>) -> Store {
        let mut copy = Copy::default();
        changes.into_iter().for_each(|change| copy.apply(change));
        Store { copy, journal, bug }
    }

    /// Changes a key, durably. After an error it may have been changed, or be changed after the next crash.
    pub(super) async fn change(&mut self, change: Change) -> Result<(), DiskError> {
        self.journal.append(&change)?;
        let syncing = self.journal.sync();
        if self.bug == Some(AxumBug::AnswersBeforeSync) {
            tokio::spawn(syncing);
            self.copy.apply(change);
            return Ok(());
        }
        match syncing.await {
            Ok(()) => {
                self.copy.apply(change);
                Ok(())
            }
            Err(error) => {
                self.journal.replace(&self.copy.changes).await;
                Err(error)
            }
        }
    }
}
