//! The settings of the store: what a scenario's `[params]` table may say.

use serde::{Deserialize, Serialize};
use stormglass_core::settings::{SettingsError, nonzero_spans};
use stormglass_core::time::Duration;

/// What can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// How often a whole backup is begun.
    pub snapshot_every: Duration,
    /// How often what was written since is put behind it.
    pub increment_every: Duration,
    /// How many keys stand in one part of a backup.
    pub keys_per_part: usize,
    /// How long the store waits for S3, and a client for the store.
    pub attempt_timeout: Duration,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            snapshot_every: Duration::from_millis(1_500),
            increment_every: Duration::from_millis(200),
            keys_per_part: 16,
            attempt_timeout: Duration::from_millis(500),
        }
    }
}

impl Settings {
    /// Whether a store can run with them.
    ///
    /// # Errors
    /// If they contradict each other.
    pub fn check(&self) -> Result<(), SettingsError> {
        nonzero_spans(&[
            ("snapshot-every", self.snapshot_every),
            ("increment-every", self.increment_every),
            ("attempt-timeout", self.attempt_timeout),
        ])?;
        if self.keys_per_part == 0 {
            return Err(SettingsError::new("keys-per-part is zero: a backup would have no end".to_owned()));
        }
        Ok(())
    }
}
