//! The settings of the lock: what a scenario's `[params]` table may say.

use serde::{Deserialize, Serialize};
use stormglass_core::settings::{SettingsError, nonzero_spans};
use stormglass_core::time::Duration;

/// What can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// How long a session lives after etcd has heard of it last, in seconds: etcd counts in no other unit.
    pub session_ttl_seconds: u32,
    /// How often a client keeps its session alive.
    pub keep_alive: Duration,
    /// How often a client that waits for a lock looks whether it has come first.
    pub look: Duration,
    /// How long a client waits for an answer before it asks again, or gives up.
    pub attempt_timeout: Duration,
    /// How long it waits in all for a lock before it withdraws.
    pub acquire_deadline: Duration,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            session_ttl_seconds: 3,
            keep_alive: Duration::from_millis(500),
            look: Duration::from_millis(50),
            attempt_timeout: Duration::from_millis(300),
            acquire_deadline: Duration::from_secs(4),
        }
    }
}

impl Settings {
    /// Whether a lock can run with them.
    ///
    /// # Errors
    /// If they contradict each other.
    pub fn check(&self) -> Result<(), SettingsError> {
        nonzero_spans(&[
            ("keep-alive", self.keep_alive),
            ("look", self.look),
            ("attempt-timeout", self.attempt_timeout),
            ("acquire-deadline", self.acquire_deadline),
        ])?;
        if self.session_ttl_seconds < 3 {
            let why = format!(
                "session-ttl-seconds is {}: etcd counts whole seconds, a restart may take one of them, and holders are promised one",
                self.session_ttl_seconds
            );
            return Err(SettingsError::new(why));
        }
        Ok(())
    }
}
