//! Every scenario that the command ships, on the other engines: correct systems pass, and planted bugs are found.

use std::fmt;
use std::num::NonZero;
use std::ops::ControlFlow;
use std::path::Path;
use std::thread;

use stormglass_cli::Library;
use stormglass_core::random::Seed;
use stormglass_core::verdict::Verdict;
use stormglass_explore::{Case, Report, Sweep, audited};
use stormglass_plan::problem::Problem;
use stormglass_plan::scenario::{Expect, Scenario};
use stormglass_report::{Outcome, Tally};

use crate::lineup::{On, registry};
use crate::suite::at_once;

/// Has no nodes.
const AVAILABILITY_MODEL: &str = "regions";

/// How far scenarios are run.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// So many seeds of a correct system.
    pub seeds: u64,
    /// So many seeds at most until a planted bug has shown.
    pub limit: u64,
}

/// What became of a scenario on an engine.
#[derive(Clone, Debug)]
pub enum Became {
    /// So many seeds passed, as they must.
    Passed(u64),
    /// The planted bug showed under this seed, by this check; the system without it passes all seeds so far.
    Found(u64, String),
    /// It did not show under so many seeds.
    Escaped(u64),
    /// A correct system was alarmed about under this seed.
    Alarm(u64, Verdict),
    /// The engine does not run it, and says why.
    Refused(String),
}

/// The shipped scenarios, by name.
///
/// # Panics
/// If one cannot be read: they are part of this project.
#[must_use]
pub fn scenarios() -> Vec<Scenario> {
    let library = Library::in_folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../scenarios"));
    let registry = registry();
    let names = library.names().unwrap_or_else(|mistake| panic!("{mistake}"));
    let read = |name: String| library.load(&name, &registry).unwrap_or_else(|mistake| panic!("{mistake}"));
    names.into_iter().map(|name| read(name).scenario).collect()
}

/// A scenario on an engine with a virtual clock.
///
/// # Errors
/// If no plan can be drawn for a seed.
pub fn virtually(scenario: &Scenario, on: On, extent: Extent) -> Result<Became, Problem> {
    let case = match case(scenario, on) {
        Ok(case) => case,
        Err(problem) => return Ok(refused(&problem)),
    };
    if scenario.expect.is_ok() {
        return Ok(passes(scenario, &*case, extent.seeds)?.map_or_else(alarm, Became::Passed));
    }
    let tally = swept(scenario, &*case, extent.limit)?;
    let (Outcome::Found, Some(found)) = (tally.outcome(scenario), &tally.found) else {
        return Ok(Became::Escaped(extent.limit));
    };
    let twin = correct(scenario);
    Ok(match passes(&twin, &*self::case(&twin, on)?, found.seed.0 + 1)? {
        Ok(_) => Became::Found(found.seed.0, found.verdict.check().to_owned()),
        Err(report) => alarm(report),
    })
}

/// So many seeds of each of these in real time, many at once; of a planted bug only its correct twin.
#[must_use]
pub fn in_real_time(scenarios: &[Scenario], seeds: u64) -> Vec<Became> {
    let runs: Vec<(usize, u64)> =
        (0..scenarios.len()).flat_map(|place| (0..seeds).map(move |seed| (place, seed))).collect();
    let became = at_once(&runs, |&(place, seed)| {
        let run = case(&correct(&scenarios[place]), On::Tokio).and_then(|case| audited(&*case, Seed(seed)));
        match run {
            Ok(report) if report.verdict.is_ok() => Became::Passed(1),
            Ok(report) => alarm(report),
            Err(problem) => refused(&problem),
        }
    });
    let one = |became: &[Became]| became.iter().cloned().reduce(Became::and).unwrap_or(Became::Passed(0));
    became.chunks(seeds.max(1) as usize).map(one).collect()
}

impl Became {
    /// Whether nobody need look after it: an engine may refuse what has no nodes to drive, and nothing else.
    #[must_use]
    pub fn is_good(&self, scenario: &Scenario) -> bool {
        match self {
            Became::Alarm(..) => false,
            Became::Refused(_) => scenario.system == AVAILABILITY_MODEL,
            Became::Passed(_) | Became::Found(..) | Became::Escaped(_) => true,
        }
    }

    fn and(self, other: Became) -> Became {
        match (self, other) {
            (Became::Passed(some), Became::Passed(more)) => Became::Passed(some + more),
            (Became::Passed(_), worse) | (worse, _) => worse,
        }
    }
}

/// The same system without its planted bug.
fn correct(scenario: &Scenario) -> Scenario {
    Scenario { bug: None, expect: Expect::Ok, ..scenario.clone() }
}

fn case(scenario: &Scenario, on: On) -> Result<Box<dyn Case>, Problem> {
    let registry = registry();
    let subject =
        registry.get(&scenario.system).expect("a scenario that was read names a system that there is");
    subject.case(scenario)?.on(on.name())
}

/// How many seeds passed, or the first that did not.
fn passes(scenario: &Scenario, case: &dyn Case, seeds: u64) -> Result<Result<u64, Report>, Problem> {
    let tally = swept(scenario, case, seeds)?;
    let wrong = tally.first_violation().or(tally.first_unknown.as_ref()).cloned();
    Ok(wrong.map_or(Ok(tally.runs), Err))
}

/// Until the bug has been found, or something is wrong that must not be.
fn swept(scenario: &Scenario, case: &dyn Case, seeds: u64) -> Result<Tally, Problem> {
    let mut tally = Tally::default();
    let jobs = thread::available_parallelism().map_or(1, NonZero::get);
    Sweep { seeds: 0..seeds, jobs }.run(case, |report| {
        let wrong = scenario.expect.is_ok() && !report.verdict.is_ok();
        tally.add(report, &scenario.expect);
        if wrong || tally.settled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok(tally)
}

fn alarm(report: Report) -> Became {
    Became::Alarm(report.seed.0, report.verdict)
}

fn refused(problem: &Problem) -> Became {
    Became::Refused(problem.to_string())
}

/// `found by bank in 3`.
impl fmt::Display for Became {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Became::Passed(runs) => write!(f, "{runs} ok"),
            Became::Found(seed, check) => write!(f, "found in {} · {check}", seed + 1),
            Became::Escaped(limit) => write!(f, "not in {limit}"),
            Became::Alarm(seed, verdict) => write!(f, "ALARM · seed {seed} · {}", verdict.check()),
            Became::Refused(_) => f.write_str("refused"),
        }
    }
}
