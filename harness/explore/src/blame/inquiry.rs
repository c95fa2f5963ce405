//! The inquiry into one failing run: which moments there are, and what forks from them tell.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use stormglass_core::system::System;
use stormglass_core::time::Time;
use stormglass_core::trace::{Kind, Record};
use stormglass_kernel::Course;
use stormglass_plan::engine::Tracing;
use stormglass_plan::plan::Plan;
use stormglass_plan::workload::Operations;

use super::crew::{Crew, crew};
use super::forker::{Forker, Question};
use super::forks::{Forks, Passes};
use super::search::{Found, first_certain};
use super::{Blame, Chance, Decided, Later, Moment, Needed};
use crate::prepared::Prepared;
use crate::story;

/// So many points the curve has.
const POINTS: usize = 12;

/// One failing run, and who asks about it.
pub(crate) struct Inquiry<'i, S: System> {
    judges: &'i Prepared<S>,
    plan: &'i Arc<Plan<S::Op>>,
    check: &'i str,
    forks: &'i Forks<'i>,
    /// When anything happened, up to the violation.
    moments: Vec<Time>,
}

/// The inquiry with its threads.
struct Asking<'a, S: System> {
    of: &'a Inquiry<'a, S>,
    crew: &'a Crew<'a, Question<S::Op>>,
}

impl<'i, S: System> Inquiry<'i, S>
where
    S::Op: Operations,
{
    /// Runs it once, up to the moment by which everything had happened that the violation is made of.
    pub(crate) fn new(
        judges: &'i Prepared<S>,
        plan: &'i Arc<Plan<S::Op>>,
        check: &'i str,
        violated: Option<Time>,
        forks: &'i Forks<'i>,
    ) -> Inquiry<'i, S> {
        let mut moments = Vec::new();
        let until = violated.unwrap_or(plan.timeline.end);
        let mut walk = || {
            let mut course = Course::new(&judges.system, plan, Tracing::Off);
            let (mut events, mut more) = (0, true);
            while more {
                more = course.step(until);
                let (now, happened) = (course.world().now(), course.world().stats().events);
                // A timer that no longer stands for anything is no event.
                if happened > events && moments.last() != Some(&now) {
                    moments.push(now);
                }
                events = happened;
            }
        };
        // A run that panics tells its moments up to there.
        let _ = catch_unwind(AssertUnwindSafe(&mut walk));
        Inquiry { judges, plan, check, forks, moments }
    }

    /// When it became inevitable.
    #[allow(
        clippy::redundant_closure_for_method_calls,
        reason = "the method is not general enough over lifetimes"
    )]
    pub(crate) fn moment(&self) -> Moment {
        self.asking(|asking| asking.moment())
    }

    /// The whole of it.
    pub(crate) fn blame(&self) -> Blame {
        self.asking(|asking| {
            let moment = asking.moment();
            let count = self.plan.faults.len();
            let faults: Vec<Needed> = (0..count).map_while(|place| asking.without(place)).collect();
            let (curve, missing) = asking.curve(&moment);
            let mut unfinished = Vec::new();
            if faults.len() < count {
                unfinished.push(format!("{} of {count} faults", count - faults.len()));
            }
            if missing > 0 {
                unfinished.push(format!("{missing} points of the curve"));
            }
            Blame { check: self.check.to_owned(), moment, faults, curve, unfinished }
        })
    }

    fn asking<R>(&self, main: impl FnOnce(&Asking<'_, S>) -> R) -> R {
        let jobs = self.forks.jobs;
        let worker = || Forker::new(self.judges, self.plan, self.check, jobs);
        crew(jobs, self.forks.stop, &worker, |crew| main(&Asking { of: self, crew }))
    }

    /// What happened at a moment, the most telling first; sends and drops follow from the rest.
    fn happened(&self, before: Option<Time>, at: Time) -> Vec<String> {
        let mut records: Vec<Record> = Vec::new();
        let traced = || {
            let mut course = Course::new(&self.judges.system, self.plan, Tracing::Off);
            if let Some(before) = before {
                course.run_until(before);
            }
            course.world_mut().trace();
            course.run_until(at);
            records = course.world_mut().take_records();
        };
        // What panics has no trace to the end.
        if catch_unwind(AssertUnwindSafe(traced)).is_err() {
            return Vec::new();
        }
        records.retain(|record| record.at == at);
        records.sort_by_key(rank);
        records.iter().filter(|record| rank(record) < UNTOLD).map(story::text).collect()
    }
}

/// What is no news.
const UNTOLD: u8 = 5;

