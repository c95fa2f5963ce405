//! `zoo`: how many seeds it takes to find each planted bug.

use std::io::Write;
use std::ops::ControlFlow;
use std::time::Duration;

use cpu_time::ProcessTime;
use stormglass_core::bug::Bug;
use stormglass_explore::{Report, Subject, Sweep};
use stormglass_plan::problem::Problem;
use stormglass_plan::scenario::{Expect, Scenario};
use stormglass_report::{Tally, columns};

use crate::app::App;
use crate::args::ZooArguments;
use crate::exit::{Ending, Mistake};
use crate::run::cores;
use crate::shrink_table::{self, Row};
use crate::shrinking::{PATIENCE, shrink, sought};

/// Base seeds lie so far apart that no two sweeps share a seed.
const STRIDE: u64 = 1_000_000;

/// Hunts every planted bug from several base seeds and prints how long each hunt took.
///
/// # Errors
/// If a system is unknown, or a scenario is missing or wrong.
pub fn zoo(app: &App, arguments: &ZooArguments, out: &mut dyn Write) -> Result<Ending, Mistake> {
    if let Some(name) = arguments.systems.iter().find(|name| app.registry.get(name).is_none()) {
        let known = app.registry.names().join(", ");
        return Err(Mistake::new(format!("there is no system `{name}`; the systems are {known}")));
    }
    let wanted = |subject: &&dyn Subject| {
        arguments.systems.is_empty() || arguments.systems.iter().any(|name| name == subject.name())
    };
    if arguments.shrink {
        let mut rows = Vec::new();
        for subject in app.registry.subjects().filter(wanted) {
            for bug in subject.bugs() {
                rows.push(shrunk(app, subject, bug, arguments)?);
            }
        }
        return shrink_table::print(&rows, out);
    }
    let mut rows = Vec::new();
    let mut ending = Ending::Ok;
    for subject in app.registry.subjects().filter(wanted) {
        for bug in subject.bugs() {
            let (name, hunts) = hunt(app, subject, bug, arguments)?;
            if hunts.iter().any(|hunt| hunt.found.is_none()) {
                ending = Ending::Violated;
            }
            let bug = format!("{} {}", subject.name(), bug.name);
            rows.push([bug, name, seeds(&hunts, arguments.limit), cpu(&hunts), fired(&hunts)]);
        }
    }
    let table = columns(["bug", "scenario", "seeds to first detection", "CPU seconds", "found by"], rows);
    writeln!(out, "{table}")
        .map_err(|error| Mistake::new(format!("the table cannot be printed: {error}")))?;
    Ok(ending)
}

/// One sweep from one base seed until the bug was found.
struct Hunt {
    runs: u64,
    /// What all cores together spent.
    cpu: Duration,
    found: Option<Report>,
}

