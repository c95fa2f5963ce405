//! The settings of a bank on two-phase commit: what a scenario's `[params]` table may say.

use serde::{Deserialize, Serialize};
use stormglass_core::settings::{SettingsError, nonzero_spans};
use stormglass_core::time::Duration;

/// What can be set. The defaults suit a network of one data centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// How many accounts there are; they are called 0, 1, 2, …, and dealt out to the participants in turn.
    pub accounts: u64,
    /// What each account holds at first.
    pub initial_balance: i64,
    /// How long a coordinator waits for votes before it decides to abort.
    pub vote_timeout: Duration,
    /// How long a participant that has voted yes waits for the outcome before it asks, and asks again.
    pub inquiry_interval: Duration,
    /// How often a coordinator repeats a decision to those that have not acknowledged it.
    pub resend_interval: Duration,
    /// How long a client waits for an answer before it repeats its request.
    pub client_attempt_timeout: Duration,
    /// How long at most a client rests before it asks anew for a transaction that was aborted.
    pub client_rest: Duration,
    /// How long a client waits in all before it gives up.
    pub client_deadline: Duration,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            accounts: 8,
            initial_balance: 20,
            vote_timeout: Duration::from_millis(200),
            inquiry_interval: Duration::from_millis(250),
            resend_interval: Duration::from_millis(150),
            client_attempt_timeout: Duration::from_millis(250),
            client_rest: Duration::from_millis(40),
            client_deadline: Duration::from_secs(3),
        }
    }
}

impl Settings {
    /// Whether a bank can run with them. Unwise is allowed; impossible is not.
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        nonzero_spans(&[
            ("vote-timeout", self.vote_timeout),
            ("inquiry-interval", self.inquiry_interval),
            ("resend-interval", self.resend_interval),
            ("client-attempt-timeout", self.client_attempt_timeout),
            ("client-rest", self.client_rest),
            ("client-deadline", self.client_deadline),
        ])?;
        if self.accounts < 2 {
            let why = format!("`accounts` is {}, and a transfer takes at least 2", self.accounts);
            return Err(SettingsError::new(why));
        }
        if self.initial_balance < 0 {
            let why = format!("`initial-balance` is {}, and no account may owe", self.initial_balance);
            return Err(SettingsError::new(why));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Impossible settings are answered with the name of the field.
    #[test]
    fn impossible_settings_are_refused_by_name() {
        assert_eq!(Settings::default().check(), Ok(()));
        let wrong = [
            (Settings { vote_timeout: Duration::ZERO, ..Settings::default() }, "vote-timeout"),
            (Settings { accounts: 1, ..Settings::default() }, "accounts"),
            (Settings { initial_balance: -1, ..Settings::default() }, "initial-balance"),
        ];
        for (settings, name) in wrong {
            let error = settings.check().unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
    }
}