/// How telling a record is.
fn rank(record: &Record) -> u8 {
    match record.kind {
        Kind::Fault if !record.text.ends_with(" ends") => 0,
        Kind::Crash | Kind::Start => 1,
        Kind::Complete | Kind::Invoke => 2,
        Kind::Event => 3,
        Kind::Deliver | Kind::Timer | Kind::Sync | Kind::Phase | Kind::Fault => 4,
        Kind::Send | Kind::Drop | Kind::Log => UNTOLD,
    }
}

impl<S: System> Asking<'_, S>
where
    S::Op: Operations,
{
    fn moment(&self) -> Moment {
        let by_chance = self.search(Later::Chances);
        let from_the_beginning = by_chance.decided().is_some_and(|decided| decided.before.is_none());
        if !from_the_beginning || self.of.plan.faults.is_empty() {
            return by_chance;
        }
        match self.search(Later::ChancesWithoutFaults) {
            // A fault is needed up to the end, and is sure to come: there was no moment before which it was open.
            Moment::Luck => by_chance,
            moment => moment,
        }
    }

    fn search(&self, later: Later) -> Moment {
        let moments = &self.of.moments;
        let mut low = None;
        let found = first_certain(moments.len(), |place| {
            let after = Some(moments[place]);
            let passes = |from, to, enough| self.passes(after, later, low, from, to, enough);
            let certain = self.of.forks.certain(&passes)?;
            if !certain {
                low = after;
            }
            Some(certain)
        });
        let place = match found {
            Found::At(place) => place,
            Found::Never => return Moment::Luck,
            Found::Between(low, high) => {
                let before = low.checked_sub(1).map_or(Time::ZERO, |before| moments[before]);
                return Moment::Between(before, moments.get(high).copied().unwrap_or(before));
            }
        };
        let at = moments[place];
        let before = place.checked_sub(1).map(|before| moments[before]);
        let out_of_time = Moment::Between(before.unwrap_or(Time::ZERO), at);
        let Some(after) = self.weighed(at, later) else { return out_of_time };
        let chance_before = before.map(|before| self.weighed(before, later));
        if chance_before == Some(None) {
            return out_of_time;
        }
        let what = self.of.happened(before, at);
        Moment::Decided(Decided { later, after, before: chance_before.flatten(), what })
    }

    /// The curve up to the violation and around what decided it, and how many points of it there was no time for.
    fn curve(&self, moment: &Moment) -> (Vec<Chance>, usize) {
        let decided = moment.decided();
        let later = decided.map_or(Later::Chances, |decided| decided.later);
        let mut curve: Vec<Chance> =
            decided.iter().flat_map(|decided| decided.before.into_iter().chain([decided.after])).collect();
        let moments = &self.of.moments;
        let last = moments.len().saturating_sub(1);
        let points = (0..POINTS).filter_map(|point| moments.get(last * point / (POINTS - 1)).copied());
        let mut points: Vec<Time> =
            points.filter(|at| curve.iter().all(|known| known.after != *at)).collect();
        points.dedup();
        let mut missing = 0;
        for at in points {
            let passes = |from, to, enough| self.passes(Some(at), later, None, from, to, enough);
            match self.of.forks.count(&passes) {
                Some((fails, of)) => curve.push(Chance { after: at, fails, of }),
                None => missing += 1,
            }
        }
        curve.sort_by_key(|chance| chance.after);
        (curve, missing)
    }

    fn without(&self, place: usize) -> Option<Needed> {
        let mut less = (**self.of.plan).clone();
        let gone = less.faults.remove(place);
        let less = Arc::new(less);
        let passes: Passes<'_> = &|from, to, enough| {
            let plan = less.clone();
            let question = Question { plan, after: None, later: Later::Chances, low: None };
            self.crew.passes(question, from, to, enough)
        };
        let (fails, of) = self.of.forks.count(passes)?;
        let what = format!("{} at {}", gone.inject, gone.at);
        Some(Needed { what, without: Chance { after: Time::ZERO, fails, of } })
    }

    fn weighed(&self, at: Time, later: Later) -> Option<Chance> {
        let passes = |from, to, enough| self.passes(Some(at), later, None, from, to, enough);
        let (fails, of) = self.of.forks.weighed(&passes)?;
        Some(Chance { after: at, fails, of })
    }

    fn passes(
        &self,
        after: Option<Time>,
        later: Later,
        low: Option<Time>,
        from: u64,
        to: u64,
        enough: u64,
    ) -> Option<u64> {
        let question = Question { plan: self.of.plan.clone(), after, later, low };
        self.crew.passes(question, from, to, enough)
    }
}
