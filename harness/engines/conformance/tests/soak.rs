//! Five seconds of storms in real time: nothing alarms.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::ops::ControlFlow;

use stormglass_conformance::soak::soak;
use stormglass_conformance::storms::{LEAST_SECONDS, lasting};

/// Nodes die and are cut off on real sockets while clients ask, many runs at once: whoever is late is not wrong.
#[test]
fn five_seconds_of_storms_alarm_nobody() {
    let soaked = soak(&lasting(LEAST_SECONDS), 0, 32, |_| ControlFlow::Break(()));
    for (storm, seed, verdict) in &soaked.alarms {
        println!("{storm}, seed {seed}: {verdict}");
    }
    assert!(soaked.alarms.is_empty() && soaked.runs == 32, "{soaked:?}");
    assert!(soaked.crashes > 20 && soaked.strikes > 50 && soaked.succeeded > 5_000, "{soaked:?}");
}
