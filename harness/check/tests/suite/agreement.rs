//! Thousands of small random histories: every checker agrees with a brute-force oracle.
//!
//! `STORMGLASS_CHECK_CASES` sets how many per model.

use std::collections::BTreeMap;

use crate::common::*;
use stormglass_check::generate::{Execution, Perform, Shape};
use stormglass_check::linearizability::{Limits, Method, Options, Reductions};
use stormglass_check::models::*;
use stormglass_check::{linearizable, linearizable_with};
use stormglass_core::history::{History, Operation, OperationId, Outcome};
use stormglass_core::op::append_kv::AppendKvOp;
use stormglass_core::op::counter::CounterOp;
use stormglass_core::op::kv::KvOp;
use stormglass_core::random::{Draws, Ratio};
use stormglass_core::verdict::Verdict;

/// How a model is asked: the draws, the number of the operation, and whether values are to be unique.
type Next<M> = fn(&mut Draws, u64, Values) -> <M as stormglass_check::Model>::Op;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Values {
    Unique,
    Few,
}

impl Values {
    /// A value to write: the number of the operation, or one of three.
    fn draw(self, draws: &mut Draws, number: u64) -> u64 {
        match self {
            Values::Unique => number + 10,
            Values::Few => draws.below(3),
        }
    }
}

fn small_shape(draws: &mut Draws) -> Shape {
    Shape {
        clients: draws.between(1, 4) as u32,
        operations: draws.between(1, 8) as usize,
        unknown: Ratio::from_percent([0, 10, 30][draws.below(3) as usize]),
        failed: Ratio::from_percent([0, 10][draws.below(2) as usize]),
    }
}

/// Half of the histories have unique values; two thirds are mutated.
fn small_history<M: Perform<Ret: PartialEq>>(model: &M, index: u64, next: Next<M>) -> History<M::Op, M::Ret> {
    let mut draws = draws(index);
    let shape = small_shape(&mut draws);
    let values = if index % 2 == 1 { Values::Unique } else { Values::Few };
    let mut run = Execution::legal(model, shape, &mut draws, |draws, number| next(draws, number, values));
    for _ in 0..2 * (index % 3) {
        run.mutate(&mut draws);
    }
    run.history()
}

/// The plain search; the general one with all shortcuts, without one of them, and with one alone.
fn methods(index: u64) -> [Method; 4] {
    let switch = |mut reductions: Reductions| {
        let switches = [
            &mut reductions.read_at_once,
            &mut reductions.identical_once,
            &mut reductions.urgent_first,
            &mut reductions.optional_last,
            &mut reductions.frugal_memory,
            &mut reductions.feasible,
            &mut reductions.register,
            &mut reductions.transfers,
        ];
        let count = switches.len() as u64;
        for (place, switch) in switches.into_iter().enumerate() {
            *switch ^= place as u64 == index / 6 % count;
        }
        Method::General(reductions)
    };
    [Method::Plain, Method::General(Reductions::ALL), switch(Reductions::ALL), switch(Reductions::NONE)]
}

/// What all methods must agree on: of several smallest windows of one break they may find different ones.
fn gist(verdict: &Verdict) -> (bool, Option<String>) {
    let said =
        verdict.violation().map(|said| format!("{:?} {:?} {}", said.subject, said.at, said.evidence[0]));
    (verdict.is_ok(), said)
}

/// Legal by construction or mutated, with failures and unknown outcomes: the verdict is the oracle's by every method.
fn agrees<M: Perform<Op: std::fmt::Debug, Ret: std::fmt::Debug>>(model: &M, next: Next<M>) {
    let (mut violated, cases) = (0, cases(4_000));
    for index in 0..cases {
        let history = small_history(model, index, next);
        let verdict = linearizable(model, &history);
        let legal = brute_force(model, history.operations());
        assert_eq!(verdict.is_ok(), legal, "case {index}: {verdict}\n{history:#?}");
        assert!(legal || verdict.violation().is_some(), "case {index}: {verdict}");
        assert!(legal || index % 3 > 0, "case {index} is legal by construction");
        for method in methods(index) {
            let other = linearizable_with(model, &history, &Options { method, ..Options::default() });
            assert_eq!(gist(&other), gist(&verdict), "case {index}: {method:?}\n{history:#?}");
        }
        windows_are_smallest(model, &history, &verdict, index);
        violated += u64::from(!legal);
    }
    assert!(violated > cases / 40, "only {violated} of {cases} histories were illegal");
}

