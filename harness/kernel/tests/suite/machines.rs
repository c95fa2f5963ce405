//! Every fault of machines as a whole is seen by the probe, and only while it is in force: the rarer ones.
use crate::common::{Note, Probe, Seen, nodes, plan, run};
use stormglass_core::disk::CrashLoss;
use stormglass_core::prelude::*;
use stormglass_plan::effect::Effect;
use stormglass_plan::fault::{Clock, Fault, Target};
use stormglass_plan::plan::Plan;
use stormglass_plan::scenario::Budget;

const KEPT: CrashLoss = CrashLoss::Nothing;

fn watched(count: u32, fault: Fault) -> Seen {
    let probe = Probe { durable: true, watchful: true, ..Probe::default() };
    run(&probe, plan(count, [(505, 1_005, fault)]))
}

fn crashes(seen: &Seen, node: u32) -> Vec<u64> {
    seen.when(node, |note| matches!(note, Note::Crashed { .. }))
}

fn starts(seen: &Seen, node: u32) -> Vec<u64> {
    seen.when(node, |note| matches!(note, Note::Started { .. }))
}

/// A node goes down at the nth visit of a point, and what its step would have done behind it never happens.
#[test]
fn a_crash_falls_on_the_point_it_names() {
    for (point, crashed) in [(Some("ticked"), vec![530]), (None, vec![530]), (Some("elsewhere"), vec![])] {
        let point = point.map(str::to_owned);
        let seen = watched(2, Fault::CrashAtPoint { target: nodes(&[1]), point, nth: 3, unsynced: KEPT });
        assert_eq!(crashes(&seen, 1), crashed);
        if !crashed.is_empty() {
            assert_eq!(starts(&seen, 1), [0, 1_005]);
            // It said that it ticked, before the point; it pinged nobody, after it.
            assert_eq!(seen.ticks(1, 530, 531), 1);
            assert!(seen.pings(1, 2, 525, 535).is_empty());
            assert_eq!(seen.effect(0).downs, 1);
        }
        assert!(crashes(&seen, 2).is_empty());
    }
}

/// A node goes down again and again while it recovers.
#[test]
fn a_crash_in_recovery_comes_again() {
    let down = Duration::from_millis(40);
    let fault =
        Fault::CrashInRecovery { target: nodes(&[1]), after_effects: 1, down, times: 3, unsynced: KEPT };
    let seen = watched(2, fault);
    assert_eq!(crashes(&seen, 1), [505, 545, 585]);
    // Of two recoveries came one effect, which is not yet the note that it started; the third was whole.
    assert_eq!(starts(&seen, 1), [0, 625]);
    assert_eq!((seen.effect(0).downs, seen.effect(0).down), (3, down * 3));
    assert!(crashes(&seen, 2).is_empty());
}

/// One node after another goes down, and each is back before the next.
#[test]
fn a_rolling_restart_takes_one_after_another() {
    let (down, gap) = (Duration::from_millis(50), Duration::from_millis(30));
    let seen = watched(3, Fault::RollingRestart { target: Target::All, down, gap, unsynced: KEPT });
    for (node, at) in [(1, 505), (2, 585), (3, 665)] {
        assert_eq!(crashes(&seen, node), [at]);
        assert_eq!(starts(&seen, node), [0, at + 50]);
    }
    assert_eq!(seen.effect(0).down, Duration::from_millis(150));
}

/// A slow node needs longer for every step, and is back to its pace afterwards.
#[test]
fn a_slow_node_falls_behind() {
    let fault = Fault::Slow { target: nodes(&[1]), factor: 1, step: Duration::from_millis(5) };
    let probe = Probe::default();
    let seen = run(&probe, plan(3, [(505, 1_005, fault)]));
    let [before, during, after] =
        [(5, 505), (505, 1_005), (1_105, 1_605)].map(|(from, until)| seen.ticks(1, from, until));
    // Three steps of five milliseconds (its own tick and two pings) do not fit into ten.
    assert!(before == 50 && during < 40 && (49..=51).contains(&after), "{before} {during} {after}");
    assert_eq!(seen.ticks(2, 505, 1_005), 50);
    assert!(seen.effect(0).inputs > 0);
    // The factor is about work that the node itself says it does.
    let busy = Probe { work: Duration::from_millis(1), ..Probe::default() };
    let slow = |factor| Fault::Slow { target: nodes(&[1]), factor, step: Duration::ZERO };
    let ticks = |factor| run(&busy, plan(3, [(505, 1_005, slow(factor))])).ticks(1, 505, 1_005);
    assert!(ticks(1) >= 49 && ticks(20) < 30, "{} {}", ticks(1), ticks(20));
}

/// A wiped node comes back with nothing; a node that crashed has all that was synced.
#[test]
fn a_wiped_node_has_forgotten_everything() {
    let records = |seen: &Seen| {
        seen.of(1, 1_000, 1_010).iter().find_map(|note| match note {
            Note::Started { records } => Some(*records),
            _ => None,
        })
    };
    let probe = Probe { durable: true, ..Probe::default() };
    let wipe =
        Plan { budget: Budget::Unlimited, ..plan(2, [(505, 1_005, Fault::Wipe { target: nodes(&[1]) })]) };
    let seen = run(&probe, wipe);
    assert_eq!(records(&seen), Some(0));
    assert!(seen.effect(0).bytes >= 45 * 8, "{:?}", seen.effect(0));
    let crash = Fault::Crash { target: nodes(&[1]), after_effects: None, unsynced: CrashLoss::Everything };
    assert!(records(&run(&probe, plan(2, [(505, 1_005, crash)]))) >= Some(45));
}

