//! Queues, sets, counters, banks, numbers and reads of groups against their definitions: each by trying all that can have
//! happened, or by all pairs.

use std::collections::BTreeSet;

use stormglass_check::histories::bank::{BankRules, Debts, bank};
use stormglass_check::histories::counter::counter_bounds;
use stormglass_check::histories::long_fork::long_fork;
use stormglass_check::histories::numbers::{Across, monotonic, unique_ids};
use stormglass_check::histories::queues::{queue, total_queue};
use stormglass_core::history::{History, Operation, Outcome};
use stormglass_core::op::bank::{BankOp, BankRet};
use stormglass_core::op::counter::{CounterOp, CounterRet};
use stormglass_core::op::number::{NumberOp, NumberRet};
use stormglass_core::op::queue::{QueueOp, QueueRet};
use stormglass_core::op::txn::{Reads, RegisterOp, RegisterReads, RegisterTxn, Txn};
use stormglass_core::random::Draws;

use super::random::{Answer, Tally, fail, info, scattered, show};
use crate::common::{cases, draws};

/// An outcome that is unknown or failed now and then.
fn mostly<R>(draws: &mut Draws, ret: impl FnOnce(&mut Draws) -> R) -> Outcome<R> {
    match draws.below(14) {
        0 => info(),
        1 => fail(),
        _ => Outcome::Ok(ret(draws)),
    }
}

/// A queue whose dequeues return anything, some of it never enqueued.
fn random_queue(draws: &mut Draws, drains: bool) -> History<QueueOp, QueueRet> {
    let (clients, operations) = (draws.between(1, 4), draws.between(2, 8));
    let ask = |draws: &mut Draws, number: u64| match draws.below(5) {
        _ if drains && number + 1 == operations => QueueOp::Drain,
        0..2 => QueueOp::Dequeue,
        4 if drains && draws.below(3) == 0 => QueueOp::Drain,
        _ => QueueOp::Enqueue { value: draws.below(4) },
    };
    scattered(draws, clients, operations, ask, |draws, op| {
        mostly(draws, |draws| match op {
            QueueOp::Enqueue { .. } => QueueRet::Enqueued,
            QueueOp::Dequeue => QueueRet::Dequeued(Some(draws.below(4)).filter(|_| draws.below(4) > 0)),
            QueueOp::Drain => QueueRet::Drained((0..draws.below(3)).map(|_| draws.below(4)).collect()),
        })
    })
}

fn taken(one: &Operation<QueueOp, QueueRet>) -> Vec<u64> {
    match one.outcome.ok() {
        Some(QueueRet::Dequeued(value)) => value.iter().copied().collect(),
        Some(QueueRet::Drained(values)) => values.clone(),
        _ => Vec::new(),
    }
}

/// Whether each value taken can be given an enqueue of its own that had begun before: all ways are tried.
fn matched(taken: &[(u64, u64)], put: &[(u64, u64)]) -> bool {
    let Some((&(value, ended), others)) = taken.split_first() else { return true };
    (0..put.len()).any(|place| {
        let mut left = put.to_vec();
        let (same, begun) = left.remove(place);
        same == value && begun < ended && matched(others, &left)
    })
}

/// A queue without order is accused exactly if no way to give each dequeue its enqueue is left.
#[test]
fn queues_as_bags_agree_with_all_matchings() {
    let mut tally = Tally::default();
    for case in 0..cases(20_000) {
        let mut draws = draws(case);
        let history = random_queue(&mut draws, case % 4 == 0);
        let verdict = queue(&history);
        let (mut out, mut put) = (Vec::new(), Vec::new());
        for one in history.operations() {
            let end = one.completed.map(|end| end.rank);
            out.extend(taken(one).into_iter().zip(end.into_iter().cycle()));
            match one.op {
                QueueOp::Enqueue { value } if !matches!(one.outcome, Outcome::Fail(_)) => {
                    put.push((value, one.invoked.rank));
                }
                _ => {}
            }
        }
        let expected = match () {
            () if !matched(&out, &put) => Answer::Violated,
            () if out.is_empty() => Answer::Unknown,
            () => Answer::Ok,
        };
        assert_eq!(Answer::from(&verdict), expected, "case {case}: {verdict}\n{}", show(&history));
        tally.add(expected);
    }
    tally.shows(&[Answer::Ok, Answer::Violated, Answer::Unknown]);
}

