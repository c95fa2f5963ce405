//! Queues and stacks in which values come again, under many operations of unknown outcome: theory has no quick answer for
//! them, and a search that tries everything soon has no time.

use crate::common::*;
use stormglass_check::generate::{Execution, Perform, Shape};
use stormglass_check::linearizability::{Limits, Method, Options, Reductions};
use stormglass_check::models::*;
use stormglass_check::{linearizable, linearizable_with};
use stormglass_core::history::{History, OperationId, Outcome};
use stormglass_core::id::{ClientId, ProcessId};
use stormglass_core::random::{Draws, Ratio};
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;

/// How a model is asked: the draws, how many values there are, and how many of six operations put one in.
type Next<M> = fn(&mut Draws, u64, u64) -> <M as stormglass_check::Model>::Op;

const QUEUE: Next<QueueModel> = |draws, values, puts| match draws.below(6) < puts {
    true => QueueOp::Enqueue(draws.below(values)),
    false => QueueOp::Dequeue,
};
const STACK: Next<StackModel> = |draws, values, puts| match draws.below(6) < puts {
    true => StackOp::Push(draws.below(values)),
    false => StackOp::Pop,
};

/// Of two thirds of the histories, something is changed.
fn history<M: Perform<Ret: PartialEq>>(
    model: &M,
    index: u64,
    operations: std::ops::Range<u64>,
    next: Next<M>,
) -> History<M::Op, M::Ret> {
    let mut draws = draws(2_000_000 + index);
    let shape = Shape {
        clients: draws.between(2, 5) as u32,
        operations: draws.between(operations.start, operations.end) as usize,
        unknown: Ratio::from_percent([20, 40, 60][draws.below(3) as usize]),
        failed: Ratio::from_percent(5),
    };
    let (values, puts) = ([1, 2, 4, 9][draws.below(4) as usize], draws.between(2, 4));
    let mut run = Execution::legal(model, shape, &mut draws, |draws, _| next(draws, values, puts));
    for _ in 0..index % 3 {
        run.mutate(&mut draws);
    }
    run.history()
}

/// What is judged quickly is judged as the plain search does it, up to the moment of the break.
fn agrees_with_the_plain_search<M>(model: &M, next: Next<M>)
where
    M: Perform<Op: std::fmt::Debug, Ret: std::fmt::Debug>,
{
    let cases = cases(4_000);
    let (mut compared, mut violated, mut repeated) = (0, 0, 0);
    for index in 0..cases {
        let history = history(model, index, 6..14, next);
        let judge = |method, configurations| {
            let limits = Limits { configurations, ..Limits::default() };
            linearizable_with(model, &history, &Options { limits, method })
        };
        let plain = judge(Method::Plain, 50_000);
        if matches!(plain, Verdict::Unknown(_)) {
            continue;
        }
        let without = Reductions { transfers: index % 4 > 0, ..Reductions::ALL };
        let general = if index % 8 < 4 {
            without
        } else {
            Reductions { transfers: true, frugal_memory: index % 2 > 0, ..Reductions::NONE }
        };
        for (method, limit) in [(Method::Best, 10_000), (Method::General(general), 1_000_000)] {
            let other = judge(method, limit);
            let at = |verdict: &Verdict| (verdict.is_ok(), verdict.violation().map(|said| said.at));
            assert_eq!(at(&other), at(&plain), "case {index}, {method:?}: {plain}\n{other}\n{history:#?}");
        }
        compared += 1;
        violated += u64::from(!plain.is_ok());
        // Some value is put in twice and an operation is of unknown outcome.
        let unknown = history.operations().iter().any(|it| matches!(it.outcome, Outcome::Info(_)));
        let twice = |(place, it): (usize, &stormglass_check::model::OperationOf<M>)| {
            let op = it.op.to_string();
            op.ends_with(|last: char| last.is_ascii_digit())
                && history.operations()[..place].iter().any(|other| other.op == it.op)
        };
        repeated += u64::from(unknown && history.operations().iter().enumerate().any(twice));
    }
    let few = |count, least| assert!(count > least, "{count} of {cases}");
    few(compared, cases * 9 / 10);
    few(violated, cases / 20);
    few(repeated, cases / 2);
}

/// Queues agree with the plain search.
#[test]
fn queues_of_repeated_values_agree_with_the_plain_search() {
    agrees_with_the_plain_search(&QueueModel, QUEUE);
}

/// Stacks agree with the plain search.
#[test]
fn stacks_of_repeated_values_agree_with_the_plain_search() {
    agrees_with_the_plain_search(&StackModel, STACK);
}

/// The shape that strategies for property tests draw: 33 to 60 operations are decided, within so many
/// configurations.
fn is_decided<M: Perform<Op: std::fmt::Debug, Ret: std::fmt::Debug>>(
    model: &M,
    next: Next<M>,
    configurations: u64,
) {
    for index in 0..cases(4_000) / 10 {
        let history = history(model, index, 33..60, next);
        let limits = Limits { configurations, ..Limits::default() };
        let verdict = linearizable_with(model, &history, &Options { limits, ..Options::default() });
        assert!(!matches!(verdict, Verdict::Unknown(_)), "case {index}: {verdict}\n{history:#?}");
        assert!(index % 3 > 0 || verdict.is_ok(), "case {index} is legal by construction: {verdict}");
    }
}

/// Queues are decided.
#[test]
fn queues_of_repeated_values_are_decided() {
    is_decided(&QueueModel, QUEUE, 10_000);
}

/// Stacks are decided.
#[test]
fn stacks_of_repeated_values_are_decided() {
    is_decided(&StackModel, STACK, 1_000_000);
}

