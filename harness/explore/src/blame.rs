//! When a failure became inevitable, and which faults it needs.
//!
//! The run is begun as it was and goes on, from some moment, under other chances; again and again, from ever other
//! moments. Where nearly all of these end in the same failure, it had been decided before. The curve of these shares over
//! time is what Antithesis shows as its bug probability, and FoundationDB gets by reseeding.
//!
//! Nothing here knows a system: whoever asks runs the forks.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use stormglass_core::time::Time;
use stormglass_core::trace::{Kind, Record, Trace};

use crate::story;
use crate::sweep::WORKER;

/// So many of a hundred forks must fail for the failure to be called inevitable.
const CERTAIN: u64 = 95;
/// So many points the curve has.
const POINTS: usize = 12;

/// How it went from one moment on, under other chances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chance {
    /// What happened later than this had other chances.
    pub after: Time,
    /// So many runs failed as before …
    pub fails: u64,
    /// … of so many.
    pub of: u64,
}

/// The moment that decided it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The share of failures after it.
    pub after: Chance,
    /// The share of failures before it, if anything happened before it.
    pub before: Option<Chance>,
    /// What happened in it, the most telling first.
    pub what: Vec<String>,
}

/// What one fault contributed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needed {
    /// The fault, as it stands in the plan.
    pub what: String,
    /// How many runs fail without it, all chances being others from the beginning.
    pub without: Chance,
}

/// Everything that is to be said of a failure's causes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blame {
    /// The check that broke.
    pub check: String,
    /// The share of failures over time, up to the violation and around what decided it.
    pub curve: Vec<Chance>,
    /// The moment that decided it; nothing if only the violation itself did.
    pub decided: Option<Decided>,
    /// What each fault contributed.
    pub faults: Vec<Needed>,
}

/// How many forks there are of each run, and how many run at once, which changes nothing but the time it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forks {
    /// Of each run.
    pub of: u64,
    /// At once.
    pub jobs: usize,
}

impl Forks {
    /// How many of the forks after that moment fail. `fails` is told the fork's salt.
    pub(crate) fn count(self, after: Time, fails: &(dyn Fn(u64) -> bool + Sync)) -> Chance {
        let (next, failed) = (AtomicU64::new(1), AtomicU64::new(0));
        let work = || {
            loop {
                let salt = next.fetch_add(1, Ordering::Relaxed);
                if salt > self.of {
                    return;
                }
                failed.fetch_add(u64::from(fails(salt)), Ordering::Relaxed);
            }
        };
        thread::scope(|scope| {
            for _ in 0..self.jobs.max(1) {
                let worker = thread::Builder::new().name(WORKER.to_owned());
                worker.spawn_scoped(scope, work).expect("the machine has room for a thread a core");
            }
        });
        Chance { after, fails: failed.into_inner(), of: self.of }
    }
}

impl Chance {
    /// Whether nearly all fail.
    #[must_use]
    pub const fn is_certain(&self) -> bool {
        self.fails * 100 >= self.of * CERTAIN
    }
}

/// The curve over a traced run that was violated at that moment. `chance` forks the run.
pub(crate) fn over_time(trace: &Trace, violated: Time, chance: &impl Fn(Time) -> Chance) -> Vec<Chance> {
    let moments = moments(trace, violated);
    let last = moments.len().saturating_sub(1);
    let points = (0..POINTS).filter_map(|point| moments.get(last * point / (POINTS - 1)));
    points.map(|&moment| chance(moment)).collect()
}

/// What decided that the traced run was violated at that moment, if anything did. `chance` forks the run.
pub(crate) fn decided(trace: &Trace, violated: Time, chance: &impl Fn(Time) -> Chance) -> Option<Decided> {
    let moments = moments(trace, violated);
    // The share grows as more is settled, up to chance: the first moment after which it is certain, by bisection.
    let (mut low, mut high) = (0, moments.len().checked_sub(1)?);
    while low < high {
        let middle = low + (high - low) / 2;
        match chance(moments[middle]).is_certain() {
            true => high = middle,
            false => low = middle + 1,
        }
    }
    let after = chance(moments[low]);
    let before = low.checked_sub(1).map(|before| chance(moments[before]));
    after.is_certain().then(|| Decided { after, before, what: happened(trace, moments[low]) })
}

/// The moments at which anything happened until then.
fn moments(trace: &Trace, until: Time) -> Vec<Time> {
    let mut moments: Vec<Time> =
        trace.records.iter().map(|record| record.at).filter(|&at| at <= until).collect();
    moments.dedup();
    moments
}

/// What happened at a moment, the most telling first; sends and drops follow from the rest.
fn happened(trace: &Trace, at: Time) -> Vec<String> {
    let mut records: Vec<&Record> = trace.records.iter().filter(|record| record.at == at).collect();
    let rank = |record: &&Record| match record.kind {
        Kind::Fault if !record.text.ends_with(" ends") => 0,
        Kind::Crash | Kind::Start => 1,
        Kind::Complete | Kind::Invoke => 2,
        Kind::Event => 3,
        Kind::Deliver | Kind::Timer | Kind::Sync | Kind::Phase | Kind::Fault => 4,
        Kind::Send | Kind::Drop => 5,
    };
    records.sort_by_key(rank);
    records.into_iter().filter(|record| rank(record) < 5).map(story::text).collect()
}

#[cfg(test)]
mod tests {
    use stormglass_core::random::CausalId;
    use stormglass_core::time::Duration;

    use super::*;

    fn at(millis: u64) -> Time {
        Time::ZERO + Duration::from_millis(millis)
    }

    fn trace() -> Trace {
        let record = |millis| Record {
            at: at(millis),
            whom: None,
            peer: None,
            kind: Kind::Phase,
            id: CausalId::from_u64(millis),
            cause: CausalId::from_u64(0),
            text: format!("event {millis}"),
        };
        Trace { records: (0..100).map(|tenth| record(tenth * 10)).collect() }
    }

    /// The event is named after which everything fails, whatever the share was before.
    #[test]
    fn the_deciding_event_is_named() {
        for decisive in [0, 10, 370, 980] {
            let chance =
                |after: Time| Chance { after, fails: if after >= at(decisive) { 64 } else { 20 }, of: 64 };
            let curve = over_time(&trace(), at(985), &chance);
            let decided = decided(&trace(), at(985), &chance).expect("from some moment on all fail");
            assert!(decided.what[0].contains(&format!("event {decisive}")), "{decisive}: {decided:?}");
            assert_eq!((decided.after.fails, decided.before.is_some()), (64, decisive > 0));
            assert!(curve.len() == POINTS && curve.is_sorted_by_key(|chance| chance.after));
        }
    }

    /// Where chance has the last word until the end, nothing is blamed.
    #[test]
    fn nothing_is_blamed_for_mere_luck() {
        assert_eq!(decided(&trace(), at(985), &|after| Chance { after, fails: 30, of: 64 }), None);
    }

    /// The count does not depend on the number of threads.
    #[test]
    fn forks_are_counted_whoever_runs_them() {
        for jobs in [1, 4] {
            let chance = Forks { of: 100, jobs }.count(Time::ZERO, &|salt| salt.is_multiple_of(3));
            assert_eq!((chance.fails, chance.of), (33, 100));
        }
    }
}
