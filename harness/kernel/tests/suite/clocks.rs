//! Clocks that jump and drift, as the probe sees them.
use crate::common::{Note, Probe, Seen, ms, nodes, plan, run};
use stormglass_core::clock::EPOCH;
use stormglass_core::disk::CrashLoss;
use stormglass_core::prelude::*;
use stormglass_plan::fault::{Clock, Fault};

/// What a node's clocks showed at its ticks in a window: true time, wall clock since the epoch, monotonic clock.
fn shown(seen: &Seen, node: u32, from: u64, until: u64) -> Vec<(Time, Duration, Time)> {
    let tick = |noted: &crate::common::Noted| match noted.note {
        Note::Ticked { wall, elapsed, .. }
            if noted.node == NodeId(node) && noted.at >= ms(from) && noted.at < ms(until) =>
        {
            Some((noted.at, wall.since(EPOCH), elapsed))
        }
        _ => None,
    };
    seen.notes.iter().filter_map(tick).collect()
}

fn at(time: Time) -> Duration {
    time.since(Time::ZERO)
}

/// A jump moves the wall clock of its target, for good; timers and the monotonic clock do not notice.
#[test]
fn a_jump_moves_the_wall_clock_and_nothing_else() {
    let by = |millis| Skew::ahead(Duration::from_millis(millis));
    let back = |millis| Skew::behind(Duration::from_millis(millis));
    for (skew, ahead, behind) in [(by(300), 300, 0), (back(200), 0, 200)] {
        let inject = Fault::ClockJump { target: nodes(&[1]), by: skew };
        let seen = run(&Probe::default(), plan(2, [(505, 1_005, inject)]));
        for (time, wall, elapsed) in shown(&seen, 1, 0, 505) {
            assert_eq!((wall, elapsed), (at(time), time));
        }
        for (time, wall, elapsed) in shown(&seen, 1, 505, 3_000) {
            assert_eq!(wall + Duration::from_millis(behind), at(time) + Duration::from_millis(ahead));
            assert_eq!(elapsed, time, "the monotonic clock does not jump");
        }
        assert_eq!(seen.ticks(1, 0, 3_000), 299, "no timer noticed");
        assert!(shown(&seen, 2, 0, 3_000).iter().all(|&(time, wall, _)| wall == at(time)));
    }
}

/// A drift moves both clocks and the timers, while it lasts; what has been gained stays gained.
#[test]
fn a_drift_takes_both_clocks_and_the_timers_along() {
    for (ppm, ticks) in [(500_000, 75), (-500_000, 25)] {
        let inject = Fault::ClockDrift { target: nodes(&[1]), ppm, clock: Default::default() };
        let seen = run(&Probe::default(), plan(2, [(505, 1_005, inject)]));
        let during = seen.ticks(1, 505, 1_005);
        assert!(during.abs_diff(ticks) <= 1, "{ppm}: {during} ticks in half a second");
        assert!(seen.ticks(1, 1_005, 1_505).abs_diff(50) <= 1);
        let gained = i64::from(ppm) * 500 / 1_000_000;
        for (time, wall, elapsed) in shown(&seen, 1, 1_005, 3_000) {
            assert_eq!(wall, at(elapsed), "both clocks drift alike");
            let ahead = elapsed.as_nanos() as i64 - time.as_nanos() as i64;
            assert!((ahead - gained * 1_000_000).abs() < 100, "{ppm}: {ahead} ns ahead");
        }
        assert_eq!(seen.ticks(2, 505, 1_005), 50);
    }
}

/// A timer set before a drift runs out by the clock as it goes now: neither at the old moment nor early.
#[test]
fn a_timer_follows_a_drift_that_comes_later() {
    let inject = Fault::ClockDrift { target: nodes(&[1]), ppm: -900_000, clock: Default::default() };
    let seen = run(&Probe::default(), plan(1, [(505, 2_500, inject)]));
    let (time, _, elapsed) = shown(&seen, 1, 505, 2_500)[0];
    // Set at 500 for 510: the 5 ms that were left take ten times as long.
    assert!(time >= ms(555) && time.since(ms(555)) < Duration::from_micros(1), "{time:?}");
    assert!(elapsed >= ms(510));
}

/// Drifts that overlap add up, and each ends for itself.
#[test]
fn two_drifts_add_up_and_end_each_for_itself() {
    let drift = |ppm| Fault::ClockDrift { target: nodes(&[1]), ppm, clock: Default::default() };
    let seen = run(&Probe::default(), plan(1, [(505, 1_005, drift(500_000)), (505, 1_505, drift(-250_000))]));
    for (from, until, ticks) in [(505, 1_005, 62), (1_005, 1_505, 37), (1_505, 2_005, 50)] {
        let counted = seen.ticks(1, from, until);
        assert!(counted.abs_diff(ticks) <= 1, "{counted} ticks from {from} to {until}");
    }
}

/// A crash does not set a clock right.
#[test]
fn a_clock_outlives_its_node() {
    let faults = [
        (505, 2_000, Fault::ClockJump { target: nodes(&[1]), by: Skew::ahead(Duration::from_secs(5)) }),
        (700, 800, Fault::Crash { target: nodes(&[1]), after_effects: None, unsynced: CrashLoss::Nothing }),
    ];
    let seen = run(&Probe::default(), plan(1, faults));
    let (time, wall, elapsed) = shown(&seen, 1, 800, 3_000)[0];
    assert_eq!((wall, elapsed), (at(time) + Duration::from_secs(5), time));
}

/// A clock that stands still stands still for every fault that holds it, until the last of them ends, and no drift
/// moves it.
#[test]
fn a_clock_held_still_twice_stays_still_until_the_last_ends() {
    let freeze = |clock| Fault::ClockFreeze { target: nodes(&[1]), clock };
    let drift = Fault::ClockDrift { target: nodes(&[1]), ppm: 400_000, clock: Clock::Both };
    let wall = [(505, 1_005, freeze(Clock::Wall)), (705, 1_205, freeze(Clock::Wall))];
    let seen = run(&Probe::default(), plan(1, wall));
    let walls: Vec<Duration> = shown(&seen, 1, 505, 1_205).into_iter().map(|(_, wall, _)| wall).collect();
    assert_eq!((walls.len(), walls[0]), (70, Duration::from_millis(505)));
    assert!(walls.iter().all(|&wall| wall == walls[0]), "{walls:?}");
    assert!(shown(&seen, 1, 1_205, 2_000).iter().all(|&(time, wall, _)| wall == at(time)));
    for faults in [
        vec![(505, 1_005, freeze(Clock::Monotonic)), (505, 1_005, drift.clone())],
        vec![(505, 1_005, drift), (505, 1_005, freeze(Clock::Both))],
    ] {
        assert_eq!(run(&Probe::default(), plan(1, faults)).ticks(1, 505, 1_005), 0);
    }
}
