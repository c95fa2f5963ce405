//! `blame`: a failure made small, and then when it became inevitable and which faults it needs.

use std::io::Write;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget};
use stormglass_explore::blame::Forks;
use stormglass_explore::{Case, audited};
use stormglass_plan::problem::Problem;
use stormglass_plan::scenario::Expect;
use stormglass_report::{Failure, blame_page, failure_page};

use crate::app::App;
use crate::args::BlameArguments;
use crate::exit::{Ending, Mistake};
use crate::replay::{find, print, small_case};
use crate::run::cores;
use crate::shrinking::{PATIENCE, shrink, sought};

/// Shrinks the failure, prints its page, and then what is to blame for it.
///
/// # Errors
/// If there is no such scenario or plan, or it does not fail.
pub fn blame(app: &App, arguments: &BlameArguments, out: &mut dyn Write) -> Result<Ending, Mistake> {
    let one = find(app, &arguments.scenario, arguments.seed)?;
    let drawn = |problem: Problem| Mistake::new(format!("seed {}: {problem}", one.seed));
    let report = audited(&*one.case, one.seed).map_err(drawn)?;
    let check = sought(&report, one.expect.as_ref().unwrap_or(&Expect::Ok)).ok_or_else(|| {
        let name = &one.scenario.name;
        Mistake::new(format!(
            "`{name}` seed {} is not violated ({}): nothing is to blame",
            report.seed, report.verdict
        ))
    })?;
    let (shrunk, _) = shrink(&*one.case, one.seed, check, PATIENCE, cores()).map_err(drawn)?;
    let failure = Failure { shrunk: shrunk.as_ref(), ..Failure::new(&one.scenario, &report, &one.command) };
    print(out, &format!("{}\n", failure_page(&failure)))?;
    let small = shrunk.map(|shrunk| small_case(app, &shrunk.file)).transpose()?;
    let case: &dyn Case = small.as_deref().unwrap_or(&*one.case);
    let patience = Duration::from_secs(arguments.patience);
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    bar.set_message(format!("asking when seed {} was decided", one.seed));
    let late = || {
        bar.tick();
        bar.elapsed() >= patience
    };
    let forks = Forks { of: arguments.forks, jobs: cores(), stop: &late };
    let blame = case.blame(one.seed, check, &forks);
    bar.finish_and_clear();
    match blame.map_err(drawn)? {
        Some(blame) => print(out, &blame_page(&one.scenario, &blame))?,
        None => print(out, "nothing was planned that could be blamed")?,
    }
    Ok(Ending::Violated)
}
