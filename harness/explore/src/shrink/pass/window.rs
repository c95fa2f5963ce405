//! The last moments before the violation by themselves: what came long before them goes at once.
//!
//! In a system whose every message depends on all before it, no single early operation can go without everything later
//! meeting other chances. All of them together can, if the chances that follow are as bad.

use stormglass_core::time::{Duration, Time};
use stormglass_plan::plan::Plan;

use super::squeeze::earlier;
use crate::shrink::search::Search;

/// How long before the violation the window begins, in milliseconds.
const WINDOWS: [u64; 6] = [250, 500, 1_000, 2_000, 4_000, 8_000];
/// How long the system has to come up before the window.
const LEADS: [Duration; 2] = [Duration::from_millis(400), Duration::from_secs(1)];

/// Keeps the smallest window before the violation in which it still shows.
pub(in crate::shrink) fn window<O: Clone + PartialEq + Send + Sync>(search: &mut Search<'_, O>) {
    // Of a bound on availability the span is a part.
    if search.finding.signature.check == "availability" {
        return;
    }
    let best = search.best.clone();
    let at = search.finding.at.unwrap_or(best.timeline.end);
    let windows = WINDOWS.into_iter().map(Duration::from_millis);
    let worth = windows.flat_map(|window| LEADS.map(|lead| (window, lead)));
    // Little is won where nearly everything is inside.
    let worth = worth.filter(|&(window, lead)| at.since(Time::ZERO) > (window + lead) * 3 / 2);
    search.first(worth.map(|(window, lead)| within(&best, Time::ZERO + lead, at, window)));
}

/// What is planned from `lead` on until so long before `at` is left out, and the rest moves there.
fn within<O: Clone>(plan: &Plan<O>, lead: Time, at: Time, window: Duration) -> Plan<O> {
    let from = Time::ZERO + at.since(Time::ZERO).saturating_sub(window);
    let mut plan = plan.clone();
    plan.operations.retain(|operation| operation.at >= from);
    plan.faults.retain(|fault| fault.until >= from);
    earlier(&plan, lead, from.since(lead))
}
