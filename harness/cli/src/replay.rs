//! `replay` and `explain`: one seed, looked at closely.

use std::io::Write;
use std::path::Path;

use stormglass_core::random::Seed;
use stormglass_core::trace::Kind;
use stormglass_core::verdict::Verdict;
use stormglass_explore::{Case, audited};
use stormglass_plan::diagnostic::Mistakes;
use stormglass_plan::engine::Tracing;
use stormglass_plan::problem::Problem;
use stormglass_plan::scenario::{Expect, Scenario};
use stormglass_plan::source::Source;
use stormglass_report::traces;
use stormglass_report::{Failure, availability_page, failure_page};

use crate::app::App;
use crate::args::{ExplainArguments, ReplayArguments, ReplayFormat};
use crate::exit::{Ending, Mistake};
use crate::page;
use crate::run::cores;
use crate::shrinking::{PATIENCE, shrink, sought};
use crate::walk;

/// One run to look at: what it is, its case and its seed.
pub(crate) struct One {
    pub(crate) scenario: Scenario,
    /// How it should end, if anybody says.
    pub(crate) expect: Option<Expect>,
    pub(crate) case: Box<dyn Case>,
    pub(crate) seed: Seed,
    pub(crate) command: String,
}

/// Runs one seed again and prints its page; with `--trace`, every event before it.
///
/// # Errors
/// If there is no such scenario or plan, or it is wrong.
pub fn replay(app: &App, arguments: &ReplayArguments, out: &mut dyn Write) -> Result<Ending, Mistake> {
    let mut one = find(app, &arguments.scenario, arguments.seed)?;
    if let Some(directives) = &arguments.log {
        one.case = one.case.logging(directives);
    }
    one.take_to(arguments.engine.as_deref())?;
    let drawn = |problem: Problem| Mistake::new(format!("seed {}: {problem}", one.seed));
    if let Some(moment) = arguments.at {
        return walk::at(&mut *one.case.walk(one.seed).map_err(drawn)?, moment, &arguments.node, out);
    }
    if arguments.step {
        return walk::step(&mut *one.case.walk(one.seed).map_err(drawn)?, &mut std::io::stdin().lock(), out);
    }
    if arguments.format != ReplayFormat::Text {
        let Some(file) = &arguments.output else { return exported(app, &one, arguments, out) };
        let mut ending = Ending::Ok;
        page::into_file(file, |out| exported(app, &one, arguments, out).map(|ended| ending = ended))?;
        return Ok(ending);
    }
    if let Some(file) = &arguments.output {
        let file = file.display();
        return Err(Mistake::new(format!(
            "what is to be written to `{file}`? Say --format html, or another that is not text"
        )));
    }
    if arguments.trace || arguments.log.is_some() {
        let tracing = if arguments.trace { Tracing::On } else { Tracing::Story };
        let traced = one.case.run(one.seed, tracing).map_err(drawn)?;
        let all = traced.trace.iter().flat_map(|trace| &trace.records);
        for record in all.filter(|record| arguments.trace || record.kind == Kind::Log) {
            print(out, &record.to_string())?;
        }
        print(out, "")?;
    }
    let case = if arguments.availability { one.case.measuring() } else { one.case };
    let report = audited(&*case, one.seed).map_err(drawn)?;
    match report.availability.as_deref() {
        Some(Ok(measured)) => print(out, &format!("{}\n", availability_page(measured)))?,
        Some(Err(undecided)) => print(out, &format!("availability is unknown: {}\n", undecided.reason))?,
        None => {}
    }
    let expect = one.expect.as_ref().unwrap_or(&Expect::Ok);
    let shrunk = match sought(&report, expect).filter(|_| arguments.shrink) {
        Some(check) => shrink(&*case, one.seed, check, PATIENCE, cores()).map_err(drawn)?.0,
        None => None,
    };
    let failure = Failure { shrunk: shrunk.as_ref(), ..Failure::new(&one.scenario, &report, &one.command) };
    print(out, &failure_page(&failure))?;
    print(
        out,
        &format!(
            " digest   {} after {} events, {} of {} operations ok",
            report.digest, report.stats.events, report.succeeded, report.invoked
        ),
    )?;
    Ok(ending(&report.verdict))
}

/// Prints the run alone, for another tool.
fn exported(
    app: &App,
    one: &One,
    arguments: &ReplayArguments,
    out: &mut dyn Write,
) -> Result<Ending, Mistake> {
    if arguments.format == ReplayFormat::Html {
        return drawn(app, one, arguments.shrink, out);
    }
    let report = one
        .case
        .run(one.seed, Tracing::On)
        .map_err(|problem| Mistake::new(format!("seed {}: {problem}", one.seed)))?;
    let Some(trace) = &report.trace else {
        return Err(Mistake::new(format!(
            "`{}` is computed as a whole: it has no events",
            one.scenario.name
        )));
    };
    let mut out = std::io::BufWriter::new(out);
    let written = match arguments.format {
        ReplayFormat::Perfetto => traces::perfetto(trace, &mut out),
        ReplayFormat::Shiviz => traces::shiviz(trace, &mut out),
        ReplayFormat::Json | ReplayFormat::Text | ReplayFormat::Html => traces::json_lines(trace, &mut out),
    };
    written
        .and_then(|()| out.flush())
        .map_err(|error| Mistake::new(format!("the run cannot be printed: {error}")))?;
    Ok(ending(&report.verdict))
}

