//! When nobody was served, and what was on then.

use serde::Serialize;
use stormglass_check::availability::Measured;
use stormglass_explore::Report;

/// A span in which somebody asked and nobody was served.
#[derive(Debug, Serialize)]
pub(super) struct Outage {
    from: u64,
    until: u64,
    asked: u64,
    /// At most two, nearest first.
    causes: Vec<String>,
}

pub(super) fn measured(report: &Report) -> Option<&Measured> {
    report.availability.as_deref()?.as_ref().ok()
}

/// The outages of a run, in order; none if nobody could measure them.
pub(super) fn outages(report: &Report) -> Vec<Outage> {
    let Some(measured) = measured(report) else { return Vec::new() };
    let outage = |outage: &stormglass_check::availability::Unavailable| Outage {
        from: outage.from.as_nanos(),
        until: outage.until.as_nanos(),
        asked: outage.asked,
        causes: outage.causes.iter().take(2).map(|&cause| measured.world.describe(cause)).collect(),
    };
    measured.whole().unavailable.iter().map(outage).collect()
}
