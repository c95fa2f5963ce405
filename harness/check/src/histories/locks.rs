//! Locks, seen from the server and from the resource that they guard.
//!
//! ```text
//! server's view     acquire ├──┤━━━━━━━━━━━━━━━━━━├──┤ release      ━ certainly held
//! resource's view               use ├─┤                              let in, with which token
//! ```
//!
//! A lock service may be right while the resource is not: a holder that paused past its lease still writes. So the two
//! views are two checks. An owner is a client: it stays the same after an operation of unknown outcome.

use std::collections::{BTreeMap, BTreeSet};

use stormglass_core::history::{History, Moment, Operation, Outcome};
use stormglass_core::id::ClientId;
use stormglass_core::op::lock::{LockOp, LockRet};
use stormglass_core::time::{Duration, Time};
use stormglass_core::verdict::Verdict;

use super::finding::{Finding, verdict};
use super::rewrite::{outcome_with, rewrite};
use crate::linearizability::linearizable;
use crate::models;

type LockHistory = History<LockOp, LockRet>;

/// How long a lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding {
    /// Until it is released.
    UntilReleased,
    /// Until it is released, or so long after it was granted; clocks that differ are the caller's to subtract.
    AtMost(Duration),
}

/// A time in which a client certainly held a lock.
struct Hold {
    acquire: usize,
    client: ClientId,
    from: Moment,
    /// The rank from which on the lock may be free again, if it was granted as early as can be: after its release was
    /// begun, or when its lease may have run out.
    end: u64,
}

impl Hold {
    /// Whether it is certain that the lock was held at `moment`.
    fn covers(&self, moment: Moment) -> bool {
        self.from < moment && moment.rank < self.end
    }
}

/// Times of certain holding by lock, in order of their beginning.
fn holds(history: &LockHistory, holding: Holding) -> BTreeMap<u64, Vec<Hold>> {
    let mut holds: BTreeMap<u64, Vec<Hold>> = BTreeMap::new();
    let mut times: Vec<Moment> =
        history.operations().iter().flat_map(|one| [Some(one.invoked), one.completed]).flatten().collect();
    times.sort_unstable();
    let expires = |asked: Time| match holding {
        Holding::UntilReleased => u64::MAX,
        Holding::AtMost(lease) => {
            let later = times.partition_point(|moment| moment.at < asked + lease);
            times.get(later).map_or(u64::MAX, |moment| moment.rank)
        }
    };
    // Whose release of which lock may still be under way: it may end any later hold at once.
    let mut strays: BTreeSet<(u64, ClientId)> = BTreeSet::new();
    // The holds that were not released yet.
    let mut open: BTreeMap<(u64, ClientId), Vec<usize>> = BTreeMap::new();
    for (index, one) in history.operations().iter().enumerate() {
        match (one.op, one.completed, &one.outcome) {
            (LockOp::Acquire { lock }, Some(from), Outcome::Ok(_)) => {
                let strayed = strays.contains(&(lock, one.client));
                let end = if strayed { one.invoked.rank } else { expires(one.invoked.at) };
                let holds = holds.entry(lock).or_default();
                open.entry((lock, one.client)).or_default().push(holds.len());
                holds.push(Hold { acquire: index, client: one.client, from, end });
            }
            // One that failed did not happen; any other may have.
            (LockOp::Release { lock }, _, Outcome::Ok(_) | Outcome::Info(_)) => {
                if let Some(hold) = open.get_mut(&(lock, one.client)).and_then(Vec::pop) {
                    let hold = &mut holds.entry(lock).or_default()[hold];
                    hold.end = hold.end.min(one.invoked.rank + 1);
                }
                if one.outcome.ok().is_none() {
                    strays.insert((lock, one.client));
                }
            }
            _ => {}
        }
    }
    holds.values_mut().for_each(|holds| holds.sort_by_key(|hold| hold.from));
    holds
}

