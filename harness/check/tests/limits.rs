//! Histories that are too hard: the answer is unknown, in time and in memory, and says how far the search came.

#[path = "suite/common.rs"]
mod common;

use std::cell::Cell;
use std::fmt::Display;
use std::sync::{Mutex, PoisonError};

use common::draws;
use stormglass_check::generate::{Execution, Perform, Shape};
use stormglass_check::linearizability::{Limits, Method, Options, Reductions};
use stormglass_check::model::{Effect, Kind};
use stormglass_check::models::{QueueModel, QueueOp, QueueRet, StackModel, StackOp, StackRet};
use stormglass_check::{KvModel, Model, linearizable_with};
use stormglass_core::history::{History, Outcome};
use stormglass_core::id::{ClientId, ProcessId};
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::random::Ratio;
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;

/// Counts all memory that this program holds.
#[global_allocator]
static HEAP: dhat::Alloc = dhat::Alloc;

/// Held by the test that runs: the allocator counts for all of them.
static ALONE: Mutex<()> = Mutex::new(());

const METHODS: [Method; 2] = [Method::General(Reductions::ALL), Method::Plain];

/// One register under twenty clients that swap among five values, some of them never hearing of it; one read, three
/// quarters in, is wrong: nobody knows a quick way to see that.
fn hard() -> History<KvOp, KvRet> {
    let shape =
        Shape { clients: 20, operations: 2_000, unknown: Ratio::from_percent(2), failed: Ratio::ZERO };
    let mut run = Execution::legal(&KvModel, shape, &mut draws(5), |draws, _| match draws.below(3) {
        0 => KvOp::Write { key: 0, value: draws.below(5) },
        1 => KvOp::Cas { key: 0, expect: draws.below(5), value: draws.below(5) },
        _ => KvOp::Read { key: 0 },
    });
    let read = (1_500..2_000).find(
        |&index| matches!(run.operation(index), (KvOp::Read { .. }, outcome) if outcome.ok().is_some()),
    );
    run.answer(read.expect("a read that was answered"), KvRet::Value(Some(7)));
    // Seven is written once, but too late for that read.
    let mut history = run.history();
    history.invoke(ProcessId(9_999), ClientId(99), KvOp::Write { key: 0, value: 7 }, Time::MAX);
    history
}

fn reason(verdict: &Verdict) -> &str {
    match verdict {
        Verdict::Unknown(undecided) => &undecided.reason,
        other => panic!("{other}"),
    }
}

/// The number before these words.
fn number_before(text: &str, words: &str) -> u64 {
    let before = text.split(words).next().expect("the words");
    before
        .rsplit(' ')
        .next()
        .and_then(|word| word.parse().ok())
        .unwrap_or_else(|| panic!("{words} in {text}"))
}

/// A model that counts what it is asked.
struct Counting {
    steps: Cell<u64>,
}

impl Model for Counting {
    type Op = KvOp;
    type Ret = KvRet;
    type State = Option<u64>;
    type Key = u64;

    fn key(&self, op: &KvOp) -> u64 {
        KvModel.key(op)
    }

    fn initial(&self, key: &u64) -> Option<u64> {
        KvModel.initial(key)
    }

    fn step(&self, state: &Option<u64>, op: &KvOp, ret: Option<&KvRet>) -> Option<Option<u64>> {
        self.steps.set(self.steps.get() + 1);
        KvModel.step(state, op, ret)
    }

    fn effect(&self, op: &KvOp, ret: Option<&KvRet>) -> Effect {
        KvModel.effect(op, ret)
    }

    fn kind(&self) -> Kind<KvOp, KvRet> {
        // The shortcut for registers would see at once that the read is wrong.
        Kind::Other
    }
}

fn unknown(limits: Limits, method: Method) -> (String, u64) {
    let model = Counting { steps: Cell::new(0) };
    let verdict = linearizable_with(&model, &hard(), &Options { limits, method });
    (reason(&verdict).to_owned(), model.steps.get())
}

fn says_how_far(reason: &str, method: impl Display) {
    assert!(reason.starts_with("no answer within "), "{method}: {reason}");
    let longest = reason.split("longest legal order held ").nth(1).expect("how far");
    let (held, of) = longest.split_once(" of ").expect("of how many");
    let (held, of): (u64, u64) =
        (held.parse().expect("a number"), of.split(' ').next().expect("a word").parse().expect("a number"));
    assert!(0 < held && held < of, "{method}: {reason}");
}

