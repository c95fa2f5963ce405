//! `keep`: a failure made small, written where tests find it.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use stormglass_core::random::Seed;
use stormglass_explore::{Report, Shrunk, audited};
use stormglass_plan::problem::Problem;
use stormglass_plan::scenario::Expect;
use stormglass_report::{Failure, failure_page};

use crate::app::App;
use crate::args::KeepArguments;
use crate::exit::{Ending, Mistake};
use crate::replay::{One, find, print};
use crate::run::cores;
use crate::shrinking::{shrink, sought};

/// Makes the failure small, prints its page, and writes its plan into the folder of kept plans.
///
/// # Errors
/// If there is no such scenario or plan, it does not fail, or the file cannot be written.
pub fn keep(app: &App, arguments: &KeepArguments, out: &mut dyn Write) -> Result<Ending, Mistake> {
    let mut one = find(app, &arguments.scenario, arguments.seed)?;
    one.take_to(arguments.engine.as_deref())?;
    let drawn = |problem: Problem| Mistake::new(format!("seed {}: {problem}", one.seed));
    let report = audited(&*one.case, one.seed).map_err(drawn)?;
    let check = wanted(&one, arguments, &report)?;
    let patience = Duration::from_secs(arguments.patience);
    let (shrunk, _) = shrink(&*one.case, one.seed, &check, patience, cores()).map_err(drawn)?;
    let shrunk = shrunk.ok_or_else(|| {
        Mistake::new(format!(
            "seed {} has nothing that could be kept: `{check}` says nothing of its plan",
            one.seed
        ))
    })?;
    let file = file(app, &one.scenario.name, report.seed, arguments);
    let name = file.display();
    let replay = format!("stormglass replay {name}");
    let failure = Failure { shrunk: Some(&shrunk), ..Failure::new(&one.scenario, &report, &replay) };
    print(out, &failure_page(&failure))?;
    write(&file, &text(&one.scenario.name, report.seed, &shrunk))?;
    print(out, &format!(" kept     {name}: tests run it before all else"))?;
    Ok(Ending::Ok)
}

/// The check to keep it for.
fn wanted(one: &One, arguments: &KeepArguments, report: &Report) -> Result<String, Mistake> {
    if let Some(check) = &arguments.check {
        return Ok(check.clone());
    }
    let expect = one.expect.as_ref().unwrap_or(&Expect::Ok);
    sought(report, expect).map(str::to_owned).ok_or_else(|| {
        Mistake::new(format!(
            "`{}` seed {} is not violated ({}): only a failure can be kept",
            one.scenario.name, report.seed, report.verdict
        ))
    })
}

fn file(app: &App, scenario: &str, seed: Seed, arguments: &KeepArguments) -> PathBuf {
    let usual = || format!("{}-{seed}", scenario.replace('/', "-"));
    let name = arguments.name.clone().unwrap_or_else(usual);
    app.library.regressions().join(format!("{name}.toml"))
}

/// The plan, and above it what a reviewer wants to know.
fn text(scenario: &str, seed: Seed, shrunk: &Shrunk) -> String {
    let Shrunk { signature, change, file, report, .. } = shrunk;
    let chances = match report.seed == seed {
        true => String::new(),
        false => format!("# Its chances are those of seed {}: under these less was needed.\n", report.seed),
    };
    format!(
        "# Kept from {scenario}, seed {seed}: {}: {}\n# {change}\n{chances}#\n{file}",
        signature.check, signature.shape
    )
}

fn write(file: &PathBuf, text: &str) -> Result<(), Mistake> {
    let folder = file.parent().map_or(Ok(()), std::fs::create_dir_all);
    folder
        .and_then(|()| std::fs::write(file, text))
        .map_err(|error| Mistake::new(format!("the plan cannot be kept in `{}`: {error}", file.display())))
}
