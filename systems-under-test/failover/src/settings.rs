//! The settings of a failover group: what a scenario's `[params]` table may say.

use serde::{Deserialize, Serialize};
use stormglass_core::settings::{SettingsError, nonzero_spans};
use stormglass_core::time::Duration;

/// What can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// How often replicas are heard (push), probed (pull), and observers report.
    pub heartbeat: Duration,
    /// How long an observer hears nothing before it takes a replica for dead.
    pub detection: Duration,
    /// How long a report counts.
    pub report_valid: Duration,
    /// How long a replica that was told to take over may take before another is asked.
    pub takeover: Duration,
    /// In so long …
    pub flap_window: Duration,
    /// … the group fails over at most so often by itself.
    pub flap_limit: u32,
    /// How long a client or a replica waits for an answer before it asks again.
    pub attempt_timeout: Duration,
    /// How long a client waits in all before it gives up.
    pub client_deadline: Duration,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            heartbeat: Duration::from_millis(100),
            detection: Duration::from_millis(600),
            report_valid: Duration::from_millis(500),
            takeover: Duration::from_millis(800),
            flap_window: Duration::from_secs(10),
            flap_limit: 2,
            attempt_timeout: Duration::from_millis(300),
            client_deadline: Duration::from_secs(2),
        }
    }
}

impl Settings {
    /// Whether a group can run with them.
    pub(crate) fn check(&self) -> Result<(), SettingsError> {
        let wrong = |why: String| Err(SettingsError::new(why));
        nonzero_spans(&[
            ("heartbeat", self.heartbeat),
            ("takeover", self.takeover),
            ("flap-window", self.flap_window),
            ("attempt-timeout", self.attempt_timeout),
            ("client-deadline", self.client_deadline),
        ])?;
        for (name, span) in [("detection", self.detection), ("report-valid", self.report_valid)] {
            if span < self.heartbeat * 2 {
                let heartbeat = self.heartbeat;
                return wrong(format!("{name} ({span}) must be at least two heartbeats ({heartbeat} each)"));
            }
        }
        if self.flap_limit == 0 {
            return wrong("flap-limit is zero: nothing would ever fail over".to_owned());
        }
        Ok(())
    }
}
