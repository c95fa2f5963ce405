//! How many seeds it takes until an engine shows a bug; and that its correct twin passes all of them.

use std::fmt;
use std::ops::ControlFlow;

use stormglass_explore::{Report, Sweep};
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
    /// The system without the bug fails, too, under this seed: what was found is not the bug.
    TwinFails(u64, String),
}

/// Runs the bug's scenario from seed 0 until it is violated, on so many threads; and then its twin's, so far.
///
/// # Errors
/// If no plan can be drawn for a seed.
pub fn hunt(bug: &Bug, on: On, limit: u64, jobs: usize) -> Result<Hunt, Problem> {
    let violated = |report: &Report| report.verdict.violation().is_some();
    let Some((seed, check)) = first(bug.name, bug.text, on, &Sweep { seeds: 0..limit, jobs }, violated)?
    else {
        return Ok(Hunt::Escaped(limit));
    };
    let wrong = |report: &Report| !report.verdict.is_ok();
    let twin = first(bug.name, &bug.twin(), on, &Sweep { seeds: 0..seed + 1, jobs }, wrong)?;
    Ok(twin.map_or(Hunt::Found(seed, check), |(seed, check)| Hunt::TwinFails(seed, check)))
}

/// The first seed of a sweep that is sought, and the check that spoke.
fn first(
    name: &str,
    text: &str,
    on: On,
    sweep: &Sweep,
    sought: impl Fn(&Report) -> bool,
) -> Result<Option<(u64, String)>, Problem> {
    let mut found = None;
    sweep.run(&*case(name, text, on), |report| {
        if !sought(&report) {
            return ControlFlow::Continue(());
        }
        found = Some((report.seed.0, report.verdict.check().to_owned()));
        ControlFlow::Break(())
    })?;
    Ok(found)
}

impl Hunt {
    /// Whether the bug was found, and nothing else.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        matches!(self, Hunt::Found(..))
    }
}

/// `41 · linearizable`: so many seeds it took.
impl fmt::Display for Hunt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Hunt::Found(seed, check) => write!(f, "{} · {check}", seed + 1),
            Hunt::Escaped(limit) => write!(f, "> {limit}"),
            Hunt::TwinFails(seed, check) => write!(f, "the twin fails at seed {seed} by {check}"),
        }
    }
}