/// Two that cannot have had the lock one after the other, in either order, the second being the first such in time: each
/// was granted so late that the other one certainly still had it. In O(n log n).
fn contradictions(holds: &[Hold]) -> Vec<(&Hold, &Hold)> {
    // Of the holds up to each one, the one that lasts longest.
    let mut longest: Vec<&Hold> = Vec::with_capacity(holds.len());
    let mut pairs = Vec::new();
    for hold in holds {
        let before = holds.partition_point(|other| other.from.rank < hold.end.min(hold.from.rank));
        let last = before.checked_sub(1).map(|last| longest[last]);
        pairs.extend(last.filter(|other| hold.from.rank < other.end).map(|other| (other, hold)));
        let most = longest.last().filter(|most| most.end >= hold.end);
        longest.push(most.copied().unwrap_or(hold));
    }
    pairs
}

/// The server's view: no client gets a lock that another one holds, and none gives back what it does not hold.
///
/// Overlapping holders are named; beyond that, without leases, the history must be linearizable as a lock.
pub fn mutex(history: &LockHistory, holding: Holding) -> Verdict {
    let operations = history.operations();
    let mut findings = Vec::new();
    let holds = holds(history, holding);
    for (lock, holds) in &holds {
        for (other, hold) in contradictions(holds) {
            let summary = format!("{} got lock {lock} while {} held it", hold.client, other.client);
            let lines = [other.acquire, hold.acquire].map(|index| operations[index].to_string()).to_vec();
            let finding = Finding::new(summary).about(format!("lock {lock}")).at(Some(hold.from));
            findings.push(finding.by([other.acquire, hold.acquire]).with(lines));
        }
    }
    let acquired = holds.values().any(|holds| !holds.is_empty());
    if !findings.is_empty() || !acquired {
        return verdict("mutex", findings, (!acquired).then(|| "no lock was ever acquired".to_owned()));
    }
    match holding {
        Holding::UntilReleased => linearizable(&models::LockModel, &as_model(history)),
        Holding::AtMost(_) => Verdict::Ok,
    }
}

/// The same history in the words of the model, with an owner for each operation. Uses of the resource are no
/// operations of the lock: they stand there as acquires that failed.
fn as_model(history: &LockHistory) -> History<models::LockOp, models::Done> {
    let op = |one: &Operation<LockOp, LockRet>| {
        let owner = u64::from(one.client.0);
        match one.op {
            LockOp::Acquire { lock } | LockOp::Use { lock, .. } => models::LockOp::Acquire { lock, owner },
            LockOp::Release { lock } => models::LockOp::Release { lock, owner },
        }
    };
    rewrite(history, op, |one| match one.op {
        LockOp::Use { .. } => Outcome::Fail("no operation of the lock".into()),
        LockOp::Acquire { .. } | LockOp::Release { .. } => outcome_with(&one.outcome, |_| models::Done(true)),
    })
}

/// The server's view of fencing: of two acquisitions one after the other the later has the greater token, and no two have
/// the same.
pub fn fencing_tokens(history: &LockHistory) -> Verdict {
    let operations = history.operations();
    let mut by_lock: BTreeMap<u64, Vec<Grant>> = BTreeMap::new();
    for (index, one) in operations.iter().enumerate() {
        if let (LockOp::Acquire { lock }, Some(LockRet::Acquired(Some(token))), Some(completed)) =
            (one.op, one.outcome.ok(), one.completed)
        {
            let grant = Grant { index, token: *token, invoked: one.invoked, completed };
            by_lock.entry(lock).or_default().push(grant);
        }
    }
    let mut findings = Vec::new();
    for (lock, grants) in &by_lock {
        for (earlier, later) in steps_back(grants, |later, earlier| later <= earlier) {
            let summary = format!(
                "{} got lock {lock} with token {}, after {} had got it with {}",
                operations[later.index].client, later.token, operations[earlier.index].client, earlier.token
            );
            let finding = Finding::new(summary).about(format!("lock {lock}")).at(Some(later.completed));
            findings.push(finding.by([earlier.index, later.index]));
        }
        let mut owners: BTreeMap<u64, usize> = BTreeMap::new();
        for grant in grants {
            if let Some(other) = owners.insert(grant.token, grant.index) {
                let summary = format!("token {} of lock {lock} was handed out twice", grant.token);
                let finding = Finding::new(summary).about(format!("lock {lock}")).at(Some(grant.completed));
                findings.push(finding.by([other, grant.index]));
            }
        }
    }
    let none = by_lock.is_empty().then(|| "no fencing token was ever handed out".to_owned());
    verdict("fencing-tokens", findings, none)
}

