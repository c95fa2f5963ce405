//! Faults of disks, and what crashes do to what was not synced, as the probe sees them.
use crate::common::{Ask, Note, Probe, Seen, ms, nodes, plan, run};
use stormglass_core::disk::CrashLoss;
use stormglass_core::prelude::*;
use stormglass_plan::fault::Fault;
use stormglass_plan::latency::Latency;
use stormglass_plan::plan::{DiskTimes, Plan};

fn durable() -> Probe {
    Probe { durable: true, silent: true, ..Probe::default() }
}

fn constant(millis: u64) -> Latency {
    Latency::Constant(Duration::from_millis(millis))
}

fn crash(unsynced: CrashLoss) -> Fault {
    Fault::Crash { target: nodes(&[1]), after_effects: None, unsynced }
}

/// Syncs that take longer than the run, but for the directory's, which is the first.
fn never_synced(faults: Vec<(u64, u64, Fault)>) -> Plan<Ask> {
    let slow = Fault::SlowDisk { target: nodes(&[1]), sync: Latency::Constant(Duration::from_secs(60)) };
    plan(1, [vec![(9, 2_500, slow)], faults].concat())
}

fn kept_by_the_crash(seen: &Seen) -> u64 {
    let crash = seen.notes.iter().find_map(|noted| match noted.note {
        Note::Crashed { records } => Some(records),
        _ => None,
    });
    crash.unwrap()
}

/// What no sync has covered survives the death of the process, not the loss of power; in the middle of a loss
/// of power some of it does.
#[test]
fn a_crash_loses_what_was_not_synced_as_it_is_told() {
    let kept = |unsynced| {
        let seen = run(&durable(), never_synced(vec![(1_005, 1_100, crash(unsynced))]));
        (kept_by_the_crash(&seen), seen.run.stats.bytes_lost)
    };
    assert_eq!(kept(CrashLoss::Nothing), (100, 0));
    assert_eq!(kept(CrashLoss::Everything), (0, 800));
    let (records, bytes_lost) = kept(CrashLoss::Sectors(Ratio::from_percent(50)));
    // All hundred records lie in two sectors, but each is a change of its own, kept or lost alone.
    assert!(
        (20..=80).contains(&(bytes_lost / 8)) && records > 0,
        "{records} records, {bytes_lost} bytes lost"
    );
}

/// A slow disk takes as long as the fault says, from the syncs asked for while it lasts.
#[test]
fn a_slow_disk_answers_late() {
    let slow = Fault::SlowDisk { target: nodes(&[1]), sync: constant(100) };
    let seen =
        run(&durable(), Plan { disk: DiskTimes { sync: constant(2) }, ..plan(2, [(505, 1_005, slow)]) });
    let answers = |node, from, until| {
        seen.of(node, from, until).iter().filter(|note| matches!(note, Note::Synced { .. })).count()
    };
    assert_eq!(answers(1, 0, 505), 1 + 50, "the directory, and each tick's");
    assert_eq!(answers(1, 505, 605), 0);
    assert_eq!(answers(1, 605, 1_005), 40);
    assert_eq!(answers(1, 1_005, 1_505), 50 + 10, "the quick ones beside the last of the slow");
    assert_eq!(answers(2, 505, 1_005), 50);
}

/// A sync that fails says so, and what it covered is gone at the next crash, though later syncs succeed.
#[test]
fn a_failed_sync_is_reported_and_its_writes_are_lost() {
    let fail = || Fault::FailSync { target: nodes(&[1]), rate: Ratio::ONE };
    // Fifty records before the fault, fifty under it, fifty after it, each synced within 2 ms.
    for (crash_at, failing, kept) in
        [(1_003, true, 50), (1_003, false, 100), (1_505, true, 100), (1_505, false, 150)]
    {
        let crash = (crash_at, 1_600, crash(CrashLoss::Everything));
        let faults = if failing { vec![(505, 1_005, fail()), crash] } else { vec![crash] };
        let seen = run(&durable(), Plan { disk: DiskTimes { sync: constant(2) }, ..plan(2, faults) });
        assert_eq!(kept_by_the_crash(&seen), kept, "failing: {failing}, a crash at {crash_at}");
        assert_eq!(
            seen.run.stats.bytes_lost, 0,
            "nothing was pending: what the sync dropped was lost before"
        );
        let failures = |node, from, until| {
            seen.of(node, from, until)
                .iter()
                .filter(|note| matches!(note, Note::Synced { failed: true }))
                .count()
        };
        let expected = if failing { 50 } else { 0 };
        assert_eq!(
            [failures(1, 0, 505), failures(1, 505, 1_003), failures(1, 1_003, 3_000)],
            [0, expected, 0]
        );
        assert_eq!(failures(2, 0, 3_000), 0);
    }
}

/// A crash between a write and those before it undoes the write even where nothing un-synced is lost.
#[test]
fn a_crash_before_a_write_undoes_it() {
    // Effects of a tick: the note, the write, the sync, the timer.
    for (effects, records) in [(1, 50), (2, 51)] {
        let inject =
            Fault::Crash { target: nodes(&[1]), after_effects: Some(effects), unsynced: CrashLoss::Nothing };
        let seen = run(
            &durable(),
            Plan { disk: DiskTimes { sync: constant(2) }, ..plan(1, [(505, 1_000, inject)]) },
        );
        assert_eq!(kept_by_the_crash(&seen), records, "after {effects} effects");
        assert!(
            seen.notes.iter().any(|noted| noted.at == ms(510) && matches!(noted.note, Note::Crashed { .. }))
        );
    }
}

/// A crash forgets syncs under way: their answers never come to the next incarnation.
#[test]
fn a_restarted_node_hears_nothing_of_old_syncs() {
    let seen = run(
        &durable(),
        Plan { disk: DiskTimes { sync: constant(300) }, ..plan(1, [(505, 510, crash(CrashLoss::Nothing))]) },
    );
    let answers = seen.of(1, 510, 809);
    assert!(!answers.iter().any(|note| matches!(note, Note::Synced { .. })), "{answers:?}");
}
