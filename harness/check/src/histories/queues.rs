//! Queues as bags: nothing comes out that was not put in, and after a full drain nothing is left behind.
//!
//! Order is no matter here; that a queue is first in, first out is for [`linearizable`](crate::linearizable) to say.

use std::collections::BTreeMap;

use stormglass_core::history::{History, Outcome};
use stormglass_core::op::queue::{QueueOp, QueueRet};
use stormglass_core::verdict::Verdict;

use super::finding::{Finding, some, verdict};

/// What became of all values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueReport {
    /// Violated if something was lost, unexpected or duplicated; unknown if that cannot be told.
    pub verdict: Verdict,
    /// Enqueues begun, and acknowledged.
    pub enqueues: (usize, usize),
    /// Values that came out.
    pub dequeued: usize,
    /// Acknowledged and never dequeued, by anybody who told.
    pub lost: Vec<u64>,
    /// Dequeued, and never enqueued, or only by enqueues that failed.
    pub unexpected: Vec<u64>,
    /// Dequeued more often than anybody tried to enqueue them.
    pub duplicated: Vec<u64>,
    /// Dequeued although nobody knew whether their enqueue had happened.
    pub recovered: Vec<u64>,
}

/// The values that an operation took out.
fn taken(ret: &QueueRet) -> &[u64] {
    match ret {
        QueueRet::Dequeued(Some(value)) => std::slice::from_ref(value),
        QueueRet::Drained(values) => values,
        QueueRet::Enqueued | QueueRet::Dequeued(None) => &[],
    }
}

/// Every dequeue returns something whose enqueue had begun before it ended, and that nobody else had taken.
pub fn queue(history: &History<QueueOp, QueueRet>) -> Verdict {
    let operations = history.operations();
    let mut moments: Vec<(u64, bool, usize)> = Vec::new();
    for (index, one) in operations.iter().enumerate() {
        moments.push((one.invoked.rank, false, index));
        moments.extend(one.completed.map(|completed| (completed.rank, true, index)));
    }
    moments.sort_unstable();
    let mut inside: BTreeMap<u64, i64> = BTreeMap::new();
    let mut findings = Vec::new();
    let mut dequeued = false;
    for (_, completes, index) in moments {
        let one = &operations[index];
        match (one.op, completes) {
            (QueueOp::Enqueue { value }, false) if !matches!(one.outcome, Outcome::Fail(_)) => {
                *inside.entry(value).or_default() += 1;
            }
            (QueueOp::Dequeue | QueueOp::Drain, true) => {
                for &value in one.outcome.ok().map_or(&[][..], taken) {
                    dequeued = true;
                    let left = inside.entry(value).or_default();
                    *left -= 1;
                    if *left < 0 {
                        *left = 0;
                        let summary = format!("{} took out {value}, which was not in the queue", one.client);
                        findings.push(
                            Finding::new(summary)
                                .about(format!("value {value}"))
                                .at(one.completed)
                                .by([index]),
                        );
                    }
                }
            }
            _ => {}
        }
    }
    verdict("queue", findings, (!dequeued).then(|| "nothing was ever dequeued".to_owned()))
}

/// How often a value was handled.
#[derive(Clone, Copy, Default)]
struct Tally {
    ok: u64,
    info: u64,
    out: u64,
    enqueue: Option<usize>,
    dequeue: Option<usize>,
}

/// What goes in comes out exactly once, for a history that ends with a full drain: an acknowledged drain, or a dequeue
/// that found the queue empty, after every enqueue had ended.
pub fn total_queue(history: &History<QueueOp, QueueRet>) -> QueueReport {
    let operations = history.operations();
    let mut tallies: BTreeMap<u64, Tally> = BTreeMap::new();
    let mut report = QueueReport {
        verdict: Verdict::Ok,
        enqueues: (0, 0),
        dequeued: 0,
        lost: Vec::new(),
        unexpected: Vec::new(),
        duplicated: Vec::new(),
        recovered: Vec::new(),
    };
    // What an operation of unknown outcome may have taken out without telling; `None` is any number of values.
    let mut untold = Some(0_usize);
    for (index, one) in operations.iter().enumerate() {
        match (one.op, &one.outcome) {
            (QueueOp::Enqueue { value }, outcome) => {
                let tally = tallies.entry(value).or_default();
                tally.enqueue = tally.enqueue.or(Some(index));
                report.enqueues.0 += 1;
                match outcome {
                    Outcome::Ok(_) => tally.ok += 1,
                    Outcome::Info(_) => tally.info += 1,
                    Outcome::Fail(_) => {}
                }
                report.enqueues.1 += usize::from(outcome.ok().is_some());
            }
            (_, Outcome::Ok(ret)) => {
                for &value in taken(ret) {
                    let tally = tallies.entry(value).or_default();
                    tally.out += 1;
                    tally.dequeue = Some(index);
                    report.dequeued += 1;
                }
            }
            (QueueOp::Drain, Outcome::Info(_)) => untold = None,
            (QueueOp::Dequeue, Outcome::Info(_)) => untold = untold.map(|untold| untold + 1),
            (_, Outcome::Fail(_)) => {}
        }
    }
    let mut findings = Vec::new();
    let mut missing = 0;
    for (&value, tally) in &tallies {
        let (certain, possible) = (tally.ok, tally.ok + tally.info);
        let find = |what: String| {
            let at = tally.dequeue.and_then(|index| operations[index].completed);
            Finding::new(what)
                .about(format!("value {value}"))
                .at(at)
                .by(tally.enqueue.into_iter().chain(tally.dequeue))
        };
        if tally.out > 0 && possible == 0 {
            report.unexpected.push(value);
            findings.push(find(format!("{value} was dequeued, but nobody had enqueued it")));
        } else if tally.out > possible {
            report.duplicated.push(value);
            findings.push(find(format!(
                "{value} was dequeued {} times, but enqueued {possible} at most",
                tally.out
            )));
        } else if tally.out < certain {
            report.lost.push(value);
            missing += certain - tally.out;
        } else if tally.out > certain {
            report.recovered.push(value);
        }
    }
    let lost = &report.lost;
    let unknown = match (lost.is_empty(), drained(history), untold) {
        (true, _, _) if report.enqueues.0 == 0 => Some("nothing was ever enqueued".to_owned()),
        (true, _, _) => None,
        (false, false, _) => {
            Some(format!("the queue was not drained to its end; not dequeued so far: {}", some(lost)))
        }
        (false, true, Some(untold)) if missing > untold as u64 => {
            let mut summary = format!("{missing} acknowledged values were never dequeued: {}", some(lost));
            if untold > 0 {
                summary += &format!("; dequeues of unknown outcome explain {untold} at most");
            }
            findings.push(Finding::new(summary).by(lost.iter().filter_map(|value| tallies[value].enqueue)));
            None
        }
        (false, true, _) => {
            Some(format!("a dequeue of unknown outcome may have taken out what is missing: {}", some(lost)))
        }
    };
    report.verdict = verdict("total-queue", findings, unknown);
    report
}

