//! What the tests share: histories by hand, and a brute-force oracle that has nothing in common with the checkers.
#![allow(dead_code, reason = "every test binary uses its own part of this")]

use stormglass_check::Model;
use stormglass_check::model::OperationOf;
use stormglass_core::history::{History, OperationId, Outcome};
use stormglass_core::id::{ClientId, ProcessId};
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::random::{CausalId, Draws, Purpose, Seed};
use stormglass_core::time::Time;

pub(crate) type KvHistory = History<KvOp, KvRet>;

/// An operation and its outcome, with the milliseconds of its invocation and its completion.
pub(crate) type Timed<O, R> = ((O, Outcome<R>), u64, u64);

/// A read of key 1 that returned this.
pub(crate) fn read(value: u64) -> (KvOp, Outcome<KvRet>) {
    (KvOp::Read { key: 1 }, Outcome::Ok(KvRet::Value(Some(value))))
}

/// A read of key 1 that found nothing.
pub(crate) fn read_nothing() -> (KvOp, Outcome<KvRet>) {
    (KvOp::Read { key: 1 }, Outcome::Ok(KvRet::Value(None)))
}

/// A write of key 1 that was done.
pub(crate) fn write(value: u64) -> (KvOp, Outcome<KvRet>) {
    (KvOp::Write { key: 1, value }, Outcome::Ok(KvRet::Written))
}

/// A compare-and-swap of key 1 that answered this.
pub(crate) fn cas(expect: u64, value: u64, swapped: bool) -> (KvOp, Outcome<KvRet>) {
    (KvOp::Cas { key: 1, expect, value }, Outcome::Ok(KvRet::Swapped(swapped)))
}

/// The same operation, of unknown outcome.
pub(crate) fn unknown<O, R>((op, _): (O, Outcome<R>)) -> (O, Outcome<R>) {
    (op, Outcome::Info("timed out".into()))
}

/// The same operation, failed.
pub(crate) fn failed<O, R>((op, _): (O, Outcome<R>)) -> (O, Outcome<R>) {
    (op, Outcome::Fail("refused".into()))
}

/// A history from operations with their milliseconds of invocation and completion, in order of invocation. At equal
/// times invocations come first: the operations overlap.
pub(crate) fn history<O: Clone, R: Clone>(operations: &[Timed<O, R>]) -> History<O, R> {
    let mut moments: Vec<(u64, bool, usize)> = Vec::new();
    for (index, (_, invoked, completed)) in operations.iter().enumerate() {
        moments.push((*invoked, false, index));
        moments.push((*completed, true, index));
    }
    moments.sort();
    let mut history = History::new();
    for (at, completes, index) in moments {
        let (op, outcome) = operations[index].0.clone();
        let at = Time::from_nanos(at * 1_000_000);
        if completes {
            history.complete(OperationId(index), outcome, None, at);
        } else {
            let id = history.invoke(ProcessId(index as u64), ClientId(index as u32), op, at);
            assert_eq!(id.0, index, "list operations in order of invocation");
        }
    }
    history
}

/// The draws of test number `index`.
pub(crate) fn draws(index: u64) -> Draws {
    Draws::new(CausalId::root(Seed(0x7E57), Purpose::Workload).child(index), Purpose::Workload)
}

/// How many random histories to try: `STORMGLASS_CHECK_CASES`, or else `default`.
pub(crate) fn cases(default: u64) -> u64 {
    std::env::var("STORMGLASS_CHECK_CASES")
        .ok()
        .map_or(default, |cases| cases.parse().expect("a number of cases"))
}

/// Whether `operations` have a legal order, by trying them all: no memory, no order of events, no partition.
pub(crate) fn brute_force<M: Model>(model: &M, operations: &[OperationOf<M>]) -> bool {
    let mut keys: Vec<M::Key> = operations.iter().map(|operation| model.key(&operation.op)).collect();
    keys.sort();
    keys.dedup();
    keys.into_iter().all(|key| {
        let left: Vec<&OperationOf<M>> = operations
            .iter()
            .filter(|operation| {
                model.key(&operation.op) == key && !matches!(operation.outcome, Outcome::Fail(_))
            })
            .collect();
        explains(model, &model.initial(&key), &left)
    })
}

fn explains<M: Model>(model: &M, state: &M::State, left: &[&OperationOf<M>]) -> bool {
    let must_happen = |operation: &&OperationOf<M>| operation.outcome.ok().is_some();
    if !left.iter().any(must_happen) {
        return true;
    }
    (0..left.len()).any(|next| {
        let candidate = left[next];
        let too_late = left
            .iter()
            .filter(|other| must_happen(other))
            .any(|other| other.completed.expect("ok operations are complete") < candidate.invoked);
        let rest: Vec<_> = left.iter().copied().filter(|other| !std::ptr::eq(*other, candidate)).collect();
        !too_late
            && model
                .step(state, &candidate.op, candidate.outcome.ok())
                .is_some_and(|after| explains(model, &after, &rest))
    })
}
