//! Random histories: legal ones are never accused, and on tiny ones the checker and the oracles say the same.

use std::ops::Range;

use stormglass_check::isolation::generate::{Execution, Promise, Shape};
use stormglass_check::isolation::{Analysis, Finding, Level, analyse, isolated};
use stormglass_core::random::{CausalId, Draws, Purpose, Ratio, Seed};
use stormglass_core::verdict::Verdict;

use super::by_hand::{HistoryOf, names};
use super::oracle::{MustSee, Respect, committed, serializable, snapshot_isolated};

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
        let level = match shape.promise {
            Promise::Strict => Level::StrictSerializable,
            Promise::Snapshot => Level::StrongSnapshotIsolation,
            Promise::Nothing => continue,
        };
        let lists = Execution::<Vec<u64>>::new(shape, &mut draws).history();
        assert_eq!(isolated(&lists, level), Verdict::Ok, "lists {index} of {shape:?}");
        let registers = Execution::<Option<u64>>::new(shape, &mut draws).history();
        let verdict = isolated(&registers, level);
        assert!(verdict.violation().is_none(), "registers {index} of {shape:?}: {verdict:?}");
        // Without a known order of versions snapshot isolation may stay open; serializability is proven.
        assert!(verdict.is_ok() || shape.promise == Promise::Snapshot, "registers {index}: {verdict:?}");
    }
}

/// Every edge of every cycle has its reason, and every proof ends in a contradiction.
#[test]
fn every_edge_of_a_cycle_is_explained() {
    let well_told = |analysis: &Analysis| {
        let reasons = || analysis.findings.iter().flat_map(|finding| &finding.reasons);
        let ends =
            |finding: &Finding| finding.reasons.last().is_some_and(|last| last.ends_with("contradiction"));
        assert!(analysis.findings.iter().all(ends), "{:#?}", analysis.findings);
        assert!(!reasons().any(|reason| reason.contains("of what they read and wrote")), "{analysis:#?}");
    };
    for index in 0..cases(2_000) {
        let mut draws = draws(4_000_000 + index);
        let transactions = 2 + draws.below(30) as usize;
        let shape = tiny(transactions, &mut draws);
        let mut lists = Execution::<Vec<u64>>::new(shape, &mut draws);
        let mut registers = Execution::<Option<u64>>::new(shape, &mut draws);
        for _ in 0..draws.below(4) {
            lists.mutate(&mut draws);
            registers.mutate(&mut draws);
        }
        well_told(&analyse(&lists.history()));
        well_told(&analyse(&registers.history()));
    }
}

/// A few transactions on lists, as some store ran them; half of the time something in them is then changed.
fn tiny_lists(index: u64, transactions: Range<u64>) -> HistoryOf<Vec<u64>> {
    let mut draws = draws(index);
    let transactions = transactions.start + draws.below(transactions.end - transactions.start);
    let shape = tiny(transactions as usize, &mut draws);
    let mut run = Execution::<Vec<u64>>::new(shape, &mut draws);
    if draws.below(2) == 0 {
        run.mutate(&mut draws);
    }
    run.history()
}

/// For lists the checker is exact: it finds a violation exactly if no order explains the history.
#[test]
fn on_tiny_histories_of_lists_the_checker_agrees_with_all_serial_orders() {
    let mut illegal = 0;
    for index in 0..cases(6_000) {
        let history = tiny_lists(index, 2..6);
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
        let history = tiny_lists(1_000_000 + index, 2..5);
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

fn tiny_registers(index: u64, most: u64) -> HistoryOf<Option<u64>> {
    let mut draws = draws(2_000_000 + index);
    let transactions = 2 + draws.below(most - 1) as usize;
    let shape = tiny(transactions, &mut draws);
    let mut run = Execution::<Option<u64>>::new(shape, &mut draws);
    if draws.below(2) == 0 {
        run.mutate(&mut draws);
    }
    run.history()
}

/// Four to six concurrent transactions over two keys on a store that promises nothing.
fn weak_registers(index: u64) -> HistoryOf<Option<u64>> {
    let mut draws = draws(3_000_000 + index);
    let shape = Shape {
        clients: 4,
        transactions: 4 + draws.below(3) as usize,
        keys: 2,
        writes_per_key: 100,
        longest: 4,
        unknown: Ratio::ZERO,
        failed: Ratio::ZERO,
        promise: Promise::Nothing,
    };
    let mut run = Execution::<Option<u64>>::new(shape, &mut draws);
    for _ in 0..draws.below(3) {
        run.mutate(&mut draws);
    }
    run.history()
}

/// For registers too: on tiny histories no serial order is left untried.
#[test]
fn on_tiny_histories_of_registers_the_checker_agrees_with_all_serial_orders() {
    for index in 0..cases(6_000) {
        let history = tiny_registers(index, 5);
        let analysis = analyse(&history);
        for (level, respect) in [
            (Level::Serializable, Respect::Nothing),
            (Level::StrongSessionSerializable, Respect::Sessions),
            (Level::StrictSerializable, Respect::Realtime),
        ] {
            let legal = serializable(&history, respect);
            let verdict = analysis.verdict(level);
            assert_eq!(verdict.is_ok(), legal, "history {index}: {level}: {verdict:?}: {history:#?}");
            assert_eq!(verdict.violation().is_none(), legal, "history {index}: {level}");
        }
    }
}

/// Where the order of versions is needed and unknown, the checker may not decide, but what it says is true.
#[test]
fn on_tiny_histories_of_registers_no_verdict_on_snapshot_isolation_is_wrong() {
    let mut decided = 0;
    for index in 0..cases(3_000) {
        let history = tiny_registers(index, 4);
        let analysis = analyse(&history);
        for (level, respect) in [
            (Level::SnapshotIsolation, Respect::Nothing),
            (Level::StrongSessionSnapshotIsolation, Respect::Sessions),
            (Level::StrongSnapshotIsolation, Respect::Realtime),
        ] {
            let verdict = analysis.verdict(level);
            if !matches!(verdict, Verdict::Unknown(_)) {
                let legal = snapshot_isolated(&history, respect);
                assert_eq!(verdict.is_ok(), legal, "history {index}: {level}: {verdict:?}: {history:#?}");
                decided += 1;
            }
        }
    }
    assert!(decided > 3 * cases(3_000) * 9 / 10, "only {decided} decided");
}

/// The weaker levels are exact.
#[test]
fn on_tiny_histories_of_registers_the_weaker_levels_agree_with_all_orders_of_commits() {
    let mut illegal = [0; 3];
    for index in 0..cases(6_000) {
        let history = weak_registers(index);
        let analysis = analyse(&history);
        let single = ["internal", "G1a", "G1b", "unwritten-read", "future-read"];
        if names(&analysis).iter().any(|name| single.contains(&name.as_str())) {
            continue;
        }
        let levels = [
            (Level::MonotonicAtomicView, MustSee::Earlier),
            (Level::ReadAtomic, MustSee::All),
            (Level::Causal, MustSee::Causes),
        ];
        for (number, (level, must_see)) in levels.into_iter().enumerate() {
            let legal = committed(&history, must_see);
            let verdict = analysis.verdict(level);
            assert_eq!(verdict.is_ok(), legal, "history {index}: {level}: {verdict:?}: {history:#?}");
            illegal[number] += u64::from(!legal);
        }
    }
    assert!(illegal.iter().all(|&illegal| illegal > cases(6_000) / 200), "illegal histories: {illegal:?}");
}
