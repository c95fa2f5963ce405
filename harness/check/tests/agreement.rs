//! Thousands of small random histories: every checker agrees with a brute-force oracle.

mod common;

use common::*;
use stormglass_check::generate::{Execution, Shape};
use stormglass_check::linearizability::{Method, Options, Reductions};
use stormglass_check::{KvModel, linearizable, linearizable_with};
use stormglass_core::history::{History, Operation, Outcome};
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::random::{Draws, Ratio};
use stormglass_core::verdict::Verdict;

fn small_shape(draws: &mut Draws) -> Shape {
    Shape {
        clients: draws.between(1, 4) as u32,
        operations: draws.between(1, 8) as usize,
        unknown: Ratio::from_percent([0, 10, 30][draws.below(3) as usize]),
        failed: Ratio::from_percent([0, 10][draws.below(2) as usize]),
    }
}

fn unique_op(draws: &mut Draws, number: u64) -> KvOp {
    match draws.below(2) {
        0 => KvOp::Write { key: 0, value: number },
        _ => KvOp::Read { key: 0 },
    }
}

fn kv_op(draws: &mut Draws, keys: u64) -> KvOp {
    let (key, value, expect) = (draws.below(keys), draws.below(3), draws.below(3));
    match draws.below(3) {
        0 => KvOp::Write { key, value },
        1 => KvOp::Cas { key, expect, value },
        _ => KvOp::Read { key },
    }
}

fn kv_history(index: u64) -> History<KvOp, KvRet> {
    let mut draws = draws(index);
    let shape = small_shape(&mut draws);
    let keys = draws.between(1, 2);
    let unique = index % 2 == 1;
    let next = |draws: &mut Draws, number| if unique { unique_op(draws, number) } else { kv_op(draws, keys) };
    let mut run = Execution::legal(&KvModel, shape, &mut draws, next);
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
        ];
        let count = switches.len() as u64;
        for (place, switch) in switches.into_iter().enumerate() {
            *switch ^= place as u64 == index % count;
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

/// Legal by construction or mutated, with failures and unknown outcomes: the verdict is the oracle's.
#[test]
fn key_value_verdicts_agree_with_brute_force() {
    let mut violated = 0;
    let cases = cases(20_000);
    for index in 0..cases {
        let history = kv_history(index);
        let verdict = linearizable(&KvModel, &history);
        let legal = brute_force(&KvModel, history.operations());
        assert_eq!(verdict.is_ok(), legal, "case {index}: {verdict}\n{history:#?}");
        assert!(legal || verdict.violation().is_some(), "case {index}: {verdict}");
        assert!(legal || index % 3 > 0, "case {index} is legal by construction");
        for method in methods(index) {
            let other = linearizable_with(&KvModel, &history, &Options { method, ..Options::default() });
            assert_eq!(gist(&other), gist(&verdict), "case {index}: {method:?}\n{history:#?}");
        }
        violated += u64::from(!legal);
    }
    assert!(violated > cases / 20, "only {violated} of {cases} histories were illegal");
}

/// The operations of a violation are impossible together with all others forgotten, and no longer once one of them is
/// forgotten too.
#[test]
fn no_operation_of_a_window_can_go() {
    for index in 0..cases(20_000) / 4 {
        let history = kv_history(index);
        let Some(violation) = linearizable(&KvModel, &history).violation().cloned() else {
            continue;
        };
        let certain = violation.at.expect("a moment");
        if violation
            .operations
            .iter()
            .any(|&id| history.operation(id).completed.is_none_or(|it| it.at > certain))
        {
            continue; // What such an operation returned is known, but not that it happened: the oracle has no word for it.
        }
        // Up to the moment of the break, with all others of unknown outcome.
        let forgetting = |gone: Option<usize>| -> Vec<Operation<KvOp, KvRet>> {
            let mut operations: Vec<_> = history.operations().to_vec();
            operations.retain(|operation| operation.invoked.at < certain);
            for (place, operation) in operations.iter_mut().enumerate() {
                let firm = violation.operations.iter().any(|id| id.0 == place) && gone != Some(place);
                if !firm && !matches!(operation.outcome, Outcome::Fail(_)) {
                    operation.outcome = Outcome::Info("forgotten".to_owned());
                }
            }
            operations
        };
        assert!(!brute_force(&KvModel, &forgetting(None)), "case {index}: the window is possible");
        for id in &violation.operations {
            assert!(brute_force(&KvModel, &forgetting(Some(id.0))), "case {index}: {id:?} can go");
        }
    }
}
