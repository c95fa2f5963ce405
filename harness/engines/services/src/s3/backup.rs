//! Backups as they are made: the parts of one state, the manifest that makes them count, and then increment after increment.

use std::rc::Rc;
use std::time::Duration;

use madsim::time::{TimeHandle, sleep};

use super::bucket::Bucket;
use super::bugs::BackupBug;
use super::settings::Settings;
use super::store::Store;
use super::table::write_changes;
use crate::span;

/// Who makes backups of a store, from its boot to its end.
pub(super) struct Keeper {
    pub(super) store: Rc<Store>,
    pub(super) bucket: Bucket,
    pub(super) settings: Settings,
    pub(super) bug: Option<BackupBug>,
    /// Tells this life's objects from those of the lives before, of which some may still be on their way.
    pub(super) boot: String,
    /// The number of the next backup.
    pub(super) next: u64,
    /// How long the first backup is the newest: so that stores that boot together do not back up together.
    pub(super) first: Duration,
}

impl Keeper {
    pub(super) async fn keep(mut self) {
        let time = TimeHandle::current();
        let mut lasts = self.first;
        loop {
            let begun = time.elapsed();
            let backup = format!("backup/{}.{}", self.next, self.boot);
            self.next += 1;
            self.snapshot(&backup).await;
            let mut increment = 0;
            while time.elapsed() < begun + lasts {
                sleep(span(self.settings.increment_every)).await;
                let changes = self.store.changes();
                if let Some(last) = changes.last() {
                    let key = format!("{backup}/increment/{increment}");
                    self.bucket.put(&key, &write_changes(&changes)).await;
                    self.store.forget(last.revision);
                    increment += 1;
                }
            }
            lasts = span(self.settings.snapshot_every);
        }
    }

    /// A whole backup. What is written after the state it begins with stands in the first increment.
    async fn snapshot(&self, backup: &str) {
        let table = self.store.table();
        if self.bug == Some(BackupBug::ManifestFirst) {
            self.manifest(backup, table.revision()).await;
        }
        let mut part = 0;
        loop {
            let live = (self.bug == Some(BackupBug::FuzzySnapshot)).then(|| self.store.table());
            let Some(text) = live.as_ref().unwrap_or(&table).part(part, self.settings.keys_per_part) else {
                break;
            };
            self.bucket.put(&format!("{backup}/part/{part}"), &text).await;
            part += 1;
        }
        match self.bug {
            Some(BackupBug::ManifestFirst) => self.store.forget(table.revision()),
            Some(BackupBug::FuzzySnapshot) => self.manifest(backup, self.store.table().revision()).await,
            None | Some(BackupBug::NewestByName) => self.manifest(backup, table.revision()).await,
        }
    }

    /// From now on the backup counts.
    async fn manifest(&self, backup: &str, revision: u64) {
        self.bucket.put(&format!("{backup}/manifest"), &revision.to_string()).await;
        self.store.forget(revision);
    }
}
