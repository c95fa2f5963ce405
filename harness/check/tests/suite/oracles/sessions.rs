//! Session guarantees against their definitions: every read was served by somebody who held some set of writes, and all
//! orders of the versions are tried.
//!
//! For each read the smallest set is taken that the guarantees allow (Terry and others, 1994): what the session wrote or
//! read before, as far as they ask for it, and with each write what its own session had written or read before it. A
//! read shows the last version of the set in the order of versions.

use std::collections::{BTreeMap, BTreeSet};

use stormglass_check::histories::sessions::Guarantee::{
    MonotonicReads, MonotonicWrites, ReadYourWrites, WritesFollowReads,
};
use stormglass_check::histories::sessions::{Guarantee, session_guarantees};
use stormglass_core::history::Outcome;
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::verdict::Verdict;

use super::random::{Answer, Tally, registers, seen, show};
use crate::common::{KvHistory, cases, draws};

/// What an operation wrote or saw, in its session.
struct Act {
    session: u64,
    key: u64,
    /// The version it stored, if it certainly did or somebody saw it.
    wrote: Option<u64>,
    /// The version it saw.
    saw: Option<Option<u64>>,
    /// What it must have found to store its version.
    swapped: Option<u64>,
}

/// All operations in order of invocation, which is the order of each session.
pub(crate) struct Acts(Vec<Act>);

impl Acts {
    pub(crate) fn of(history: &KvHistory) -> Acts {
        let operations = history.operations();
        let saw = |one: &stormglass_core::history::Operation<KvOp, KvRet>| match (one.op, one.outcome.ok()?) {
            (KvOp::Read { .. }, KvRet::Value(value)) => Some(*value),
            (KvOp::Cas { expect, .. }, KvRet::Swapped(true)) => Some(Some(expect)),
            _ => None,
        };
        let seen = seen(history);
        let act = |one: &stormglass_core::history::Operation<KvOp, KvRet>| {
            let wrote = match (one.op, &one.outcome) {
                (KvOp::Read { .. }, _) | (_, Outcome::Fail(_) | Outcome::Ok(KvRet::Swapped(false))) => None,
                (KvOp::Write { value, .. } | KvOp::Cas { value, .. }, Outcome::Ok(_)) => Some(value),
                (KvOp::Write { value, .. } | KvOp::Cas { value, .. }, Outcome::Info(_)) => {
                    Some(value).filter(|value| seen.contains(value))
                }
            };
            let swapped = match one.op {
                KvOp::Cas { expect, .. } => Some(expect),
                _ => None,
            };
            Act { session: one.process.0, key: one.op.key(), wrote, saw: saw(one), swapped }
        };
        Acts(operations.iter().map(act).collect())
    }

    fn before(&self, place: usize) -> impl Iterator<Item = &Act> {
        self.0[..place].iter().filter(move |other| other.session == self.0[place].session)
    }

    fn writer(&self, version: u64) -> Option<usize> {
        self.0.iter().position(|act| act.wrote == Some(version))
    }

    /// A set of versions, with all that the guarantees say comes with them.
    fn closed(&self, mut versions: BTreeSet<u64>, asked: &[Guarantee]) -> BTreeSet<u64> {
        loop {
            let mut more = versions.clone();
            for place in versions.iter().filter_map(|&version| self.writer(version)) {
                if asked.contains(&MonotonicWrites) {
                    more.extend(self.before(place).filter_map(|act| act.wrote));
                }
                if asked.contains(&WritesFollowReads) {
                    more.extend(self.before(place).filter_map(|act| act.saw?));
                    more.extend(self.0[place].saw.flatten());
                }
            }
            if more == versions {
                return versions;
            }
            versions = more;
        }
    }

    /// Pairs of versions of `key`, the older one first, that the guarantees demand.
    fn demands(&self, key: u64, asked: &[Guarantee]) -> Vec<(Option<u64>, Option<u64>)> {
        let mut demands = Vec::new();
        for (place, act) in self.0.iter().enumerate().filter(|(_, act)| act.key == key) {
            if let Some(seen) = act.saw {
                let mut had: BTreeSet<u64> = seen.into_iter().collect();
                if asked.contains(&MonotonicReads) {
                    had.extend(self.before(place).filter_map(|act| act.saw?));
                }
                if asked.contains(&ReadYourWrites) {
                    had.extend(self.before(place).filter_map(|act| act.wrote));
                }
                let had = self.closed(had, asked);
                let of_key =
                    |&version: &u64| self.writer(version).is_some_and(|place| self.0[place].key == key);
                demands.extend(had.into_iter().filter(of_key).map(|version| (Some(version), seen)));
            }
            let Some(wrote) = act.wrote else { continue };
            let earlier = self.before(place).filter(|other| other.key == key);
            for other in earlier {
                if asked.contains(&MonotonicWrites) {
                    demands.extend(other.wrote.map(|version| (Some(version), Some(wrote))));
                }
                if asked.contains(&WritesFollowReads) {
                    demands.extend(other.saw.map(|version| (version, Some(wrote))));
                }
            }
            // A swap puts one version in the place of another.
            demands.extend(act.swapped.map(|expect| (Some(expect), Some(wrote))));
        }
        demands
    }

    fn holds(&self, asked: &[Guarantee]) -> bool {
        let keys: BTreeSet<u64> = self.0.iter().map(|act| act.key).collect();
        keys.into_iter().all(|key| {
            let versions: Vec<u64> =
                self.0.iter().filter(|act| act.key == key).filter_map(|act| act.wrote).collect();
            let demands = self.demands(key, asked);
            orders(&versions).iter().any(|order| {
                let age: BTreeMap<Option<u64>, usize> =
                    order.iter().enumerate().map(|(age, &version)| (version, age)).collect();
                // What nobody wrote has no age.
                let ages = |older, newer| age.get(older).zip(age.get(newer));
                demands
                    .iter()
                    .all(|(older, newer)| ages(older, newer).is_none_or(|(one, other)| one <= other))
            })
        })
    }
}

/// Every order of these versions, with nothing at its beginning.
fn orders(versions: &[u64]) -> Vec<Vec<Option<u64>>> {
    let Some((last, others)) = versions.split_last() else { return vec![vec![None]] };
    let insert = |order: Vec<Option<u64>>| {
        (1..=order.len()).map(move |place| {
            let mut order = order.clone();
            order.insert(place, Some(*last));
            order
        })
    };
    orders(others).into_iter().flat_map(insert).collect()
}

/// Every set of guarantees is broken exactly if no order of versions satisfies what they say together.
#[test]
fn session_guarantees_agree_with_all_orders() {
    let mut tally = Tally::default();
    for case in 0..cases(10_000) {
        let mut draws = draws(case);
        let history = registers(&mut draws, 2, case % 3 == 0);
        let asked: Vec<Guarantee> = Guarantee::ALL.into_iter().filter(|_| draws.below(3) > 0).collect();
        let verdict = session_guarantees(&history, &asked, None);
        let acts = Acts::of(&history);
        if let Verdict::Unknown(_) = verdict {
            let unread = acts.0.iter().all(|act| act.saw.is_none());
            let unwritten = acts
                .0
                .iter()
                .any(|act| act.saw.flatten().is_some_and(|version| acts.writer(version).is_none()));
            assert!(unread || unwritten, "case {case}: {verdict}");
            continue;
        }
        assert_eq!(
            verdict.is_ok(),
            acts.holds(&asked),
            "case {case}: {asked:?} {verdict}\n{}",
            show(&history)
        );
        tally.add((&verdict).into());
    }
    tally.shows(&[Answer::Ok, Answer::Violated]);
}