/// All multisets that can have been enqueued: what was acknowledged, and any of what is unknown.
fn worlds(history: &History<QueueOp, QueueRet>) -> Vec<Vec<u64>> {
    let mut worlds = vec![Vec::new()];
    for one in history.operations() {
        let QueueOp::Enqueue { value } = one.op else { continue };
        let with = |world: &Vec<u64>| [&world[..], &[value]].concat();
        match one.outcome {
            Outcome::Ok(_) => worlds = worlds.iter().map(with).collect(),
            Outcome::Info(_) => worlds.extend(worlds.iter().map(with).collect::<Vec<_>>()),
            Outcome::Fail(_) => {}
        }
    }
    worlds
}

/// A drained queue is accused exactly if whatever was enqueued does not come out, even with all that dequeues of unknown
/// outcome can have taken; and is right for certain exactly if it comes out without them.
#[test]
fn drained_queues_agree_with_all_worlds() {
    let mut tally = Tally::default();
    for case in 0..cases(20_000) {
        let mut draws = draws(case);
        let history = random_queue(&mut draws, true);
        let verdict = total_queue(&history).verdict;
        let all = history.operations();
        let unknown = |op: QueueOp| {
            all.iter().filter(|one| one.op == op && matches!(one.outcome, Outcome::Info(_))).count()
        };
        let untold = if unknown(QueueOp::Drain) > 0 { usize::MAX } else { unknown(QueueOp::Dequeue) };
        let ends =
            all.iter().filter(|one| matches!(one.op, QueueOp::Enqueue { .. }) && one.outcome.ok().is_some());
        let last = ends.filter_map(|one| one.completed).max();
        let empty = |one: &&Operation<QueueOp, QueueRet>| {
            matches!(one.outcome.ok(), Some(QueueRet::Drained(_) | QueueRet::Dequeued(None)))
        };
        let drained = all.iter().filter(empty).any(|one| last.is_none_or(|last| last < one.invoked));
        let out: Vec<u64> = all.iter().flat_map(taken).collect();
        // What is left over in each world that has all that came out.
        let left = worlds(&history).into_iter().filter_map(|mut world| {
            out.iter()
                .all(|value| {
                    let place = world.iter().position(|other| other == value);
                    place.map(|place| world.swap_remove(place)).is_some()
                })
                .then_some(world.len())
        });
        let expected = match left.min() {
            None => Answer::Violated,
            Some(0) if all.iter().any(|one| matches!(one.op, QueueOp::Enqueue { .. })) => Answer::Ok,
            Some(left) if left > 0 && drained && left > untold => Answer::Violated,
            Some(_) => Answer::Unknown,
        };
        assert_eq!(Answer::from(&verdict), expected, "case {case}: {verdict}\n{}", show(&history));
        tally.add(expected);
    }
    tally.shows(&[Answer::Ok, Answer::Violated, Answer::Unknown]);
}

/// A counter's read is accused exactly if no choice of the adds that it may have missed explains a sum as low, or none a
/// sum as high.
#[test]
fn counters_agree_with_all_sums() {
    let mut tally = Tally::default();
    for case in 0..cases(20_000) {
        let mut draws = draws(case);
        let (clients, operations) = (draws.between(1, 4), draws.between(2, 8));
        let ask = |draws: &mut Draws, _| match draws.below(2) {
            0 => CounterOp::Read,
            _ => CounterOp::Add { amount: draws.below(5) as i64 - 1 },
        };
        let history = scattered(&mut draws, clients, operations, ask, |draws, op| {
            mostly(draws, |draws| match op {
                CounterOp::Add { .. } => CounterRet::Added,
                CounterOp::Read => CounterRet::Value(draws.below(8) as i64 - 1),
            })
        });
        let verdict = counter_bounds(&history, 1);
        let all = history.operations();
        let wrong = |read: &Operation<CounterOp, CounterRet>| {
            let (Some(CounterRet::Value(value)), Some(end)) = (read.outcome.ok(), read.completed) else {
                return None;
            };
            let mut sums = vec![1];
            for one in all {
                let CounterOp::Add { amount } = one.op else { continue };
                if matches!(one.outcome, Outcome::Fail(_)) || end < one.invoked {
                    continue;
                }
                let counts =
                    one.outcome.ok().is_some() && one.completed.is_some_and(|end| end < read.invoked);
                let with: Vec<i64> = sums.iter().map(|sum| sum + amount).collect();
                if counts {
                    sums = with;
                } else {
                    sums.extend(with);
                }
            }
            Some(sums.iter().all(|sum| sum > value) || sums.iter().all(|sum| sum < value))
        };
        let reads: Vec<bool> = all.iter().filter_map(wrong).collect();
        let expected = match () {
            () if reads.contains(&true) => Answer::Violated,
            () if reads.is_empty() && all.iter().any(|one| one.op == CounterOp::Read) => Answer::Unknown,
            () => Answer::Ok,
        };
        assert_eq!(Answer::from(&verdict), expected, "case {case}: {verdict}\n{}", show(&history));
        tally.add(expected);
    }
    tally.shows(&[Answer::Ok, Answer::Violated, Answer::Unknown]);
}

