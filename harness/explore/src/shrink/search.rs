//! The best plan so far, and the one way to a better one: candidates, run and confirmed.
//!
//! Candidates of one batch may run at once, but the first of them in order that still fails wins, and only those up to
//! it are counted: neither the result nor the count depends on how many run at once. Nothing here knows what a
//! candidate left out.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use stormglass_core::random::Seed;
use stormglass_plan::plan::Plan;

use super::finding::{Finding, Trial};
use super::size::Size;
use crate::sweep::WORKER;

/// How much may be tried.
pub struct Effort<'e> {
    /// How many candidates run at once. Changes nothing but the time it takes.
    pub jobs: usize,
    /// How many candidates are run at most.
    pub runs: u64,
    /// Asked before each batch whether to stop with the best so far. Unless it always says no, what comes out depends
    /// on when it said yes.
    pub stop: &'e (dyn Fn() -> bool + Sync),
    /// Asked, when it is small, whether to leave open when the failure became inevitable: what is found until then is
    /// said.
    pub late: &'e (dyn Fn() -> bool + Sync),
    /// Told now and then how far it is.
    pub watch: &'e dyn Fn(Progress),
}

/// How far the search has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Candidates run so far.
    pub runs: u64,
    /// The best plan's size.
    pub best: Size,
}

/// Why a search came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Nothing more can go.
    Minimal,
    /// The runs were used up.
    OutOfRuns,
    /// It was told to stop.
    Stopped,
}

/// A plan that fails, and how to find a smaller one.
pub(crate) struct Search<'s, O> {
    trial: &'s dyn Trial<O>,
    effort: &'s Effort<'s>,
    /// The smallest plan so far that fails.
    pub(crate) best: Arc<Plan<O>>,
    /// What it shows.
    pub(crate) finding: Finding,
    pub(crate) runs: u64,
    /// Under so many other seeds each candidate is tried, if it does not fail under its own.
    pub(crate) other_seeds: u64,
    /// Why it is over before nothing more can go.
    pub(crate) cut_short: Option<Ended>,
}

impl<'s, O: Clone + PartialEq + Send + Sync> Search<'s, O> {
    /// A search from a plan that fails; `None` if it does not fail.
    pub(crate) fn new(
        trial: &'s dyn Trial<O>,
        plan: Plan<O>,
        effort: &'s Effort<'s>,
    ) -> Option<Search<'s, O>> {
        let best = Arc::new(plan);
        let finding = trial.attempt(&best)?;
        Some(Search { trial, effort, best, finding, runs: 1, other_seeds: 0, cut_short: None })
    }

    /// Of these candidates, in order, the first that still fails becomes the best: its place. Candidates that
    /// contradict themselves, or change nothing, are passed by.
    pub(crate) fn first(&mut self, candidates: impl IntoIterator<Item = Plan<O>>) -> Option<usize> {
        let (best, other_seeds) = (self.best.clone(), self.other_seeds);
        let sound = |plan: &Plan<O>| *plan != *best && plan.problems().is_empty();
        let candidates = candidates.into_iter().enumerate().filter(|(_, plan)| sound(plan));
        let mut candidates =
            candidates.flat_map(|(place, plan)| seeded(plan, other_seeds).map(move |plan| (place, plan)));
        let width = self.effort.jobs.max(1);
        loop {
            // Before any candidate is made: to make one of a long plan takes longer than to run a short one.
            if self.stopped() {
                return None;
            }
            let mut batch: Vec<(usize, Arc<Plan<O>>)> = Vec::with_capacity(width);
            while batch.len() < width
                && let Some((place, plan)) = candidates.next()
            {
                batch.push((place, Arc::new(plan)));
            }
            let left = self.effort.runs.saturating_sub(self.runs);
            batch.truncate(usize::try_from(left).unwrap_or(usize::MAX));
            if batch.is_empty() {
                if left == 0 {
                    self.cut_short.get_or_insert(Ended::OutOfRuns);
                }
                return None;
            }
            let found = race(self.trial, &batch);
            self.runs += found.as_ref().map_or(batch.len(), |(winner, _)| winner + 1) as u64;
            if let Some((winner, finding)) = found {
                let (place, plan) = batch.swap_remove(winner);
                (self.best, self.finding) = (plan, finding);
                self.tell();
                return Some(place);
            }
            self.tell();
        }
    }

    /// Whether it is over; from the moment on at which somebody says stop.
    fn stopped(&mut self) -> bool {
        if self.cut_short.is_none() && (self.effort.stop)() {
            self.cut_short = Some(Ended::Stopped);
        }
        self.cut_short.is_some()
    }

    /// Whether nothing more may be tried.
    pub(crate) const fn is_over(&self) -> bool {
        self.cut_short.is_some()
    }

    fn tell(&self) {
        (self.effort.watch)(Progress { runs: self.runs, best: Size::of(&self.best) });
    }
}

/// The plan, and the same under so many other seeds.
fn seeded<O: Clone>(plan: Plan<O>, others: u64) -> impl Iterator<Item = Plan<O>> {
    let own = plan.seed;
    let others: Vec<Plan<O>> =
        (0..others).map(Seed).filter(|&seed| seed != own).map(|seed| Plan { seed, ..plan.clone() }).collect();
    std::iter::once(plan).chain(others)
}

/// Runs all of them at once, and answers with the first in order that fails. One behind a failure is not begun.
fn race<O: Send + Sync>(trial: &dyn Trial<O>, batch: &[(usize, Arc<Plan<O>>)]) -> Option<(usize, Finding)> {
    if let [(_, only)] = batch {
        return trial.attempt(only).map(|finding| (0, finding));
    }
    let (next, settled) = (AtomicUsize::new(0), AtomicBool::new(false));
    let work = || {
        let mut found: Option<(usize, Finding)> = None;
        while !settled.load(Ordering::Relaxed) {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some((_, plan)) = batch.get(place) else { break };
            if let Some(finding) = trial.attempt(plan) {
                settled.store(true, Ordering::Relaxed);
                found = Some((place, finding));
            }
        }
        found
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..batch.len())
            .map(|_| {
                let worker = thread::Builder::new().name(WORKER.to_owned());
                worker.spawn_scoped(scope, work).expect("the machine has room for a thread a core")
            })
            .collect();
        let found = workers
            .into_iter()
            .filter_map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)));
        found.min_by_key(|(place, _)| *place)
    })
}
