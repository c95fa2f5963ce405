//! Sets against what their two judges promise, element by element and read by read.

use std::collections::BTreeSet;

use stormglass_check::histories::sets::{SetDemand, set, set_full};
use stormglass_core::history::{History, Moment, Operation, Outcome};
use stormglass_core::op::set::{SetOp, SetRet};
use stormglass_core::random::Draws;

use super::random::{Answer, Tally, fail, info, scattered, show};
use crate::common::{cases, draws};

type SetHistory = History<SetOp, SetRet>;
type One = Operation<SetOp, SetRet>;

/// A set whose reads list what has been asked for, but for an element now and then.
fn random_set(draws: &mut Draws) -> SetHistory {
    let (clients, operations) = (draws.between(1, 4), draws.between(2, 8));
    let careless = draws.below(3) > 0;
    let known = std::cell::RefCell::new(BTreeSet::new());
    let ask = |draws: &mut Draws, number: u64| match draws.below(2) {
        0 => {
            let element = if draws.below(6) == 0 { draws.below(3) } else { number };
            known.borrow_mut().insert(element);
            SetOp::Add { element }
        }
        _ => SetOp::Read,
    };
    scattered(draws, clients, operations, ask, |draws, op| match (draws.below(12), op) {
        (0, _) => info(),
        (1, SetOp::Add { .. }) if draws.below(3) == 0 => fail(),
        (_, SetOp::Read) => {
            let mut elements: Vec<u64> = known.borrow().iter().copied().collect();
            if careless && draws.below(3) == 0 {
                elements.retain(|_| draws.below(3) > 0);
            }
            match draws.below(20) {
                0 if careless => elements.push(9),
                1 if careless => elements.extend(elements.first().copied()),
                _ => {}
            }
            Outcome::Ok(SetRet::Elements(elements))
        }
        _ => Outcome::Ok(SetRet::Done),
    })
}

fn listed(one: &One) -> Option<&Vec<u64>> {
    match one.outcome.ok()? {
        SetRet::Elements(elements) => Some(elements),
        _ => None,
    }
}

fn adds(history: &SetHistory, element: u64) -> impl Iterator<Item = &One> {
    history.operations().iter().filter(move |one| one.op == SetOp::Add { element })
}

/// The elements with `wrong`.
fn which(all: &BTreeSet<u64>, wrong: impl Fn(u64) -> bool) -> Vec<u64> {
    all.iter().copied().filter(|&element| wrong(element)).collect()
}

fn elements(history: &SetHistory) -> BTreeSet<u64> {
    let read = history.operations().iter().filter_map(listed).flatten().copied();
    read.chain(history.operations().iter().filter_map(|one| one.op.element())).collect()
}

fn twice(list: &[u64], element: u64) -> bool {
    list.iter().filter(|&&other| other == element).count() > 1
}

/// The last read, element by element.
#[test]
fn the_last_read_agrees_with_the_definition() {
    let mut tally = Tally::default();
    for case in 0..cases(20_000) {
        let history = random_set(&mut draws(case));
        let report = set(&history);
        let words = || format!("case {case}: {report:?}\n{}", show(&history));
        let Some(read) = history.operations().iter().rfind(|one| listed(one).is_some()) else {
            assert_eq!(Answer::from(&report.verdict), Answer::Unknown, "{}", words());
            tally.add(Answer::Unknown);
            continue;
        };
        let (list, end) = (listed(read).expect("a read"), read.completed.expect("it ended"));
        let all = elements(&history);
        let acknowledged = |element| {
            adds(&history, element).any(|add| {
                add.outcome.ok().is_some() && add.completed.is_some_and(|added| added < read.invoked)
            })
        };
        // Adds that can have happened before the read ended.
        let possible = |element: u64| {
            adds(&history, element)
                .filter(|add| add.invoked < end && !matches!(add.outcome, Outcome::Fail(_)))
        };
        let lost = which(&all, |element| acknowledged(element) && !list.contains(&element));
        let unexpected = which(&all, |element| list.contains(&element) && possible(element).next().is_none());
        let duplicated = which(&all, |element| twice(list, element));
        let recovered = which(&all, |element| {
            list.contains(&element)
                && possible(element).next().is_some()
                && possible(element).all(|add| add.outcome.ok().is_none())
        });
        assert_eq!(report.lost, lost, "{}", words());
        assert_eq!(
            BTreeSet::from_iter(report.unexpected.clone()),
            BTreeSet::from_iter(unexpected.clone()),
            "{}",
            words()
        );
        assert_eq!(report.duplicated, duplicated, "{}", words());
        assert_eq!(report.recovered, recovered, "{}", words());
        let right = lost.is_empty() && unexpected.is_empty() && duplicated.is_empty();
        let expected = if right { Answer::Ok } else { Answer::Violated };
        assert_eq!(Answer::from(&report.verdict), expected, "{}", words());
        tally.add(expected);
    }
    tally.shows(&[Answer::Ok, Answer::Violated, Answer::Unknown]);
}

