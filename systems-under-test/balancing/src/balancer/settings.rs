//! The settings of a fleet: what a scenario's `[params]` table may say.

use serde::{Deserialize, Serialize};
use stormglass_core::random::Ratio;
use stormglass_core::retry::Backoff;
use stormglass_core::settings::{SettingsError, nonzero_counts, nonzero_spans, possible_retry};
use stormglass_core::time::Duration;

/// How a balancer chooses a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// At random, by weight.
    Random,
    /// In turn, whatever the weights.
    RoundRobin,
    /// In turn by weight, heavy ones spread between light ones.
    SmoothWeighted,
    /// Of two random servers the one with less waiting, by weight.
    LeastOutstanding,
    /// The first balancer has the first of these policies, the second the second, and so on.
    Each,
}

impl Policy {
    const FOUR: [Policy; 4] =
        [Policy::Random, Policy::RoundRobin, Policy::SmoothWeighted, Policy::LeastOutstanding];

    /// The policy of the balancer with this number.
    pub(super) fn of(self, balancer: usize) -> Policy {
        match self {
            Policy::Each => Policy::FOUR[balancer % Policy::FOUR.len()],
            one => one,
        }
    }
}

/// What can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// How many of the nodes are balancers: the first ones. At least one node is a server, if there are two.
    pub balancers: u32,
    /// How balancers choose.
    pub policy: Policy,
    /// The usual weights of the servers in order of their ids, counted round.
    pub weights: [u64; 4],
    /// How many requests a server serves at once.
    pub workers: u32,
    /// How many more may wait for it; the next ones are turned away.
    pub queue: u32,
    /// How often a balancer probes every server.
    pub probe_interval: Duration,
    /// How long it waits for the answer.
    pub probe_timeout: Duration,
    /// After so many failed probes in a row a server is down.
    pub fall: u32,
    /// After so many good probes in a row it is up again.
    pub rise: u32,
    /// With fewer healthy servers than this share, health is ignored.
    pub panic_threshold: Ratio,
    /// How often a server tells the balancers how much is waiting.
    pub heartbeat_interval: Duration,
    /// How long a balancer waits for a server before it asks another, once.
    pub attempt_timeout: Duration,
    /// How long a client waits for a balancer before it asks another.
    pub client_attempt_timeout: Duration,
    /// How long a client waits in all before it gives up.
    pub client_deadline: Duration,
    /// How long a client waits after a balancer has refused or not answered.
    pub retry: Backoff,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            balancers: 2,
            policy: Policy::SmoothWeighted,
            weights: [1, 1, 1, 1],
            workers: 4,
            queue: 32,
            probe_interval: Duration::from_millis(200),
            probe_timeout: Duration::from_millis(150),
            fall: 3,
            rise: 2,
            panic_threshold: Ratio::from_percent(50),
            heartbeat_interval: Duration::from_millis(50),
            attempt_timeout: Duration::from_millis(200),
            client_attempt_timeout: Duration::from_millis(450),
            client_deadline: Duration::from_secs(4),
            retry: Backoff::Fixed(Duration::from_millis(20)),
        }
    }
}

impl Settings {
    /// No server that has not answered well for longer than this is sent anything: `fall` probes after its last good
    /// one have been sent, and the last of them has timed out.
    #[must_use]
    pub fn detection_bound(&self) -> Duration {
        self.probe_interval * u64::from(self.fall) + self.probe_timeout
    }

    /// A load report older than this says nothing any more.
    #[must_use]
    pub fn report_age_max(&self) -> Duration {
        self.heartbeat_interval * 3
    }

    /// Within so long a healthy server is chosen from again: `rise` probes, and the one that was under way.
    #[must_use]
    pub fn readmission_bound(&self) -> Duration {
        self.probe_interval * u64::from(self.rise + 1) + self.probe_timeout
    }

    /// Whether a fleet can run with them. Unwise is allowed; impossible is not.
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        let refuse = |why: String| Err(SettingsError::new(why));
        nonzero_spans(&[
            ("probe-timeout", self.probe_timeout),
            ("heartbeat-interval", self.heartbeat_interval),
            ("attempt-timeout", self.attempt_timeout),
            ("client-attempt-timeout", self.client_attempt_timeout),
            ("client-deadline", self.client_deadline),
        ])?;
        nonzero_counts(&[
            ("balancers", self.balancers),
            ("workers", self.workers),
            ("fall", self.fall),
            ("rise", self.rise),
            ("panic-threshold", self.panic_threshold.ppm()),
        ])?;
        if let Some(weight) = self.weights.into_iter().find(|weight| !(1..=1_000).contains(weight)) {
            return refuse(format!("one of `weights` is {weight}, and must be from 1 to 1000"));
        }
        if self.probe_interval <= self.probe_timeout {
            return refuse(format!(
                "`probe-interval` is {}, and must be longer than `probe-timeout` of {}",
                self.probe_interval, self.probe_timeout
            ));
        }
        possible_retry(self.retry)
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
            (Settings { balancers: 0, ..Settings::default() }, "balancers"),
            (Settings { weights: [1, 0, 1, 1], ..Settings::default() }, "weights"),
            (Settings { probe_timeout: Duration::from_secs(1), ..Settings::default() }, "probe-interval"),
            (Settings { retry: Backoff::Fixed(Duration::ZERO), ..Settings::default() }, "retry"),
        ];
        for (settings, name) in wrong {
            let error = settings.check().unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
    }
}