/// A bank whose reads are right, or wrong in one of many ways; the rules say more or less.
fn random_bank(draws: &mut Draws) -> (History<BankOp, BankRet>, BankRules) {
    let right = draws.below(2) == 0;
    let ask = |draws: &mut Draws, _| match draws.below(3) {
        0 => BankOp::Transfer { from: 0, to: 1, amount: 1 },
        _ => BankOp::Read,
    };
    let (clients, operations) = (draws.between(1, 3), draws.between(1, 5));
    let history = scattered(draws, clients, operations, ask, |draws, op| {
        mostly(draws, |draws| match op {
            BankOp::Transfer { .. } => BankRet::Transferred,
            BankOp::Read => {
                let moved = draws.below(if right { 10 } else { 12 }) as i64;
                let mut balances = vec![(0, Some(9 - moved)), (1, Some(1 + moved))];
                match draws.below(if right { 12 } else { 30 }) {
                    15 => balances.push((2, Some(0))),
                    16 => balances.push((1, Some(0))),
                    17 => drop(balances.pop()),
                    18 => balances[0].1 = None,
                    19 => balances[1].1 = Some(5),
                    _ => {}
                }
                BankRet::Balances(balances)
            }
        })
    });
    let rules = BankRules {
        accounts: Some(BTreeSet::from([0, 1])).filter(|_| draws.below(2) == 0),
        total: Some(10).filter(|_| draws.below(2) == 0),
        debts: if draws.below(2) == 0 { Debts::Allowed } else { Debts::Forbidden },
    };
    (history, rules)
}

/// A bank is right exactly if each read has each account once, with a balance, all together the total. What the rules do
/// not say, the first reads do.
#[test]
fn banks_agree_with_the_books() {
    let mut tally = Tally::default();
    for case in 0..cases(20_000) {
        let mut draws = draws(case);
        let (history, rules) = random_bank(&mut draws);
        let verdict = bank(&history, &rules);
        let mut reads: Vec<_> = history
            .operations()
            .iter()
            .filter_map(|one| match one.outcome.ok() {
                Some(BankRet::Balances(balances)) => Some((one.completed, balances)),
                _ => None,
            })
            .collect();
        reads.sort();
        let whole = |balances: &[(u64, Option<i64>)]| balances.iter().map(|line| line.1).sum::<Option<i64>>();
        let total = rules.total.or_else(|| reads.iter().find_map(|(_, balances)| whole(balances)));
        let accounts = rules
            .accounts
            .clone()
            .or_else(|| reads.first().map(|(_, balances)| balances.iter().map(|line| line.0).collect()));
        let right = |balances: &Vec<(u64, Option<i64>)>| {
            let mut listed: Vec<u64> = balances.iter().map(|line| line.0).collect();
            listed.sort_unstable();
            let opened = accounts.iter().flatten().copied();
            let owes = balances.iter().any(|line| line.1.is_some_and(|balance| balance < 0));
            listed.into_iter().eq(opened)
                && whole(balances).is_some()
                && whole(balances) == total
                && (rules.debts == Debts::Allowed || !owes)
        };
        let known = rules.total.is_some() || rules.accounts.is_some() || rules.debts == Debts::Forbidden;
        let expected = match reads.len() {
            0 => Answer::Unknown,
            _ if !reads.iter().all(|(_, balances)| right(balances)) => Answer::Violated,
            1 if !known => Answer::Unknown,
            _ => Answer::Ok,
        };
        assert_eq!(Answer::from(&verdict), expected, "case {case}: {rules:?} {verdict}\n{}", show(&history));
        tally.add(expected);
    }
    tally.shows(&[Answer::Ok, Answer::Violated, Answer::Unknown]);
}

