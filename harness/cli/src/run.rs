//! `run`: many seeds of many scenarios, a table, and a page for each failure.

use std::io::{self, Write};
use std::num::NonZero;
use std::ops::{ControlFlow, Range};
use std::thread;

use stormglass_core::random::Seed;
use stormglass_core::time::Duration;
use stormglass_explore::{Report, Shrunk, Sweep};
use stormglass_plan::scenario::{Expect, Scenario};
use stormglass_report::sweeps::{self, Ended, Told};
use stormglass_report::table::{long_time, weather_table};
use stormglass_report::{Failure, Outcome, Tally, failure_page, results_table};

use crate::app::App;
use crate::args::{RunArguments, RunFormat};
use crate::exit::{Ending, Mistake};
use crate::kept;
use crate::progress::Progress;
use crate::shrinking::shrunk;

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
        let mut case = loaded.case(&app.registry)?;
        if arguments.availability {
            case = case.measuring();
        }
        prepared.push((loaded, case));
    }
    let progress = Progress::new(prepared.iter().map(|(loaded, _)| range(arguments, &loaded.scenario)));
    let mut results = Vec::new();
    for (loaded, case) in prepared {
        let scenario = &loaded.scenario;
        let seeds = range(arguments, scenario);
        progress.begin(&scenario.name);
        let mut tally = Tally::default();
        let sweep = Sweep { seeds: seeds.clone(), jobs };
        let outcome = sweep.run(&*case, |report| {
            progress.seed_done(&report);
            tally.add(report, &scenario.expect);
            if tally.settled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        outcome.map_err(|problem| loaded.mistake(&problem))?;
        progress.end(seeds.end - seeds.start - tally.runs);
        let file = loaded.file().map(str::to_owned);
        results.push(Swept { scenario: loaded.scenario, called: loaded.called, file, tally });
    }
    progress.finish();
    let shrinks = Shrinks { wanted: !arguments.no_shrink, jobs, app };
    let ended = || results.iter().map(|swept| swept.ended(&shrinks)).collect::<Vec<_>>();
    let printed = match arguments.format {
        RunFormat::Text => summary(&results, &shrinks, arguments.weather, out),
        RunFormat::Json => out.write_all(sweeps::json_lines(&ended()).as_bytes()),
        RunFormat::Junit => out.write_all(sweeps::junit(&ended()).as_bytes()),
        RunFormat::Github => out.write_all(sweeps::github(&ended()).as_bytes()),
    };
    printed.map_err(|error| Mistake::new(format!("the results cannot be printed: {error}")))?;
    Ok(results.iter().map(Swept::ending).fold(kept, Ending::max))
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
    fn told<'s>(&'s self, report: &'s Report, like: (u64, &[Seed]), shrinks: &Shrinks<'_>) -> Told<'s> {
        let (shrunk, keep) = shrinks.shrink(self, report).unzip();
        let replay = format!("stormglass replay {} --seed {}", self.called, report.seed);
        let page = failure_page(&Failure {
            of: self.tally.runs,
            shrunk: shrunk.as_ref(),
            like,
            keep: keep.as_deref(),
            ..Failure::new(&self.scenario, report, &replay)
        });
        Told { seed: report.seed, verdict: &report.verdict, page, replay }
    }

    /// What other programs are told.
    fn ended(&self, shrinks: &Shrinks<'_>) -> Ended<'_> {
        let failures = self.kinds().into_iter().take(PAGES);
        Ended {
            scenario: &self.scenario,
            file: self.file.clone(),
            tally: &self.tally,
            outcome: self.outcome(),
            failures: failures.map(|(report, like)| self.told(report, like, shrinks)).collect(),
        }
    }
}

/// How the first failure of each kind is made small before it is shown.
struct Shrinks<'a> {
    wanted: bool,
    jobs: usize,
    app: &'a App,
}

impl Shrinks<'_> {
    /// The failure made small, and the command that keeps it; nothing if it is not wanted or cannot be.
    fn shrink(&self, swept: &Swept, report: &Report) -> Option<(Shrunk, String)> {
        let subject = self.app.registry.get(&swept.scenario.system).filter(|_| self.wanted)?;
        let case = subject.case(&swept.scenario).ok()?;
        let shrunk = shrunk(&*case, report, &swept.scenario.expect, self.jobs)?;
        Some((shrunk, format!("stormglass keep {} --seed {}", swept.called, report.seed)))
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
                writeln!(out, "warning: {}: {kind} struck {times} and never had any effect", scenario.name)?;
            }
        }
    }
    Ok(())
}

/// The table, the pages of what went wrong, and the count of it all.
fn summary(results: &[Swept], shrinks: &Shrinks<'_>, shown: bool, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", results_table(results.iter().map(|swept| (&swept.scenario, &swept.tally))))?;
    weather(results, shown, out)?;
    let (mut failures, mut pages) = (0, 0);
    for swept in results {
        failures += usize::from(!matches!(swept.outcome(), Outcome::Ok | Outcome::Found));
        for (report, like) in swept.kinds() {
            pages += 1;
            if pages <= PAGES {
                writeln!(out, "\n{}", swept.told(report, like, shrinks).page)?;
            }
        }
    }
    if pages > PAGES {
        writeln!(
            out,
            "\n{} further kinds of failures are not shown: name one scenario to see its own",
            pages - PAGES
        )?;
    }
    let runs: u64 = results.iter().map(|swept| swept.tally.runs).sum();
    let time = results.iter().fold(Duration::ZERO, |sum, swept| sum + swept.tally.virtual_time);
    let planted = results.iter().filter(|swept| swept.scenario.expect != Expect::Ok).count();
    let found = results.iter().filter(|swept| swept.outcome() == Outcome::Found).count();
    write!(out, "\n{} scenarios, {runs} runs, {} of virtual time", results.len(), long_time(time))?;
    if planted > 0 {
        write!(out, "; planted bugs found: {found} of {planted}")?;
    }
    match failures {
        0 => writeln!(out, "; everything as expected"),
        1 => writeln!(out, "; 1 scenario NOT as expected"),
        many => writeln!(out, "; {many} scenarios NOT as expected"),
    }
}