/// The resource's view of fencing: nobody is let in with a token after somebody was with a greater one; without tokens,
/// nobody is let in while another one holds the lock.
pub fn fenced_resource(history: &LockHistory, holding: Holding) -> Verdict {
    let operations = history.operations();
    let mut shown: BTreeMap<u64, Vec<Grant>> = BTreeMap::new();
    let mut findings = Vec::new();
    let mut used = false;
    let holds = holds(history, holding);
    for (index, one) in operations.iter().enumerate() {
        let (LockOp::Use { lock, token }, Outcome::Ok(_), Some(completed)) =
            (one.op, &one.outcome, one.completed)
        else {
            continue;
        };
        used = true;
        let kept = match one.outcome.ok() {
            Some(LockRet::UsedWith(token)) => Some(*token),
            _ => None,
        };
        if let Some(token) = token.or(kept) {
            shown.entry(lock).or_default().push(Grant { index, token, invoked: one.invoked, completed });
            continue;
        }
        let others = holds.get(&lock).into_iter().flatten();
        let mut others = others.filter(|hold| hold.client != one.client);
        if let Some(hold) = others.find(|hold| hold.covers(one.invoked) && hold.covers(completed)) {
            let summary =
                format!("{} used what lock {lock} guards while {} held it", one.client, hold.client);
            let finding = Finding::new(summary).about(format!("lock {lock}")).at(Some(completed));
            findings.push(finding.by([hold.acquire, index]));
        }
    }
    for (lock, uses) in &shown {
        for (earlier, later) in steps_back(uses, |later, earlier| later < earlier) {
            let summary = format!(
                "{} was let in with token {} of lock {lock}, after {} had been with {}",
                operations[later.index].client, later.token, operations[earlier.index].client, earlier.token
            );
            let finding = Finding::new(summary).about(format!("lock {lock}")).at(Some(later.completed));
            findings.push(finding.by([earlier.index, later.index]));
        }
    }
    verdict("fenced-resource", findings, (!used).then(|| "the guarded resource was never used".to_owned()))
}

/// A token and when it was handed out or shown.
struct Grant {
    index: usize,
    token: u64,
    invoked: Moment,
    completed: Moment,
}

