//! Goodput recovery: after faults end, the service soon serves as much as it did before they began.
//!
//! Goodput is the rate of operations that ended ok, counted in windows; retries and failures are no goodput. So a
//! metastable failure, in which a service stays busy with work that nobody waits for, is seen.

use stormglass_core::history::History;
use stormglass_core::time::{Duration, Time};
use stormglass_core::verdict::{Verdict, Violation};

/// What is demanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// When the first fault began: the rate before it is what the later one is held against.
    pub faults_begin: Time,
    /// When the last fault ended.
    pub faults_end: Time,
    /// In how long after that the rate must be back.
    pub within: Duration,
    /// How long a window is.
    pub window: Duration,
    /// How much of the earlier rate is demanded, in percent.
    pub percent: u32,
}

/// What was measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoodputReport {
    /// Violated if no window of the demanded rate came in time; unknown if there is nothing to compare.
    pub verdict: Verdict,
    /// Operations that ended ok in a window before the faults, on average, times a thousand.
    pub before_milli: u64,
    /// The best window that began after the faults ended and ended in time.
    pub best_after: u64,
    /// How long after the faults the first window of the demanded rate began.
    pub recovered_after: Option<Duration>,
}

/// Judges one history. Windows before the faults begin at zero; windows after them when they ended.
///
/// # Panics
/// If the window is zero long.
pub fn goodput<O, R>(history: &History<O, R>, demand: &Recovery) -> GoodputReport {
    const CHECK: &str = "goodput";
    let window = demand.window.as_nanos();
    assert!(window > 0, "a window of no length counts nothing");
    let mut ends: Vec<u64> = history
        .operations()
        .iter()
        .filter(|one| one.outcome.ok().is_some())
        .filter_map(|one| one.completed)
        .map(|completed| completed.at.as_nanos())
        .collect();
    ends.sort_unstable();
    let between = |from: u64, to: u64| {
        (ends.partition_point(|&end| end < to) - ends.partition_point(|&end| end < from)) as u64
    };
    let windows_before = demand.faults_begin.as_nanos() / window;
    let total_before = between(0, windows_before * window);
    let mut report = GoodputReport {
        verdict: Verdict::Ok,
        before_milli: (total_before * 1000).checked_div(windows_before).unwrap_or(0),
        best_after: 0,
        recovered_after: None,
    };
    if total_before == 0 {
        let why =
            "nothing ended ok in a whole window before the first fault: there is no rate to come back to";
        report.verdict = Verdict::unknown(CHECK, why);
        return report;
    }
    // A window is good if count / total_before ≥ percent / 100 per window: in integers, so that no rounding decides.
    let good = |count: u64| {
        u128::from(count) * 100 * u128::from(windows_before)
            >= u128::from(total_before) * u128::from(demand.percent)
    };
    let end = demand.faults_end.as_nanos();
    let deadline = end.saturating_add(demand.within.as_nanos());
    let mut from = end;
    while from.saturating_add(window) <= deadline {
        let count = between(from, from + window);
        report.best_after = report.best_after.max(count);
        if good(count) && report.recovered_after.is_none() {
            report.recovered_after = Some(Duration::from_nanos(from - end));
        }
        from += window;
    }
    let last = history.operations().iter().flat_map(|one| [Some(one.invoked), one.completed]).flatten();
    let last = last.map(|moment| moment.at.as_nanos()).max().unwrap_or(0);
    report.verdict = match report.recovered_after {
        Some(_) => Verdict::Ok,
        None if last < deadline => {
            let why = format!(
                "the history ends at {}, before the bound of {}",
                Time::from_nanos(last),
                demand.within
            );
            Verdict::unknown(CHECK, why)
        }
        None => {
            let (before, milli) = (report.before_milli / 1000, report.before_milli % 1000);
            let mut violation = Violation::new(
                CHECK,
                format!(
                    "{} after the faults ended no window of {} had {} % of the {before}.{milli:03} operations that ended ok \
                 before; the best had {}",
                    demand.within, demand.window, demand.percent, report.best_after
                ),
            );
            violation.at = Some(Time::from_nanos(deadline));
            violation.into()
        }
    };
    report
}

#[cfg(test)]
mod tests {
    use super::super::hand::{fail, history};
    use super::*;
    use stormglass_core::history::Outcome;

    const DEMAND: Recovery = Recovery {
        faults_begin: Time::from_nanos(100_000_000),
        faults_end: Time::from_nanos(200_000_000),
        within: Duration::from_millis(100),
        window: Duration::from_millis(20),
        percent: 80,
    };

    /// One operation every two milliseconds; from `down` to `up` they fail.
    fn ran(down: u64, up: u64, last: u64) -> History<(), ()> {
        let line = |at: u64| {
            let outcome = if (down..up).contains(&at) { fail() } else { Outcome::Ok(()) };
            (0, (), outcome, at, at + 1)
        };
        history(&(0..last).step_by(2).map(line).collect::<Vec<_>>())
    }

    /// Back in time is ok, and when is told.
    #[test]
    fn a_service_that_recovers_in_time_is_accepted() {
        let report = goodput(&ran(100, 230, 400), &DEMAND);
        assert_eq!(report.verdict, Verdict::Ok);
        assert_eq!(report.before_milli, 10_000);
        assert_eq!(report.recovered_after, Some(Duration::from_millis(40)));
    }

    /// Late is violated, even if it recovers afterwards.
    #[test]
    fn a_service_that_stays_down_is_named() {
        let report = goodput(&ran(100, 310, 400), &DEMAND);
        let words = "100ms after the faults ended no window of 20ms had 80 % of the 10.000 operations that ended ok \
                     before; the best had 0";
        assert_eq!(report.verdict.violation().unwrap().summary, words);
    }

    /// Without a rate before, or an end in sight, nothing is known.
    #[test]
    fn what_cannot_be_compared_is_unknown() {
        assert!(matches!(goodput(&ran(0, 310, 400), &DEMAND).verdict, Verdict::Unknown(_)));
        assert!(matches!(goodput(&ran(100, 310, 250), &DEMAND).verdict, Verdict::Unknown(_)));
    }
}
