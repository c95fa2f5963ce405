//! A sweep: many seeds of one case, on all cores, with results in order of seed whatever finishes first.
//!
//! Every seed that fails is run a second time, traced, and so is a sample of those that pass: a run that does not
//! repeat itself is worth nothing, and is a violation of its own.

use std::any::Any;
use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;

use stormglass_core::random::Seed;
use stormglass_core::verdict::{Verdict, Violation};
use stormglass_plan::engine::{Digest, Stats, Tracing};
use stormglass_plan::problem::Problem;

use crate::case::Case;
use crate::place;
use crate::report::Report;

/// One passing seed in so many is run twice.
const SAMPLE: u64 = 32;

/// The name of the threads that run seeds: a panic in one of them is a verdict, and need not be printed as well.
pub const WORKER: &str = "stormglass-seed";

/// The check by which an engine says that real time has ended a run.
pub(crate) const HANG: &str = "hang";

/// How a sweep is done.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// The seeds, in order.
    pub seeds: Range<u64>,
    /// How many run at once. Changes nothing but the time it takes.
    pub jobs: usize,
}

impl Sweep {
    /// Runs the seeds and hands each result over, in order of seed, until all are done or `each` says break.
    ///
    /// # Errors
    /// The problem of the first seed for which no plan can be drawn.
    pub fn run(
        &self,
        case: &dyn Case,
        mut each: impl FnMut(Report) -> ControlFlow<()>,
    ) -> Result<(), Problem> {
        let (next, stop) = (AtomicU64::new(self.seeds.start), AtomicBool::new(false));
        // Workers that are far ahead of a slow seed wait here, so that results do not pile up.
        let (sender, results) = mpsc::sync_channel(self.jobs * 256);
        thread::scope(|scope| {
            for _ in 0..self.jobs.max(1) {
                let (sender, next, stop) = (sender.clone(), &next, &stop);
                let worker = thread::Builder::new().name(WORKER.to_owned());
                let work = move || {
                    while !stop.load(Ordering::Relaxed) {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        if seed >= self.seeds.end || sender.send((seed, audited(case, Seed(seed)))).is_err() {
                            break;
                        }
                    }
                };
                worker.spawn_scoped(scope, work).expect("the machine has room for a thread a core");
            }
            drop(sender);
            let mut early = BTreeMap::new();
            let mut wanted = self.seeds.start;
            let mut outcome = Ok(());
            'sweep: for (seed, result) in &results {
                early.insert(seed, result);
                while let Some(result) = early.remove(&wanted) {
                    wanted += 1;
                    let flow = match result {
                        Ok(report) => each(report),
                        Err(problem) => {
                            outcome = Err(problem);
                            ControlFlow::Break(())
                        }
                    };
                    if flow.is_break() {
                        break 'sweep;
                    }
                }
            }
            stop.store(true, Ordering::Relaxed);
            // Unblocks workers that wait to send.
            drop(results);
            outcome
        })
    }
}

/// Runs a seed; and a second time if it failed, or by sample, to see that it repeats itself.
///
/// # Errors
/// If no plan can be drawn for the seed.
pub fn audited(case: &dyn Case, seed: Seed) -> Result<Report, Problem> {
    let report = guarded(case, seed, Tracing::Off)?;
    let violated = report.verdict.violation().is_some();
    if !case.repeats() {
        return Ok(report);
    }
    if !violated && !seed.0.is_multiple_of(SAMPLE) {
        return Ok(report);
    }
    let tracing = if violated { Tracing::Story } else { Tracing::Off };
    let again = guarded(case, seed, tracing)?;
    // A run that real time has ended says nothing about another one.
    let hung = |report: &Report| report.verdicts.iter().any(|verdict| verdict.check() == HANG);
    if hung(&report) || hung(&again) {
        return Ok(report);
    }
    if again.digest != report.digest {
        return nondeterministic(case, seed, &report);
    }
    Ok(Report { trace: None, ..again })
}

/// Two runs of one seed differ: the first difference of two traces is the evidence.
fn nondeterministic(case: &dyn Case, seed: Seed, report: &Report) -> Result<Report, Problem> {
    let one = guarded(case, seed, Tracing::On)?;
    let two = guarded(case, seed, Tracing::On)?;
    let mut violation = Violation::new("determinism", "the same seed run twice did two different things");
    let traces = one.trace.as_ref().zip(two.trace.as_ref());
    match traces.and_then(|(one, two)| one.first_difference(two)) {
        Some((one, two)) => {
            let shown = |record: Option<&stormglass_core::trace::Record>| {
                record.map_or("nothing more".to_owned(), |record| record.to_string().trim_start().to_owned())
            };
            violation.at = one.or(two).map(|record| record.at);
            violation.evidence = vec![
                format!("first difference: {}", shown(one)),
                format!("in the second run: {}", shown(two)),
            ];
        }
        None => {
            let rare = "the traces of two further runs are equal: the difference is rare";
            violation.evidence = vec![rare.to_owned()];
        }
    }
    violation.evidence.push(
        "a node, client or monitor uses something that the seed does not decide: a hash map's order, a real clock, \
         a global, an address in memory"
            .to_owned(),
    );
    let verdict = Verdict::from(violation);
    Ok(Report { verdicts: vec![verdict.clone()], verdict, ..report.clone() })
}

/// A run in which the system's own code may panic: that is the system's mistake, and a violation.
pub(crate) fn guarded(case: &dyn Case, seed: Seed, tracing: Tracing) -> Result<Report, Problem> {
    place::note();
    match catch_unwind(AssertUnwindSafe(|| case.run(seed, tracing))) {
        Ok(result) => result,
        Err(payload) => {
            let evidence = place::noted().into_iter().collect();
            let verdict = Verdict::from(Violation { evidence, ..Violation::new("panic", said(&*payload)) });
            Ok(Report {
                seed,
                verdicts: vec![verdict.clone()],
                verdict,
                digest: Digest(0),
                stats: Stats::default(),
                invoked: 0,
                succeeded: 0,
                effects: BTreeMap::new(),
                expected_loss: None,
                availability: None,
                strikes: 0,
                story: Vec::new(),
                trace: None,
            })
        }
    }
}

/// What a panic said.
pub(crate) fn said(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
    format!("the code panicked: {}", text.unwrap_or("a panic without a text"))
}
