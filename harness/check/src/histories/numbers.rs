//! Sources of numbers: ids that are unique, numbers that only grow.
//!
//! Operations of unknown outcome returned nothing, so they show nothing.

use std::collections::BTreeMap;

use stormglass_core::history::{History, Operation};
use stormglass_core::op::number::{NumberOp, NumberRet};
use stormglass_core::verdict::Verdict;

use super::finding::{Finding, verdict};

/// How far a promise to grow reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Across {
    /// Among the operations of each process.
    EachProcess,
    /// Among all: an operation that begins after another one ended returns more.
    Everyone,
}

fn number(one: &Operation<NumberOp, NumberRet>) -> Option<u64> {
    one.outcome.ok().map(|NumberRet::Number(number)| *number)
}

/// No number was handed out twice.
pub fn unique_ids(history: &History<NumberOp, NumberRet>) -> Verdict {
    let mut owners: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for (index, one) in history.operations().iter().enumerate() {
        if let Some(number) = number(one) {
            owners.entry(number).or_default().push(index);
        }
    }
    let seen = !owners.is_empty();
    let twice = owners.into_iter().filter(|(_, owners)| owners.len() > 1).map(|(number, owners)| {
        let clients: Vec<String> =
            owners.iter().map(|&owner| history.operations()[owner].client.to_string()).collect();
        let at = owners.iter().filter_map(|&owner| history.operations()[owner].completed).nth(1);
        let times = owners.len();
        Finding::new(format!(
            "the id {number} was handed out {times} times: to {}",
            super::finding::some(&clients)
        ))
        .about(format!("id {number}"))
        .at(at)
        .by(owners)
    });
    verdict("unique-ids", twice.collect(), nothing(seen))
}

fn nothing(seen: bool) -> Option<String> {
    (!seen).then(|| "no number was ever handed out".to_owned())
}

/// Numbers only grow: an operation returns more than each one that had completed before it was invoked.
pub fn monotonic(history: &History<NumberOp, NumberRet>, across: Across) -> Verdict {
    let operations = history.operations();
    let mut moments: Vec<(u64, bool, usize)> = Vec::new();
    for (index, one) in operations.iter().enumerate() {
        if let (Some(_), Some(completed)) = (number(one), one.completed) {
            moments.push((one.invoked.rank, false, index));
            moments.push((completed.rank, true, index));
        }
    }
    moments.sort_unstable();
    // By process, or all under one name: the greatest number so far and who got it; for an open operation, the one before.
    let thread = |index: usize| match across {
        Across::EachProcess => Some(operations[index].process),
        Across::Everyone => None,
    };
    let mut greatest: BTreeMap<_, (u64, usize)> = BTreeMap::new();
    let mut before: BTreeMap<usize, (u64, usize)> = BTreeMap::new();
    let mut findings = Vec::new();
    for &(_, completes, index) in &moments {
        let own = number(&operations[index]).expect("only numbered operations have moments here");
        if !completes {
            before.extend(greatest.get(&thread(index)).map(|&greatest| (index, greatest)));
            continue;
        }
        if let Some((more, earlier)) = before.remove(&index).filter(|&(more, _)| own <= more) {
            let (one, other) = (&operations[index], &operations[earlier]);
            let summary = format!("{} got {own} after {} had got {more}", one.client, other.client);
            findings.push(Finding::new(summary).at(one.completed).by([earlier, index]));
        }
        let slot = greatest.entry(thread(index)).or_insert((own, index));
        if own > slot.0 {
            *slot = (own, index);
        }
    }
    verdict("monotonic", findings, nothing(!moments.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::super::hand::{history, info, serial};
    use super::*;
    use stormglass_core::history::Outcome;

    fn got(process: u64, number: u64) -> (u64, NumberOp, Outcome<NumberRet>) {
        (process, NumberOp::Next, Outcome::Ok(NumberRet::Number(number)))
    }

    /// Ids may come in any order, each once; what nobody saw does not count.
    #[test]
    fn an_id_that_is_handed_out_twice_is_named() {
        assert_eq!(unique_ids(&serial(&[got(0, 7), got(1, 3), (2, NumberOp::Next, info())])), Verdict::Ok);
        let twice = unique_ids(&serial(&[got(0, 7), got(1, 3), got(1, 7)]));
        assert_eq!(twice.violation().unwrap().summary, "the id 7 was handed out 2 times: to c0, c1");
        assert!(matches!(unique_ids(&serial(&[(2, NumberOp::Next, info())])), Verdict::Unknown(_)));
    }

    /// Concurrent operations may get numbers in either order; later ones must get more.
    #[test]
    fn a_number_that_does_not_grow_in_real_time_is_named() {
        let line = |process, number, from, to| {
            let (process, op, outcome) = got(process, number);
            (process, op, outcome, from, to)
        };
        let concurrent = history(&[line(0, 5, 0, 10), line(1, 4, 5, 20), line(2, 6, 30, 40)]);
        assert_eq!(monotonic(&concurrent, Across::Everyone), Verdict::Ok);
        let equal = history(&[line(0, 5, 0, 10), line(1, 5, 11, 20)]);
        let verdict = monotonic(&equal, Across::Everyone);
        assert_eq!(verdict.violation().unwrap().summary, "c1 got 5 after c0 had got 5");
        assert_eq!(monotonic(&equal, Across::EachProcess), Verdict::Ok);
        assert!(matches!(
            monotonic(&serial(&[(0, NumberOp::Next, info())]), Across::Everyone),
            Verdict::Unknown(_)
        ));
    }
}
