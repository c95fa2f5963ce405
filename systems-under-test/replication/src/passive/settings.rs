//! The settings of a cluster of primary and backups: what a scenario's `[params]` table may say.

use serde::{Deserialize, Serialize};
use stormglass_core::retry::Backoff;
use stormglass_core::settings::{SettingsError, nonzero_counts, nonzero_spans, possible_retry};
use stormglass_core::time::Duration;
use stormglass_replicated_log::Patience;

/// When a client is told that its operation is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Mode {
    /// When it is on the primary's disk.
    Asynchronous,
    /// When it is on the disks of the primary and of so many backups.
    SemiSynchronous {
        /// How many.
        backups: u8,
        /// After so long without them the client is told all the same, at the lower level. Never, if left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        degrade_after: Option<Duration>,
    },
    /// When it is on the disks of all replicas of the in-sync set.
    Synchronous {
        /// With fewer replicas in the set, the primary included, nobody is told anything.
        min_in_sync: u8,
    },
}

/// What can be set. The defaults are for a network of one data centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// How often replicas report to the arbiter, and an idle primary speaks up.
    pub heartbeat_interval: Duration,
    /// How long the arbiter goes without a word of the primary before it looks for another.
    pub failover_after: Duration,
    /// How long it waits for the replicas' answers when it looks.
    pub promotion_patience: Duration,
    /// How long a backup may hold up a client before it is taken out of the in-sync set.
    pub in_sync_patience: Duration,
    /// How many entries one message carries at most.
    pub max_entries_per_append: u32,
    /// How long a client waits for one node before it asks another.
    pub client_attempt_timeout: Duration,
    /// How long a client waits in all before it gives up.
    pub client_deadline: Duration,
    /// How long a client waits after one node has not answered, before it asks another.
    pub retry: Backoff,
    /// When a client is told that its operation is done.
    pub mode: Mode,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            heartbeat_interval: Duration::from_millis(50),
            failover_after: Duration::from_millis(400),
            promotion_patience: Duration::from_millis(100),
            in_sync_patience: Duration::from_millis(250),
            max_entries_per_append: 32,
            client_attempt_timeout: Duration::from_millis(300),
            client_deadline: Duration::from_secs(2),
            retry: Backoff::None,
            mode: Mode::Synchronous { min_in_sync: 2 },
        }
    }
}

impl Settings {
    /// How long a client waits.
    pub(super) fn patience(&self) -> Patience {
        Patience { attempt: self.client_attempt_timeout, deadline: self.client_deadline, retry: self.retry }
    }

    /// Whether a cluster can run with them. Unwise is allowed (a failover sooner than a heartbeat); impossible is not.
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        let degrade_after = match self.mode {
            Mode::SemiSynchronous { degrade_after: Some(span), .. } => span,
            _ => Duration::from_secs(1),
        };
        nonzero_spans(&[
            ("heartbeat-interval", self.heartbeat_interval),
            ("failover-after", self.failover_after),
            ("promotion-patience", self.promotion_patience),
            ("client-attempt-timeout", self.client_attempt_timeout),
            ("client-deadline", self.client_deadline),
            ("degrade-after", degrade_after),
        ])?;
        let counts = match self.mode {
            Mode::SemiSynchronous { backups, .. } => ("backups", u32::from(backups)),
            Mode::Synchronous { min_in_sync } => ("min-in-sync", u32::from(min_in_sync)),
            Mode::Asynchronous => ("max-entries-per-append", self.max_entries_per_append),
        };
        nonzero_counts(&[("max-entries-per-append", self.max_entries_per_append), counts])?;
        possible_retry(self.retry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Impossible settings are answered with the name of the field and what it should be.
    #[test]
    fn impossible_settings_are_refused_by_name() {
        assert_eq!(Settings::default().check(), Ok(()));
        let degrade_after = Some(Duration::ZERO);
        let of = |mode| Settings { mode, ..Settings::default() };
        let wrong = [
            Settings { failover_after: Duration::ZERO, ..Settings::default() },
            Settings { max_entries_per_append: 0, ..Settings::default() },
            Settings { retry: Backoff::Fixed(Duration::ZERO), ..Settings::default() },
            of(Mode::Synchronous { min_in_sync: 0 }),
            of(Mode::SemiSynchronous { backups: 0, degrade_after: None }),
            of(Mode::SemiSynchronous { backups: 1, degrade_after }),
        ];
        let names = ["failover-after", "max-entries", "retry", "min-in-sync", "backups", "degrade-after"];
        for (settings, name) in wrong.into_iter().zip(names) {
            let error = settings.check().unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
    }
}