/// What came of an operation.
#[derive(Clone, Copy)]
enum End {
    Done(u64),
    Took(u64, u64),
    Empty(u64),
    Failed(u64),
    Unknown,
}

/// The history of these operations, each with its milliseconds of invocation and completion.
fn queue_history(operations: &[(QueueOp, u64, End)]) -> History<QueueOp, QueueRet> {
    use QueueRet::{Dequeued, Enqueued};
    let mut moments: Vec<(u64, usize, Option<Outcome<QueueRet>>)> = Vec::new();
    for (index, &(_, invoked, end)) in operations.iter().enumerate() {
        moments.push((invoked, index, None));
        let (at, outcome) = match end {
            End::Done(at) => (at, Outcome::Ok(Enqueued)),
            End::Took(at, value) => (at, Outcome::Ok(Dequeued(Some(value)))),
            End::Empty(at) => (at, Outcome::Ok(Dequeued(None))),
            End::Failed(at) => (at, Outcome::Fail("refused".into())),
            End::Unknown => continue,
        };
        moments.push((at, index, Some(outcome)));
    }
    moments.sort_by_key(|moment| moment.0);
    let mut history = History::new();
    for (at, index, outcome) in moments {
        let at = Time::from_nanos(at * 1_000_000);
        match outcome {
            Some(outcome) => history.complete(OperationId(index), outcome, None, at),
            None => {
                let op = operations[index].0;
                history.invoke(ProcessId(index as u64), ClientId(index as u32), op, at);
            }
        }
    }
    history
}

const TAKE: QueueOp = QueueOp::Dequeue;

const fn put(value: u64) -> QueueOp {
    QueueOp::Enqueue(value)
}

/// When something finds nothing is a matter of when the takes before it were invoked.
#[test]
fn a_queue_is_empty_only_once_a_late_take_has_emptied_it() {
    let begin = [(put(1), 0, End::Done(1)), (put(2), 2, End::Done(3)), (TAKE, 4, End::Empty(20))];
    let took = (TAKE, 5, End::Took(21, 2));
    let end = [(put(3), 7, End::Done(8)), (TAKE, 30, End::Took(31, 3))];
    let early = [&begin[..], &[took, (TAKE, 6, End::Unknown)], &end].concat();
    assert_eq!(linearizable(&QueueModel, &queue_history(&early)), Verdict::Ok);
    // Before 9, the unknown take has not removed 1; after 8, there is 3.
    let late = [&begin[..], &[took, end[0], (TAKE, 9, End::Unknown), end[1]]].concat();
    assert!(linearizable(&QueueModel, &queue_history(&late)).violation().is_some());
}

/// Of two takes of a value, the one that returns last may have to come first, so that something finds nothing.
#[test]
fn a_queue_is_empty_before_the_take_that_returns_first() {
    let ran = queue_history(&[
        (put(1), 0, End::Done(1)),
        (TAKE, 2, End::Empty(20)),
        (TAKE, 3, End::Took(60, 1)),
        (put(2), 6, End::Done(7)),
        (TAKE, 8, End::Took(50, 1)),
        (TAKE, 30, End::Took(31, 2)),
        (put(1), 32, End::Done(33)),
    ]);
    assert_eq!(linearizable(&QueueModel, &ran), Verdict::Ok);
}

/// A legal history that took fifteen million configurations and was not decided.
const OPERATIONS: [(QueueOp, u64, End); 33] = [
    (TAKE, 0, End::Unknown),
    (TAKE, 1, End::Empty(3)),
    (put(8), 2, End::Done(5)),
    (put(1), 4, End::Done(9)),
    (TAKE, 6, End::Took(7, 8)),
    (put(3), 8, End::Unknown),
    (put(8), 10, End::Unknown),
    (TAKE, 11, End::Unknown),
    (TAKE, 12, End::Took(25, 3)),
    (TAKE, 14, End::Took(53, 8)),
    (put(3), 16, End::Done(23)),
    (put(5), 18, End::Done(19)),
    (TAKE, 20, End::Took(21, 5)),
    (TAKE, 22, End::Failed(33)),
    (put(4), 24, End::Unknown),
    (put(8), 26, End::Done(29)),
    (put(1), 28, End::Done(45)),
    (put(8), 30, End::Done(36)),
    (put(0), 32, End::Done(35)),
    (put(8), 34, End::Done(49)),
    (TAKE, 37, End::Unknown),
    (put(6), 38, End::Unknown),
    (TAKE, 40, End::Took(43, 4)),
    (put(4), 42, End::Done(47)),
    (put(7), 44, End::Done(51)),
    (put(1), 46, End::Unknown),
    (put(7), 48, End::Unknown),
    (put(5), 50, End::Done(65)),
    (TAKE, 52, End::Failed(57)),
    (put(3), 54, End::Done(62)),
    (put(4), 56, End::Done(64)),
    (TAKE, 58, End::Unknown),
    (TAKE, 60, End::Took(63, 0)),
];

/// Within a thousand configurations, where millions were not enough.
#[test]
fn a_hard_queue_is_decided() {
    let limits = Limits { configurations: 1_000, ..Limits::default() };
    let options = Options { limits, ..Options::default() };
    let judge = |operations: &[_]| linearizable_with(&QueueModel, &queue_history(operations), &options);
    assert_eq!(judge(&OPERATIONS), Verdict::Ok);
    // Without the second 8, nothing explains another take of 8 that ends before the third one was put in.
    let mut operations = OPERATIONS;
    operations[6].0 = put(9);
    operations[9].2 = End::Took(24, 8);
    let verdict = judge(&operations);
    assert!(verdict.violation().is_some(), "{verdict}");
    assert_eq!(verdict, linearizable(&QueueModel, &queue_history(&operations)));
}
