//! Kept plans, run and judged: each says how it must end.

use std::io::Write;
use std::path::Path;

use stormglass_core::random::Seed;
use stormglass_core::verdict::Verdict;
use stormglass_explore::{Case, Report, audited};
use stormglass_plan::problem::Problem;
use stormglass_plan::scenario::{Expect, Scenario};
use stormglass_plan::source::Source;
use stormglass_report::{Failure, failure_page};

use crate::app::App;
use crate::exit::{Ending, Mistake};
use crate::replay::print;

/// Runs the kept plan in this file: a planted bug must still be found by the check that it was kept for, and the system
/// without the bug must pass; without a planted bug nothing may be violated.
///
/// # Errors
/// The page of what went wrong, or what is wrong with the file.
pub fn judge(app: &App, file: &Path) -> Result<(), String> {
    let source = Source::open(file).map_err(|mistakes| mistakes.to_string())?;
    let head = source.plan_head(&app.registry.names()).map_err(|mistakes| mistakes.to_string())?;
    let subject = app.registry.get(&head.system).expect("the head names a known system");
    let kept = subject.kept(&source).map_err(|mistakes| mistakes.to_string())?;
    let Some(expect) = kept.expect else {
        let problem = Problem::new(
            "expect",
            "this plan does not say how it must end, so nothing can be held against it",
        )
        .expected("`expect = \"ok\"`, or `expect = { violated-by = [\"…\"] }` with a planted bug")
        .help("`stormglass keep` writes it");
        return Err(source.diagnose(&problem).to_string());
    };
    let scenario = Scenario::named(&head.scenario).about(format!("The plan kept in {}.", file.display()));
    let page = |about: &str, report: &Report| {
        let replay = format!("stormglass replay {}", file.display());
        format!("{}\n\n{about}", failure_page(&Failure::new(&scenario, report, &replay)))
    };
    let report = run(&*kept.case)?;
    let wrong = match &expect {
        Expect::Ok if !report.verdict.is_ok() => {
            Some("This plan was kept because it was violated once: it must not be again.")
        }
        Expect::Violated if report.verdict.violation().is_none() => Some(LOST),
        Expect::ViolatedBy(checks) if !broken_by(&report, checks) => Some(LOST),
        _ => None,
    };
    if let Some(about) = wrong {
        return Err(page(about, &report));
    }
    match kept.twin.map(|twin| run(&*twin)).transpose()? {
        Some(report) if !expect.is_ok() && report.verdict.violation().is_some() => {
            Err(page("This plan was kept for its planted bug: without it the system must pass.", &report))
        }
        _ => Ok(()),
    }
}

/// Runs all kept plans, and prints how many hold and what is wrong with the others.
///
/// # Errors
/// If they cannot be found, or nothing can be printed.
pub(crate) fn all(app: &App, out: &mut dyn Write) -> Result<Ending, Mistake> {
    let files = app.library.kept()?;
    let wrong: Vec<String> = files.iter().filter_map(|file| judge(app, file).err()).collect();
    for page in &wrong {
        print(out, &format!("{page}\n"))?;
    }
    if !files.is_empty() {
        print(
            out,
            &format!("kept plans: {} of {} end as they must\n", files.len() - wrong.len(), files.len()),
        )?;
    }
    Ok(if wrong.is_empty() { Ending::Ok } else { Ending::Violated })
}

const LOST: &str = "This plan no longer meets the bug that it was kept for. If the code was meant to change, \
                    keep the bug anew from a seed that finds it, and remove this file.";

fn broken_by(report: &Report, checks: &[String]) -> bool {
    let mut broken =
        report.verdicts.iter().filter(|verdict| verdict.violation().is_some()).map(Verdict::check);
    broken.any(|check| checks.iter().any(|named| named == check))
}

fn run(case: &dyn Case) -> Result<Report, String> {
    audited(case, Seed(0)).map_err(|problem| problem.to_string())
}
