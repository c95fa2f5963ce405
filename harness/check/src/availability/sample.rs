//! A history without its operations' meaning: who asked when, and when the answer came.
//!
//! `ok` is served; `fail`, `info` and an operation left open are not. A system whose refusal is a good answer (a lock
//! that is held) says so with an `ok` result.

use stormglass_core::history::{History, Operation, OperationId};
use stormglass_core::id::ClientId;
use stormglass_core::time::{Duration, Time};
use stormglass_core::verdict::Undecided;

use super::CHECK;

/// What groups an operation belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The region of its client; any word if there is but one.
    pub region: String,
    /// Its kind: `read`, `write`.
    pub kind: String,
}

/// One operation as availability sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sample {
    pub(super) id: OperationId,
    pub(super) client: ClientId,
    pub(super) label: Label,
    pub(super) invoked: Time,
    pub(super) completed: Option<Time>,
    pub(super) ok: bool,
}

impl Sample {
    /// When it was answered, if it was served.
    pub(super) fn served(&self) -> Option<Time> {
        self.completed.filter(|_| self.ok)
    }

    /// How long the answer took, if it was served.
    pub(super) fn latency(&self) -> Option<Duration> {
        self.served().map(|at| at.since(self.invoked))
    }
}

/// The samples of a history in order of invocation, which is also the order of their times.
///
/// # Errors
/// If the history says nothing about availability: nothing asked, nothing served, no time passed, time ran backwards.
pub(super) fn samples<O, R>(
    history: &History<O, R>,
    label: impl Fn(&Operation<O, R>) -> Label,
) -> Result<Vec<Sample>, Undecided> {
    let sample = |(place, operation): (usize, &Operation<O, R>)| Sample {
        id: OperationId(place),
        client: operation.client,
        label: label(operation),
        invoked: operation.invoked.at,
        completed: operation.completed.map(|moment| moment.at),
        ok: operation.outcome.ok().is_some(),
    };
    let samples: Vec<Sample> = history.operations().iter().enumerate().map(sample).collect();
    let undecided = |reason: String| Err(Undecided { check: CHECK.to_owned(), reason });
    let Some(first) = samples.first() else {
        return undecided("no operation was ever invoked: there is nothing to measure".to_owned());
    };
    if let Some(pair) = samples.windows(2).find(|pair| pair[1].invoked < pair[0].invoked) {
        return undecided(format!(
            "time ran backwards: operation {} was invoked at {:?}, after one at {:?}",
            pair[1].id.0, pair[1].invoked, pair[0].invoked
        ));
    }
    if let Some(backwards) =
        samples.iter().find(|sample| sample.completed.is_some_and(|at| at < sample.invoked))
    {
        return undecided(format!(
            "time ran backwards: operation {} was completed before it was invoked, at {:?}",
            backwards.id.0, backwards.invoked
        ));
    }
    if !samples.iter().any(|sample| sample.served().is_some()) {
        let asked = samples.len();
        return undecided(format!(
            "no operation ever succeeded ({asked} invoked): the system was never seen to work"
        ));
    }
    match samples.iter().any(|sample| sample.completed.unwrap_or(sample.invoked) > first.invoked) {
        true => Ok(samples),
        false => {
            undecided(format!("everything happened at one moment, {}: no time was measured", first.invoked))
        }
    }
}