/// Within its budget no fault destroys what the system does not promise to survive; without one, what was too much
/// is said.
#[test]
fn a_budget_spares_copies() {
    let wipe = || Fault::Wipe { target: nodes(&[1, 2]) };
    let seen = run(&Probe::default(), plan(3, [(505, 1_005, wipe())]));
    assert!(seen.struck(0).is_empty() && seen.run.beyond_budget.is_none());
    assert_eq!(seen.effect(0), Effect { spared: 2, ..Effect::default() });
    let survivor = Probe { survives: 1, ..Probe::default() };
    let seen = run(&survivor, plan(3, [(505, 1_005, wipe()), (1_205, 1_305, wipe())]));
    assert_eq!((seen.struck(0), seen.struck(1)), (vec![0], vec![0]));
    assert_eq!(seen.run.beyond_budget, None);
    let seen = run(&survivor, Plan { budget: Budget::Unlimited, ..plan(3, [(505, 1_005, wipe())]) });
    assert_eq!(seen.struck(0), [0, 1]);
    let beyond = seen.run.beyond_budget.unwrap();
    assert_eq!(beyond.at, Time::from_nanos(505_000_000));
    assert_eq!(beyond.why, "wipe at 0.505s made 2 damaged copies (n1, n2), and the system survives 1");
}

fn walls(seen: &Seen, node: u32, from: u64, until: u64) -> Vec<(i64, i64)> {
    let relative = |time: Time, base: u64| time.as_nanos() as i64 - base as i64;
    seen.notes
        .iter()
        .filter(|noted| {
            noted.node == NodeId(node)
                && noted.at.as_nanos() / 1_000_000 >= from
                && noted.at.as_nanos() / 1_000_000 < until
        })
        .filter_map(|noted| match noted.note {
            Note::Ticked { wall, elapsed, .. } => Some((
                relative(wall, noted.at.as_nanos() + stormglass_core::clock::EPOCH.as_nanos()),
                relative(elapsed, noted.at.as_nanos()),
            )),
            _ => None,
        })
        .collect()
}

/// A wall clock that is off is right again when the fault ends.
#[test]
fn an_offset_is_taken_back() {
    let by = Skew::behind(Duration::from_millis(300));
    let seen =
        run(&Probe::default(), plan(2, [(505, 1_005, Fault::ClockOffset { target: nodes(&[1]), by })]));
    assert!(walls(&seen, 1, 510, 1_000).iter().all(|&off| off == (-300_000_000, 0)));
    assert!(walls(&seen, 1, 0, 505).iter().chain(&walls(&seen, 1, 1_010, 1_500)).all(|&off| off == (0, 0)));
    assert!(walls(&seen, 2, 0, 1_500).iter().all(|&off| off == (0, 0)));
    assert_eq!(seen.effect(0).clocks, 1);
}

/// A wall clock that stands still shows one moment, and the right time afterwards; timers go on.
#[test]
fn a_wall_clock_stands_still_alone() {
    let fault = Fault::ClockFreeze { target: nodes(&[1]), clock: Clock::Wall };
    let seen = run(&Probe::default(), plan(2, [(505, 1_005, fault)]));
    let frozen: Vec<i64> = walls(&seen, 1, 510, 1_000).iter().map(|off| off.0).collect();
    assert!(frozen.windows(2).all(|pair| pair[1] == pair[0] - 10_000_000), "{frozen:?}");
    assert!(walls(&seen, 1, 1_010, 1_500).iter().all(|&off| off == (0, 0)));
    assert_eq!(seen.ticks(1, 505, 1_005), 50);
}

/// With a monotonic clock that stands still no timer runs out; it goes on from where it stood.
#[test]
fn no_timer_runs_out_by_a_clock_that_stands_still() {
    let fault = Fault::ClockFreeze { target: nodes(&[1]), clock: Clock::Monotonic };
    let seen = run(&Probe::default(), plan(2, [(505, 1_005, fault)]));
    assert_eq!(seen.ticks(1, 505, 1_005), 0);
    let after = walls(&seen, 1, 1_005, 1_500);
    assert!(
        after.len() >= 49
            && after.iter().all(|off| off.0 == 0 && (-500_000_000..-499_990_000).contains(&off.1))
    );
}

/// The two clocks drift apart if only one of them is fast.
#[test]
fn clocks_come_apart() {
    for (clock, wall_drifts, timers_drift) in
        [(Clock::Both, true, true), (Clock::Wall, true, false), (Clock::Monotonic, false, true)]
    {
        let fault = Fault::ClockDrift { target: nodes(&[1]), ppm: 100_000, clock };
        let seen = run(&Probe::default(), plan(2, [(505, 1_005, fault)]));
        let &(wall, elapsed) = walls(&seen, 1, 1_010, 1_500).last().unwrap();
        assert_eq!((wall > 49_000_000, elapsed > 49_000_000), (wall_drifts, timers_drift), "{clock:?}");
        assert_eq!(seen.ticks(1, 505, 1_005) > 52, timers_drift, "{clock:?}");
    }
}