/// A budget of steps is used up to its last tenth and never exceeded, and ten times the budget is ten times the work: the
/// work for one configuration is bounded, so this is a budget of time.
#[test]
fn a_budget_of_steps_ends_in_unknown_within_a_tenth() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    for method in METHODS {
        let mut work = Vec::new();
        for configurations in [20_000, 200_000] {
            let (reason, steps) = unknown(Limits { configurations, ..Limits::default() }, method);
            says_how_far(&reason, configurations);
            let visited = number_before(&reason, " were visited");
            assert!((configurations * 9 / 10..=configurations).contains(&visited), "{method:?}: {reason}");
            work.push(steps);
        }
        let ratio = work[1] / work[0];
        assert!((5..=20).contains(&ratio), "{method:?}: {work:?} steps");
    }
}

/// A budget of bytes is never exceeded by more than a tenth, as the allocator counts it, and much of it is used.
#[test]
fn a_budget_of_memory_ends_in_unknown_within_a_tenth() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    for method in METHODS {
        for bytes in [1 << 20, 1 << 21, 1 << 23] {
            let _profiler = dhat::Profiler::builder().testing().build();
            let history = hard();
            let model = Counting { steps: Cell::new(0) };
            let options = Options { limits: Limits { bytes, ..Limits::default() }, method };
            let before = dhat::HeapStats::get().max_bytes;
            let input = dhat::HeapStats::get().curr_bytes;
            let verdict = linearizable_with(&model, &history, &options);
            let peak = dhat::HeapStats::get().max_bytes;
            assert!(peak > before, "{method:?} {bytes}: making the history needed more than judging it");
            let held = peak - input;
            says_how_far(reason(&verdict), bytes);
            assert!(held <= bytes + bytes / 10, "{method:?}: {held} bytes, {bytes} allowed: {verdict}");
            assert!(held >= bytes / 4, "{method:?}: {held} bytes of {bytes}: {verdict}");
        }
    }
}

/// Thirty values are put in and taken out of a queue or a stack, all at the same time; then two more, one after the other,
/// are taken out in the wrong order. Nothing before that has anything to do with it; but that is for the search to find out.
fn hard_to_order<M: Perform>(
    put: impl Fn(u64) -> (M::Op, M::Ret),
    take: impl Fn(u64) -> (M::Op, M::Ret),
    last: [u64; 2],
) -> History<M::Op, M::Ret> {
    let mut history = History::new();
    let mut done = |moments: Vec<(M::Op, M::Ret)>| {
        let begin = |(op, ret): (M::Op, M::Ret)| {
            let process = history.len() as u64;
            (history.invoke(ProcessId(process), ClientId(process as u32), op, Time::ZERO), ret)
        };
        let begun: Vec<_> = moments.into_iter().map(begin).collect();
        for (id, ret) in begun {
            history.complete(id, Outcome::Ok(ret), None, Time::ZERO);
        }
    };
    done((0..30).flat_map(|value| [put(value), take(value)]).collect());
    for operation in [put(30), put(31), take(last[0]), take(last[1])] {
        done(vec![operation]);
    }
    history
}

/// A budget of memory holds where queues and stacks are searched by what was taken out, too.
#[test]
fn a_budget_of_memory_holds_for_queues_and_stacks() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let queue = hard_to_order::<QueueModel>(
        |value| (QueueOp::Enqueue(value), QueueRet::Enqueued),
        |value| (QueueOp::Dequeue, QueueRet::Dequeued(Some(value))),
        [31, 30],
    );
    let stack = hard_to_order::<StackModel>(
        |value| (StackOp::Push(value), StackRet::Pushed),
        |value| (StackOp::Pop, StackRet::Popped(Some(value))),
        [30, 31],
    );
    for bytes in [1 << 20, 1 << 21, 1 << 23] {
        let options = Options { limits: Limits { bytes, ..Limits::default() }, method: METHODS[0] };
        holds(bytes, || linearizable_with(&QueueModel, &queue, &options));
        holds(bytes, || linearizable_with(&StackModel, &stack, &options));
    }
}

/// The budget ends the check, and is held.
fn holds(bytes: usize, judge: impl FnOnce() -> Verdict) {
    let _profiler = dhat::Profiler::builder().testing().build();
    let input = dhat::HeapStats::get().curr_bytes;
    let verdict = judge();
    let held = dhat::HeapStats::get().max_bytes - input;
    says_how_far(reason(&verdict), bytes);
    assert!(held <= bytes + bytes / 10, "{held} bytes, {bytes} allowed: {verdict}");
    assert!(held >= bytes / 4, "{held} bytes of {bytes}: {verdict}");
}
