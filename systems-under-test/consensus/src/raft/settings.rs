//! The settings of a Raft cluster: what a scenario's `[params]` table may say.

use serde::{Deserialize, Serialize};
use stormglass_core::retry::Backoff;
use stormglass_core::settings::{SettingsError, nonzero_counts, nonzero_spans, possible_retry};
use stormglass_core::time::Duration;
use stormglass_replicated_log::Patience;

/// What can be set. The defaults are those of the paper's evaluation (§9.3), for a network of one data centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// The shortest time without a leader after which a server stands for election.
    pub election_timeout_min: Duration,
    /// The longest such time: each is drawn between the two (§5.2).
    pub election_timeout_max: Duration,
    /// How often an idle leader speaks up.
    pub heartbeat_interval: Duration,
    /// How many entries one message carries at most.
    pub max_entries_per_append: u32,
    /// How many entries may be under way to one follower before it has answered.
    pub max_entries_in_flight: u32,
    /// Whether a candidate first asks if it could win (dissertation §9.6).
    pub pre_vote: bool,
    /// Whether a leader without a quorum steps down (dissertation §6.2) and followers who hear a leader
    /// disregard candidates (dissertation §4.2.3).
    pub check_quorum: bool,
    /// How long a client waits for one server before it asks another.
    pub client_attempt_timeout: Duration,
    /// How long a client waits in all before it gives up.
    pub client_deadline: Duration,
    /// How long a client waits after one server has not answered, before it asks another.
    pub retry: Backoff,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            election_timeout_min: Duration::from_millis(150),
            election_timeout_max: Duration::from_millis(300),
            heartbeat_interval: Duration::from_millis(50),
            max_entries_per_append: 16,
            max_entries_in_flight: 64,
            pre_vote: true,
            check_quorum: true,
            client_attempt_timeout: Duration::from_millis(200),
            client_deadline: Duration::from_secs(2),
            retry: Backoff::None,
        }
    }
}

impl Settings {
    /// How long a client waits.
    pub(super) fn patience(&self) -> Patience {
        Patience { attempt: self.client_attempt_timeout, deadline: self.client_deadline, retry: self.retry }
    }

    /// Whether a cluster can run with them. Unwise is allowed (a heartbeat slower than the election timeout);
    /// impossible is not.
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        let refuse = |why: String| Err(SettingsError::new(why));
        nonzero_spans(&[
            ("election-timeout-min", self.election_timeout_min),
            ("heartbeat-interval", self.heartbeat_interval),
            ("client-attempt-timeout", self.client_attempt_timeout),
            ("client-deadline", self.client_deadline),
        ])?;
        nonzero_counts(&[
            ("max-entries-per-append", self.max_entries_per_append),
            ("max-entries-in-flight", self.max_entries_in_flight),
        ])?;
        if self.election_timeout_max < self.election_timeout_min {
            return refuse(format!(
                "`election-timeout-max` is {}, less than `election-timeout-min` of {}",
                self.election_timeout_max, self.election_timeout_min
            ));
        }
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
        let wrong = [
            Settings { heartbeat_interval: Duration::ZERO, ..Settings::default() },
            Settings { max_entries_per_append: 0, ..Settings::default() },
            Settings { election_timeout_max: Duration::from_millis(100), ..Settings::default() },
            Settings { retry: Backoff::Fixed(Duration::ZERO), ..Settings::default() },
        ];
        let names = ["heartbeat-interval", "max-entries-per-append", "election-timeout-max", "retry"];
        for (settings, name) in wrong.into_iter().zip(names) {
            let error = settings.check().unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
    }
}
