//! Locks and fencing against their definitions: all orders, all moments, all pairs.

use stormglass_check::histories::locks::{Holding, fenced_resource, fencing_tokens, mutex};
use stormglass_core::history::{History, Operation, Outcome};
use stormglass_core::op::lock::{LockOp, LockRet};
use stormglass_core::random::Draws;
use stormglass_core::time::Duration;

use super::random::{Answer, Tally, fail, info, scattered, show};
use crate::common::{cases, draws};

type LockHistory = History<LockOp, LockRet>;
type One = Operation<LockOp, LockRet>;
/// Whether two operations with tokens are wrong together.
type Wrong<'a> = &'a dyn Fn((&One, u64), (&One, u64)) -> bool;

const LOCK: u64 = 1;

/// What a history of locks is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Uses {
    None,
    Bare,
    Fenced,
}

/// A lock that is given to whoever asks, mostly when it is free.
fn random_locks(draws: &mut Draws, uses: Uses) -> LockHistory {
    let (clients, operations) = (draws.between(1, 3), draws.between(2, 7));
    let mut next = 0;
    let ask = |draws: &mut Draws, _| match (draws.below(5), uses) {
        (0..2, _) => LockOp::Acquire { lock: LOCK },
        (2, Uses::Bare) => LockOp::Use { lock: LOCK, token: None },
        (2, Uses::Fenced) => LockOp::Use { lock: LOCK, token: Some(draws.below(4)) },
        _ => LockOp::Release { lock: LOCK },
    };
    scattered(draws, clients, operations, ask, |draws, op| match draws.below(10) {
        0 => info(),
        1..4 => fail(),
        _ => Outcome::Ok(match op {
            LockOp::Acquire { .. } => {
                next += u64::from(draws.below(4) > 0);
                LockRet::Acquired(Some(next).filter(|_| uses == Uses::Fenced))
            }
            LockOp::Release { .. } => LockRet::Released,
            LockOp::Use { .. } => LockRet::Used,
        }),
    })
}

/// Whether some order of all operations in real time gives the lock to one client after another: all are tried.
fn orderly(holder: Option<u32>, left: &[&One]) -> bool {
    left.iter().all(|one| one.outcome.ok().is_none())
        || left.iter().enumerate().any(|(place, next)| {
            let ended = |other: &&One| {
                other.outcome.ok().is_some() && other.completed.is_some_and(|end| end < next.invoked)
            };
            let (client, mut rest) = (next.client.0, left.to_vec());
            rest.remove(place);
            let after = match next.op {
                LockOp::Acquire { .. } if holder.is_none() => Some(client),
                LockOp::Release { .. } if holder == Some(client) => None,
                // What is unknown may have been refused.
                _ => return next.outcome.ok().is_none() && orderly(holder, &rest),
            };
            !left.iter().any(ended) && orderly(after, &rest)
        })
}

/// A lock without leases is accused exactly if no order of its operations is right.
#[test]
fn mutexes_agree_with_all_orders() {
    let mut tally = Tally::default();
    for case in 0..cases(20_000) {
        let history = random_locks(&mut draws(case), Uses::None);
        let verdict = mutex(&history, Holding::UntilReleased);
        let all = history.operations();
        let acquired = all.iter().any(|one| matches!(one.outcome.ok(), Some(LockRet::Acquired(_))));
        let left: Vec<&One> = all.iter().filter(|one| !matches!(one.outcome, Outcome::Fail(_))).collect();
        let expected = match () {
            () if !acquired => Answer::Unknown,
            () if orderly(None, &left) => Answer::Ok,
            () => Answer::Violated,
        };
        assert_eq!(Answer::from(&verdict), expected, "case {case}: {verdict}\n{}", show(&history));
        tally.add(expected);
    }
    tally.shows(&[Answer::Ok, Answer::Violated, Answer::Unknown]);
}

/// An acquisition, and when it can have been given up at the earliest, if ever.
struct Held<'a> {
    acquire: &'a One,
    released: Option<u64>,
}

fn held(history: &LockHistory) -> Vec<Held<'_>> {
    let all = history.operations();
    let mut held: Vec<Held<'_>> = Vec::new();
    for one in all {
        match (one.op, &one.outcome) {
            (LockOp::Acquire { .. }, Outcome::Ok(_)) => {
                // A release that nobody knows the outcome of may come at any later time.
                let stray = all.iter().any(|other| {
                    matches!((other.op, &other.outcome), (LockOp::Release { .. }, Outcome::Info(_)))
                        && other.client == one.client
                        && other.invoked < one.invoked
                });
                held.push(Held { acquire: one, released: stray.then_some(one.invoked.rank) });
            }
            (LockOp::Release { .. }, Outcome::Ok(_) | Outcome::Info(_)) => {
                let own = |hold: &&mut Held<'_>| hold.acquire.client == one.client && hold.released.is_none();
                if let Some(hold) = held.iter_mut().rev().find(own) {
                    hold.released = Some(one.invoked.rank);
                }
            }
            _ => {}
        }
    }
    held
}

