//! Commitment, requests and the spread of load against their definitions.

use std::collections::BTreeMap;

use stormglass_check::histories::balance::{Service, herd, starvation};
use stormglass_check::histories::commitment::{
    Commitment, Decision, Failures, Participant, Role, Termination, Vote, atomic_commitment,
};
use stormglass_check::histories::goodput::{Recovery, goodput};
use stormglass_check::histories::once::exactly_once;
use stormglass_core::history::Outcome;
use stormglass_core::random::Draws;
use stormglass_core::time::{Duration, Time};

use super::random::{Answer, Tally, fail, info, scattered, show};
use crate::common::{cases, draws};

fn random_commitment(draws: &mut Draws) -> Commitment<u64> {
    let failures = [Failures::None, Failures::Lasting, Failures::Repaired][draws.below(3) as usize];
    let common = [Decision::Commit, Decision::Abort][draws.below(2) as usize];
    let process = |name: u64, draws: &mut Draws| {
        let mut decisions = if draws.below(3) > 0 { vec![common] } else { vec![] };
        if draws.below(12) == 0 {
            decisions.push([Decision::Commit, Decision::Abort][draws.below(2) as usize]);
        }
        Participant {
            name,
            role: if name == 0 { Role::Coordinator } else { Role::Participant },
            vote: [Some(Vote::Yes), Some(Vote::Yes), Some(Vote::Yes), Some(Vote::No), None]
                [draws.below(5) as usize],
            decisions,
            reaches: Some(draws.below(2) as u32).filter(|_| draws.below(5) > 0),
        }
    };
    let count = draws.between(2, 4);
    let processes = (0..count).map(|name| process(name, draws)).collect();
    Commitment { name: "t".to_owned(), processes, failures }
}

/// AC1 to AC4 word by word.
fn wrong_decisions(transaction: &Commitment<u64>) -> bool {
    let all = &transaction.processes;
    let reached = |decision| all.iter().any(|one| one.decisions.contains(&decision));
    let yes = |one: &Participant<u64>| match one.role {
        // The coordinator need not vote, but it may.
        Role::Coordinator => one.vote != Some(Vote::No),
        Role::Participant => one.vote == Some(Vote::Yes),
    };
    let differ = all.iter().any(|one| {
        all.iter()
            .any(|other| one.decisions.iter().any(|mine| other.decisions.iter().any(|theirs| mine != theirs)))
    });
    differ
        || reached(Decision::Commit) && !all.iter().all(yes)
        || reached(Decision::Abort) && all.iter().all(yes) && transaction.failures == Failures::None
}

/// Whether a process may wait: by the protocol nobody whom it can ask could tell it, or let it abort.
fn may_wait(process: &Participant<u64>, all: &[Participant<u64>], termination: Termination) -> bool {
    let asks = |other: &&Participant<u64>| other.name != process.name && other.reaches == process.reaches;
    let helpless = |other: &Participant<u64>| {
        other.role == Role::Participant && other.vote == Some(Vote::Yes) && other.decisions.is_empty()
    };
    let others = || all.iter().filter(asks);
    helpless(process)
        && match termination {
            Termination::AskCoordinator => others().all(|other| other.role == Role::Participant),
            Termination::AskEveryone => others().all(helpless),
            Termination::NonBlocking => false,
        }
}

/// Commitment is accused exactly if one of AC1 to AC5 is broken.
#[test]
fn commitment_agrees_with_its_five_conditions() {
    let mut tally = Tally::default();
    for case in 0..cases(20_000) {
        let mut draws = draws(case);
        let transaction = random_commitment(&mut draws);
        let termination = [Termination::AskCoordinator, Termination::AskEveryone, Termination::NonBlocking]
            [draws.below(3) as usize];
        let verdict = atomic_commitment(std::slice::from_ref(&transaction), termination);
        let all = &transaction.processes;
        let stuck = all
            .iter()
            .filter(|one| one.decisions.is_empty() && one.reaches.is_some())
            .any(|one| transaction.failures != Failures::Lasting || !may_wait(one, all, termination));
        let wrong = wrong_decisions(&transaction) || stuck;
        assert_eq!(
            verdict.violation().is_some(),
            wrong,
            "case {case}: {termination:?} {verdict}\n{transaction:#?}"
        );
        tally.add((&verdict).into());
    }
    tally.shows(&[Answer::Ok, Answer::Violated]);
}