/// The operations of a violation are impossible together with all others forgotten, and no longer once one of them is
/// forgotten too.
fn windows_are_smallest<M: Perform>(
    model: &M,
    history: &History<M::Op, M::Ret>,
    verdict: &Verdict,
    index: u64,
) {
    let Some(violation) = verdict.violation() else { return };
    let certain = violation.at.expect("a moment");
    if violation.operations.iter().any(|&id| history.operation(id).completed.is_none_or(|it| it.at > certain))
    {
        return; // What such an operation returned is known, but not that it happened: the oracle has no word for it.
    }
    // Up to the moment of the break, with all others of unknown outcome.
    let forgetting = |gone: Option<usize>| {
        let mut operations: Vec<_> = history.operations().to_vec();
        operations.retain(|operation| operation.invoked.at < certain);
        for (place, operation) in operations.iter_mut().enumerate() {
            let firm = violation.operations.iter().any(|id| id.0 == place) && gone != Some(place);
            if !firm && !matches!(operation.outcome, Outcome::Fail(_)) {
                operation.outcome = Outcome::Info("forgotten".into());
            }
        }
        operations
    };
    assert!(!brute_force(model, &forgetting(None)), "case {index}: the window is possible");
    for id in &violation.operations {
        assert!(brute_force(model, &forgetting(Some(id.0))), "case {index}: {id:?} can go");
    }
}

/// As above, but asked of the search that `options` name.
fn window_holds<M: Perform<Op: std::fmt::Debug, Ret: std::fmt::Debug>>(
    model: &M,
    history: &History<M::Op, M::Ret>,
    verdict: &Verdict,
    options: &Options,
) {
    let Some(violation) = verdict.violation() else { return };
    let certain = violation.at.expect("a moment");
    // The same history up to the moment of the break, with all others of unknown outcome.
    let mut moments: Vec<(u64, bool, usize)> = Vec::new();
    for (index, operation) in history.operations().iter().enumerate() {
        moments.push((operation.invoked.rank, false, index));
        moments.extend(operation.completed.map(|completed| (completed.rank, true, index)));
    }
    moments.sort_unstable();
    let (mut forgetful, mut places) = (History::new(), BTreeMap::new());
    for (_, completes, index) in moments {
        let operation = &history.operations()[index];
        if operation.invoked.at > certain || matches!(operation.outcome, Outcome::Fail(_)) {
            continue; // Later, or never.
        }
        if !completes {
            let Operation { process, client, op, invoked, .. } = operation.clone();
            places.insert(index, forgetful.invoke(process, client, op, invoked.at));
        } else if let Some(completed) = operation.completed.filter(|completed| completed.at <= certain) {
            let firm = violation.operations.contains(&OperationId(index));
            let forgotten = Outcome::Info("forgotten".into());
            let outcome = if firm { operation.outcome.clone() } else { forgotten };
            forgetful.complete(places[&index], outcome, None, completed.at);
        }
    }
    let late = violation
        .operations
        .iter()
        .any(|&id| history.operation(id).completed.is_none_or(|it| it.at > certain));
    let again = linearizable_with(model, &forgetful, options);
    assert!(late || !again.is_ok(), "the window is possible: {verdict}\n{history:#?}");
}

/// The special checkers against the general search on histories too large for brute force, mostly legal but for one
/// change; what the general search cannot decide in its limits says nothing.
fn special_agrees<M: Perform<Op: std::fmt::Debug, Ret: std::fmt::Debug>>(model: &M, next: Next<M>) {
    let cases = cases(4_000) / 20;
    let (mut compared, mut violated) = (0, 0);
    for index in 0..cases {
        let mut draws = draws(1_000_000 + index);
        let unknown = Ratio::from_percent([0, 5][draws.below(2) as usize]);
        let operations = draws.between(20, 60) as usize;
        let shape = Shape { clients: draws.between(2, 6) as u32, operations, unknown, failed: Ratio::ZERO };
        let mut run =
            Execution::legal(model, shape, &mut draws, |draws, number| next(draws, number, Values::Unique));
        for _ in 0..index % 3 {
            run.mutate(&mut draws);
        }
        let history = run.history();
        let limits = Limits { configurations: 20_000, ..Limits::default() };
        let general = Options { limits, method: Method::General(Reductions::ALL) };
        let verdict = linearizable_with(model, &history, &Options { limits, method: Method::Best });
        let other = linearizable_with(model, &history, &general);
        if !matches!((&verdict, &other), (Verdict::Unknown(_), _) | (_, Verdict::Unknown(_))) {
            // Where it breaks, the general search may miss in so few configurations: then it is asked with more.
            let patient =
                || linearizable_with(model, &history, &Options { limits: Limits::default(), ..general });
            let same = gist(&other) == gist(&verdict) || gist(&patient()) == gist(&verdict);
            assert!(
                same && other.is_ok() == verdict.is_ok(),
                "case {index}: {verdict}\n{other}\n{history:#?}"
            );
            if index % 8 == 0 {
                window_holds(model, &history, &verdict, &general);
            }
            if index % 8 == 4 {
                window_holds(model, &history, &other, &general);
            }
            compared += 1;
            violated += u64::from(!other.is_ok());
        }
    }
    assert!(
        compared > cases / 2 && violated > cases / 20,
        "of {cases} only {compared} compared, {violated} violated"
    );
}

