//! Conformance on the command line.
//!
//! ```text
//! stormglass-conformance [TRIES]         the table; each bug gets so many runs in real time
//! stormglass-conformance bugs [LIMIT]    how many seeds each bug takes on each virtual engine
//! stormglass-conformance soak [SECONDS]  storms in real time
//! stormglass-conformance shipped [SEEDS] [LIMIT] [FILTER]
//!                                        every shipped scenario: so many seeds of correct systems on each virtual engine, at most
//!                                        so many of planted bugs; and two of each in real time
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command prints")]
#![allow(clippy::disallowed_methods, reason = "a soak lasts as long as the clock on the wall says")]

use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use stormglass_conformance::bugs::BUGS;
use stormglass_conformance::hunt::hunt;
use stormglass_conformance::lineup::On;
use stormglass_conformance::shipped::{Became, Extent, in_real_time, scenarios, virtually};
use stormglass_conformance::soak::soak;
use stormglass_conformance::storms::lasting;
use stormglass_conformance::suite::{everything, run};
use stormglass_conformance::table::table;
use stormglass_plan::scenario::Scenario;
use stormglass_report::columns;

/// So many runs of a bug in real time.
const TRIES: u64 = 24;
/// So many seeds at most.
const LIMIT: u64 = 2_000;
/// So many seeds of a correct shipped scenario on each virtual engine.
const SEEDS: u64 = 20;
/// So many at most of one with a planted bug.
const HUNTED: u64 = 200;
/// So many of each in real time.
const IN_REAL_TIME: u64 = 2;
/// So many runs wait for the clock at once.
const AT_ONCE: usize = 64;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize, usual: u64| match arguments.get(place).map(|text| text.parse()) {
        None => Ok(usual),
        Some(Ok(number)) => Ok(number),
        Some(Err(_)) => Err(format!("`{}` is no number", arguments[place])),
    };
    let done = match arguments.first().map(String::as_str) {
        Some("bugs") => number(1, LIMIT).map(bugs),
        Some("soak") => number(1, 30).map(soaked),
        Some("shipped") => number(1, SEEDS).and_then(|seeds| {
            let filter = arguments.get(3).map_or("", String::as_str);
            number(2, HUNTED).map(|limit| shipped(Extent { seeds, limit }, filter))
        }),
        _ => number(0, TRIES).map(conformance),
    };
    done.unwrap_or_else(|mistake| {
        eprintln!("{mistake}. Usage: stormglass-conformance [TRIES] | bugs [LIMIT] | soak [SECONDS] | shipped [SEEDS] [LIMIT] [FILTER]");
        ExitCode::from(2)
    })
}

fn conformance(tries: u64) -> ExitCode {
    let rows = run(&everything(), &On::ALL, tries, |on| eprintln!("{} is through", on.name()));
    let (text, unexplained) = table(&rows);
    println!("{text}");
    println!("{} rows, {unexplained} unexplained cells", rows.len());
    if unexplained == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn bugs(limit: u64) -> ExitCode {
    let mut all_found = true;
    let mut rows = Vec::new();
    for bug in BUGS {
        let [kernel, madsim, turmoil] = On::VIRTUAL.map(|on| match hunt(bug, on, limit, 1) {
            Ok(hunt) => {
                all_found &= hunt.is_good();
                hunt.to_string()
            }
            Err(problem) => {
                all_found = false;
                problem.to_string()
            }
        });
        eprintln!("{}: {kernel}, {madsim}, {turmoil}", bug.name);
        rows.push([bug.name.to_owned(), kernel, madsim, turmoil]);
    }
    println!("{}", columns(["bug", "kernel", "madsim", "turmoil"], rows));
    if all_found { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn shipped(extent: Extent, filter: &str) -> ExitCode {
    let scenarios: Vec<_> =
        scenarios().into_iter().filter(|scenario| scenario.name.contains(filter)).collect();
    let mut rows: Vec<[String; 4]> = Vec::new();
    let mut told: Vec<String> = Vec::new();
    let mut good = true;
    let mut note = |scenario: &Scenario, on: On, became: &Became| {
        let name = &scenario.name;
        good &= became.is_good(scenario);
        match became {
            Became::Alarm(_, verdict) => told.push(format!("{name} on {}: {verdict}", on.name())),
            Became::Refused(why) => told.push(format!("{name} on {}: {why}", on.name())),
            _ => {}
        }
        became.to_string()
    };
    for scenario in &scenarios {
        let [madsim, turmoil] = [On::Madsim, On::Turmoil].map(|on| {
            let became = virtually(scenario, on, extent);
            let became = became.unwrap_or_else(|problem| Became::Refused(problem.to_string()));
            note(scenario, on, &became)
        });
        eprintln!("{}: {madsim}, {turmoil}", scenario.name);
        rows.push([scenario.name.clone(), madsim, turmoil, String::new()]);
    }
    let became = in_real_time(&scenarios, IN_REAL_TIME);
    for ((row, scenario), became) in rows.iter_mut().zip(&scenarios).zip(&became) {
        row[3] = note(scenario, On::Tokio, became);
    }
    println!("{}", columns(["scenario", "madsim", "turmoil", "tokio, without bugs"], rows));
    for line in told {
        println!("{line}");
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn soaked(seconds: u64) -> ExitCode {
    let until = Instant::now() + Duration::from_secs(seconds);
    let enough =
        |_: &_| if Instant::now() < until { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
    let soaked = soak(&lasting(seconds), 0, AT_ONCE, enough);
    println!(
        "{} runs on real sockets, {} operations served, {} crashes, {} faults, {} alarms",
        soaked.runs,
        soaked.succeeded,
        soaked.crashes,
        soaked.strikes,
        soaked.alarms.len()
    );
    for (storm, seed, verdict) in &soaked.alarms {
        println!("\n{storm}, seed {seed}: {verdict}");
    }
    if soaked.alarms.is_empty() && soaked.runs > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
