//! Threads that count forks together. Each has what it works with for itself, so that nothing of a run needs to pass from
//! one to another; and what they answer does not depend on how many they are.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use crate::sweep::WORKER;

/// What one thread works with.
pub(crate) trait Worker<Q> {
    /// Prepares for the forks of a question.
    fn begin(&mut self, question: &Q);

    /// Whether the fork of this salt passes.
    fn passes(&mut self, question: &Q, salt: u64) -> bool;
}

/// Threads at work, for whoever asks them.
pub(crate) struct Crew<'c, Q> {
    orders: Vec<Sender<Arc<Round<Q>>>>,
    done: Receiver<()>,
    stop: &'c (dyn Fn() -> bool + Sync),
}

/// One question, and how far they are with it.
struct Round<Q> {
    question: Q,
    to: u64,
    enough: u64,
    next: AtomicU64,
    passed: AtomicU64,
    late: AtomicBool,
}

/// Lets `main` ask so many threads, each with a worker of its own.
pub(crate) fn crew<Q: Send + Sync, W: Worker<Q>, R>(
    jobs: usize,
    stop: &(dyn Fn() -> bool + Sync),
    worker: &(dyn Fn() -> W + Sync),
    main: impl FnOnce(&Crew<'_, Q>) -> R,
) -> R {
    thread::scope(|scope| {
        let (said, done) = channel();
        let mut orders = Vec::new();
        for _ in 0..jobs.max(1) {
            let (order, rounds) = channel::<Arc<Round<Q>>>();
            orders.push(order);
            let said = said.clone();
            let work = move || {
                let mut worker = worker();
                for round in rounds {
                    round.work(&mut worker, stop);
                    // Let go before it is said: whoever asks may want the round for himself.
                    drop(round);
                    if said.send(()).is_err() {
                        return;
                    }
                }
            };
            let thread = thread::Builder::new().name(WORKER.to_owned());
            thread.spawn_scoped(scope, work).expect("the machine has room for a thread a core");
        }
        drop(said);
        main(&Crew { orders, done, stop })
    })
}

impl<Q> Round<Q> {
    fn work(&self, worker: &mut impl Worker<Q>, stop: &(dyn Fn() -> bool + Sync)) {
        let mut begun = false;
        while self.passed.load(Ordering::Relaxed) < self.enough {
            let salt = self.next.fetch_add(1, Ordering::Relaxed);
            if salt > self.to {
                return;
            }
            if stop() {
                return self.late.store(true, Ordering::Relaxed);
            }
            if !begun {
                worker.begin(&self.question);
                begun = true;
            }
            let passed = worker.passes(&self.question, salt);
            self.passed.fetch_add(u64::from(passed), Ordering::Relaxed);
        }
    }
}

impl<Q> Crew<'_, Q> {
    /// How many of the forks with a salt more than `from` and up to `to` pass, or `enough` if so many do; `None` if there is
    /// no time.
    pub(crate) fn passes(&self, question: Q, from: u64, to: u64, enough: u64) -> Option<u64> {
        if (self.stop)() {
            return None;
        }
        let round = Arc::new(Round {
            question,
            to,
            enough,
            next: AtomicU64::new(from + 1),
            passed: AtomicU64::new(0),
            late: AtomicBool::new(false),
        });
        let asked = self.orders.iter().filter(|order| order.send(round.clone()).is_ok()).count();
        // A worker that is gone has panicked, and its scope will say so.
        if (0..asked).any(|_| self.done.recv().is_err()) {
            return None;
        }
        let passed = round.passed.load(Ordering::Relaxed).min(enough);
        (passed == enough || !round.late.load(Ordering::Relaxed)).then_some(passed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Every(u64);

    impl Worker<u64> for Every {
        fn begin(&mut self, question: &u64) {
            self.0 = *question;
        }
        fn passes(&mut self, _question: &u64, salt: u64) -> bool {
            salt.is_multiple_of(self.0)
        }
    }

    /// The count does not depend on the number of threads, nor on what was asked before.
    #[test]
    fn forks_are_counted_whoever_runs_them() {
        for jobs in [1, 4] {
            crew(jobs, &|| false, &|| Every(0), |crew| {
                assert_eq!(crew.passes(3, 0, 100, u64::MAX), Some(33));
                assert_eq!(crew.passes(5, 50, 100, u64::MAX), Some(10));
                assert_eq!(crew.passes(1, 0, 100, 7), Some(7));
            });
        }
    }

    /// Who has no time counts nothing rather than something wrong; but what was enough by then is enough.
    #[test]
    fn forks_without_time_are_not_counted() {
        let asked = AtomicU64::new(0);
        let stop = || asked.fetch_add(1, Ordering::Relaxed) >= 20;
        crew(1, &stop, &|| Every(0), |crew| {
            assert_eq!(crew.passes(1, 0, 64, 7), Some(7));
            assert_eq!(crew.passes(1, 0, 64, 60), None);
            assert_eq!(crew.passes(1, 0, 64, 1), None);
        });
    }
}
