//! One JSON object a line, each a scenario: for scripts and dashboards.

use serde_json::{Value, json};

use super::{Ended, Told};
use crate::result::Outcome;

/// The lines, in the order of the scenarios.
#[must_use]
pub fn json_lines(ended: &[Ended<'_>]) -> String {
    ended.iter().map(|ended| format!("{}\n", line(ended))).collect()
}

fn line(ended: &Ended<'_>) -> Value {
    let tally = ended.tally;
    json!({
        "scenario": ended.scenario.name,
        "system": ended.scenario.system,
        "bug": ended.scenario.bug,
        "outcome": match ended.outcome {
            Outcome::Ok => "ok",
            Outcome::Found => "found",
            Outcome::Unknown => "unknown",
            Outcome::NotFound => "not-found",
            Outcome::Violated => "violated",
        },
        "seeds": tally.runs,
        "violated": tally.violated,
        "unknown": tally.unknown,
        "expected-losses": tally.expected_losses,
        "operations": tally.operations,
        "events": tally.events,
        "faults": tally.strikes,
        "virtual-seconds": tally.virtual_time.as_millis() as f64 / 1_000.0,
        "found": tally.found.as_ref().map(|found| json!({ "seed": found.seed.0, "check": found.verdict.check() })),
        "failures": ended.failures.iter().map(failure).collect::<Vec<_>>(),
    })
}

fn failure(failure: &Told<'_>) -> Value {
    json!({
        "seed": failure.seed.0,
        "check": failure.verdict.check(),
        "verdict": failure.verdict,
        "replay": failure.replay,
        "page": failure.page,
    })
}
