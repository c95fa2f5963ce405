//! `run`: many seeds of many scenarios, a table, and a page for each failure.

use std::io::{self, Write};
use std::num::NonZero;
use std::ops::{ControlFlow, Range};
use std::path::Path;
use std::thread;

use stormglass_core::random::Seed;
use stormglass_core::time::Duration;
use stormglass_explore::{Report, Shrunk, Sweep};
use stormglass_logging::Directives;
use stormglass_plan::scenario::{Expect, Scenario};
use stormglass_report::sweeps::{self, Ended, Told};
use stormglass_report::table::{long_time, weather_table};
use stormglass_report::{Failure, Outcome, Tally, failure_page, results_table};

use crate::app::App;
use crate::args::{RunArguments, RunFormat};
use crate::exit::{Ending, Mistake};
use crate::kept;
use crate::library::Loaded;
use crate::page;
use crate::progress::Progress;
use crate::shrinking::shrunk;
use crate::stop;

/// The engine that is always there.
pub(crate) const KERNEL: &str = "kernel";
/// Pages of more failures than this nobody reads: the table names them all.
const PAGES: usize = 3;

/// Runs the scenarios and prints what became of them to `out`; progress goes to the terminal alone.
///
/// # Errors
/// If a scenario is missing or wrong: then nothing is run.
pub fn run(app: &App, arguments: &RunArguments, out: &mut dyn Write) -> Result<Ending, Mistake> {
    let names = match &arguments.scenarios[..] {
        [] => app.library.names()?,
        named => named.to_vec(),
    };
    let jobs = arguments.jobs.map_or_else(cores, usize::from);
    let kept = match (&arguments.scenarios[..], arguments.format) {
        ([], RunFormat::Text) => kept::all(app, out)?,
        // What other programs read is about scenarios alone.
        ([], _) => kept::all(app, &mut io::stderr().lock())?,
        _ => Ending::Ok,
    };
    // Everything is read before anything is run: a typing mistake must not cost an hour.
    let mut prepared = Vec::new();
    for name in &names {
        let loaded = app.library.load(name, &app.registry)?;
        for engine in engines(&loaded, app, arguments)? {
            let (mut loaded, mut case) = (loaded.clone(), loaded.case(&app.registry)?);
            if let Some(engine) = engine {
                case = case.on(engine).map_err(|problem| Mistake::new(problem.to_string()))?;
                loaded.take_to(case.engine());
            }
            if case.engine() != KERNEL && arguments.html.is_some() {
                let problem = format!(
                    "{}: a page in HTML is drawn of runs in the kernel alone, and this one is run on {}; leave --html out",
                    loaded.scenario.name,
                    case.engine()
                );
                return Err(Mistake::new(problem));
            }
            if arguments.availability {
                case = case.measuring();
            }
            if let Some(directives) = &arguments.log {
                case = case.logging(directives);
            }
            prepared.push((loaded, case));
        }
    }
    let progress = Progress::new(prepared.iter().map(|(loaded, ..)| range(arguments, &loaded.scenario)));
    let mut results = Vec::new();
    let scenarios = prepared.len();
    for (loaded, case) in prepared {
        if stop::asked() {
            break;
        }
        let scenario = &loaded.scenario;
        let seeds = range(arguments, scenario);
        progress.begin(&scenario.name);
        let mut tally = Tally::default();
        let sweep = Sweep { seeds: seeds.clone(), jobs };
        let outcome = sweep.run(&*case, |report| {
            progress.seed_done(&report);
            tally.add(report, &scenario.expect);
            if tally.settled() || stop::asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        outcome.map_err(|problem| loaded.mistake(&problem))?;
        progress.end(seeds.end - seeds.start - tally.runs);
        let file = loaded.file().map(str::to_owned);
        results.push(Swept { scenario: loaded.scenario, called: loaded.called, file, tally });
    }
    progress.finish();
    let stopped = stop::asked();
    let shrinks = Shrinks {
        // Who wants to stop does not want to wait for that.
        wanted: !arguments.no_shrink && !stopped,
        jobs,
        app,
        html: arguments.html.as_deref(),
        log: arguments.log.as_ref(),
    };
    let ended = || results.iter().map(|swept| swept.ended(&shrinks)).collect::<Result<Vec<_>, _>>();
    let text = match arguments.format {
        RunFormat::Text => {
            summary(&results, &shrinks, arguments.weather, out)?;
            if stopped {
                let (came, runs) = (results.len(), results.iter().map(|swept| swept.tally.runs).sum::<u64>());
                let words = format!(
                    "stopped after {runs} runs, in scenario {came} of {scenarios}: the rest was not run"
                );
                writeln!(out, "{words}").map_err(|error| unprinted(&error))?;
            }
            return Ok(ending(&results, kept, stopped));
        }
        RunFormat::Json => sweeps::json_lines(&ended()?),
        RunFormat::Junit => sweeps::junit(&ended()?),
        RunFormat::Github => sweeps::github(&ended()?),
    };
    out.write_all(text.as_bytes()).map_err(|error| unprinted(&error))?;
    Ok(ending(&results, kept, stopped))
}

/// The engines that a scenario is to be run on; nothing stands for the scenario's own.
fn engines<'a>(
    loaded: &Loaded,
    app: &App,
    arguments: &'a RunArguments,
) -> Result<Vec<Option<&'a str>>, Mistake> {
    match arguments.engine.as_deref() {
        Some("all") => Ok(loaded.case(&app.registry)?.engines().into_iter().map(Some).collect()),
        one => Ok(vec![one]),
    }
}

