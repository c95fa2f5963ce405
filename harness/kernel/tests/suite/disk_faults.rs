//! Every fault of disks is seen by the probe, and only while it is in force: the rarer ones.
use crate::common::{Note, Probe, Seen, nodes, plan, run};
use stormglass_core::disk::CrashLoss;
use stormglass_core::prelude::*;
use stormglass_plan::fault::Fault;
use stormglass_plan::plan::Plan;
use stormglass_plan::scenario::Budget;

const ALL_OF_THEM: Ratio = Ratio::ONE;

fn watchful() -> Probe {
    Probe { durable: true, watchful: true, silent: true, ..Probe::default() }
}

fn struck(faults: impl IntoIterator<Item = (u64, u64, Fault)>) -> Seen {
    run(&watchful(), Plan { budget: Budget::Unlimited, ..plan(2, faults) })
}

fn power_loss() -> Fault {
    Fault::Crash { target: nodes(&[1, 2]), after_effects: None, unsynced: CrashLoss::Everything }
}

/// Syncs that stall complete when the fault ends, none before.
#[test]
fn a_stalled_disk_completes_nothing() {
    let seen = struck([(505, 1_005, Fault::StallDisk { target: nodes(&[1]) })]);
    let synced = |node, from, until| {
        seen.of(node, from, until).iter().filter(|note| matches!(note, Note::Synced { .. })).count()
    };
    assert_eq!(synced(1, 506, 1_005), 0);
    assert!(synced(1, 1_005, 1_006) >= 49);
    assert!(synced(2, 506, 1_005) >= 49);
    assert!(seen.effect(0).syncs >= 49);
}

/// Syncs complete in another order than they were asked for, and all of them do.
#[test]
fn reordered_syncs_overtake_each_other() {
    let within = Duration::from_millis(100);
    let seen = struck([(505, 1_005, Fault::ReorderSyncs { target: nodes(&[1]), within })]);
    let kept = |node| -> Vec<u64> {
        let kept = seen.of(node, 0, 1_900).into_iter().filter_map(|note| match note {
            Note::Kept { tick } => Some(tick),
            _ => None,
        });
        kept.collect()
    };
    assert!(kept(2).is_sorted() && !kept(1).is_sorted());
    let mut sorted = kept(1);
    sorted.sort_unstable();
    assert_eq!(sorted, kept(2));
    assert!((49..=51).contains(&seen.effect(0).syncs));
}

/// So many syncs fail, one after another, and the next one succeeds though the fault is still in force.
#[test]
fn the_next_syncs_fail_and_later_ones_succeed() {
    let seen = struck([(505, 1_005, Fault::FailSyncOnce { target: nodes(&[1]), times: 2 })]);
    let failed = seen.when(1, |note| matches!(note, Note::Synced { failed: true }));
    assert!(failed.len() == 2 && failed.iter().all(|&at| at < 540), "{failed:?}");
    assert_eq!(seen.effect(0).syncs, 2);
    assert!(seen.when(2, |note| matches!(note, Note::Synced { failed: true })).is_empty());
}

/// A disk that lies reports success, and a power loss takes what it never wrote.
#[test]
fn a_lying_disk_keeps_nothing() {
    let seen = struck([
        (505, 1_005, Fault::LyingSync { target: nodes(&[1]), rate: ALL_OF_THEM }),
        (905, 1_005, power_loss()),
    ]);
    assert!(seen.when(1, |note| matches!(note, Note::Synced { failed: true })).is_empty());
    let kept = |node| {
        seen.of(node, 905, 906).iter().find_map(|note| match note {
            Note::Crashed { records } => Some(*records),
            _ => None,
        })
    };
    assert!(kept(1).is_some_and(|kept| (48..=51).contains(&kept)), "{:?}", kept(1));
    assert!(kept(2).is_some_and(|kept| kept >= 88), "{:?}", kept(2));
    assert!(seen.effect(0).syncs >= 38);
}

fn damaged(seen: &Seen, node: u32) -> Vec<u64> {
    seen.when(node, |note| matches!(note, Note::Damaged { .. }))
}

/// Rotten bits are found when the cache is cold, and only on the disk that rotted.
#[test]
fn rotten_bits_are_read_after_a_restart() {
    let seen =
        struck([(505, 505, Fault::BitRot { target: nodes(&[1]), bits: 2 }), (905, 1_005, power_loss())]);
    assert_eq!(damaged(&seen, 1).first(), Some(&1_005));
    assert!(damaged(&seen, 2).is_empty());
    assert_eq!(seen.effect(0).bytes, 2);
}

/// Writes that go astray leave a hole where they should be, which shows when the cache is cold.
#[test]
fn misdirected_writes_leave_holes() {
    let seen = struck([
        (505, 1_005, Fault::MisdirectedWrite { target: nodes(&[1]), rate: Ratio::from_percent(20) }),
        (905, 1_005, power_loss()),
    ]);
    assert_eq!(damaged(&seen, 1).first(), Some(&1_005));
    assert!(damaged(&seen, 2).is_empty());
    assert!((1..30).contains(&seen.effect(0).accesses), "{:?}", seen.effect(0));
}

/// Reads fail as often as the rate says, while it lasts.
#[test]
fn reads_fail_while_the_fault_lasts() {
    let seen =
        struck([(505, 1_005, Fault::ReadError { target: nodes(&[1]), rate: Ratio::from_percent(50) })]);
    let failed = seen.when(1, |note| *note == Note::Unreadable);
    assert!(
        (10..=40).contains(&failed.len()) && failed.iter().all(|at| (505..1_005).contains(at)),
        "{failed:?}"
    );
    assert_eq!(seen.effect(0).accesses, failed.len() as u64);
    assert!(seen.when(2, |note| *note == Note::Unreadable).is_empty());
}

/// A full disk takes no new byte, and takes them again when there is room.
#[test]
fn a_full_disk_refuses_what_would_grow_it() {
    let seen = struck([(505, 1_005, Fault::FullDisk { target: nodes(&[1]) })]);
    let refused = seen.when(1, |note| *note == Note::Refused);
    assert!(refused.len() == 50 && refused.iter().all(|at| (505..1_005).contains(at)), "{refused:?}");
    assert_eq!(seen.effect(0).accesses, 50);
    assert!(seen.when(2, |note| *note == Note::Refused).is_empty());
}