/// Pairs one after the other in real time whose tokens are in the wrong order: of each later one, with the greatest
/// token that had completed before it began.
fn steps_back(grants: &[Grant], wrong: impl Fn(u64, u64) -> bool) -> Vec<(&Grant, &Grant)> {
    let mut by_end: Vec<&Grant> = grants.iter().collect();
    by_end.sort_by_key(|grant| grant.completed);
    let mut ended = by_end.into_iter().peekable();
    let mut greatest: Option<&Grant> = None;
    let mut pairs = Vec::new();
    // In order of invocation, as the history has them.
    for later in grants {
        while let Some(grant) = ended.next_if(|grant| grant.completed < later.invoked) {
            greatest = greatest.filter(|greatest| greatest.token >= grant.token).or(Some(grant));
        }
        pairs.extend(
            greatest.filter(|earlier| wrong(later.token, earlier.token)).map(|earlier| (earlier, later)),
        );
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::super::hand::{history, info, serial};
    use super::*;

    const ACQUIRE: LockOp = LockOp::Acquire { lock: 1 };
    const RELEASE: LockOp = LockOp::Release { lock: 1 };
    const GOT: Outcome<LockRet> = Outcome::Ok(LockRet::Acquired(None));
    const GAVE: Outcome<LockRet> = Outcome::Ok(LockRet::Released);
    const USED: Outcome<LockRet> = Outcome::Ok(LockRet::Used);
    const fn token(token: u64) -> Outcome<LockRet> {
        Outcome::Ok(LockRet::Acquired(Some(token)))
    }
    const fn used(token: u64) -> LockOp {
        LockOp::Use { lock: 1, token: Some(token) }
    }

    /// One after the other is right; a release of unknown outcome may have been one.
    #[test]
    fn holders_one_after_another_are_accepted() {
        let ran = serial(&[
            (0, ACQUIRE, GOT),
            (0, RELEASE, GAVE),
            (1, ACQUIRE, GOT),
            (1, RELEASE, info()),
            (2, ACQUIRE, GOT),
        ]);
        assert_eq!(mutex(&ran, Holding::UntilReleased), Verdict::Ok);
        let waits = history(&[(0, ACQUIRE, GOT, 0, 1), (1, ACQUIRE, GOT, 2, 10), (0, RELEASE, GAVE, 3, 11)]);
        assert_eq!(mutex(&waits, Holding::UntilReleased), Verdict::Ok);
        assert!(matches!(
            mutex(&serial(&[(0, ACQUIRE, info())]), Holding::UntilReleased),
            Verdict::Unknown(_)
        ));
    }

    /// Two at once are named, and so is a release by someone who has nothing.
    #[test]
    fn two_holders_at_once_are_named() {
        let ran = serial(&[(0, ACQUIRE, GOT), (1, ACQUIRE, GOT), (0, RELEASE, GAVE)]);
        let violation = mutex(&ran, Holding::UntilReleased).violation().unwrap().clone();
        assert_eq!(violation.summary, "c1 got lock 1 while c0 held it");
        let stranger = serial(&[(0, ACQUIRE, GOT), (1, RELEASE, GAVE)]);
        assert!(mutex(&stranger, Holding::UntilReleased).violation().is_some());
    }

    /// A lease that may have run out excuses the next holder; one that certainly has not does not.
    #[test]
    fn a_lease_ends_by_itself() {
        let lease = Holding::AtMost(Duration::from_millis(10));
        let ran = |from| history(&[(0, ACQUIRE, GOT, 0, 3), (1, ACQUIRE, GOT, 4, from)]);
        assert_eq!(mutex(&ran(10), lease), Verdict::Ok);
        assert!(mutex(&ran(9), lease).violation().is_some());
    }

    /// A service whose tokens grow is right even where the resource is not, and the other way round.
    #[test]
    fn the_two_views_of_fencing_are_judged_apart() {
        let paused = serial(&[
            (0, ACQUIRE, token(33)),
            (1, ACQUIRE, token(34)),
            (1, used(34), USED),
            (0, used(33), USED),
        ]);
        assert_eq!(fencing_tokens(&paused), Verdict::Ok);
        let violation = fenced_resource(&paused, Holding::UntilReleased).violation().unwrap().clone();
        assert_eq!(violation.summary, "c0 was let in with token 33 of lock 1, after c1 had been with 34");
        let same = serial(&[
            (0, ACQUIRE, token(33)),
            (1, ACQUIRE, token(33)),
            (1, used(33), USED),
            (0, used(33), USED),
        ]);
        assert_eq!(fenced_resource(&same, Holding::UntilReleased), Verdict::Ok);
        let violation = fencing_tokens(&same).violation().unwrap().clone();
        assert_eq!(violation.summary, "c1 got lock 1 with token 33, after c0 had got it with 33");
    }

    /// Without tokens the resource must not serve one client while another one holds the lock.
    #[test]
    fn an_unfenced_use_in_another_ones_time_is_named() {
        let bare = LockOp::Use { lock: 1, token: None };
        let lease = Holding::AtMost(Duration::from_millis(2));
        let ran = serial(&[(0, ACQUIRE, GOT), (0, bare, USED), (1, ACQUIRE, GOT), (0, bare, USED)]);
        assert_eq!(fenced_resource(&ran, lease), Verdict::Ok, "the second lease may have run out too");
        let ran = history(&[(0, ACQUIRE, GOT, 0, 1), (1, ACQUIRE, GOT, 30, 31), (0, bare, USED, 32, 33)]);
        let lease = Holding::AtMost(Duration::from_millis(20));
        let violation = fenced_resource(&ran, lease).violation().unwrap().clone();
        assert_eq!(violation.summary, "c0 used what lock 1 guards while c1 held it");
        assert!(matches!(fenced_resource(&serial(&[(0, ACQUIRE, GOT)]), lease), Verdict::Unknown(_)));
        assert!(matches!(fencing_tokens(&serial(&[(0, ACQUIRE, GOT)])), Verdict::Unknown(_)));
    }
}
