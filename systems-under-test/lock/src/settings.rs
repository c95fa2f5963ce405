//! The settings of a lock service: what a scenario's `[params]` table may say.

use serde::{Deserialize, Serialize};
use stormglass_core::settings::{SettingsError, nonzero_spans};
use stormglass_core::time::Duration;

/// What can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// How long a session lives after the last word of its client.
    pub session_ttl: Duration,
    /// How often a client keeps its session alive.
    pub keep_alive: Duration,
    /// How much sooner than the server a client takes its session for over: clocks do not run alike.
    pub margin: Duration,
    /// How long a client waits for an answer before it asks again.
    pub attempt_timeout: Duration,
    /// How long it waits in all for a lock before it withdraws.
    pub acquire_deadline: Duration,
    /// How long it waits in all for anything else before it gives up.
    pub deadline: Duration,
    /// How many tokens the server reserves on its disk at a time.
    pub reserve: u64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            session_ttl: Duration::from_millis(1_000),
            keep_alive: Duration::from_millis(250),
            margin: Duration::from_millis(100),
            attempt_timeout: Duration::from_millis(200),
            acquire_deadline: Duration::from_secs(3),
            deadline: Duration::from_millis(1_500),
            reserve: 16,
        }
    }
}

impl Settings {
    /// Whether a service can run with them.
    pub(crate) fn check(&self) -> Result<(), SettingsError> {
        let wrong = |why: String| Err(SettingsError::new(why));
        nonzero_spans(&[
            ("session-ttl", self.session_ttl),
            ("keep-alive", self.keep_alive),
            ("attempt-timeout", self.attempt_timeout),
            ("acquire-deadline", self.acquire_deadline),
            ("deadline", self.deadline),
        ])?;
        if self.keep_alive + self.margin >= self.session_ttl {
            let Settings { keep_alive, margin, session_ttl, .. } = self;
            return wrong(format!(
                "keep-alive ({keep_alive}) and margin ({margin}) together must be less than session-ttl ({session_ttl})"
            ));
        }
        if self.reserve == 0 {
            return wrong("reserve is zero: no token could be handed out".to_owned());
        }
        Ok(())
    }
}