/// Every special checker agrees with the general search on larger histories.
#[test]
fn special_checkers_agree_with_the_general_search() {
    special_agrees(&KvModel, REGISTER);
    special_agrees(&QueueModel, QUEUE);
    special_agrees(&StackModel, STACK);
    special_agrees(&GrowingSetModel, GROWING_SET);
    special_agrees(&ListModel, LIST);
    special_agrees(&CounterModel, COUNTER);
}

const REGISTER: Next<KvModel> = |draws, number, _| match draws.below(5) {
    0..2 => KvOp::Write { key: 0, value: number },
    _ => KvOp::Read { key: 0 },
};
const QUEUE: Next<QueueModel> = |draws, number, values| match draws.below(2) {
    0 => QueueOp::Enqueue(values.draw(draws, number)),
    _ => QueueOp::Dequeue,
};
const STACK: Next<StackModel> = |draws, number, values| match draws.below(2) {
    0 => StackOp::Push(values.draw(draws, number)),
    _ => StackOp::Pop,
};
const GROWING_SET: Next<GrowingSetModel> = |draws, number, values| match draws.below(2) {
    0 => GrowingSetOp::Add(values.draw(draws, number)),
    _ => GrowingSetOp::Read,
};
const LIST: Next<ListModel> = |draws, number, values| match draws.below(2) {
    0 => ListOp::Append { key: 0, value: values.draw(draws, number) },
    _ => ListOp::Read { key: 0 },
};

/// Where values are unique, amounts are all the same.
const COUNTER: Next<CounterModel> = |draws, _, values| match draws.below(2) {
    0 if values == Values::Few => CounterOp::Add { amount: draws.below(4) as i64 - 1 },
    0 => CounterOp::Add { amount: -2 },
    _ => CounterOp::Read,
};

/// Registers with reads, writes and compare-and-swaps, over one or two keys.
#[test]
fn key_value_verdicts_agree_with_brute_force() {
    agrees(&KvModel, |draws, number, values| {
        let key = draws.below(2);
        let value = values.draw(draws, number);
        match draws.below(3) {
            0 => KvOp::Write { key, value },
            1 if values == Values::Few => KvOp::Cas { key, expect: draws.below(3), value },
            _ => KvOp::Read { key },
        }
    });
}

/// One register with unique values: every history goes through the zones.
#[test]
fn register_verdicts_agree_with_brute_force() {
    agrees(&KvModel, REGISTER);
}

/// Queues.
#[test]
fn queue_verdicts_agree_with_brute_force() {
    agrees(&QueueModel, QUEUE);
}

/// Stacks.
#[test]
fn stack_verdicts_agree_with_brute_force() {
    agrees(&StackModel, STACK);
}

/// Sets asked about single elements.
#[test]
fn set_verdicts_agree_with_brute_force() {
    agrees(&SetModel, |draws, _, _| {
        let element = draws.below(2);
        [SetOp::Add(element), SetOp::Remove(element), SetOp::Contains(element)][draws.below(3) as usize]
    });
}

/// Sets that only grow and are read as a whole.
#[test]
fn growing_set_verdicts_agree_with_brute_force() {
    agrees(&GrowingSetModel, GROWING_SET);
}

/// Append lists.
#[test]
fn list_verdicts_agree_with_brute_force() {
    agrees(&ListModel, LIST);
}

/// Counters that go up and down.
#[test]
fn counter_verdicts_agree_with_brute_force() {
    agrees(&CounterModel, COUNTER);
}

/// Texts that are appended to.
#[test]
fn append_kv_verdicts_agree_with_brute_force() {
    agrees(&AppendKvModel, |draws, number, values| {
        let key = "k".to_owned();
        let value = format!("{},", values.draw(draws, number));
        match draws.below(5) {
            0 => AppendKvOp::Put { key, value },
            1..3 => AppendKvOp::Append { key, value },
            _ => AppendKvOp::Get { key },
        }
    });
}

/// Locks.
#[test]
fn lock_verdicts_agree_with_brute_force() {
    agrees(&LockModel, |draws, _, _| {
        let owner = draws.below(2);
        match draws.below(2) {
            0 => LockOp::Acquire { lock: 0, owner },
            _ => LockOp::Release { lock: 0, owner },
        }
    });
}
