//! The last read of a set, held against everything that was added before.

use std::collections::{BTreeMap, BTreeSet};

use stormglass_core::history::{History, Outcome};
use stormglass_core::op::set::{SetOp, SetRet};
use stormglass_core::verdict::Verdict;

use crate::histories::finding::{Finding, some, verdict};

/// What the last read showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastReadReport {
    /// Violated if something was lost, unexpected or found twice; unknown without a read.
    pub verdict: Verdict,
    /// Acknowledged before the read began, and not there.
    pub lost: Vec<u64>,
    /// There, and added by nobody before the read ended, or only by adds that failed.
    pub unexpected: Vec<u64>,
    /// There more than once.
    pub duplicated: Vec<u64>,
    /// There although nobody knew whether their add had happened.
    pub recovered: Vec<u64>,
}

/// Judges the last read: the one that began last of those that succeeded.
pub fn set(history: &History<SetOp, SetRet>) -> LastReadReport {
    let operations = history.operations();
    let read = operations.iter().enumerate().rev().find_map(|(index, one)| match one.outcome.ok() {
        Some(SetRet::Elements(elements)) => Some((index, one, elements)),
        _ => None,
    });
    let mut report = LastReadReport {
        verdict: Verdict::Ok,
        lost: Vec::new(),
        unexpected: Vec::new(),
        duplicated: Vec::new(),
        recovered: Vec::new(),
    };
    let Some((index, read, elements)) = read else {
        report.verdict = Verdict::unknown("set", "the set was never read");
        return report;
    };
    let mut found = BTreeSet::new();
    report.duplicated = elements.iter().copied().filter(|&element| !found.insert(element)).collect();
    report.duplicated.dedup();
    // Of each element the best that is known, and an operation that says it.
    let mut adds: BTreeMap<u64, (Known, usize)> = BTreeMap::new();
    for (number, one) in operations.iter().enumerate() {
        let SetOp::Add { element } = one.op else { continue };
        let known = match one.outcome {
            _ if read.completed.is_some_and(|ended| ended < one.invoked) => continue,
            Outcome::Ok(_) if one.completed.is_some_and(|added| added < read.invoked) => Known::Acknowledged,
            Outcome::Ok(_) => Known::Concurrent,
            Outcome::Info(_) => Known::Unknown,
            Outcome::Fail(_) => Known::Failed,
        };
        let best = adds.entry(element).or_insert((known, number));
        *best = (*best).max((known, number));
    }
    let mut named = vec![index];
    for (&element, &(known, number)) in &adds {
        match (known, found.contains(&element)) {
            (Known::Acknowledged, false) => report.lost.push(element),
            (Known::Failed, true) => report.unexpected.push(element),
            (Known::Unknown, true) => report.recovered.push(element),
            _ => continue,
        }
        if known != Known::Unknown {
            named.push(number);
        }
    }
    report.unexpected.extend(found.iter().filter(|&element| !adds.contains_key(element)));
    let kinds = [
        ("lost, although it was acknowledged", &report.lost),
        ("found, although nobody added it", &report.unexpected),
        ("found more than once", &report.duplicated),
    ];
    let finding = |(what, which): (&str, &Vec<u64>)| {
        let summary = format!("{} of the last read ({}): {}", which.len(), what, some(which));
        Finding::new(summary).at(read.completed).by(named.iter().copied().take(8))
    };
    let findings = kinds.into_iter().filter(|(_, which)| !which.is_empty()).map(finding).collect();
    report.verdict = verdict("set", findings, None);
    report
}

/// What is known of an element, from worst to best.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Known {
    Failed,
    Unknown,
    Concurrent,
    Acknowledged,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::histories::hand::{fail, history, info, serial};

    const ADDED: Outcome<SetRet> = Outcome::Ok(SetRet::Done);
    const fn add(element: u64) -> SetOp {
        SetOp::Add { element }
    }
    fn read(elements: &[u64]) -> Outcome<SetRet> {
        Outcome::Ok(SetRet::Elements(elements.to_vec()))
    }

    /// What was acknowledged must be there; what is unknown or concurrent may be.
    #[test]
    fn a_complete_last_read_is_accepted() {
        for elements in [&[1_u64][..], &[2, 1], &[1, 2, 3]] {
            let ran = history(&[
                (0, add(1), ADDED, 0, 1),
                (0, SetOp::Read, read(&[]), 2, 3),
                (1, add(2), info(), 4, 5),
                (2, add(3), ADDED, 6, 10),
                (3, SetOp::Read, read(elements), 8, 12),
                (4, add(4), ADDED, 13, 14),
            ]);
            let report = set(&ran);
            assert_eq!(report.verdict, Verdict::Ok, "{elements:?}: the early read is not the last one");
            assert_eq!(report.recovered.len(), usize::from(elements.contains(&2)));
        }
    }

    /// Lost, unexpected and duplicated elements are told apart.
    #[test]
    fn each_way_to_be_wrong_is_named() {
        let ran = serial(&[(0, add(1), ADDED), (0, add(5), fail()), (1, SetOp::Read, read(&[7, 5, 7]))]);
        let report = set(&ran);
        assert_eq!((report.lost, report.unexpected, report.duplicated), (vec![1], vec![5, 7], vec![7]));
        let violation = report.verdict.violation().unwrap().clone();
        assert_eq!(violation.summary, "1 of the last read (lost, although it was acknowledged): 1");
        assert_eq!(violation.evidence.len(), 2);
        assert!(matches!(set(&serial(&[(0, add(1), ADDED)])).verdict, Verdict::Unknown(_)));
    }
}
