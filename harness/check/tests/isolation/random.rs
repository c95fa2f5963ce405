//! Random histories: legal ones are never accused, and on tiny ones the checker and the oracles say the same.

use stormglass_check::isolation::generate::{Execution, Promise, Shape};
use stormglass_check::isolation::{Level, analyse};
use stormglass_core::random::{CausalId, Draws, Purpose, Ratio, Seed};
use stormglass_core::verdict::Verdict;

use crate::oracle::{Respect, serializable, snapshot_isolated};

fn draws(index: u64) -> Draws {
    Draws::new(CausalId::root(Seed(0x150), Purpose::Workload).child(index), Purpose::Workload)
}

/// How many random histories to try: `STORMGLASS_CHECK_CASES`, or else `default`.
fn cases(default: u64) -> u64 {
    std::env::var("STORMGLASS_CHECK_CASES").ok().map_or(default, |cases| cases.parse().expect("a number"))
}

fn promise(draws: &mut Draws) -> Promise {
    [Promise::Strict, Promise::Snapshot, Promise::Nothing][draws.below(3) as usize]
}

fn tiny(transactions: usize, draws: &mut Draws) -> Shape {
    Shape {
        clients: 1 + draws.below(4) as u32,
        transactions,
        keys: 1 + draws.below(3),
        writes_per_key: 100,
        longest: 1 + draws.below(4),
        unknown: Ratio::from_percent(15 * draws.below(2) as u32),
        failed: Ratio::from_percent(10 * draws.below(2) as u32),
        promise: promise(draws),
    }
}

/// Strictly serializable and snapshot isolated stores keep what they promise, whatever the size and the outcomes.
#[test]
fn a_store_that_keeps_its_promise_is_never_accused() {
    for index in 0..cases(3_000) {
        let mut draws = draws(index);
        let shape = Shape {
            clients: 1 + draws.below(12) as u32,
            transactions: 1 + draws.below(120) as usize,
            writes_per_key: 1 + draws.below(20),
            ..tiny(0, &mut draws)
        };
        let history = Execution::<Vec<u64>>::new(shape, &mut draws).history();
        let analysis = analyse(&history);
        let level = match shape.promise {
            Promise::Strict => Level::StrictSerializable,
            Promise::Snapshot => Level::StrongSnapshotIsolation,
            Promise::Nothing => continue,
        };
        assert_eq!(analysis.verdict(level), Verdict::Ok, "history {index} of {shape:?}");
    }
}

/// For lists the checker is exact: it finds a violation exactly if no order explains the history.
#[test]
fn on_tiny_histories_of_lists_the_checker_agrees_with_all_serial_orders() {
    let mut illegal = 0;
    for index in 0..cases(6_000) {
        let mut draws = draws(index);
        let transactions = 2 + draws.below(4) as usize;
        let shape = tiny(transactions, &mut draws);
        let mut run = Execution::<Vec<u64>>::new(shape, &mut draws);
        if draws.below(2) == 0 {
            run.mutate(&mut draws);
        }
        let history = run.history();
        let analysis = analyse(&history);
        for (level, respect) in [
            (Level::Serializable, Respect::Nothing),
            (Level::StrongSessionSerializable, Respect::Sessions),
            (Level::StrictSerializable, Respect::Realtime),
        ] {
            let legal = serializable(&history, respect);
            let verdict = analysis.verdict(level);
            assert_eq!(verdict.is_ok(), legal, "history {index}: {level}: {verdict:?}: {history:#?}");
            assert_eq!(verdict.violation().is_none(), legal);
            illegal += u64::from(!legal);
        }
    }
    assert!(illegal > cases(6_000) / 8, "only {illegal} illegal histories");
}

/// The same for snapshot isolation, against all interleavings of snapshots and commits.
#[test]
fn on_tiny_histories_of_lists_the_checker_agrees_with_all_snapshots() {
    for index in 0..cases(3_000) {
        let mut draws = draws(1_000_000 + index);
        let transactions = 2 + draws.below(3) as usize;
        let shape = tiny(transactions, &mut draws);
        let mut run = Execution::<Vec<u64>>::new(shape, &mut draws);
        if draws.below(2) == 0 {
            run.mutate(&mut draws);
        }
        let history = run.history();
        let analysis = analyse(&history);
        for (level, respect) in [
            (Level::SnapshotIsolation, Respect::Nothing),
            (Level::StrongSessionSnapshotIsolation, Respect::Sessions),
            (Level::StrongSnapshotIsolation, Respect::Realtime),
        ] {
            let legal = snapshot_isolated(&history, respect);
            let verdict = analysis.verdict(level);
            assert_eq!(verdict.is_ok(), legal, "history {index}: {level}: {verdict:?}: {history:#?}");
        }
    }
}