/// Prints the run as a page; made small first, if asked.
fn drawn(app: &App, one: &One, small: bool, out: &mut dyn Write) -> Result<Ending, Mistake> {
    let mistake = |problem: Problem| Mistake::new(format!("seed {}: {problem}", one.seed));
    let report = audited(&*one.case, one.seed).map_err(mistake)?;
    let expect = one.expect.as_ref().unwrap_or(&Expect::Ok);
    let shrunk = match sought(&report, expect).filter(|_| small) {
        Some(check) => shrink(&*one.case, one.seed, check, PATIENCE, cores()).map_err(mistake)?.0,
        None => None,
    };
    let failure = Failure { shrunk: shrunk.as_ref(), ..Failure::new(&one.scenario, &report, &one.command) };
    page::write(app, &*one.case, &failure, cores(), out)?;
    Ok(ending(&report.verdict))
}

fn ending(verdict: &Verdict) -> Ending {
    match verdict {
        Verdict::Ok => Ending::Ok,
        Verdict::Unknown(_) => Ending::Undecided,
        Verdict::Violated(_) => Ending::Violated,
    }
}

/// Prints the plan of one seed, and saves it if asked to.
///
/// # Errors
/// If there is no such scenario or plan, it is wrong, or the file cannot be written.
pub fn explain(app: &App, arguments: &ExplainArguments, out: &mut dyn Write) -> Result<Ending, Mistake> {
    let one = find(app, &arguments.scenario, arguments.seed)?;
    let drawn = |problem: Problem| Mistake::new(format!("seed {}: {problem}", one.seed));
    print(out, one.case.page(one.seed).map_err(drawn)?.trim_end())?;
    if let Some(file) = &arguments.save {
        let text = one.case.file(one.seed).map_err(drawn)?;
        std::fs::write(file, text).map_err(|error| {
            Mistake::new(format!("the plan cannot be saved in `{}`: {error}", file.display()))
        })?;
        print(out, &format!("\nsaved in {0}; run it with: stormglass replay {0}", file.display()))?;
    }
    Ok(Ending::Ok)
}

impl One {
    /// Has it run on that engine, if one is named.
    ///
    /// # Errors
    /// If its system cannot be run there.
    pub(crate) fn take_to(&mut self, engine: Option<&str>) -> Result<(), Mistake> {
        if let Some(engine) = engine {
            self.case = self.case.on(engine).map_err(|problem| Mistake::new(problem.to_string()))?;
            self.command = format!("{} --engine {engine}", self.command);
        }
        Ok(())
    }
}

pub(crate) fn find(app: &App, name: &str, seed: Option<u64>) -> Result<One, Mistake> {
    if let Some(source) = plan_file(name)? {
        return saved(app, name, &source, seed);
    }
    let loaded = app.library.load(name, &app.registry)?;
    let Some(seed) = seed else {
        return Err(Mistake::new(format!(
            "which seed of `{name}`? Say --seed S, with the number that `run` printed; 0 is the first"
        )));
    };
    let case = loaded.case(&app.registry)?;
    let command = format!("stormglass replay {name} --seed {seed}");
    let expect = Some(loaded.scenario.expect.clone());
    Ok(One { scenario: loaded.scenario, expect, case, seed: Seed(seed), command })
}

/// The text at this path, if it is a plan's and not a scenario's: only plans have a format.
fn plan_file(name: &str) -> Result<Option<Source>, Mistakes> {
    let path = Path::new(name);
    if !path.is_file() {
        return Ok(None);
    }
    let source = Source::open(path)?;
    let plan = source.text.lines().any(|line| line.trim_start().starts_with("format"));
    Ok(plan.then_some(source))
}

fn saved(app: &App, name: &str, source: &Source, seed: Option<u64>) -> Result<One, Mistake> {
    if seed.is_some() {
        return Err(Mistake::new(format!(
            "`{name}` is a saved plan and has its seed in it: leave --seed out"
        )));
    }
    let head = source.plan_head(&app.registry.names())?;
    let subject = app.registry.get(&head.system).expect("the head names a known system");
    let kept = subject.kept(source)?;
    let mut scenario = Scenario::named(&head.scenario);
    scenario.about = format!("The plan saved in {name}.");
    Ok(One {
        scenario,
        expect: kept.expect,
        case: kept.case,
        seed: Seed(0),
        command: format!("stormglass replay {name}"),
    })
}

/// A plan that was made small, as a case.
pub(crate) fn small_case(app: &App, text: &str) -> Result<Box<dyn Case>, Mistake> {
    let source = Source::new("the small plan", text);
    let head = source.plan_head(&app.registry.names())?;
    let subject = app.registry.get(&head.system).expect("the head names a known system");
    Ok(subject.saved_case(&source)?)
}

pub(crate) fn print(out: &mut dyn Write, text: &str) -> Result<(), Mistake> {
    writeln!(out, "{text}").map_err(|error| Mistake::new(format!("the result cannot be printed: {error}")))
}
