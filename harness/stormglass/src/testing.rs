//! Scenarios as tests: one test for each, of its own name, under `cargo test` and nextest.
//!
//! Kept plans run before all scenarios. A planted bug must be found, and the correct twin must pass the same seeds. A
//! scenario that fails prints the page of its first failure, made small. Two variables change what runs without an edit:
//! `STORMGLASS_SEEDS` (`500`, or `100..200`) says which seeds, `STORMGLASS_SEED` (`117`) says one.

use std::ops::{ControlFlow, Range};

use libtest_mimic::{Arguments, Failed, Trial};
use stormglass_cli::args::seeds;
use stormglass_cli::{App, Library};
use stormglass_explore::{Case, Registry, Report, Sweep};
use stormglass_plan::scenario::{Expect, Scenario};
use stormglass_report::{Failure, Outcome, Tally, failure_page};

/// Runs every scenario of `library` as a test, as the `main` of a test target with `harness = false`. `registry`
/// and `library` are asked for again by each test, so that tests share nothing.
///
/// ```no_run
/// use stormglass::{Library, Registry};
///
/// fn main() -> std::process::ExitCode {
///     stormglass::testing::main(Registry::new, || Library::in_folder("scenarios"))
/// }
/// ```
#[must_use]
pub fn main(registry: fn() -> Registry, library: fn() -> Library) -> std::process::ExitCode {
    stormglass_cli::keep_vigil();
    let arguments = Arguments::from_args();
    let trials = match library().names() {
        Ok(names) => {
            let scenarios = names.into_iter().map(|name| trial(name, registry, library));
            kept(registry, library).into_iter().chain(scenarios).collect()
        }
        // The mistake is a test of its own that fails: a runner that lists tests must not be told nothing.
        Err(mistake) => vec![Trial::test("scenarios", move || Err(Failed::from(mistake.to_string())))],
    };
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// What was kept comes first: it is quick, and it has failed before.
fn kept(registry: fn() -> Registry, library: fn() -> Library) -> Vec<Trial> {
    let mistaken = |mistake: String| vec![Trial::test("kept", move || Err(Failed::from(mistake)))];
    let files = match library().kept() {
        Ok(files) => files,
        Err(mistake) => return mistaken(mistake.to_string()),
    };
    let trials = files.into_iter().map(|file| {
        let name = file.file_stem().map_or("?".into(), |stem| stem.to_string_lossy());
        Trial::test(format!("kept/{name}"), move || {
            let app = App::new(registry(), library());
            stormglass_cli::kept::judge(&app, &file).map_err(Failed::from)
        })
    });
    trials.collect()
}

fn trial(name: String, registry: fn() -> Registry, library: fn() -> Library) -> Trial {
    Trial::test(name.clone(), move || {
        let app = App::new(registry(), library());
        let loaded = app.library.load(&name, &app.registry).map_err(|mistake| mistake.to_string())?;
        let case = loaded.case(&app.registry).map_err(|mistake| mistake.to_string())?;
        let twin = twin(&loaded.scenario, &app.registry)?;
        judge(&loaded.scenario, &*case, twin.as_deref(), Written::InAFile).map_err(Failed::from)
    })
}

/// Runs a scenario built in Rust, as the body of an ordinary test.
///
/// # Panics
/// With the page of the first failure, if the scenario does not end as it expects; or with what is wrong in it.
pub fn check(registry: &Registry, scenario: &Scenario) {
    stormglass_cli::keep_vigil();
    let problems = scenario.problems();
    assert!(problems.is_empty(), "scenario `{}` contradicts itself: {problems:#?}", scenario.name);
    let subject = registry.get(&scenario.system);
    let subject = subject.unwrap_or_else(|| panic!("no system `{}` is registered", scenario.system));
    let case =
        subject.case(scenario).unwrap_or_else(|problem| panic!("scenario `{}`: {problem}", scenario.name));
    let twin = twin(scenario, registry).unwrap_or_else(|problem| panic!("{problem}"));
    if let Err(page) = judge(scenario, &*case, twin.as_deref(), Written::InRust) {
        panic!("\n{page}");
    }
}

/// The same scenario on the system without its planted bug, if a bug is to be found in it.
fn twin(scenario: &Scenario, registry: &Registry) -> Result<Option<Box<dyn Case>>, String> {
    if scenario.expect.is_ok() {
        return Ok(None);
    }
    let correct = Scenario { bug: None, expect: Expect::Ok, ..scenario.clone() };
    match registry.get(&scenario.system).map(|subject| subject.case(&correct)) {
        Some(Ok(case)) => Ok(Some(case)),
        Some(Err(problem)) => Err(format!("the correct twin of `{}`: {problem}", scenario.name)),
        None => Err(format!("no system `{}` is registered", scenario.system)),
    }
}

/// Where a scenario is written, and so how one of its runs is had again.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    /// The command reads it, too.
    InAFile,
    /// Only the test knows it.
    InRust,
}

