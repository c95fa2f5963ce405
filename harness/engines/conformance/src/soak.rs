//! Real time: seeds of the shipped storms on real sockets, many at once, since they mostly wait.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use stormglass_core::random::Seed;
use stormglass_core::verdict::Verdict;
use stormglass_explore::{Report, audited};

use crate::lineup::On;
use crate::storms::Storm;

/// What a soak came to.
#[derive(Clone, Debug, Default)]
pub struct Soaked {
    /// Runs.
    pub runs: u64,
    /// Operations that completed ok.
    pub succeeded: u64,
    /// Machines that went down.
    pub crashes: u64,
    /// Faults that struck.
    pub strikes: u64,
    /// Every verdict that is not ok, with the scenario and the seed.
    pub alarms: Vec<(&'static str, u64, Verdict)>,
}

impl Soaked {
    fn add(&mut self, storm: &'static str, report: Report) {
        self.runs += 1;
        self.succeeded += report.succeeded as u64;
        self.crashes += report.stats.crashes;
        self.strikes += report.strikes as u64;
        if !report.verdict.is_ok() {
            self.alarms.push((storm, report.seed.0, report.verdict));
        }
    }
}

/// Runs the storms by turns, so many at once, from this seed on, until `each` says that it is enough; what has begun is ended.
pub fn soak(
    storms: &[Storm],
    first: u64,
    at_once: usize,
    each: impl Fn(&Report) -> ControlFlow<()> + Sync,
) -> Soaked {
    let cases: Vec<_> = storms.iter().map(|storm| storm.on(On::Tokio)).collect();
    let next = AtomicU64::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let turn = next.fetch_add(1, Ordering::Relaxed);
            let place = turn as usize % cases.len();
            let seed = first + turn / cases.len() as u64;
            let report =
                audited(&*cases[place], Seed(seed)).expect("a shipped storm can be drawn for every seed");
            let enough = each(&report).is_break();
            done.push((storms[place].name, report));
            if enough {
                return done;
            }
        }
    };
    let mut soaked = Soaked::default();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..at_once).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            for (storm, report) in worker.join().expect("a run's panic is its verdict") {
                soaked.add(storm, report);
            }
        }
    });
    soaked.alarms.sort_by_key(|&(storm, seed, _)| (storm, seed));
    soaked
}
