//! Long fork: two reads that disagree about the order of two independent writes (Sovran and others, "Transactional
//! storage for geo-replicated systems", 2011: what parallel snapshot isolation allows and snapshot isolation does not).
//!
//! For workloads that write each key at most once and read groups of keys: then what a read has seen is a set of keys,
//! and the sets of all reads of one group must grow along a single chain.

use std::collections::BTreeMap;

use stormglass_core::history::History;
use stormglass_core::op::txn::{RegisterOp, RegisterReads, RegisterTxn};
use stormglass_core::verdict::Verdict;

use super::finding::{Finding, some, verdict};

/// A group's keys, and each read of them: the operation and the keys it saw written.
type Groups = BTreeMap<Vec<u64>, Vec<(usize, Vec<u64>)>>;

/// Of any two reads of the same keys, one sees every write that the other sees.
pub fn long_fork(history: &History<RegisterTxn, RegisterReads>) -> Verdict {
    let mut groups = Groups::new();
    let mut values: BTreeMap<u64, u64> = BTreeMap::new();
    let mut repeated = Vec::new();
    let mut once = |key: u64, value: u64, repeated: &mut Vec<u64>| {
        if *values.entry(key).or_insert(value) != value && !repeated.contains(&key) {
            repeated.push(key);
        }
    };
    for (index, one) in history.operations().iter().enumerate() {
        for step in &one.op.0 {
            if let RegisterOp::Write { key, value } = *step {
                once(key, value, &mut repeated);
            }
        }
        let reads = one.op.0.iter().filter_map(|step| match *step {
            RegisterOp::Read { key } => Some(key),
            RegisterOp::Write { .. } => None,
        });
        // A transaction that also writes sees its own writes, which says nothing of the others.
        let pure = one.op.0.iter().all(|step| matches!(step, RegisterOp::Read { .. }));
        let Some(results) = one.outcome.ok().filter(|_| pure) else { continue };
        let mut seen: BTreeMap<u64, Option<u64>> = BTreeMap::new();
        for (key, &value) in reads.zip(&results.0) {
            seen.insert(key, value);
            if let Some(value) = value {
                once(key, value, &mut repeated);
            }
        }
        let written = seen.iter().filter(|(_, value)| value.is_some()).map(|(&key, _)| key).collect();
        groups.entry(seen.into_keys().collect()).or_default().push((index, written));
    }
    if !repeated.is_empty() {
        let reason = format!(
            "keys hold more than one value in turn, which this check cannot follow: {}",
            some(&repeated)
        );
        return Verdict::unknown("long-fork", reason);
    }
    let several = groups.iter().any(|(keys, reads)| keys.len() > 1 && reads.len() > 1);
    let findings = groups.values_mut().filter_map(|reads| fork(history, reads)).collect();
    let unknown =
        (!several).then(|| "no two reads of the same group of keys to hold against each other".to_owned());
    verdict("long-fork", findings, unknown)
}

/// Two reads of a group that disagree. Ordered by how much they saw, all is well if each contains the one before.
fn fork(history: &History<RegisterTxn, RegisterReads>, reads: &mut [(usize, Vec<u64>)]) -> Option<Finding> {
    reads.sort_by_key(|(index, seen)| (seen.len(), *index));
    let contains = |more: &[u64], less: &[u64]| less.iter().all(|key| more.binary_search(key).is_ok());
    let pair = reads.windows(2).find(|pair| !contains(&pair[1].1, &pair[0].1))?;
    let [(one, first), (other, second)] = pair else { return None };
    let only = |these: &[u64], those: &[u64]| -> Vec<u64> {
        these.iter().copied().filter(|key| !those.contains(key)).collect()
    };
    let (mine, yours) = (only(first, second), only(second, first));
    let operations = history.operations();
    let at = operations[*one].completed.max(operations[*other].completed);
    let summary = format!(
        "one read saw the write of key {} but not of {}, another one the reverse",
        some(&mine),
        some(&yours)
    );
    let lines = [*one, *other].map(|index| operations[index].to_string()).to_vec();
    Some(Finding::new(summary).at(at).by([*one, *other]).with(lines))
}

#[cfg(test)]
mod tests {
    use super::super::hand::serial;
    use super::*;
    use stormglass_core::history::Outcome;
    use stormglass_core::op::txn::{Reads, Txn};

    type Line = (u64, RegisterTxn, Outcome<RegisterReads>);

    fn write(key: u64) -> Line {
        (0, Txn(vec![RegisterOp::Write { key, value: 1 }]), Outcome::Ok(Reads(vec![])))
    }

    fn read(values: &[(u64, Option<u64>)]) -> Line {
        let steps = values.iter().map(|&(key, _)| RegisterOp::Read { key }).collect();
        (1, Txn(steps), Outcome::Ok(Reads(values.iter().map(|&(_, value)| value).collect())))
    }

    /// Reads that see more and more, and reads of other groups, agree.
    #[test]
    fn reads_along_one_chain_are_accepted() {
        let ran = serial(&[
            write(1),
            write(2),
            read(&[(2, Some(1)), (1, None)]),
            read(&[(1, Some(1)), (2, Some(1))]),
            read(&[(1, None), (2, None)]),
            read(&[(1, Some(1)), (3, None)]),
        ]);
        assert_eq!(long_fork(&ran), Verdict::Ok);
    }

    /// Two reads that each miss what the other saw are a fork, also with other reads between them.
    #[test]
    fn two_reads_that_disagree_are_named() {
        let ran = serial(&[
            write(1),
            write(2),
            read(&[(1, Some(1)), (2, None)]),
            read(&[(1, None), (2, None)]),
            read(&[(2, Some(1)), (1, None)]),
        ]);
        let violation = long_fork(&ran).violation().unwrap().clone();
        let words = "one read saw the write of key 1 but not of 2, another one the reverse";
        assert_eq!(violation.summary, words);
        assert_eq!(violation.operations.iter().map(|id| id.0).collect::<Vec<_>>(), [2, 4]);
    }

    /// Keys that change twice cannot be followed; one read alone disagrees with nobody.
    #[test]
    fn what_cannot_be_followed_is_unknown() {
        let again = (0, Txn(vec![RegisterOp::Write { key: 1, value: 2 }]), Outcome::Ok(Reads(vec![])));
        assert!(matches!(long_fork(&serial(&[write(1), again])), Verdict::Unknown(_)));
        assert!(matches!(long_fork(&serial(&[read(&[(1, None), (2, None)])])), Verdict::Unknown(_)));
    }
}