/// Hunts one bug: in the scenario that names it, or else in its system's storm.
fn hunt(
    app: &App,
    subject: &dyn Subject,
    bug: &Bug,
    arguments: &ZooArguments,
) -> Result<(String, Vec<Hunt>), Mistake> {
    let scenario = scenario_for(app, subject, bug)?;
    let case =
        subject.case(&scenario).map_err(|problem| Mistake::new(format!("`{}`: {problem}", scenario.name)))?;
    let hunts = (0..arguments.bases).map(|base| {
        let first = base * STRIDE;
        let sweep = Sweep {
            seeds: first..first + arguments.limit,
            jobs: arguments.jobs.map_or_else(cores, usize::from),
        };
        let mut tally = Tally::default();
        let began = ProcessTime::now();
        let swept = sweep.run(&*case, |report| {
            tally.add(report, &scenario.expect);
            if tally.settled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        swept.map_err(|problem| Mistake::new(format!("`{}`: {problem}", scenario.name)))?;
        Ok(Hunt { runs: tally.runs, cpu: began.elapsed(), found: tally.found })
    });
    Ok((scenario.name.clone(), hunts.collect::<Result<_, Mistake>>()?))
}

/// Hunts one bug once, and shrinks what was found.
fn shrunk(app: &App, subject: &dyn Subject, bug: &Bug, arguments: &ZooArguments) -> Result<Row, Mistake> {
    let scenario = scenario_for(app, subject, bug)?;
    let drawn = |problem: Problem| Mistake::new(format!("`{}`: {problem}", scenario.name));
    let case = subject.case(&scenario).map_err(drawn)?;
    let jobs = arguments.jobs.map_or_else(cores, usize::from);
    let hunted = ZooArguments { systems: Vec::new(), bases: 1, ..*arguments };
    let (_, hunts) = hunt(app, subject, bug, &hunted)?;
    let found = hunts.into_iter().next().and_then(|hunt| hunt.found);
    let caught_by = Expect::ViolatedBy(bug.caught_by.iter().map(ToString::to_string).collect());
    let sought = found.as_ref().and_then(|report| Some((report.seed, sought(report, &caught_by)?)));
    let bug = format!("{} {}", subject.name(), bug.name);
    let Some((seed, check)) = sought else {
        return Ok(Row { bug, seed: None, shrunk: None, took: Duration::ZERO });
    };
    let (shrunk, took) = shrink(&*case, seed, check, PATIENCE, jobs).map_err(drawn)?;
    Ok(Row { bug, seed: Some(seed), shrunk, took })
}

fn scenario_for(app: &App, subject: &dyn Subject, bug: &Bug) -> Result<Scenario, Mistake> {
    for name in app.library.names()? {
        let scenario = app.library.load(&name, &app.registry)?.scenario;
        if scenario.system == subject.name() && scenario.bug.as_deref() == Some(bug.name) {
            return Ok(scenario);
        }
    }
    let storm = app.library.load(&format!("{}/storm", subject.name()), &app.registry)?.scenario;
    let caught_by = bug.caught_by.iter().map(ToString::to_string).collect();
    Ok(Scenario { bug: Some(bug.name.to_owned()), expect: Expect::ViolatedBy(caught_by), ..storm })
}

/// The median of the hunts, and the longest.
fn seeds(hunts: &[Hunt], limit: u64) -> String {
    let mut runs: Vec<u64> =
        hunts.iter().map(|hunt| if hunt.found.is_some() { hunt.runs } else { u64::MAX }).collect();
    runs.sort_unstable();
    let shown = |runs: u64| if runs == u64::MAX { format!("> {limit}") } else { runs.to_string() };
    match (runs.get(runs.len() / 2), runs.last()) {
        (Some(&median), Some(&longest)) if runs.len() > 1 => {
            format!("{} (longest of {}: {})", shown(median), runs.len(), shown(longest))
        }
        (Some(&only), _) => shown(only),
        (None, _) => "not hunted".to_owned(),
    }
}

/// The median of what the hunts cost.
fn cpu(hunts: &[Hunt]) -> String {
    let mut spent: Vec<Duration> = hunts.iter().map(|hunt| hunt.cpu).collect();
    spent.sort_unstable();
    spent.get(spent.len() / 2).map_or_else(String::new, |median| format!("{:.2}", median.as_secs_f64()))
}

/// The checks that found it first, the most frequent in front.
fn fired(hunts: &[Hunt]) -> String {
    let mut counts: Vec<(usize, &str)> = Vec::new();
    for check in hunts.iter().filter_map(|hunt| hunt.found.as_ref()).map(|report| report.verdict.check()) {
        match counts.iter_mut().find(|(_, name)| *name == check) {
            Some((count, _)) => *count += 1,
            None => counts.push((1, check)),
        }
    }
    counts.sort_by(|one, other| other.cmp(one));
    let words: Vec<String> = match &counts[..] {
        [] => vec!["nothing".to_owned()],
        [(_, only)] => vec![(*only).to_owned()],
        many => many.iter().map(|(count, check)| format!("{check} × {count}")).collect(),
    };
    words.join(", ")
}