/// What was not run is undecided.
fn ending(results: &[Swept], kept: Ending, stopped: bool) -> Ending {
    let least = if stopped { Ending::Undecided } else { Ending::Ok };
    results.iter().map(Swept::ending).fold(kept.max(least), Ending::max)
}

fn unprinted(error: &io::Error) -> Mistake {
    Mistake::new(format!("the results cannot be printed: {error}"))
}

fn range(arguments: &RunArguments, scenario: &Scenario) -> Range<u64> {
    arguments.seeds.clone().unwrap_or(0..scenario.seeds)
}

/// How many seeds run at once, if nobody says.
pub(crate) fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// One scenario after its sweep.
struct Swept {
    scenario: Scenario,
    /// What the user called it.
    called: String,
    /// Its file, if it stands in one.
    file: Option<String>,
    tally: Tally,
}

impl Swept {
    fn outcome(&self) -> Outcome {
        self.tally.outcome(&self.scenario)
    }

    fn ending(&self) -> Ending {
        match self.outcome() {
            Outcome::Ok | Outcome::Found => Ending::Ok,
            Outcome::Unknown => Ending::Undecided,
            Outcome::NotFound | Outcome::Violated => Ending::Violated,
        }
    }

    /// The first failure of each kind, with how many are like it and the first few of those; none if all is as expected.
    fn kinds(&self) -> Vec<(&Report, (u64, &[Seed]))> {
        if matches!(self.outcome(), Outcome::Ok | Outcome::Found) {
            return Vec::new();
        }
        let Tally { clusters, first_unknown, unknown, .. } = &self.tally;
        let violated =
            clusters.groups().iter().map(|group| (&group.first, (group.seeds - 1, &group.more[..])));
        let undecided = first_unknown.iter().filter(|_| clusters.groups().is_empty());
        violated.chain(undecided.map(|report| (report, (unknown - 1, &[][..])))).collect()
    }

    /// A failure with its page, made small if that is wanted.
    ///
    /// # Errors
    /// If its page in HTML is wanted and cannot be written.
    fn told<'s>(
        &'s self,
        report: &'s Report,
        like: (u64, &[Seed]),
        shrinks: &Shrinks<'_>,
    ) -> Result<Told<'s>, Mistake> {
        let (shrunk, keep) = shrinks.shrink(self, report).unzip();
        // Pasted, it shows what is shown here.
        let small = if shrunk.is_some() { " --shrink" } else { "" };
        let replay = format!("stormglass replay {} --seed {}{small}", self.called, report.seed);
        let failure = Failure {
            of: self.tally.runs,
            shrunk: shrunk.as_ref(),
            like,
            keep: keep.as_deref(),
            ..Failure::new(&self.scenario, report, &replay)
        };
        let html = shrinks.html.map(|folder| shrinks.draw(self, &failure, folder)).transpose()?;
        let page = failure_page(&Failure { html: html.as_deref(), ..failure });
        Ok(Told { seed: report.seed, verdict: &report.verdict, page, replay })
    }

    /// What other programs are told.
    fn ended(&self, shrinks: &Shrinks<'_>) -> Result<Ended<'_>, Mistake> {
        let failures = self.kinds().into_iter().take(shrinks.pages());
        let failures = failures.map(|(report, like)| self.told(report, like, shrinks));
        Ok(Ended {
            scenario: &self.scenario,
            file: self.file.clone(),
            tally: &self.tally,
            outcome: self.outcome(),
            failures: failures.collect::<Result<_, _>>()?,
        })
    }
}

/// How the first failure of each kind is made small before it is shown.
struct Shrinks<'a> {
    wanted: bool,
    log: Option<&'a Directives>,
    jobs: usize,
    app: &'a App,
    /// Where pages in HTML go, if they are wanted.
    html: Option<&'a Path>,
}

