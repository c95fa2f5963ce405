//! Bounded staleness, lost writes and convergence against all orders in which the versions of a key can have come.
//!
//! What is certain is what holds in every order that real time allows: a write comes before another one if it, or
//! somebody who saw it, ended before the other one began.

use std::collections::BTreeSet;

use stormglass_check::histories::convergence::reads_converge;
use stormglass_check::histories::durability::lost_writes;
use stormglass_check::histories::staleness::{Behind, bounded_staleness};
use stormglass_core::history::{Moment, OperationId};
use stormglass_core::op::kv::KvOp;
use stormglass_core::time::{Duration, Time};

use super::random::{Answer, One, Tally, may_store, observed, registers, seen, show};
use crate::common::{KvHistory, cases, draws};

/// A version of one key, or what was there in the beginning.
struct Version<'a> {
    value: Option<u64>,
    /// Its write; the beginning has none.
    by: Option<&'a One>,
    /// When it was certainly there.
    there: Option<Moment>,
}

/// The versions of a key that certainly existed.
fn versions(history: &KvHistory, key: u64) -> Vec<Version<'_>> {
    let seen = seen(history);
    let mut versions = vec![Version { value: None, by: None, there: None }];
    for one in history.operations().iter().filter(|one| one.op.key() == key) {
        let Some(value) = may_store(one) else { continue };
        if one.outcome.ok().is_none() && !seen.contains(&value) {
            continue;
        }
        let acknowledged = one.completed.filter(|_| one.outcome.ok().is_some());
        let readers = history
            .operations()
            .iter()
            .filter(|other| other.op.key() == key && observed(other) == Some(Some(value)));
        let there = readers.filter_map(|reader| reader.completed).chain(acknowledged).min();
        versions.push(Version { value: Some(value), by: Some(one), there });
    }
    versions
}

