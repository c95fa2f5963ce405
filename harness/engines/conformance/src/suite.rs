//! The suite: what is run on every engine.

use std::collections::BTreeMap;
use std::thread;

use stormglass_plan::kind::Kind;

use crate::bugs::{BUGS, Bug};
use crate::cell::{Cell, Word};
use crate::kinds;
use crate::lineup::{On, case};
use crate::storms::SHIPPED;

/// So many runs wait for the clock on the wall at once.
const AT_ONCE: usize = 32;
/// So many seeds of a storm stand in the table.
const STORMS: u64 = 2;

/// What a row is about.
#[derive(Clone, Debug)]
pub enum About {
    /// One kind of fault, alone: Raft holds.
    Fault(Kind),
    /// A seed of a shipped storm: the system holds.
    Storm(&'static str, u64),
    /// A planted bug: it is found.
    Bug(Bug),
}

/// One row of the table.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it is about.
    pub about: About,
    /// The kernel's cell first.
    pub cells: Vec<(On, Cell)>,
}

impl About {
    /// What the table calls it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            About::Fault(kind) => kind.name().to_owned(),
            About::Storm(name, seed) => format!("{name} {seed}"),
            About::Bug(bug) => format!("bug {}", bug.name),
        }
    }

    /// Runs it on an engine. In real time a bug has so many chances as `tries` says: no seed is known to show it.
    #[must_use]
    pub fn on(&self, on: On, tries: u64) -> Cell {
        match self {
            About::Fault(kind) => Cell::of(&*case(kind.name(), &kinds::scenario(*kind), on), 1, Some(*kind)),
            About::Storm(name, seed) => {
                let storm = SHIPPED.iter().find(|storm| storm.name == *name);
                let storm = storm.expect("the suite is made of shipped storms");
                Cell::of(&*storm.on(on), *seed, None)
            }
            About::Bug(bug) => match bug.first_on(on) {
                Some(seed) => {
                    let cell = Cell::of(&*case(bug.name, bug.text, on), seed, None);
                    Cell { note: format!("seed {seed}"), ..cell }
                }
                None => tried(bug, on, tries),
            },
        }
    }
}

/// Everything: each kind of fault, the storms, the bugs.
#[must_use]
pub fn everything() -> Vec<About> {
    let faults = Kind::ALL.iter().map(|&kind| About::Fault(kind));
    let storms = SHIPPED.iter().flat_map(|storm| (0..STORMS).map(|seed| About::Storm(storm.name, seed)));
    faults.chain(storms).chain(BUGS.iter().map(|&bug| About::Bug(bug))).collect()
}

/// Runs everything on these engines; `done` hears of each engine that is through.
pub fn run(suite: &[About], engines: &[On], tries: u64, mut done: impl FnMut(On)) -> Vec<Row> {
    let mut rows: Vec<Row> =
        suite.iter().map(|about| Row { about: about.clone(), cells: Vec::new() }).collect();
    let on = |on: On| move |about: &About| about.on(on, tries);
    thread::scope(|scope| {
        // What has a real clock waits for it, and so begins first; what has a virtual one needs a core.
        let real = engines.contains(&On::Tokio);
        let real = real.then(|| scope.spawn(|| at_once(suite, on(On::Tokio))));
        let virtuals = engines.iter().copied().filter(|&engine| engine != On::Tokio);
        let mut columns: BTreeMap<On, Vec<Cell>> = BTreeMap::new();
        for engine in virtuals {
            columns.insert(engine, suite.iter().map(on(engine)).collect());
            done(engine);
        }
        if let Some(real) = real {
            columns.insert(On::Tokio, real.join().expect("a run's panic is its verdict"));
            done(On::Tokio);
        }
        for &engine in engines {
            for (row, cell) in rows.iter_mut().zip(columns.remove(&engine).unwrap_or_default()) {
                row.cells.push((engine, cell));
            }
        }
    });
    rows
}

/// A bug's scenario under many seeds at once: real time decides which of them shows it.
fn tried(bug: &Bug, on: On, tries: u64) -> Cell {
    let case = case(bug.name, bug.text, on);
    // The plans in which virtual engines see it give it the best chance.
    let seeds: Vec<u64> = bug.first.iter().copied().cycle().take(tries as usize).collect();
    let cells = at_once(&seeds, |&seed| Cell::of(&*case, seed, None));
    let shown = cells.iter().filter(|cell| matches!(cell.word, Word::Violated(_))).count();
    let note = format!("{shown} of {tries}");
    let cell = cells.into_iter().find(|cell| cell.word != Word::Ok);
    let nothing = Cell { word: Word::Ok, effect: None, note: String::new(), evidence: String::new() };
    Cell { note, ..cell.unwrap_or(nothing) }
}

/// Does all of it, a number of them at a time, each on a thread of its own; answers stand in order.
pub fn at_once<T: Sync, R: Send>(work: &[T], each: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let each = &each;
    let some = |some: &[T]| -> Vec<R> {
        thread::scope(|scope| {
            let started: Vec<_> = some.iter().map(|one| scope.spawn(move || each(one))).collect();
            started.into_iter().map(|run| run.join().expect("a run's panic is its verdict")).collect()
        })
    };
    work.chunks(AT_ONCE).flat_map(some).collect()
}