impl Shrinks<'_> {
    /// How many failures are shown; every kind of them, if pages for a browser are wanted.
    const fn pages(&self) -> usize {
        if self.html.is_some() { usize::MAX } else { PAGES }
    }

    /// The failure made small, and the command that keeps it; nothing if it is not wanted or cannot be.
    fn shrink(&self, swept: &Swept, report: &Report) -> Option<(Shrunk, String)> {
        let subject = self.app.registry.get(&swept.scenario.system).filter(|_| self.wanted)?;
        let mut case = subject.case(&swept.scenario).ok()?;
        if let Some(directives) = self.log {
            case = case.logging(directives);
        }
        let shrunk = shrunk(&*case, report, &swept.scenario.expect, self.jobs)?;
        Some((shrunk, format!("stormglass keep {} --seed {}", swept.called, report.seed)))
    }

    /// Writes the page of a failure into that folder; answers its file.
    fn draw(&self, swept: &Swept, failure: &Failure<'_>, folder: &Path) -> Result<String, Mistake> {
        let scenario = &swept.scenario;
        let subject = self.app.registry.get(&scenario.system).expect("it has just been run");
        let case = subject.case(scenario).map_err(|problem| Mistake::new(problem.to_string()))?;
        let file = page::file_in(folder, &scenario.name, failure.report.seed);
        page::into_file(&file, |out| page::write(self.app, &*case, failure, self.jobs, out))?;
        Ok(file.display().to_string())
    }
}

/// What the faults did, if asked for; and, asked or not, which of them did nothing.
fn weather(results: &[Swept], shown: bool, out: &mut dyn Write) -> io::Result<()> {
    for Swept { scenario, tally, .. } in results {
        if shown && !tally.effects.is_empty() {
            writeln!(out, "\nweather of {}\n{}", scenario.name, weather_table(tally))?;
        }
        if let Some(availability) = &tally.availability {
            writeln!(out, "\navailability of {}\n{}", scenario.name, availability.page())?;
        }
        if let Some((seed, loss)) = &tally.first_loss {
            writeln!(out, "expected loss: {} seed {seed}: {loss}", scenario.name)?;
        }
        // A sweep that stopped at the bug it looked for has not seen all its weather.
        if !tally.settled() {
            for (kind, strikes) in tally.without_effect() {
                let times = if strikes == 1 { "once".to_owned() } else { format!("{strikes} times") };
                let name = &scenario.name;
                write!(out, "warning: {name}: {kind} struck {times} and never had any effect")?;
                match kind.needs() {
                    Some(needs) => writeln!(out, ": {needs}")?,
                    None => writeln!(out)?,
                }
            }
        }
    }
    Ok(())
}

/// The table, the pages of what went wrong, and the count of it all.
fn summary(
    results: &[Swept],
    shrinks: &Shrinks<'_>,
    shown: bool,
    out: &mut dyn Write,
) -> Result<(), Mistake> {
    let table = results_table(results.iter().map(|swept| (&swept.scenario, &swept.tally)));
    writeln!(out, "{table}")
        .and_then(|()| weather(results, shown, out))
        .map_err(|error| unprinted(&error))?;
    let kinds = results.iter().flat_map(|swept| swept.kinds().into_iter().map(move |kind| (swept, kind)));
    let (mut shown, mut further) = (0, 0);
    for (swept, (report, like)) in kinds {
        if shown < shrinks.pages() {
            shown += 1;
            let page = swept.told(report, like, shrinks)?.page;
            writeln!(out, "\n{page}").map_err(|error| unprinted(&error))?;
        } else {
            further += 1;
        }
    }
    count(results, further, out).map_err(|error| unprinted(&error))
}

fn count(results: &[Swept], further: usize, out: &mut dyn Write) -> io::Result<()> {
    if further > 0 {
        writeln!(
            out,
            "\n{further} further kinds of failures are not shown: name one scenario to see its own"
        )?;
    }
    let runs: u64 = results.iter().map(|swept| swept.tally.runs).sum();
    let time = results.iter().fold(Duration::ZERO, |sum, swept| sum + swept.tally.virtual_time);
    let planted = results.iter().filter(|swept| swept.scenario.expect != Expect::Ok).count();
    let ended = |outcome| results.iter().filter(|swept| swept.outcome() == outcome).count();
    let found = ended(Outcome::Found);
    write!(out, "\n{} scenarios, {runs} runs, {} of virtual time", results.len(), long_time(time))?;
    if planted > 0 {
        write!(out, "; planted bugs found: {found} of {planted}")?;
    }
    match results.len() - found - ended(Outcome::Ok) {
        0 => writeln!(out, "; everything as expected"),
        1 => writeln!(out, "; 1 scenario NOT as expected"),
        many => writeln!(out, "; {many} scenarios NOT as expected"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sweep that was stopped has not shown that all is well, whatever it has shown.
    #[test]
    fn a_sweep_that_was_stopped_is_undecided() {
        assert_eq!(ending(&[], Ending::Ok, true), Ending::Undecided);
        assert_eq!(ending(&[], Ending::Violated, true), Ending::Violated);
        assert_eq!(ending(&[], Ending::Ok, false), Ending::Ok);
    }
}