/// `Err` with the page of the failure, if the scenario does not end as it expects. A planted bug counts as found
/// only if the correct twin passes the seeds that it took: otherwise the scenario, not the bug, is at fault.
fn judge(
    scenario: &Scenario,
    case: &dyn Case,
    twin: Option<&dyn Case>,
    written: Written,
) -> Result<(), String> {
    let range = wanted(scenario)?;
    let tally = swept(scenario, case, range.clone())?;
    let page = |scenario: &Scenario, case: &dyn Case, report: Option<&Report>, of: u64| {
        let report = report.expect("an outcome that is not ok has its report");
        let keep = format!("stormglass keep {} --seed {}", scenario.name, report.seed);
        // Tests run beside one another already: each takes one core.
        let shrunk = stormglass_cli::shrinking::shrunk(case, report, &scenario.expect, 1);
        let keep = (shrunk.is_some() && written == Written::InAFile).then_some(&keep[..]);
        let small = if shrunk.is_some() { " --shrink" } else { "" };
        let replay = match written {
            Written::InAFile => format!("stormglass replay {} --seed {}{small}", scenario.name, report.seed),
            Written::InRust => format!("STORMGLASS_SEED={} cargo test", report.seed),
        };
        let failure =
            Failure { of, shrunk: shrunk.as_ref(), keep, ..Failure::new(scenario, report, &replay) };
        Err(failure_page(&failure))
    };
    match tally.outcome(scenario) {
        Outcome::Ok => Ok(()),
        Outcome::Violated => page(scenario, case, tally.first_violation(), range.end - range.start),
        Outcome::Unknown => page(scenario, case, tally.first_unknown.as_ref(), range.end - range.start),
        Outcome::NotFound => {
            let bug = scenario.bug.as_deref().unwrap_or("?");
            Err(format!("{}: the planted bug `{bug}` was not found in {} seeds", scenario.name, tally.runs))
        }
        Outcome::Found => {
            let Some(twin) = twin else { return Ok(()) };
            let correct = Scenario { bug: None, expect: Expect::Ok, ..scenario.clone() };
            let tally = swept(&correct, twin, range.start..range.start + tally.runs)?;
            match tally.outcome(&correct) {
                Outcome::Violated => page(&correct, twin, tally.first_violation(), tally.runs),
                _ => Ok(()),
            }
        }
    }
}

/// Runs the seeds until all are done or more would change nothing.
fn swept(scenario: &Scenario, case: &dyn Case, seeds: Range<u64>) -> Result<Tally, String> {
    let mut tally = Tally::default();
    // Tests run beside one another already: each takes one core.
    let swept = Sweep { seeds, jobs: 1 }.run(case, |report| {
        tally.add(report, &scenario.expect);
        match tally.settled() || (scenario.expect.is_ok() && tally.violated > 0) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    });
    swept.map_err(|problem| format!("scenario `{}`: {problem}", scenario.name))?;
    Ok(tally)
}

/// The seeds to run: the scenario's own, or what the environment says.
fn wanted(scenario: &Scenario) -> Result<Range<u64>, String> {
    let variable = |name: &str| match std::env::var(name) {
        Ok(text) => Ok(Some(text)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(error) => Err(format!("{name}: {error}")),
    };
    if let Some(text) = variable("STORMGLASS_SEED")? {
        let seed: u64 = text.parse().map_err(|_| format!("STORMGLASS_SEED: `{text}` is not a number"))?;
        return Ok(seed..seed + 1);
    }
    match variable("STORMGLASS_SEEDS")? {
        Some(text) => seeds(&text).map_err(|error| format!("STORMGLASS_SEEDS: {error}")),
        None => Ok(0..scenario.seeds),
    }
}
