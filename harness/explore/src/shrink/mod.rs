//! From a plan that fails to the smallest plan that fails the same way.
//!
//! ```text
//!  plan ─▶ passes, over and over until none finds anything ─▶ minimal plan
//!            cut · window · faults · moments · operations · members · squeeze · calm · narrow · values
//!            each: candidates ─▶ run ─▶ the same violation? ─▶ the first that shows it is the new best
//! ```
//!
//! A candidate counts only if it was run and showed the same [`Signature`]: so what comes out fails, whatever a pass
//! believed. Chances are keyed by cause, so what is left meets the delays and losses that it met before.
//!
//! Nothing here knows a system, an engine or a check: [`Trial`] runs plans. Nothing reads a clock: whoever has little
//! time says stop, and gets the best so far.

pub mod finding;
pub mod search;
pub mod size;
mod ddmin;
mod pass;

use stormglass_plan::plan::Plan;
use stormglass_plan::workload::Operations;

pub use finding::{Finding, Signature, Trial};
pub use search::{Effort, Ended, Progress};
pub use size::{Change, Size};

use pass::Luck;
use search::Search;

/// So often all passes are repeated at most: each round only helps the next, and few plans need three.
const ROUNDS: usize = 12;

/// What is left after the first turn is there by luck as often as by need: a message that came just in time because of a
/// fault that nobody needs. So whatever would be less is then tried under so many other seeds too.
const OTHER_SEEDS: [u64; 3] = [0, 8, 64];

/// A person takes in so many faults, operations and nodes at a glance …
const GLANCE: (usize, usize, usize) = (3, 8, 5);
/// … and if there are more, it is worth as many seeds as a long sweep to have fewer.
const MANY_SEEDS: u64 = 512;

/// Of a plan of more operations than this, a run or two are all that there is time for: what may take nearly everything away is
/// tried before all else.
const LONG: usize = 20_000;

/// Under so many other seeds at least a pass is tried that takes nearly everything away.
const LUCK: u64 = 64;

/// The smallest plan that was found, and what it shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Smallest<O> {
    /// The plan.
    pub plan: Plan<O>,
    /// What it shows.
    pub finding: Finding,
    /// How many candidates were run.
    pub runs: u64,
    /// Why the search ended.
    pub ended: Ended,
}

/// The smallest plan that still shows what `plan` shows, as far as the effort reaches; `None` if `plan` itself does not
/// show it. Equal for equal arguments, however many candidates run at once, unless it is told to stop.
pub fn shrink<O>(trial: &dyn Trial<O>, plan: Plan<O>, effort: &Effort<'_>) -> Option<Smallest<O>>
where
    O: Operations + Clone + PartialEq + Send + Sync,
{
    let mut search = Search::new(trial, plan, effort)?;
    if search.best.operations.len() > LONG {
        search.other_seeds = LUCK;
        pass::window(&mut search);
    }
    for other_seeds in OTHER_SEEDS {
        settle(&mut search, other_seeds);
    }
    let Size { faults, operations, nodes, .. } = Size::of(&search.best);
    if faults > GLANCE.0 || operations > GLANCE.1 || nodes > GLANCE.2 {
        settle(&mut search, MANY_SEEDS);
    }
    let Search { best, finding, runs, cut_short, .. } = search;
    let plan = std::sync::Arc::unwrap_or_clone(best);
    Some(Smallest { plan, finding, runs, ended: cut_short.unwrap_or(Ended::Minimal) })
}

/// Repeats all passes until none finds anything.
fn settle<O>(search: &mut Search<'_, O>, other_seeds: u64)
where
    O: Operations + Clone + PartialEq + Send + Sync,
{
    for _ in 0..ROUNDS {
        let before = search.best.clone();
        for (luck, pass) in pass::all() {
            search.other_seeds = match luck {
                Luck::Must => other_seeds.max(LUCK),
                Luck::May => other_seeds,
                Luck::MayNot => 0,
            };
            pass(search);
            if search.is_over() {
                return;
            }
        }
        if search.best == before {
            return;
        }
    }
}