/// Every element through all reads: known, missed, seen again.
#[test]
fn every_element_agrees_with_the_definition() {
    let mut tally = Tally::default();
    for case in 0..cases(20_000) {
        let history = random_set(&mut draws(case));
        let demand = if case % 2 == 0 { SetDemand::Eventual } else { SetDemand::Linearizable };
        let report = set_full(&history, demand);
        let words = || format!("case {case}: {demand:?} {report:?}\n{}", show(&history));
        let reads: Vec<(&One, &Vec<u64>)> =
            history.operations().iter().filter_map(|one| Some((one, listed(one)?))).collect();
        let all = elements(&history);
        let seen = |element: u64| {
            let showing = reads.iter().filter(move |(_, list)| list.contains(&element));
            showing.filter_map(|(one, _)| one.completed)
        };
        let known = |element: u64| -> Option<Moment> {
            let acknowledged = adds(&history, element).filter(|add| add.outcome.ok().is_some());
            acknowledged.filter_map(|add| add.completed).chain(seen(element)).min()
        };
        // Reads that should have shown it.
        let later = |element: u64| {
            reads.iter().filter(move |(one, _)| known(element).is_some_and(|known| known < one.invoked))
        };
        let missed = |element: u64| {
            later(element).filter(move |(_, list)| !list.contains(&element)).map(|(one, _)| one.invoked).max()
        };
        let again =
            |element: u64| missed(element).is_some_and(|missed| seen(element).any(|seen| missed < seen));
        let lost = which(&all, |element| missed(element).is_some() && !again(element));
        let stale = which(&all, again);
        let never_read = which(&all, |element| known(element).is_some() && later(element).next().is_none());
        let duplicated = which(&all, |element| reads.iter().any(|(_, list)| twice(list, element)));
        // Some read of it had ended before anybody whose add can have happened had asked for it.
        let unexpected = which(&all, |element| {
            let possible = adds(&history, element).filter(|add| !matches!(add.outcome, Outcome::Fail(_)));
            let begun = possible.map(|add| add.invoked).min();
            seen(element).any(|seen| begun.is_none_or(|begun| seen < begun))
        });
        assert_eq!(report.lost, lost, "{}", words());
        assert_eq!(report.stale, stale, "{}", words());
        assert_eq!(report.never_read, never_read, "{}", words());
        assert_eq!(report.duplicated, duplicated, "{}", words());
        assert_eq!(report.unexpected, unexpected, "{}", words());
        let wrong = [&lost, &duplicated, &unexpected].iter().any(|list| !list.is_empty())
            || demand == SetDemand::Linearizable && !stale.is_empty();
        let expected = match () {
            () if wrong => Answer::Violated,
            () if reads.is_empty() => Answer::Unknown,
            () => Answer::Ok,
        };
        assert_eq!(Answer::from(&report.verdict), expected, "{}", words());
        tally.add(expected);
    }
    tally.shows(&[Answer::Ok, Answer::Violated, Answer::Unknown]);
}
