//! Counters: every read lies between what must have been added and what may have been.
//!
//! A necessary condition in linear time, for adds of either sign; that a counter is linearizable says more.

use stormglass_core::history::{History, Outcome};
use stormglass_core::op::counter::{CounterOp, CounterRet};
use stormglass_core::verdict::Verdict;

use super::finding::{Finding, verdict};

/// Every read returns at least `initial` and all that was certainly added before it began, and at most that and all that
/// was begun to be added before it ended. What is taken away is bounded the other way round.
///
/// A history that asks for no read promises nothing of them and holds; one whose reads all went unanswered is unknown.
pub fn counter_bounds(history: &History<CounterOp, CounterRet>, initial: i64) -> Verdict {
    let operations = history.operations();
    let mut moments: Vec<(u64, bool, usize)> = Vec::new();
    for (index, one) in operations.iter().enumerate() {
        moments.push((one.invoked.rank, false, index));
        moments.extend(one.completed.map(|completed| (completed.rank, true, index)));
    }
    moments.sort_unstable();
    let mut sums = Sums::default();
    let mut at_start = vec![Sums::default(); operations.len()];
    let mut findings = Vec::new();
    let (mut asked, mut reads) = (0, 0);
    for (_, completes, index) in moments {
        let one = &operations[index];
        match (one.op, completes) {
            (CounterOp::Add { .. }, _) if matches!(one.outcome, Outcome::Fail(_)) => {}
            (CounterOp::Add { amount }, false) => sums.begun(amount),
            (CounterOp::Add { amount }, true) if one.outcome.ok().is_some() => sums.done(amount),
            (CounterOp::Add { .. }, true) => {}
            (CounterOp::Read, false) => {
                asked += 1;
                at_start[index] = sums;
            }
            (CounterOp::Read, true) => {
                let Some(CounterRet::Value(value)) = one.outcome.ok() else {
                    continue;
                };
                reads += 1;
                let least = i128::from(initial) + at_start[index].gains_done - sums.losses_begun;
                let most = i128::from(initial) + sums.gains_begun - at_start[index].losses_done;
                if !(least..=most).contains(&i128::from(*value)) {
                    let summary =
                        format!("{} read {value}, but the sum was between {least} and {most}", one.client);
                    findings.push(Finding::new(summary).at(one.completed).by([index]));
                }
            }
        }
    }
    let unanswered = asked > 0 && reads == 0;
    verdict("counter", findings, unanswered.then(|| format!("none of {asked} reads was answered")))
}

/// What was added and what was taken away up to a moment, in amounts that no 64-bit numbers overflow.
#[derive(Clone, Copy, Default)]
struct Sums {
    gains_done: i128,
    gains_begun: i128,
    losses_done: i128,
    losses_begun: i128,
}

impl Sums {
    fn begun(&mut self, amount: i64) {
        let amount = i128::from(amount);
        self.gains_begun += amount.max(0);
        self.losses_begun += (-amount).max(0);
    }

    fn done(&mut self, amount: i64) {
        let amount = i128::from(amount);
        self.gains_done += amount.max(0);
        self.losses_done += (-amount).max(0);
    }
}

#[cfg(test)]
mod tests {
    use super::super::hand::{fail, history, info, serial};
    use super::*;

    const ADDED: Outcome<CounterRet> = Outcome::Ok(CounterRet::Added);
    const fn add(amount: i64) -> CounterOp {
        CounterOp::Add { amount }
    }
    const fn read(value: i64) -> Outcome<CounterRet> {
        Outcome::Ok(CounterRet::Value(value))
    }

    /// An add under way may or may not count; gains and losses are bounded apart.
    #[test]
    fn reads_between_what_must_and_what_may_have_been_added_are_accepted() {
        for value in -3..=12 {
            let ran = history(&[
                (0, add(5), ADDED, 0, 1),
                (1, add(7), info(), 2, 3),
                (2, add(-8), ADDED, 4, 20),
                (3, CounterOp::Read, read(value), 5, 10),
            ]);
            assert_eq!(counter_bounds(&ran, 0), Verdict::Ok, "{value}");
        }
    }

    /// What failed does not count, and what was acknowledged must.
    #[test]
    fn a_read_out_of_bounds_is_named() {
        let ran = serial(&[(0, add(5), ADDED), (0, add(9), fail()), (1, CounterOp::Read, read(14))]);
        let verdict = counter_bounds(&ran, 0);
        assert_eq!(verdict.violation().unwrap().summary, "c1 read 14, but the sum was between 5 and 5");
        let lost = serial(&[(0, add(-5), ADDED), (1, CounterOp::Read, read(0))]);
        assert!(counter_bounds(&lost, 0).violation().is_some());
        assert_eq!(counter_bounds(&lost, 5), Verdict::Ok);
    }

    /// Reads that nobody answered show nothing; where none was asked, there is nothing to show.
    #[test]
    fn a_counter_whose_reads_go_unanswered_is_unknown() {
        assert_eq!(counter_bounds(&serial(&[(0, add(5), ADDED)]), 0), Verdict::Ok);
        let unanswered = serial(&[(0, add(5), ADDED), (1, CounterOp::Read, info())]);
        assert!(matches!(counter_bounds(&unanswered, 0), Verdict::Unknown(_)));
    }
}
