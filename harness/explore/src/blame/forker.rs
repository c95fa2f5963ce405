//! One thread's forks of one failing run: its copies of the world on the way, and what becomes of them under other chances.
//!
//! Copies are few, so that a run of a million events fits into memory: they lie along the run, ever further apart the longer
//! it is, and one more follows the search as it closes in. So a fork costs what is left of the run, and hardly more. What
//! cannot be copied is run anew for each fork.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use stormglass_core::system::System;
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;
use stormglass_kernel::Course;
use stormglass_plan::engine::{Run, Tracing};
use stormglass_plan::plan::Plan;
use stormglass_plan::workload::Operations;

use super::Later;
use super::crew::Worker;
use crate::prepared::Prepared;
use crate::shrunk::PANIC;

/// So many copies lie along the run at most, of all threads together …
const COPIES: usize = 8;
/// … so many events apart at first.
const STRIDE: u64 = 1_024;

/// From where to fork, and how.
pub(crate) struct Question<O> {
    /// The failing run's plan, or one with a fault less.
    pub(crate) plan: Arc<Plan<O>>,
    /// Behind all that is due by this moment; before anything has happened, if not given.
    pub(crate) after: Option<Time>,
    /// What is another one in forks.
    pub(crate) later: Later,
    /// Nothing earlier than this is of interest any more.
    pub(crate) low: Option<Time>,
}

/// A run of a plan, at some moment of it.
struct Standing<S: System> {
    plan: Arc<Plan<S::Op>>,
    after: Option<Time>,
    course: Course<S>,
}

/// Forks of one run.
pub(crate) struct Forker<'f, S: System> {
    judges: &'f Prepared<S>,
    check: &'f str,
    plan: &'f Arc<Plan<S::Op>>,
    /// Along the run, in order.
    copies: Vec<Course<S>>,
    room: usize,
    stride: u64,
    /// Where the search is.
    near: Option<Course<S>>,
    /// Where it was asked last; nothing if the run does not come so far.
    stands: Option<Standing<S>>,
}

impl<'f, S: System> Forker<'f, S>
where
    S::Op: Operations,
{
    /// Of so many at once, one that forks the run of this plan, and judges forks by one check.
    pub(crate) fn new(
        judges: &'f Prepared<S>,
        plan: &'f Arc<Plan<S::Op>>,
        check: &'f str,
        jobs: usize,
    ) -> Forker<'f, S> {
        let room = (COPIES / jobs.max(1)).max(1);
        Forker { judges, check, plan, copies: Vec::new(), room, stride: STRIDE, near: None, stands: None }
    }

    fn start(&self, plan: &Arc<Plan<S::Op>>) -> Course<S> {
        Course::new(&self.judges.system, plan, Tracing::Off)
    }

    /// The run at that moment.
    fn at(&mut self, after: Option<Time>) -> Course<S> {
        let Some(after) = after else { return self.start(self.plan) };
        let fits = |course: &&Course<S>| course.world().now() <= after;
        let best =
            self.copies.iter().chain(&self.near).filter(fits).max_by_key(|course| course.world().now());
        let mut course = best.cloned().unwrap_or_else(|| self.start(self.plan));
        // Copies are laid where nobody has been before.
        while self.copies.last().is_none_or(|last| last.world().now() < after) {
            let events = course.world().stats().events;
            let next = self.copies.last().map_or(0, |last| last.world().stats().events) + self.stride;
            if !course.step(after) {
                break;
            }
            if events + 1 >= next {
                self.lay(course.clone());
            }
        }
        course.run_until(after);
        course
    }

    fn lay(&mut self, copy: Course<S>) {
        self.copies.push(copy);
        if self.copies.len() > self.room {
            self.stride *= 2;
            let mut place = 0;
            self.copies.retain(|_| {
                place += 1;
                place % 2 == 0
            });
        }
    }

    /// How a fork ends: at its end, or where a monitor has found what is sought.
    fn ended(&self, mut course: Course<S>) -> Run<S::Op, S::Ret> {
        while let Some(verdict) = course.run_to_verdict() {
            if verdict.check() == self.check && matches!(verdict, Verdict::Violated(_)) {
                return course.stop();
            }
        }
        course.finish()
    }
}

impl<S: System> Worker<Question<S::Op>> for Forker<'_, S>
where
    S::Op: Operations,
{
    fn begin(&mut self, question: &Question<S::Op>) {
        let Question { plan, after, low, .. } = question;
        if !S::COPIES {
            return;
        }
        match self.stands.take() {
            Some(stands) if stands.after == *after && Arc::ptr_eq(&stands.plan, plan) => {
                self.stands = Some(stands);
                return;
            }
            Some(stands) if low.is_some() && stands.after == *low => self.near = Some(stands.course),
            _ => {}
        }
        // The run may panic before it comes so far: then so does every fork.
        let standing = || if Arc::ptr_eq(plan, self.plan) { self.at(*after) } else { self.start(plan) };
        let course = catch_unwind(AssertUnwindSafe(standing)).ok();
        self.stands = course.map(|course| Standing { plan: plan.clone(), after: *after, course });
    }

    fn passes(&mut self, question: &Question<S::Op>, salt: u64) -> bool {
        let Question { plan, after, later, .. } = question;
        let fork = || {
            let mut course = match &self.stands {
                Some(stands) => stands.course.clone(),
                None => {
                    let mut course = self.start(plan);
                    after.map(|after| course.run_until(after));
                    course
                }
            };
            course.world_mut().fork(salt);
            if *later == Later::ChancesWithoutFaults {
                course.world_mut().calm();
            }
            self.judges.judged_run(plan, self.ended(course)).verdicts
        };
        match catch_unwind(AssertUnwindSafe(fork)) {
            Ok(verdicts) => {
                !verdicts.iter().any(|verdict| verdict.check() == self.check && verdict.violation().is_some())
            }
            Err(_) => self.check != PANIC,
        }
    }
}
