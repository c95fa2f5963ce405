//! Causal and sequential consistency against their definitions: all orders are tried.

use std::collections::BTreeSet;

use stormglass_check::histories::causal::causal;
use stormglass_check::histories::sequential::sequential;
use stormglass_check::{KvModel, Model};
use stormglass_core::history::Outcome;
use stormglass_core::op::kv::KvOp;
use stormglass_core::random::Ratio;

use super::random::{Answer, One, Tally, may_store, observed, registers, seen, show};
use crate::common::{KvHistory, cases, draws};
use stormglass_check::generate::{Execution, Shape};

/// Whether each operation alone has an order of its causes that explains what it saw: of the writes of its key among
/// them, all orders that causality allows are tried.
fn causally_explained(history: &KvHistory) -> bool {
    let seen = seen(history);
    let happened = |one: &&One| match &one.outcome {
        Outcome::Ok(_) => true,
        Outcome::Fail(_) => false,
        Outcome::Info(_) => may_store(one).is_some_and(|value| seen.contains(&value)),
    };
    let all: Vec<&One> = history.operations().iter().filter(happened).collect();
    let writer = |value: u64| all.iter().position(|one| may_store(one) == Some(value));
    // A swap that somebody saw has seen what it expected, if anybody wrote that.
    let saw = |one: &One| match (one.op, &one.outcome) {
        (KvOp::Cas { expect, .. }, Outcome::Info(_)) => writer(expect).map(|_| Some(expect)),
        _ => observed(one),
    };
    let mut before = vec![vec![false; all.len()]; all.len()];
    for (later, one) in all.iter().enumerate() {
        for earlier in 0..later {
            before[earlier][later] |= all[earlier].process == one.process;
        }
        if let Some(writer) = saw(one).flatten().and_then(writer) {
            before[writer][later] = true;
        }
    }
    for via in 0..all.len() {
        for from in 0..all.len() {
            for to in 0..all.len() {
                before[from][to] |= before[from][via] && before[via][to];
            }
        }
    }
    (0..all.len()).all(|one| !before[one][one])
        && (0..all.len()).all(|one| {
            let Some(wanted) = saw(all[one]) else { return true };
            let writes = |&other: &usize| {
                before[other][one]
                    && may_store(all[other]).is_some()
                    && all[other].op.key() == all[one].op.key()
            };
            let causes: Vec<usize> = (0..all.len()).filter(writes).collect();
            ends(&causes, &before).into_iter().any(|end| end.and_then(|end| may_store(all[end])) == wanted)
        })
}

/// Which of `left` can come last, in an order that `before` allows; nothing is last of nothing.
fn ends(left: &[usize], before: &[Vec<bool>]) -> BTreeSet<Option<usize>> {
    let mut last = BTreeSet::new();
    if left.is_empty() {
        last.insert(None);
    }
    for &first in left {
        if !left.iter().any(|&other| before[other][first]) {
            let rest: Vec<usize> = left.iter().copied().filter(|&other| other != first).collect();
            last.extend(if rest.is_empty() { BTreeSet::from([Some(first)]) } else { ends(&rest, before) });
        }
    }
    last
}

/// Causal consistency is denied exactly if some operation has no order of its causes that explains it.
#[test]
fn causal_consistency_agrees_with_all_orders() {
    let mut tally = Tally::default();
    for case in 0..cases(10_000) {
        let history = registers(&mut draws(case), 2, case % 3 == 0);
        let verdict = causal(&history);
        let answer = Answer::from(&verdict);
        let all = history.operations();
        let unread = all.iter().all(|one| observed(one).is_none());
        let written = |value: u64| all.iter().any(|one| may_store(one) == Some(value));
        let unwritten = all.iter().any(|one| observed(one).flatten().is_some_and(|value| !written(value)));
        if unread || unwritten {
            assert_eq!(answer, Answer::Unknown, "case {case}: {verdict}");
        } else {
            let explained = causally_explained(&history);
            assert_eq!(answer == Answer::Ok, explained, "case {case}: {verdict}\n{}", show(&history));
            assert_ne!(answer, Answer::Unknown, "case {case}: {verdict}");
        }
        tally.add(answer);
    }
    tally.shows(&[Answer::Ok, Answer::Violated]);
}

/// Whether some order of all operations keeps each process's own: all are tried, without a memory.
fn sequentially_explained(states: &[Option<u64>], left: &[&One]) -> bool {
    let is_next =
        |one: &&One| !left.iter().any(|other| other.process == one.process && other.invoked < one.invoked);
    left.iter().all(|one| one.outcome.ok().is_none())
        || left.iter().filter(|one| is_next(one)).any(|next| {
            let key = next.op.key() as usize;
            let Some(after) = KvModel.step(&states[key], &next.op, next.outcome.ok()) else { return false };
            let mut states = states.to_vec();
            states[key] = after;
            let rest: Vec<&One> =
                left.iter().copied().filter(|other| other.invoked != next.invoked).collect();
            sequentially_explained(&states, &rest)
        })
}

/// Sequential consistency of histories that a register made, some of them changed, and of those that none did.
#[test]
fn sequential_consistency_agrees_with_all_orders() {
    let mut tally = Tally::default();
    for case in 0..cases(10_000) {
        let mut draws = draws(case);
        let history = if case % 2 == 0 {
            registers(&mut draws, 2, true)
        } else {
            let shape = Shape {
                clients: 3,
                operations: draws.between(2, 8) as usize,
                unknown: Ratio::from_percent(10),
                failed: Ratio::from_percent(5),
            };
            let mut run = Execution::legal(&KvModel, shape, &mut draws, |draws, _| {
                let key = draws.below(2);
                match draws.below(3) {
                    0 => KvOp::Write { key, value: draws.below(3) },
                    1 => KvOp::Cas { key, expect: draws.below(3), value: draws.below(3) },
                    _ => KvOp::Read { key },
                }
            });
            for _ in 0..case % 6 {
                run.mutate(&mut draws);
            }
            run.history()
        };
        let verdict = sequential(&KvModel, &history, 1_000_000);
        let all: Vec<&One> =
            history.operations().iter().filter(|one| !matches!(one.outcome, Outcome::Fail(_))).collect();
        if all.iter().all(|one| one.outcome.ok().is_none()) {
            assert_eq!(Answer::from(&verdict), Answer::Unknown, "case {case}");
            continue;
        }
        assert_eq!(
            verdict.is_ok(),
            sequentially_explained(&[None, None], &all),
            "case {case}: {verdict}\n{}",
            show(&history)
        );
        tally.add((&verdict).into());
    }
    tally.shows(&[Answer::Ok, Answer::Violated]);
}
