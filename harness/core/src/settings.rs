//! Settings that make no sense: how a system says so, and what is asked of most of them.

use std::fmt;

use crate::retry::Backoff;
use crate::time::Duration;

/// Why settings make no sense, alone or together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError(String);

impl SettingsError {
    /// For this reason, which names the setting, what it is and what it should be.
    #[must_use]
    pub fn new(why: impl Into<String>) -> SettingsError {
        SettingsError(why.into())
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SettingsError {}

/// No span may be zero.
///
/// # Errors
/// The first that is, by its name.
pub fn nonzero_spans(spans: &[(&str, Duration)]) -> Result<(), SettingsError> {
    match spans.iter().find(|(_, span)| span.is_zero()) {
        Some((name, span)) => {
            Err(SettingsError(format!("`{name}` is {span}, and must be longer than nothing")))
        }
        None => Ok(()),
    }
}

/// No count may be zero.
///
/// # Errors
/// The first that is, by its name.
pub fn nonzero_counts(counts: &[(&str, u32)]) -> Result<(), SettingsError> {
    match counts.iter().find(|(_, count)| *count == 0) {
        Some((name, _)) => Err(SettingsError(format!("`{name}` is 0, and must be at least 1"))),
        None => Ok(()),
    }
}

/// Clients must be able to wait as `retry` says.
///
/// # Errors
/// If nobody can.
pub fn possible_retry(retry: Backoff) -> Result<(), SettingsError> {
    match retry.problem() {
        Some(why) => Err(SettingsError(format!("`retry` cannot be: {why}"))),
        None => Ok(()),
    }
}