/// Requests whose effects are counted: right exactly if some choice of what is unknown explains the counts.
#[test]
fn exactly_once_agrees_with_all_worlds() {
    let mut tally = Tally::default();
    for case in 0..cases(20_000) {
        let mut draws = draws(case);
        let (clients, operations) = (draws.between(1, 3), draws.below(6));
        let history = scattered(
            &mut draws,
            clients,
            operations,
            |draws, _| draws.below(3),
            |draws, _| match draws.below(3) {
                0 => info(),
                1 => fail(),
                _ => Outcome::Ok(0_u64),
            },
        );
        let mut effects: BTreeMap<u64, u64> = BTreeMap::new();
        for id in 0..4 {
            let asked = history.operations().iter().filter(|one| one.op == id);
            let done = u64::from(asked.clone().any(|one| one.outcome.ok().is_some()));
            effects.insert(id, if draws.below(8) == 0 { draws.below(3) } else { done });
        }
        let verdict = exactly_once(&history, |&op| Some(op), &effects);
        let right = |id: u64| {
            let asked: Vec<_> = history.operations().iter().filter(|one| one.op == id).collect();
            let least = u64::from(asked.iter().any(|one| matches!(one.outcome, Outcome::Ok(_))));
            let most = u64::from(asked.iter().any(|one| !matches!(one.outcome, Outcome::Fail(_))));
            (least..=most).contains(&effects[&id])
        };
        let expected = match () {
            () if !(0..4).all(right) => Answer::Violated,
            () if history.is_empty() => Answer::Unknown,
            () => Answer::Ok,
        };
        assert_eq!(
            Answer::from(&verdict),
            expected,
            "case {case}: {verdict} {effects:?}\n{}",
            show(&history)
        );
        tally.add(expected);
    }
    tally.shows(&[Answer::Ok, Answer::Violated, Answer::Unknown]);
}

/// Starvation and herds, looked for at every millisecond; recovery of goodput, window by window.
#[test]
fn load_agrees_with_every_millisecond() {
    let mut tallies: [Tally; 3] = Default::default();
    let at = |millis: u64| Time::from_nanos(millis * 1_000_000);
    for case in 0..cases(20_000) {
        let mut draws = draws(case);
        let able = (at(draws.below(5)), at(draws.between(5, 20)));
        let count = draws.below(8);
        let requests: Vec<u64> = (0..count).map(|_| draws.below(22)).collect();
        let service =
            [Service { name: "n1", able, requests: requests.iter().map(|&millis| at(millis)).collect() }];
        let most = Duration::from_millis(draws.between(1, 8));
        // A stretch of more than `most` with nothing strictly inside.
        let (from, to) = (able.0.as_nanos() / 1_000_000, able.1.as_nanos() / 1_000_000);
        let length = most.as_nanos() / 1_000_000;
        let starved = (from..=to).any(|begin| {
            begin + length < to && !requests.iter().any(|&one| begin < one && one <= begin + length)
        });
        let short = to - from <= length;
        let window = draws.between(1, 6);
        let crowd =
            (0..22).map(|begin| requests.iter().filter(|&&one| begin <= one && one < begin + window).count());
        let allowed = draws.below(4) as usize;
        let herded = crowd.max().unwrap_or(0) > allowed;
        let (goodput_verdict, expected) = recovery(&mut draws);
        let of = |wrong: bool, nothing: bool| match (wrong, nothing) {
            (true, _) => Answer::Violated,
            (false, true) => Answer::Unknown,
            (false, false) => Answer::Ok,
        };
        let checks = [
            (Answer::from(&starvation(&service, most)), of(starved, short)),
            (
                Answer::from(&herd(&service, Duration::from_millis(window), allowed)),
                of(herded, requests.is_empty()),
            ),
            (goodput_verdict, expected),
        ];
        for ((answer, expected), tally) in checks.into_iter().zip(&mut tallies) {
            assert_eq!(answer, expected, "case {case}: {service:?} {most} {window} {allowed}");
            tally.add(expected);
        }
    }
    tallies.iter().for_each(|tally| tally.shows(&[Answer::Ok, Answer::Violated, Answer::Unknown]));
}

/// A random history's goodput, judged; and what it must be.
fn recovery(draws: &mut Draws) -> (Answer, Answer) {
    let (clients, operations) = (draws.between(1, 4), draws.below(24));
    let history = scattered(
        draws,
        clients,
        operations,
        |_, number| number,
        |draws, _| match draws.below(3) {
            0 => fail(),
            _ => Outcome::Ok(0_u64),
        },
    );
    let millis = |millis: u64| Time::from_nanos(millis * 1_000_000);
    let (begin, length, window) = (draws.below(20), draws.below(10), draws.between(1, 5));
    let within = draws.below(16);
    let percent = draws.between(10, 150) as u32;
    let demand = Recovery {
        faults_begin: millis(begin),
        faults_end: millis(begin + length),
        within: Duration::from_millis(within),
        window: Duration::from_millis(window),
        percent,
    };
    let ends: Vec<u64> = history
        .operations()
        .iter()
        .filter(|one| one.outcome.ok().is_some())
        .filter_map(|one| Some(one.completed?.at.as_nanos() / 1_000_000))
        .collect();
    let count = |from: u64| ends.iter().filter(|&&end| from <= end && end < from + window).count() as u64;
    let before: Vec<u64> = (0..begin / window).map(|place| count(place * window)).collect();
    let total: u64 = before.iter().sum();
    let good = |from: u64| count(from) * 100 * before.len() as u64 >= total * u64::from(percent);
    let recovered = (0..within / window).any(|place| good(begin + length + place * window));
    let last = history.operations().iter().flat_map(|one| [Some(one.invoked), one.completed]).flatten();
    let last = last.map(|moment| moment.at.as_nanos() / 1_000_000).max().unwrap_or(0);
    let expected = match () {
        () if total == 0 => Answer::Unknown,
        () if recovered => Answer::Ok,
        () if last < begin + length + within => Answer::Unknown,
        () => Answer::Violated,
    };
    (Answer::from(&goodput(&history, &demand).verdict), expected)
}