/// The moments at which an operation can have taken effect: between two ranks, and at a time in quarters of a
/// millisecond.
fn moments(one: &One, all: &LockHistory) -> Vec<(u64, u64)> {
    const QUARTER: u64 = 250_000;
    let mut ranks: Vec<(u64, u64)> = all
        .operations()
        .iter()
        .flat_map(|other| [Some(other.invoked), other.completed])
        .flatten()
        .map(|moment| (moment.rank, moment.at.as_nanos() / QUARTER))
        .collect();
    ranks.sort_unstable();
    let end = one.completed.expect("it ended").rank;
    let between = ranks.windows(2).filter(|pair| one.invoked.rank <= pair[0].0 && pair[1].0 <= end);
    between.flat_map(|pair| (pair[0].1..=pair[1].1).map(|quarter| (pair[0].0, quarter))).collect()
}

/// With leases, two acquisitions are accused exactly if no pair of moments is right at which the lock can have been
/// given to the one and to the other.
#[test]
fn leases_agree_with_all_moments() {
    let mut tally = Tally::default();
    for case in 0..cases(20_000) {
        let mut draws = draws(case);
        let history = random_locks(&mut draws, Uses::None);
        let lease = Duration::from_millis(draws.between(1, 6));
        let verdict = mutex(&history, Holding::AtMost(lease));
        let holds = held(&history);
        let quarters = lease.as_nanos() / 250_000;
        // The lock is free again: once released, or when the lease has run out.
        let free = |hold: &Held<'_>, from: (u64, u64), at: (u64, u64)| {
            let released = hold.released.is_some_and(|rank| rank <= at.0);
            from <= at && (released || from.1 + quarters <= at.1)
        };
        let possible = |one: &Held<'_>, other: &Held<'_>| {
            moments(one.acquire, &history).into_iter().any(|first| {
                moments(other.acquire, &history)
                    .into_iter()
                    .any(|second| free(one, first, second) || free(other, second, first))
            })
        };
        let wrong = (0..holds.len())
            .any(|one| (one + 1..holds.len()).any(|other| !possible(&holds[one], &holds[other])));
        let expected = match () {
            () if wrong => Answer::Violated,
            () if holds.is_empty() => Answer::Unknown,
            () => Answer::Ok,
        };
        assert_eq!(Answer::from(&verdict), expected, "case {case}: {lease} {verdict}\n{}", show(&history));
        tally.add(expected);
    }
    tally.shows(&[Answer::Ok, Answer::Violated, Answer::Unknown]);
}

/// Both views of fencing by all pairs; and bare uses by all holders.
#[test]
fn fencing_agrees_with_all_pairs() {
    let mut tallies: [Tally; 3] = Default::default();
    for case in 0..cases(20_000) {
        let mut draws = draws(case);
        let history = random_locks(&mut draws, Uses::Fenced);
        let all = history.operations();
        let granted = |one: &One| match (one.op, one.outcome.ok()?) {
            (LockOp::Acquire { .. }, LockRet::Acquired(token)) => *token,
            _ => None,
        };
        let shown = |one: &One| match (one.op, one.outcome.ok()?) {
            (LockOp::Use { token, .. }, _) => token,
            _ => None,
        };
        let pairs = |of: &dyn Fn(&One) -> Option<u64>, wrong: Wrong<'_>| {
            all.iter().any(|one| {
                let one = of(one).map(|token| (one, token));
                one.is_some_and(|one| {
                    all.iter().any(|other| of(other).is_some_and(|token| wrong(one, (other, token))))
                })
            })
        };
        let later = |one: &One, other: &One| one.completed.is_some_and(|end| end < other.invoked);
        let granted_wrong = pairs(&granted, &|(one, less), (other, more)| {
            later(one, other) && more <= less || one.invoked != other.invoked && less == more
        });
        let shown_wrong = pairs(&shown, &|(one, less), (other, more)| later(one, other) && more < less);
        let bare = random_locks(&mut draws, Uses::Bare);
        let certain = |hold: &Held<'_>, one: &One| {
            hold.acquire.client != one.client
                && hold.acquire.completed < Some(one.invoked)
                && hold.released.is_none_or(|rank| one.completed.is_some_and(|end| end.rank < rank))
        };
        let uses: Vec<&One> =
            bare.operations().iter().filter(|one| matches!(one.outcome.ok(), Some(LockRet::Used))).collect();
        let holds = held(&bare);
        let bare_wrong = uses.iter().any(|one| holds.iter().any(|hold| certain(hold, one)));
        let verdicts = [
            (fencing_tokens(&history), granted_wrong, all.iter().any(|one| granted(one).is_some())),
            (
                fenced_resource(&history, Holding::UntilReleased),
                shown_wrong,
                all.iter().any(|one| shown(one).is_some()),
            ),
            (fenced_resource(&bare, Holding::UntilReleased), bare_wrong, !uses.is_empty()),
        ];
        for ((verdict, wrong, any), tally) in verdicts.into_iter().zip(&mut tallies) {
            let expected = match () {
                () if wrong => Answer::Violated,
                () if any => Answer::Ok,
                () => Answer::Unknown,
            };
            let words = || format!("case {case}: {verdict}\n{}\n{}", show(&history), show(&bare));
            assert_eq!(Answer::from(&verdict), expected, "{}", words());
            tally.add(expected);
        }
    }
    tallies.iter().for_each(|tally| tally.shows(&[Answer::Ok, Answer::Violated, Answer::Unknown]));
}
