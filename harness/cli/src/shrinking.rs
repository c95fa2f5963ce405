//! Shrinking within a time: the only place where a clock decides how small a failure becomes.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use stormglass_core::random::Seed;
use stormglass_core::verdict::Verdict;
use stormglass_explore::shrink::{Effort, Progress};
use stormglass_explore::{Case, Report, Shrunk};
use stormglass_plan::problem::Problem;
use stormglass_plan::scenario::Expect;

/// How long a person waits for a smaller failure.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// How much longer, at most, to be told when it became inevitable.
const TELLING: Duration = Duration::from_secs(5);
/// No search needs more; one that does has gone astray.
pub(crate) const RUNS: u64 = 1_000_000;

/// The check by which a failure is shrunk: one that the scenario expects to break, or else the page's own.
pub(crate) fn sought<'r>(report: &'r Report, expect: &Expect) -> Option<&'r str> {
    let violated =
        || report.verdicts.iter().filter(|verdict| verdict.violation().is_some()).map(Verdict::check);
    let expected = match expect {
        Expect::ViolatedBy(checks) => violated().find(|check| checks.iter().any(|named| named == check)),
        Expect::Ok | Expect::Violated => None,
    };
    let own = report.verdict.violation().map(|violation| &violation.check[..]);
    // A run that does not repeat itself shows nothing when it is run again.
    expected.or(own).filter(|check| *check != "determinism")
}

/// The failure of a report made small within the usual time, if it can be.
#[must_use]
pub fn shrunk(case: &dyn Case, report: &Report, expect: &Expect, jobs: usize) -> Option<Shrunk> {
    let check = sought(report, expect)?;
    // Its plan was drawn before, so it can be drawn again.
    shrink(case, report.seed, check, PATIENCE, jobs).ok()?.0
}

/// The failure of this seed made as small as it can be made in that time, and how long it took; with a bar on the terminal.
///
/// # Errors
/// If no plan can be drawn for the seed.
pub(crate) fn shrink(
    case: &dyn Case,
    seed: Seed,
    check: &str,
    patience: Duration,
    jobs: usize,
) -> Result<(Option<Shrunk>, Duration), Problem> {
    let bar = ProgressBar::with_draw_target(Some(patience.as_millis() as u64), ProgressDrawTarget::stderr());
    let style = "{bar:30} shrinking seed {prefix}  {msg}";
    bar.set_style(ProgressStyle::with_template(style).expect("the template is a constant"));
    bar.set_prefix(seed.to_string());
    let watch = |Progress { runs, best }: Progress| {
        bar.set_position(bar.elapsed().as_millis() as u64);
        bar.set_message(format!(
            "{runs} runs: {} operations, {} faults, {}",
            best.operations,
            best.faults,
            best.span.rough()
        ));
    };
    let stop = || bar.elapsed() >= patience;
    let late = || bar.elapsed() >= patience + TELLING;
    let effort = Effort { jobs, runs: RUNS, stop: &stop, late: &late, watch: &watch };
    let shrunk = case.shrink(seed, check, &effort);
    let took = bar.elapsed();
    bar.finish_and_clear();
    Ok((shrunk?, took))
}
