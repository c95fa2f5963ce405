//! Strategies make what they promise, for every model, and their cases shrink.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use stormglass_check::generate::Perform;
use stormglass_check::models::{
    CounterModel, GrowingSetModel, GrowingSetOp, ListModel, ListOp, LockModel, LockOp, QueueModel, QueueOp,
    SetModel, SetOp, StackModel, StackOp,
};
use stormglass_check::{KvModel, linearizable, strategies};
use stormglass_core::op::counter::CounterOp;
use stormglass_core::op::kv::KvOp;

fn runner() -> TestRunner {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    TestRunner::new_with_rng(Config { failure_persistence: None, cases: 100, ..Config::default() }, rng)
}

/// Legal histories are accepted and illegal ones rejected, and an illegal one shrinks to no more than it was.
fn keeps_its_promise<M>(model: M, op: impl Strategy<Value = M::Op> + Clone)
where
    M: Perform<Op: std::fmt::Debug, Ret: std::fmt::Debug> + Copy,
{
    let run = |outcome: Result<(), _>| outcome.expect("every history is as promised");
    let legal = strategies::legal(model, op.clone(), 1..30);
    run(runner()
        .run(&legal, |history| {
            prop_assert!(linearizable(&model, &history).is_ok());
            Ok(())
        })
        .map_err(|why| why.to_string()));
    let illegal = strategies::illegal(model, op, 4..10);
    let is_broken = |history: &_| linearizable(&model, history).violation().is_some();
    run(runner()
        .run(&illegal, |history| {
            prop_assert!(is_broken(&history));
            Ok(())
        })
        .map_err(|why| why.to_string()));
    let mut tree = illegal.new_tree(&mut runner()).expect("an illegal history");
    let first = tree.current().len();
    while tree.simplify() {}
    assert!(is_broken(&tree.current()));
    assert!(tree.current().len() <= first);
}

#[test]
fn strategies_keep_their_promise_for_every_model() {
    let key = 0..2_u64;
    let value = 0..4_u64;
    keeps_its_promise(
        KvModel,
        prop_oneof![
            key.clone().prop_map(|key| KvOp::Read { key }),
            (key.clone(), value.clone()).prop_map(|(key, value)| KvOp::Write { key, value }),
            (key.clone(), value.clone(), value.clone()).prop_map(|(key, expect, value)| KvOp::Cas {
                key,
                expect,
                value
            }),
        ],
    );
    keeps_its_promise(
        QueueModel,
        prop_oneof![value.clone().prop_map(QueueOp::Enqueue), Just(QueueOp::Dequeue)],
    );
    keeps_its_promise(StackModel, prop_oneof![value.clone().prop_map(StackOp::Push), Just(StackOp::Pop)]);
    keeps_its_promise(
        SetModel,
        prop_oneof![
            value.clone().prop_map(SetOp::Add),
            value.clone().prop_map(SetOp::Remove),
            value.clone().prop_map(SetOp::Contains),
        ],
    );
    keeps_its_promise(
        GrowingSetModel,
        prop_oneof![value.clone().prop_map(GrowingSetOp::Add), Just(GrowingSetOp::Read)],
    );
    keeps_its_promise(
        CounterModel,
        prop_oneof![(-2..3_i64).prop_map(|amount| CounterOp::Add { amount }), Just(CounterOp::Read)],
    );
    keeps_its_promise(
        LockModel,
        prop_oneof![
            value.clone().prop_map(|owner| LockOp::Acquire { lock: 0, owner }),
            value.clone().prop_map(|owner| LockOp::Release { lock: 0, owner }),
        ],
    );
    keeps_its_promise(
        ListModel,
        prop_oneof![
            (key.clone(), value).prop_map(|(key, value)| ListOp::Append { key, value }),
            key.prop_map(|key| ListOp::Read { key }),
        ],
    );
}

/// Of the longest histories that people ask for, too, every one is decided where values come again.
#[test]
fn long_histories_of_queues_and_stacks_are_decided() {
    fn all_hold<M>(model: M, op: impl Strategy<Value = M::Op>)
    where
        M: Perform<Op: std::fmt::Debug, Ret: std::fmt::Debug> + Copy,
    {
        let ran = runner().run(&strategies::legal(model, op, 30..60), |history| {
            let verdict = linearizable(&model, &history);
            prop_assert!(verdict.is_ok(), "{}", verdict);
            Ok(())
        });
        ran.map_err(|why| why.to_string()).expect("every history is legal");
    }
    all_hold(QueueModel, prop_oneof![(0..9_u64).prop_map(QueueOp::Enqueue), Just(QueueOp::Dequeue)]);
    all_hold(StackModel, prop_oneof![(0..9_u64).prop_map(StackOp::Push), Just(StackOp::Pop)]);
}
