//! How many configurations small, hard histories take: repeated values and many operations of unknown outcome, of
//! every model.
//!
//! The histories are those that the strategies for property tests make: 33 to 60 operations of up to five clients, a
//! fifth of them of unknown outcome and a twentieth failed; half of the histories are changed once. Each is judged
//! under ever larger limits until it is decided; so efforts are known up to a factor of two. What is not decided
//! within [`MOST`] configurations counts as undecided.
//!
//! `cargo bench -p stormglass-check --bench effort` prints all rows; words after `--` choose those that contain them
//! all, and a number says how many histories each row has.

#![allow(clippy::print_stdout, reason = "a benchmark prints its table")]

use stormglass_check::generate::{Execution, Perform, Shape};
use stormglass_check::linearizability::{Limits, Method, Options};
use stormglass_check::models::{
    CounterModel, GrowingSetModel, GrowingSetOp, ListModel, ListOp, LockModel, LockOp, QueueModel, QueueOp,
    SetModel, SetOp, StackModel, StackOp,
};
use stormglass_check::{KvModel, linearizable_with};
use stormglass_core::op::counter::CounterOp;
use stormglass_core::op::kv::KvOp;
use stormglass_core::random::{CausalId, Draws, Purpose, Ratio, Seed};
use stormglass_core::verdict::Verdict;

/// Nothing is searched for longer.
const MOST: u64 = 200_000;

/// What a row asks of an object: the draws and how many values there are.
type Next<M> = fn(&mut Draws, u64) -> <M as stormglass_check::Model>::Op;

/// The least limit, up to a factor of two, under which a history is decided; and whether it is legal.
fn effort<M: Perform<Ret: PartialEq>>(
    model: &M,
    index: u64,
    next: impl Fn(&mut Draws) -> M::Op,
) -> (Option<u64>, bool) {
    let root = CausalId::root(Seed(3), Purpose::Workload).child(index);
    let mut draws = Draws::new(root, Purpose::Workload);
    let shape = Shape {
        clients: 5,
        operations: draws.between(33, 60) as usize,
        unknown: Ratio::from_percent(20),
        failed: Ratio::from_percent(5),
    };
    let mut run = Execution::legal(model, shape, &mut draws, |draws, _| next(draws));
    if index % 2 == 1 {
        run.mutate(&mut draws);
    }
    let history = run.history();
    let mut configurations = 16;
    loop {
        let limits = Limits { configurations, ..Limits::default() };
        let verdict = linearizable_with(model, &history, &Options { limits, method: Method::Best });
        if !matches!(verdict, Verdict::Unknown(_)) {
            return (Some(configurations), verdict.is_ok());
        }
        if configurations == MOST {
            return (None, false);
        }
        configurations = (2 * configurations).min(MOST);
    }
}

/// Measures one row and prints it.
fn measure<M: Perform<Ret: PartialEq>>(name: &str, histories: u64, model: &M, values: u64, next: Next<M>) {
    let efforts: Vec<_> =
        (0..histories).map(|index| effort(model, index, |draws| next(draws, values))).collect();
    let undecided = efforts.iter().filter(|(effort, _)| effort.is_none()).count();
    let illegal = efforts.iter().filter(|(effort, legal)| effort.is_some() && !legal).count();
    let mut sorted: Vec<u64> = efforts.iter().map(|(effort, _)| effort.unwrap_or(u64::MAX)).collect();
    sorted.sort_unstable();
    let show = |effort: u64| if effort == u64::MAX { format!(">{MOST}") } else { format!("≤{effort}") };
    let at = |share: usize| show(sorted[(sorted.len() * share / 1000).min(sorted.len() - 1)]);
    let above = sorted.iter().filter(|&&effort| effort > 131_072).count();
    println!(
        "{name:24} {histories:7} {illegal:7} {undecided:9} {above:9} {:>9} {:>9} {:>9} {:>9}",
        at(500),
        at(990),
        at(999),
        at(1000)
    );
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let histories = words.iter().find_map(|word| word.parse().ok()).unwrap_or(2_000);
    let chosen =
        |name: &str| words.iter().all(|word| word.parse::<u64>().is_ok() || name.contains(word.as_str()));
    println!(
        "{:24} {:>7} {:>7} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "", "all", "illegal", "undecided", ">131072", "median", "99 %", "99.9 %", "most"
    );
    macro_rules! row {
        ($model:expr, $name:literal, $next:expr) => {
            for values in [9, 3] {
                let name = format!("{} of {values} values", $name);
                if chosen(&name) {
                    measure(&name, histories, &$model, values, $next);
                }
            }
        };
    }
    row!(QueueModel, "queue", |draws, values| match draws.below(2) {
        0 => QueueOp::Enqueue(draws.below(values)),
        _ => QueueOp::Dequeue,
    });
    row!(StackModel, "stack", |draws, values| match draws.below(2) {
        0 => StackOp::Push(draws.below(values)),
        _ => StackOp::Pop,
    });
    row!(KvModel, "register", |draws, values| match draws.below(3) {
        0 => KvOp::Write { key: 0, value: draws.below(values) },
        1 => KvOp::Cas { key: 0, expect: draws.below(values), value: draws.below(values) },
        _ => KvOp::Read { key: 0 },
    });
    row!(SetModel, "set", |draws, values| {
        let element = draws.below(values);
        [SetOp::Add(element), SetOp::Remove(element), SetOp::Contains(element)][draws.below(3) as usize]
    });
    row!(GrowingSetModel, "growing set", |draws, values| match draws.below(2) {
        0 => GrowingSetOp::Add(draws.below(values)),
        _ => GrowingSetOp::Read,
    });
    row!(ListModel, "list", |draws, values| match draws.below(2) {
        0 => ListOp::Append { key: 0, value: draws.below(values) },
        _ => ListOp::Read { key: 0 },
    });
    row!(CounterModel, "counter", |draws, values| match draws.below(2) {
        0 => CounterOp::Add { amount: draws.below(values) as i64 - 1 },
        _ => CounterOp::Read,
    });
    row!(LockModel, "lock", |draws, values| {
        let owner = draws.below(values);
        match draws.below(2) {
            0 => LockOp::Acquire { lock: 0, owner },
            _ => LockOp::Release { lock: 0, owner },
        }
    });
}
