//! Random histories that no system made: any client may be told anything.
//!
//! What a real object would answer is [`Execution::legal`](stormglass_check::generate::Execution::legal)'s business.

use std::collections::{BTreeMap, BTreeSet};

use stormglass_core::history::{History, Operation, OperationId, Outcome};
use stormglass_core::id::{ClientId, ProcessId};
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::random::Draws;
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;

use crate::common::KvHistory;

/// One operation on registers.
pub(super) type One = Operation<KvOp, KvRet>;

/// What it certainly saw: of a read the value, of a swap that happened what it replaced.
pub(super) fn observed(one: &One) -> Option<Option<u64>> {
    match (one.op, one.outcome.ok()?) {
        (KvOp::Read { .. }, KvRet::Value(value)) => Some(*value),
        (KvOp::Cas { expect, .. }, KvRet::Swapped(true)) => Some(Some(expect)),
        _ => None,
    }
}

/// What it stored, or may have stored.
pub(super) fn may_store(one: &One) -> Option<u64> {
    match (one.op, &one.outcome) {
        (KvOp::Read { .. }, _) | (_, Outcome::Fail(_) | Outcome::Ok(KvRet::Swapped(false))) => None,
        (KvOp::Write { value, .. } | KvOp::Cas { value, .. }, _) => Some(value),
    }
}

/// A verdict without its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Answer {
    Ok,
    Violated,
    Unknown,
}

impl From<&Verdict> for Answer {
    fn from(verdict: &Verdict) -> Answer {
        match verdict {
            Verdict::Ok => Answer::Ok,
            Verdict::Violated(_) => Answer::Violated,
            Verdict::Unknown(_) => Answer::Unknown,
        }
    }
}

/// How often each answer came, so that a test sees that it saw all of them.
#[derive(Debug, Default)]
pub(crate) struct Tally(BTreeMap<Answer, u64>);

impl Tally {
    /// Counts a verdict that the oracle shares.
    pub(crate) fn add(&mut self, answer: Answer) {
        *self.0.entry(answer).or_default() += 1;
    }

    /// Each of these answers must have come in at least every fiftieth case.
    pub(crate) fn shows(&self, answers: &[Answer]) {
        let all: u64 = self.0.values().sum();
        for answer in answers {
            let count = self.0.get(answer).copied().unwrap_or(0);
            assert!(count * 50 >= all, "{answer:?} is rare: {self:?}");
        }
    }
}

/// A history of `operations` by so many clients, each doing one thing at a time: `ask` chooses an operation by its
/// number, `answer` what came of it. Some never end. Time stands still at some moments.
pub(crate) fn scattered<O: Clone, R>(
    draws: &mut Draws,
    clients: u64,
    operations: u64,
    mut ask: impl FnMut(&mut Draws, u64) -> O,
    mut answer: impl FnMut(&mut Draws, &O) -> Outcome<R>,
) -> History<O, R> {
    let mut history: History<O, R> = History::new();
    let mut processes: Vec<u64> = (0..clients).collect();
    let mut open: Vec<Option<OperationId>> = vec![None; clients as usize];
    let (mut at, mut fresh, mut asked) = (0, clients, 0);
    while asked < operations || open.iter().any(Option::is_some) {
        let client = draws.below(clients) as usize;
        at += draws.below(3) * 1_000_000;
        if let Some(id) = open[client].take() {
            if draws.below(20) == 0 {
                // It never ends, and its client goes on as another process.
                processes[client] = fresh;
                fresh += 1;
                continue;
            }
            let outcome = answer(draws, &history.operation(id).op.clone());
            if matches!(outcome, Outcome::Info(_)) {
                processes[client] = fresh;
                fresh += 1;
            }
            history.complete(id, outcome, None, Time::from_nanos(at));
        } else if asked < operations {
            let op = ask(draws, asked);
            asked += 1;
            let (process, client) = (ProcessId(processes[client]), ClientId(client as u32));
            open[client.0 as usize] = Some(history.invoke(process, client, op, Time::from_nanos(at)));
        }
    }
    history
}

/// Of unknown outcome.
pub(crate) fn info<R>() -> Outcome<R> {
    Outcome::Info("timed out".into())
}

/// Failed.
pub(crate) fn fail<R>() -> Outcome<R> {
    Outcome::Fail("refused".into())
}

/// A store whose reads return anything that anyone writes to their key, sooner or later. Written values are unique: the
/// key, and the number of the operation.
pub(crate) fn registers(draws: &mut Draws, keys: u64, swaps: bool) -> KvHistory {
    let (clients, operations) = (draws.between(1, 4), draws.between(2, 9));
    let mut written: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    let plan: Vec<(u64, u64)> =
        (0..operations).map(|_| (draws.below(if swaps { 5 } else { 4 }), draws.below(keys))).collect();
    for (number, &(kind, key)) in plan.iter().enumerate() {
        if kind < 2 || kind == 4 {
            written.entry(key).or_default().push(key * 100 + number as u64 + 1);
        }
    }
    let any = |draws: &mut Draws, key: u64| {
        let values = written.get(&key).map_or(&[][..], Vec::as_slice);
        let place = draws.below(values.len() as u64 + 1) as usize;
        values.get(place).copied()
    };
    let ask = |draws: &mut Draws, number: u64| {
        let (kind, key) = plan[number as usize];
        let value = key * 100 + number + 1;
        match kind {
            0 | 1 => KvOp::Write { key, value },
            4 => KvOp::Cas { key, expect: any(draws, key).filter(|&seen| seen != value).unwrap_or(0), value },
            _ => KvOp::Read { key },
        }
    };
    let answer = |draws: &mut Draws, op: &KvOp| match (draws.below(12), op) {
        (0, _) => info(),
        (1, KvOp::Write { .. }) if draws.below(3) == 0 => fail(),
        (_, KvOp::Write { .. }) => Outcome::Ok(KvRet::Written),
        (_, KvOp::Read { key }) => Outcome::Ok(KvRet::Value(any(draws, *key))),
        (_, KvOp::Cas { expect, .. }) => Outcome::Ok(KvRet::Swapped(*expect != 0 && draws.below(3) > 0)),
    };
    scattered(draws, clients, operations, ask, answer)
}

/// The values that somebody certainly found: a swap that happened has found what it expected.
pub(crate) fn seen(history: &KvHistory) -> BTreeSet<u64> {
    let mut seen = BTreeSet::new();
    loop {
        let before = seen.len();
        for one in history.operations() {
            match (one.op, &one.outcome) {
                (KvOp::Read { .. }, Outcome::Ok(KvRet::Value(value))) => seen.extend(value),
                (KvOp::Cas { expect, .. }, Outcome::Ok(KvRet::Swapped(true))) => _ = seen.insert(expect),
                (KvOp::Cas { expect, value, .. }, Outcome::Info(_)) if seen.contains(&value) => {
                    seen.insert(expect);
                }
                _ => {}
            }
        }
        if seen.len() == before {
            return seen;
        }
    }
}

/// A history in few lines.
pub(crate) fn show<O: std::fmt::Display, R: std::fmt::Display>(history: &History<O, R>) -> String {
    let line = |one: &stormglass_core::history::Operation<O, R>| {
        let end = one.completed.map_or("…".to_owned(), |end| format!("{} ({})", end.rank, end.at));
        format!("{} [{} ({})-{end}] {one}\n", one.process, one.invoked.rank, one.invoked.at)
    };
    history.operations().iter().map(line).collect()
}
