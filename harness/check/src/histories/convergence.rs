//! Convergence: once nothing changes any more, everyone sees the same.

use std::collections::BTreeMap;
use std::fmt::Display;

use stormglass_core::history::Outcome;
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;

use super::finding::{Finding, some, verdict};
use super::registers::KvHistory;

/// All replicas hold the same after quiescence. `None` is a replica that could not be asked.
pub fn replicas_agree<N: Display, D: Ord + Display>(replicas: &[(N, Option<D>)]) -> Verdict {
    let mut by_state: BTreeMap<&D, Vec<&N>> = BTreeMap::new();
    let mut silent = Vec::new();
    for (name, state) in replicas {
        match state {
            Some(state) => by_state.entry(state).or_default().push(name),
            None => silent.push(name),
        }
    }
    let mut findings = Vec::new();
    if by_state.len() > 1 {
        let groups: Vec<String> =
            by_state.iter().map(|(state, names)| format!("{} with {state}", some(names))).collect();
        let summary = format!("replicas ended in {} different states: {}", groups.len(), groups.join("; "));
        findings.push(Finding::new(summary));
    }
    let unknown = match (silent.is_empty(), replicas.len()) {
        (false, _) => Some(format!("replicas that could not be asked: {}", some(&silent))),
        (true, 0 | 1) => Some("fewer than two replicas to hold against each other".to_owned()),
        (true, _) => None,
    };
    verdict("convergence", findings, unknown)
}

/// From `quiet` on all reads of a key return the same, if no write of it can take effect any more.
///
/// A write that ended before but of which nobody knows may still take effect: then reads that differ only by its value
/// decide nothing.
pub fn reads_converge(history: &KvHistory, quiet: Time) -> Verdict {
    let operations = history.operations();
    let mut reads: BTreeMap<u64, Vec<(usize, Option<u64>)>> = BTreeMap::new();
    // By key: values that may still appear.
    let mut late: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    for (index, one) in operations.iter().enumerate() {
        let key = one.op.key();
        match (one.op, &one.outcome) {
            (KvOp::Read { .. }, Outcome::Ok(KvRet::Value(value))) if one.invoked.at >= quiet => {
                reads.entry(key).or_default().push((index, *value));
            }
            (KvOp::Write { value, .. } | KvOp::Cas { value, .. }, outcome) => {
                let under_way = one.completed.is_none_or(|completed| completed.at >= quiet);
                match outcome {
                    Outcome::Fail(_) | Outcome::Ok(KvRet::Swapped(false)) => {}
                    Outcome::Ok(_) if !under_way => {}
                    Outcome::Ok(_) | Outcome::Info(_) => late.entry(key).or_default().push(value),
                }
            }
            _ => {}
        }
    }
    let (mut findings, mut unsure) = (Vec::new(), Vec::new());
    for (key, reads) in &reads {
        let late = late.get(key).map_or(&[][..], Vec::as_slice);
        let settled = |&&(_, value): &&(usize, Option<u64>)| value.is_none_or(|value| !late.contains(&value));
        let mut settled_reads = reads.iter().filter(settled);
        let first = settled_reads.next();
        let differs = |&&(_, value): &&(usize, Option<u64>)| first.is_some_and(|&(_, first)| first != value);
        if let (Some(&(one, _)), Some(&(other, _))) = (first, settled_reads.find(differs)) {
            let words = |index: usize| {
                format!(
                    "{} {}",
                    operations[index].client,
                    operations[index].outcome.ok().expect("a read that was answered")
                )
            };
            let summary = format!(
                "key {key} is read differently although nothing changes it: {}, {}",
                words(one),
                words(other)
            );
            let at = operations[other].completed;
            findings.push(Finding::new(summary).about(format!("key {key}")).at(at).by([one, other]));
        } else if reads.iter().any(|&(_, value)| value != reads[0].1) {
            unsure.push(*key);
        }
    }
    let unknown = match (reads.is_empty(), unsure.is_empty()) {
        (true, _) => Some("nothing was read once it was quiet".to_owned()),
        (false, false) => Some(format!("writes of unknown outcome may still change keys {}", some(&unsure))),
        (false, true) => None,
    };
    verdict("convergence", findings, unknown)
}

#[cfg(test)]
mod tests {
    use super::super::hand::{history, info};
    use super::*;

    /// Equal states agree; different ones are named with who holds them; silence is not agreement.
    #[test]
    fn replicas_that_differ_are_named() {
        assert_eq!(replicas_agree(&[("n1", Some(7)), ("n2", Some(7))]), Verdict::Ok);
        let verdict = replicas_agree(&[("n1", Some(7)), ("n2", Some(8)), ("n3", Some(7)), ("n4", None)]);
        let words = "replicas ended in 2 different states: n1, n3 with 7; n2 with 8";
        assert_eq!(verdict.violation().unwrap().summary, words);
        assert!(matches!(replicas_agree(&[("n1", Some(7)), ("n2", None)]), Verdict::Unknown(_)));
    }

    const fn write(value: u64) -> KvOp {
        KvOp::Write { key: 1, value }
    }
    const fn got(value: u64) -> Outcome<KvRet> {
        Outcome::Ok(KvRet::Value(Some(value)))
    }
    const WROTE: Outcome<KvRet> = Outcome::Ok(KvRet::Written);
    const READ: KvOp = KvOp::Read { key: 1 };
    const QUIET: Time = Time::from_nanos(50_000_000);

    /// Reads while things change may differ; later ones must not.
    #[test]
    fn late_reads_that_differ_are_named() {
        let ran = |value| {
            history(&[
                (0, write(1), WROTE, 0, 1),
                (0, write(2), WROTE, 2, 3),
                (1, READ, got(1), 4, 5),
                (1, READ, got(2), 60, 61),
                (2, READ, got(value), 62, 63),
            ])
        };
        assert_eq!(reads_converge(&ran(2), QUIET), Verdict::Ok);
        let words = "key 1 is read differently although nothing changes it: c1 → 2, c2 → 1";
        assert_eq!(reads_converge(&ran(1), QUIET).violation().unwrap().summary, words);
    }

    /// A write that may still happen excuses its own value, and nothing else.
    #[test]
    fn a_write_of_unknown_outcome_may_still_appear() {
        let ran = |value| {
            history(&[
                (0, write(1), WROTE, 0, 1),
                (0, write(2), WROTE, 2, 3),
                (3, write(9), info(), 4, 5),
                (1, READ, got(2), 60, 61),
                (2, READ, got(value), 62, 63),
            ])
        };
        assert!(matches!(reads_converge(&ran(9), QUIET), Verdict::Unknown(_)));
        assert!(reads_converge(&ran(1), QUIET).violation().is_some());
        assert!(matches!(reads_converge(&ran(2), Time::from_nanos(u64::MAX)), Verdict::Unknown(_)));
    }
}
