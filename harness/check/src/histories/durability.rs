//! Lost acknowledged writes, by the durability that their acknowledgement promised.
//!
//! A write that was acknowledged must be seen by the reads after recovery, unless a later one may have replaced it. How
//! much a loss weighs depends on the promise: one that was only to survive a process is no violation after a power
//! failure, but it is counted.

use std::collections::BTreeMap;
use std::fmt::{Debug, Display};

use stormglass_core::history::{Moment, OperationId};
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;

use super::finding::{Finding, verdict};
use super::registers::{KvHistory, Writers, stored};

/// What became of the acknowledged writes, and of those of each level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DurabilityReport<L> {
    /// Violated if a write was lost that was to survive what happened.
    pub verdict: Verdict,
    /// By level of durability, lowest first.
    pub levels: BTreeMap<L, Kept>,
}

/// What became of acknowledged writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Acknowledged before recovery.
    pub acknowledged: usize,
    /// Still there, or perhaps replaced by a later write.
    pub kept: usize,
    /// Gone.
    pub lost: Vec<OperationId>,
    /// Of keys that nobody read after recovery.
    pub unread: usize,
}

/// Judges by the reads that began at or after `recovered`. `level` says what the acknowledgement of a write promised, and
/// `endured` which promises had to stand what happened: those of at least that level.
pub fn lost_writes<L: Ord + Clone + Debug + Display>(
    history: &KvHistory,
    recovered: Time,
    level: impl Fn(OperationId) -> L,
    endured: &L,
) -> DurabilityReport<L> {
    const CHECK: &str = "durability";
    let mut report = DurabilityReport { verdict: Verdict::Ok, levels: BTreeMap::new() };
    let writers = match Writers::of(history) {
        Ok(writers) => writers,
        Err(why) => {
            report.verdict = Verdict::unknown(CHECK, why);
            return report;
        }
    };
    let operations = history.operations();
    // The reads after recovery, and the last acknowledged writes before it, by key.
    let mut reads: BTreeMap<u64, Vec<(usize, Option<usize>)>> = BTreeMap::new();
    let mut latest: BTreeMap<u64, Moment> = BTreeMap::new();
    for (index, one) in operations.iter().enumerate() {
        match writers.seen_by(one) {
            Some(seen) if one.invoked.at >= recovered => {
                reads.entry(one.op.key()).or_default().push((index, seen));
            }
            _ => {}
        }
        if stored(one).is_some() && one.completed.is_some_and(|completed| completed.at < recovered) {
            let begun = latest.entry(one.op.key()).or_insert(one.invoked);
            *begun = (*begun).max(one.invoked);
        }
    }
    let effective = writers.effective(history);
    let (mut findings, mut unread) = (Vec::new(), 0);
    for (index, one) in operations.iter().enumerate() {
        let Some(completed) = one.completed.filter(|completed| completed.at < recovered) else { continue };
        let (Some(value), key) = (stored(one), one.op.key()) else { continue };
        let promise = level(OperationId(index));
        let kept = report.levels.entry(promise.clone()).or_default();
        kept.acknowledged += 1;
        let replaced = latest.get(&key).is_some_and(|&begun| completed < begun);
        let Some(reads) = reads.get(&key).filter(|_| !replaced) else {
            match replaced {
                true => kept.kept += 1,
                false => {
                    kept.unread += 1;
                    unread += usize::from(promise >= *endured);
                }
            }
            continue;
        };
        // A read shows the loss if what it saw had been there before this write began.
        let older = |seen: Option<usize>| match seen {
            None => true,
            Some(writer) => effective.get(&writer).is_some_and(|&end| end < one.invoked),
        };
        let Some(&(read, seen)) = reads.iter().find(|&&(_, seen)| older(seen)) else {
            kept.kept += 1;
            continue;
        };
        kept.lost.push(OperationId(index));
        if promise >= *endured {
            let reader = &operations[read];
            let instead = reader.outcome.ok().map(ToString::to_string).unwrap_or_default();
            let summary = format!(
                "{value}, acknowledged as {promise}, was lost: after recovery {} read key {key} {instead}",
                reader.client
            );
            let finding = Finding::new(summary).about(format!("key {key}")).at(reader.completed);
            findings.push(finding.by([index, read].into_iter().chain(seen)));
        }
    }
    let reason = match report.levels.is_empty() {
        true => Some("no write was acknowledged before the recovery".to_owned()),
        false => (unread > 0)
            .then(|| format!("{unread} acknowledged writes are of keys that nobody read after recovery")),
    };
    report.verdict = verdict(CHECK, findings, reason);
    report
}

#[cfg(test)]
mod tests {
    use super::super::hand::{history, info};
    use super::*;
    use stormglass_core::history::Outcome;
    use stormglass_core::op::kv::{KvOp, KvRet};

    const WROTE: Outcome<KvRet> = Outcome::Ok(KvRet::Written);
    const fn write(value: u64) -> KvOp {
        KvOp::Write { key: 1, value }
    }

    /// Writes of 1 and 2, a write of 3 that nobody knows of, recovery at 50 ms, and a read.
    fn ran(read: Option<u64>) -> KvHistory {
        history(&[
            (0, write(1), WROTE, 0, 10),
            (0, write(2), WROTE, 20, 30),
            (2, write(3), info(), 25, 45),
            (1, KvOp::Read { key: 1 }, Outcome::Ok(KvRet::Value(read)), 60, 70),
        ])
    }

    fn judge(history: &KvHistory, endured: u8) -> DurabilityReport<u8> {
        lost_writes(history, Time::from_nanos(50_000_000), |id| id.0 as u8, &endured)
    }

    /// The last acknowledged write, or one that may have replaced it, is there.
    #[test]
    fn writes_that_are_there_or_replaced_are_kept() {
        for value in [2, 3] {
            let report = judge(&ran(Some(value)), 0);
            assert_eq!(report.verdict, Verdict::Ok);
            assert!(report.levels.values().all(|level| level.kept == 1));
        }
    }

    /// An older value, or none, shows the loss of the last write; it is a violation if the promise was strong enough.
    #[test]
    fn a_lost_write_is_named_and_weighed_by_its_promise() {
        for read in [Some(1), None] {
            let report = judge(&ran(read), 1);
            assert_eq!(report.levels[&1].lost, [OperationId(1)]);
            assert!(report.verdict.violation().is_some());
            let weaker = judge(&ran(read), 2);
            assert_eq!((weaker.verdict, weaker.levels), (Verdict::Ok, report.levels));
        }
        let words = "2, acknowledged as 1, was lost: after recovery c1 read key 1 → nothing";
        assert_eq!(judge(&ran(None), 0).verdict.violation().unwrap().summary, words);
    }

    /// What nobody reads after recovery cannot be judged.
    #[test]
    fn unread_keys_are_unknown() {
        let unread = history(&[(0, write(1), WROTE, 0, 10)]);
        assert!(matches!(judge(&unread, 0).verdict, Verdict::Unknown(_)));
        assert!(matches!(judge(&history(&[]), 0).verdict, Verdict::Unknown(_)));
    }
}
