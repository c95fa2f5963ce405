//! One plan, one run: however it is driven, watched or copied. And one fault less changes only what that fault
//! caused.
use std::sync::Arc;

use crate::common::{Note, Probe, ms, nodes, plan, run, run_traced};
use crate::storm::{HALF, probe, storm};
use stormglass_core::disk::CrashLoss;
use stormglass_core::prelude::*;
use stormglass_kernel::{Course, World};
use stormglass_plan::engine::Tracing;
use stormglass_plan::fault::Fault;

/// The same plan has the same run: digest, counts, history, trace and all.
#[test]
fn the_same_plan_has_the_same_run() {
    for seed in 0..5 {
        let [one, two] = [1, 2].map(|_| run_traced(&probe(), storm(seed), Tracing::On));
        assert_eq!(one.run.trace.unwrap().first_difference(&two.run.trace.unwrap()), None);
        assert_eq!((one.run.digest, one.run.stats), (two.run.digest, two.run.stats));
        assert_eq!(one.run.history, two.run.history);
        assert_eq!((one.run.strikes, one.notes), (two.run.strikes, two.notes));
    }
}

/// Another seed has another run.
#[test]
fn another_seed_has_another_run() {
    assert_ne!(run(&probe(), storm(1)).run.digest, run(&probe(), storm(2)).run.digest);
}

/// Whether a trace is kept changes nothing but the trace.
#[test]
fn a_trace_changes_nothing() {
    for seed in 0..5 {
        let [on, off] = [Tracing::On, Tracing::Off].map(|tracing| run_traced(&probe(), storm(seed), tracing));
        assert_eq!((on.run.digest, on.run.stats, on.notes), (off.run.digest, off.run.stats, off.notes));
        assert!(off.run.trace.is_none());
    }
}

/// A copy of a world goes on as the original does, wherever it is taken, step by step.
#[test]
fn a_copy_goes_on_as_the_original_does() {
    let end = ms(3_000);
    let mut world = World::new(probe(), Arc::new(storm(3)), Tracing::Off);
    let mut copies: Vec<World<Probe>> = Vec::new();
    for tenth in 1..=30 {
        copies.push(world.clone());
        for world in copies.iter_mut().chain([&mut world]) {
            world.run_until(ms(100 * tenth));
        }
        assert!(copies.iter().all(|copy| copy.digest() == world.digest()), "at {}", world.now());
    }
    let mut straight = World::new(probe(), Arc::new(storm(3)), Tracing::Off);
    while straight.step(end) {}
    for copy in copies {
        assert_eq!((copy.digest(), copy.history()), (straight.digest(), straight.history()));
    }
}

/// A run without one of its faults is the same until that fault strikes.
#[test]
fn a_run_is_the_same_until_the_first_fault_that_differs() {
    let whole = run_traced(&probe(), storm(4), Tracing::On).run.trace.unwrap();
    for place in 0..storm(4).faults.len() {
        let mut less = storm(4);
        let struck = less.faults.remove(place).at;
        let trace = run_traced(&probe(), less, Tracing::On).run.trace.unwrap();
        let (Some(ours), Some(theirs)) = whole.first_difference(&trace).unwrap() else {
            panic!("one is cut short")
        };
        assert!(ours.at >= struck && theirs.at >= struck, "fault {place}: {ours}, but {theirs}");
    }
}

/// A forked run is the same until the fork, and another one later; equal forks go on equally.
#[test]
fn a_fork_changes_what_is_later_and_nothing_else() {
    let forked = |after: u64, salt: u64| {
        let plan = Arc::new(storm(4));
        let mut course = Course::new(&probe(), &plan, Tracing::On);
        course.run_until(ms(after));
        course.world_mut().fork(salt);
        course.finish().trace.unwrap()
    };
    let whole = run_traced(&probe(), storm(4), Tracing::On).run.trace.unwrap();
    for after in [0, 450, 1_500, 2_900] {
        let [one, same, other] = [1, 1, 2].map(|salt| forked(after, salt));
        assert_eq!(one.first_difference(&same), None);
        for (ours, theirs) in [(&whole, &one), (&one, &other)] {
            let (Some(ours), Some(theirs)) = ours.first_difference(theirs).unwrap() else {
                panic!("one is cut short")
            };
            assert!(ours.at > ms(after) && theirs.at > ms(after), "{after} ms: {ours}, but {theirs}");
        }
    }
    assert_eq!(whole.first_difference(&forked(3_000, 1)), None);
}

/// A fault's chances are its own: they stay when a fault before it in the plan is taken out.
#[test]
fn a_fault_keeps_its_chances_when_one_before_it_goes() {
    let pause = Fault::Pause { target: nodes(&[1]) };
    let loss = Fault::Loss { rate: HALF, from: nodes(&[2]), to: nodes(&[3]) };
    let reorder = Fault::ReorderSyncs { target: nodes(&[4]), within: Duration::from_millis(40) };
    let whole = plan(4, [(105, 200, pause), (405, 1_200, loss), (405, 1_200, reorder)]);
    let mut less = whole.clone();
    less.faults.remove(0);
    let idle = Probe { durable: true, ..Probe::default() };
    let [with, without] = [whole, less].map(|plan| run(&idle, plan));
    assert_eq!(with.pings(2, 3, 250, 3_000), without.pings(2, 3, 250, 3_000));
    assert!(with.effect(1).dropped > 5 && with.effect(1).dropped == without.effect(0).dropped);
    let synced = |note: &Note| matches!(note, Note::Synced { .. });
    assert_eq!(with.when(4, synced), without.when(4, synced));
}

/// Taking a fault away leaves every message that it did not cause as it was: here the pings of all the others,
/// from the first to the last, moment by moment.
#[test]
fn one_fault_less_leaves_what_it_did_not_cause_untouched() {
    let faults = |count| {
        let crash =
            Fault::Crash { target: nodes(&[1]), after_effects: None, unsynced: CrashLoss::Everything };
        let loss = Fault::Loss { rate: HALF, from: nodes(&[2]), to: nodes(&[3]) };
        [(405, 1_200, loss), (505, 1_005, crash)].into_iter().take(count)
    };
    let [with, without] = [2, 1].map(|count| run(&Probe::default(), plan(4, faults(count))));
    let mut lost = 0;
    for from in 2..=4 {
        for to in (2..=4).filter(|&to| to != from) {
            let [ours, theirs] = [&with, &without].map(|seen| seen.pings(from, to, 0, 3_000));
            assert_eq!(ours, theirs, "n{from} to n{to}");
            lost += 299 - ours.len();
        }
    }
    assert!(lost > 20, "the other fault's losses are the same too, and there are some");
    assert_ne!(with.pings(1, 2, 0, 3_000), without.pings(1, 2, 0, 3_000));
}

/// A digest is a promise: a replay command of last year must still show the same run. If this test fails
/// because the kernel was meant to change, say so in the changelog.
#[test]
fn digests_stay_what_they_were() {
    let digests: Vec<String> = (0..3).map(|seed| run(&probe(), storm(seed)).run.digest.to_string()).collect();
    assert_eq!(digests, ["e40a47962cfc2243", "cd9ad0e698eaceb9", "72d214fdf62f0d49"]);
}