/// All orders of the versions, with the beginning first, that real time allows: as places.
fn orders(versions: &[Version<'_>]) -> Vec<Vec<usize>> {
    let precedes = |one: usize, other: usize| match (versions[one].by, versions[other].by) {
        (None, _) => one != other,
        (_, None) => false,
        (_, Some(other)) => versions[one].there.is_some_and(|there| there < other.invoked),
    };
    let mut orders = vec![vec![]];
    for _ in 0..versions.len() {
        let longer = |order: &Vec<usize>| {
            let left: Vec<usize> = (0..versions.len()).filter(|place| !order.contains(place)).collect();
            let first = |&&next: &&usize| !left.iter().any(|&other| precedes(other, next));
            let next: Vec<usize> = left.iter().filter(first).copied().collect();
            next.into_iter().map(|next| [&order[..], &[next]].concat()).collect::<Vec<_>>()
        };
        orders = orders.iter().flat_map(longer).collect();
    }
    orders
}

/// Whether reads do not tell what they saw: then a check for unique values has nothing to say.
fn unclear(history: &KvHistory) -> bool {
    let all = history.operations();
    let written = |key, value| all.iter().any(|one| one.op.key() == key && may_store(one) == Some(value));
    all.iter().any(|one| observed(one).flatten().is_some_and(|value| !written(one.op.key(), value)))
}

/// Whether somebody read what nobody had asked to write yet: that is for others to judge.
fn prophetic(history: &KvHistory) -> bool {
    let all = history.operations();
    let of = |value: u64| all.iter().find(|one| may_store(one) == Some(value));
    all.iter()
        .any(|one| observed(one).flatten().and_then(of).is_some_and(|by| one.completed < Some(by.invoked)))
}

/// A read is too far behind exactly if it is so in every order of the versions.
#[test]
fn bounded_staleness_agrees_with_all_orders() {
    let mut tally = Tally::default();
    for case in 0..cases(20_000) {
        let mut draws = draws(case);
        let history = registers(&mut draws, 1, case % 4 == 0);
        if prophetic(&history) {
            continue;
        }
        let bound = match draws.below(2) {
            0 => Behind::Versions(draws.below(3) as usize),
            _ => Behind::Time(Duration::from_millis(draws.below(6))),
        };
        let verdict = bounded_staleness(&history, bound);
        let versions = versions(&history, 0);
        let orders = orders(&versions);
        let reads: Vec<&One> = history.operations().iter().filter(|one| observed(one).is_some()).collect();
        let too_late = |read: &&&One, order: &Vec<usize>| {
            let value = observed(read).expect("a read");
            let place = order.iter().position(|&one| versions[one].value == value).expect("a version");
            let newer = order[place + 1..].iter().filter_map(|&one| versions[one].by);
            // Those that had certainly replaced it when the read began.
            let ended = |one: &&One| {
                one.outcome.ok().is_some() && one.completed.is_some_and(|end| end < read.invoked)
            };
            match bound {
                Behind::Versions(most) => newer.filter(ended).count() > most,
                Behind::Time(most) => newer.filter(ended).any(|one| {
                    let end = one.completed.expect("it ended");
                    read.invoked.at.since(end.at) > most
                }),
            }
        };
        let expected = match () {
            () if unclear(&history) => Answer::Unknown,
            () if reads.iter().any(|read| orders.iter().all(|order| too_late(&read, order))) => {
                Answer::Violated
            }
            () if reads.is_empty() => Answer::Unknown,
            () => Answer::Ok,
        };
        let answer = Answer::from(&verdict);
        // A swap sees what it replaces, whatever its own version is.
        assert_eq!(answer, expected, "case {case}: {bound:?} {verdict}\n{}", show(&history));
        tally.add(answer);
    }
    tally.shows(&[Answer::Ok, Answer::Violated, Answer::Unknown]);
}

/// An acknowledged write is lost exactly if, in every order of the versions, a read after recovery saw an older one, and
/// no acknowledged write certainly came after it.
#[test]
fn lost_writes_agree_with_all_orders() {
    let mut tally = Tally::default();
    for case in 0..cases(20_000) {
        let mut draws = draws(case);
        let history = registers(&mut draws, 1, case % 4 == 0);
        if prophetic(&history) {
            continue;
        }
        let recovered = Time::from_nanos(draws.below(20) * 1_000_000);
        // Every second promise had to stand what happened.
        let level = |id: OperationId| id.0 % 2;
        let report = lost_writes(&history, recovered, level, &1);
        let all = history.operations();
        let versions = versions(&history, 0);
        let orders = orders(&versions);
        let place = |order: &[usize], value: Option<u64>| {
            order.iter().position(|&one| versions[one].value == value).expect("a version")
        };
        let acknowledged = |one: &One| {
            may_store(one).is_some()
                && one.outcome.ok().is_some()
                && one.completed.is_some_and(|end| end.at < recovered)
        };
        let reads: Vec<&One> =
            all.iter().filter(|one| observed(one).is_some() && one.invoked.at >= recovered).collect();
        let (mut lost, mut unread) = ([vec![], vec![]], 0);
        for (index, one) in all.iter().enumerate().filter(|(_, one)| acknowledged(one)) {
            if unclear(&history)
                || all.iter().any(|other| acknowledged(other) && one.completed < Some(other.invoked))
            {
                continue;
            }
            let older = |order: &Vec<usize>| {
                reads
                    .iter()
                    .any(|read| place(order, observed(read).expect("a read")) < place(order, may_store(one)))
            };
            if reads.is_empty() {
                unread += index % 2;
            } else if orders.iter().all(older) {
                lost[index % 2].push(OperationId(index));
            }
        }
        let expected = match () {
            () if unclear(&history) => Answer::Unknown,
            () if !lost[1].is_empty() => Answer::Violated,
            () if unread > 0 || !all.iter().any(acknowledged) => Answer::Unknown,
            () => Answer::Ok,
        };
        let words =
            || format!("case {case}: recovered at {recovered} {}\n{}", report.verdict, show(&history));
        assert_eq!(Answer::from(&report.verdict), expected, "{}", words());
        for level in [0, 1] {
            let said = report.levels.get(&level).map(|kept| kept.lost.clone()).unwrap_or_default();
            assert_eq!(said, lost[level], "{}", words());
        }
        tally.add(expected);
    }
    tally.shows(&[Answer::Ok, Answer::Violated, Answer::Unknown]);
}

/// Reads after quiescence agree exactly if they are all the same; they contradict each other exactly if two differ and
/// neither value can have come late.
#[test]
fn convergence_agrees_with_all_pairs_of_reads() {
    let mut tally = Tally::default();
    for case in 0..cases(20_000) {
        let mut draws = draws(case);
        let history = registers(&mut draws, 2, case % 4 == 0);
        let quiet = Time::from_nanos(draws.below(16) * 1_000_000);
        let verdict = reads_converge(&history, quiet);
        let all = history.operations();
        let can_come = |key: u64, value: Option<u64>| {
            all.iter().any(|one| {
                let ended = one.outcome.ok().is_some() && one.completed.is_some_and(|end| end.at < quiet);
                one.op.key() == key && may_store(one).is_some() && may_store(one) == value && !ended
            })
        };
        let reads: Vec<(u64, Option<u64>)> = all
            .iter()
            .filter(|one| matches!(one.op, KvOp::Read { .. }) && one.invoked.at >= quiet)
            .filter_map(|one| Some((one.op.key(), observed(one)?)))
            .collect();
        let differing = || {
            reads
                .iter()
                .flat_map(|one| reads.iter().map(move |other| (one, other)))
                .filter(|(one, other)| one.0 == other.0 && one.1 != other.1)
        };
        let settled = |read: &(u64, Option<u64>)| !can_come(read.0, read.1);
        let expected = match () {
            () if differing().any(|(one, other)| settled(one) && settled(other)) => Answer::Violated,
            () if reads.is_empty() || differing().next().is_some() => Answer::Unknown,
            () => Answer::Ok,
        };
        assert_eq!(
            Answer::from(&verdict),
            expected,
            "case {case}: quiet at {quiet} {verdict}\n{}",
            show(&history)
        );
        tally.add(expected);
    }
    tally.shows(&[Answer::Ok, Answer::Violated, Answer::Unknown]);
}

/// A store that is one register, read when nothing is written any more, is never accused.
#[test]
fn one_register_is_never_accused() {
    use stormglass_check::KvModel;
    use stormglass_check::generate::{Execution, Shape};
    use stormglass_core::random::Ratio;
    let mut kept = BTreeSet::new();
    for case in 0..cases(20_000) {
        let mut draws = draws(case);
        let shape = Shape {
            clients: 3,
            operations: draws.between(2, 9) as usize,
            unknown: Ratio::from_percent(20),
            failed: Ratio::from_percent(5),
        };
        let history = Execution::legal(&KvModel, shape, &mut draws, |draws, number| match draws.below(2) {
            0 => KvOp::Write { key: 0, value: number + 1 },
            _ => KvOp::Read { key: 0 },
        })
        .history();
        let recovered = Time::from_nanos(draws.below(20) * 1_000_000);
        let last_write = history.operations().iter().filter(|one| may_store(one).is_some());
        let quiet = last_write.filter_map(|one| one.completed.map(|end| end.at)).max().unwrap_or(Time::ZERO);
        let answers = [
            Answer::from(&bounded_staleness(&history, Behind::Versions(0))),
            Answer::from(&bounded_staleness(&history, Behind::Time(Duration::ZERO))),
            Answer::from(&lost_writes(&history, recovered, |_| 0, &0).verdict),
            Answer::from(&reads_converge(&history, quiet + Duration::from_nanos(1))),
        ];
        assert!(!answers.contains(&Answer::Violated), "case {case}: {answers:?}\n{}", show(&history));
        kept.insert(answers);
    }
    assert!(kept.contains(&[Answer::Ok; 4]));
}