/// Whether the queue was seen empty after the last enqueue had ended.
fn drained(history: &History<QueueOp, QueueRet>) -> bool {
    let operations = history.operations();
    let enqueues = operations
        .iter()
        .filter(|one| matches!(one.op, QueueOp::Enqueue { .. }) && one.outcome.ok().is_some());
    let last = enqueues.filter_map(|one| one.completed).max();
    operations.iter().any(|one| {
        let empty = matches!(one.outcome.ok(), Some(QueueRet::Drained(_) | QueueRet::Dequeued(None)));
        empty && last.is_none_or(|last| last < one.invoked)
    })
}

#[cfg(test)]
mod tests {
    use super::super::hand::{fail, history, info, serial};
    use super::*;

    const IN: Outcome<QueueRet> = Outcome::Ok(QueueRet::Enqueued);
    const fn put(value: u64) -> QueueOp {
        QueueOp::Enqueue { value }
    }
    const fn out(value: Option<u64>) -> Outcome<QueueRet> {
        Outcome::Ok(QueueRet::Dequeued(value))
    }
    fn drain(values: &[u64]) -> Outcome<QueueRet> {
        Outcome::Ok(QueueRet::Drained(values.to_vec()))
    }

    /// Everything comes out once, in whatever order; an enqueue of unknown outcome may show up.
    #[test]
    fn a_drained_queue_is_accepted() {
        let ran = serial(&[
            (0, put(1), IN),
            (0, put(2), info()),
            (1, QueueOp::Dequeue, out(Some(2))),
            (1, QueueOp::Drain, drain(&[1])),
        ]);
        let report = total_queue(&ran);
        assert_eq!((report.verdict, report.recovered), (Verdict::Ok, vec![2]));
        assert_eq!(queue(&ran), Verdict::Ok);
    }

    /// A dequeue may overlap the enqueue of what it takes, but not come before it.
    #[test]
    fn a_value_comes_out_only_after_it_was_begun_to_be_put_in() {
        let overlap = history(&[(0, put(1), IN, 0, 10), (1, QueueOp::Dequeue, out(Some(1)), 1, 5)]);
        assert_eq!(queue(&overlap), Verdict::Ok);
        let before = history(&[(1, QueueOp::Dequeue, out(Some(1)), 0, 1), (0, put(1), IN, 2, 3)]);
        assert_eq!(queue(&before).violation().unwrap().summary, "c1 took out 1, which was not in the queue");
        assert!(matches!(queue(&serial(&[(0, put(1), IN)])), Verdict::Unknown(_)));
    }

    /// Lost, unexpected and duplicated values are told apart, and each is a violation.
    #[test]
    fn each_way_to_be_wrong_is_named() {
        let lost = total_queue(&serial(&[(0, put(1), IN), (1, QueueOp::Drain, drain(&[]))]));
        assert_eq!(lost.verdict.violation().unwrap().summary, "1 acknowledged values were never dequeued: 1");
        let ran = serial(&[(0, put(1), IN), (0, put(9), fail()), (1, QueueOp::Drain, drain(&[1, 1, 9]))]);
        let report = total_queue(&ran);
        assert_eq!((&report.unexpected, &report.duplicated), (&vec![9], &vec![1]));
        let words = "1 was dequeued 2 times, but enqueued 1 at most";
        assert_eq!(report.verdict.violation().unwrap().summary, words);
    }

    /// Without a drain, or with a dequeue that may have taken the value, a missing value is no proof.
    #[test]
    fn a_missing_value_that_can_be_explained_is_unknown() {
        let open = serial(&[(0, put(1), IN), (0, put(2), IN), (1, QueueOp::Dequeue, out(Some(1)))]);
        assert!(matches!(total_queue(&open).verdict, Verdict::Unknown(_)));
        let untold = [(0, put(1), IN), (1, QueueOp::Dequeue, info()), (2, QueueOp::Dequeue, out(None))];
        assert!(matches!(total_queue(&serial(&untold)).verdict, Verdict::Unknown(_)));
        let mut two = vec![(0, put(3), IN)];
        two.extend(untold);
        assert!(
            total_queue(&serial(&two)).verdict.violation().is_some(),
            "two are missing, one is explained"
        );
    }
}