/// Ids and growing numbers by all pairs.
#[test]
fn numbers_agree_with_all_pairs() {
    let mut tallies: [Tally; 3] = Default::default();
    for case in 0..cases(20_000) {
        let mut draws = draws(case);
        let (clients, operations) = (draws.between(1, 4), draws.between(1, 6));
        let mut next = 0;
        let history = scattered(
            &mut draws,
            clients,
            operations,
            |_, _| NumberOp::Next,
            |draws, _| {
                next += 1;
                let number = if draws.below(8) == 0 { draws.below(8) } else { next };
                mostly(draws, |_| NumberRet::Number(number))
            },
        );
        let all = history.operations();
        let got =
            |one: &Operation<NumberOp, NumberRet>| one.outcome.ok().map(|NumberRet::Number(number)| *number);
        let pairs = || {
            let numbered = |index: usize| got(&all[index]).map(|number| (&all[index], number));
            let one = (0..all.len()).filter_map(numbered);
            one.flat_map(move |one| (0..all.len()).filter_map(numbered).map(move |other| (one, other)))
        };
        let same = pairs().any(|(one, other)| one.0.invoked != other.0.invoked && one.1 == other.1);
        let falls = |within: bool| {
            pairs().any(|((one, less), (other, more))| {
                one.completed.is_some_and(|end| end < other.invoked)
                    && more <= less
                    && (!within || one.process == other.process)
            })
        };
        let verdicts = [
            (unique_ids(&history), same),
            (monotonic(&history, Across::Everyone), falls(false)),
            (monotonic(&history, Across::EachProcess), falls(true)),
        ];
        for ((verdict, wrong), tally) in verdicts.into_iter().zip(&mut tallies) {
            let expected = match () {
                () if wrong => Answer::Violated,
                () if all.iter().all(|one| got(one).is_none()) => Answer::Unknown,
                () => Answer::Ok,
            };
            assert_eq!(Answer::from(&verdict), expected, "case {case}: {verdict}\n{}", show(&history));
            tally.add(expected);
        }
    }
    tallies.iter().for_each(|tally| tally.shows(&[Answer::Ok, Answer::Violated, Answer::Unknown]));
}

/// Transactions that write one key, once and for all, or read two; each read sees any of the writes.
fn random_forks(draws: &mut Draws) -> History<RegisterTxn, RegisterReads> {
    let (clients, operations) = (draws.between(1, 4), draws.between(2, 7));
    let ask = |draws: &mut Draws, number: u64| {
        if number < 2 {
            return Txn(vec![RegisterOp::Write { key: number, value: 1 }]);
        }
        let keys = if draws.below(8) == 0 { vec![2] } else { vec![0, 1] };
        Txn(keys.into_iter().map(|key| RegisterOp::Read { key }).collect())
    };
    scattered(draws, clients, operations, ask, |draws, op: &RegisterTxn| {
        mostly(draws, |draws| {
            let reads = op.0.iter().filter(|step| matches!(step, RegisterOp::Read { .. }));
            Reads(reads.map(|_| Some(1).filter(|_| draws.below(3) > 0)).collect())
        })
    })
}

/// A long fork is found exactly if two reads of one group each see a write that the other one misses.
#[test]
fn long_forks_agree_with_all_pairs() {
    let mut tally = Tally::default();
    for case in 0..cases(20_000) {
        let mut draws = draws(case);
        let history = random_forks(&mut draws);
        let verdict = long_fork(&history);
        let reads: Vec<(&RegisterTxn, &Vec<Option<u64>>)> = history
            .operations()
            .iter()
            .filter(|one| matches!(one.op.0[0], RegisterOp::Read { .. }))
            .filter_map(|one| Some((&one.op, &one.outcome.ok()?.0)))
            .collect();
        let pairs = || {
            let pair = |one: usize| (one + 1..reads.len()).map(move |other| (one, other));
            let pairs = (0..reads.len()).flat_map(pair).map(|(one, other)| (reads[one], reads[other]));
            pairs.filter(|(one, other)| one.0 == other.0 && one.1.len() > 1)
        };
        let more = |one: &[Option<u64>], other: &[Option<u64>]| {
            one.iter().zip(other).any(|(one, other)| one.is_some() && other.is_none())
        };
        let expected = match () {
            () if pairs().any(|(one, other)| more(one.1, other.1) && more(other.1, one.1)) => {
                Answer::Violated
            }
            () if pairs().next().is_none() => Answer::Unknown,
            () => Answer::Ok,
        };
        assert_eq!(Answer::from(&verdict), expected, "case {case}: {verdict}\n{}", show(&history));
        tally.add(expected);
    }
    tally.shows(&[Answer::Ok, Answer::Violated, Answer::Unknown]);
}
