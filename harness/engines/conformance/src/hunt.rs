//! How many seeds it takes until an engine shows a bug.

use std::ops::ControlFlow;

use stormglass_explore::Sweep;
use stormglass_plan::problem::Problem;

use crate::bugs::Bug;
use crate::lineup::{On, case};

/// What a hunt came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hunt {
    /// This seed shows it, by this check, and no smaller one does.
    Found(u64, String),
    /// None of so many seeds shows it.
    Escaped(u64),
}

/// Runs the bug's scenario from seed 0 until it is violated, on so many threads.
///
/// # Errors
/// If no plan can be drawn for a seed.
pub fn hunt(bug: &Bug, on: On, limit: u64, jobs: usize) -> Result<Hunt, Problem> {
    let case = case(bug.name, bug.text, on);
    let mut found = Hunt::Escaped(limit);
    Sweep { seeds: 0..limit, jobs }.run(&*case, |report| {
        if report.verdict.violation().is_none() {
            return ControlFlow::Continue(());
        }
        found = Hunt::Found(report.seed.0, report.verdict.check().to_owned());
        ControlFlow::Break(())
    })?;
    Ok(found)
}
