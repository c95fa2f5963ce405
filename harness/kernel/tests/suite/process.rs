//! Crashes, pauses and work, as the probe sees them.
use crate::common::{Note, Probe, Seen, TICK, ms, nodes, plan, run};
use stormglass_core::disk::CrashLoss;
use stormglass_core::prelude::*;
use stormglass_plan::fault::{Fault, Target};
use stormglass_plan::latency::Latency;

fn crash(ids: &[u32]) -> Fault {
    Fault::Crash { target: nodes(ids), after_effects: None, unsynced: CrashLoss::Everything }
}

fn pause(ids: &[u32]) -> Fault {
    Fault::Pause { target: nodes(ids) }
}

fn first_tick_after(seen: &Seen, node: u32, from: u64) -> u64 {
    let notes = seen.of(node, from, 3_000);
    notes
        .iter()
        .find_map(|note| if let Note::Ticked { tick, .. } = note { Some(*tick) } else { None })
        .unwrap()
}

/// A crash silences the node until the fault ends; then it boots with nothing of its memory, and with its disk.
#[test]
fn a_crash_takes_memory_and_leaves_the_disk() {
    let probe = Probe { durable: true, ..Probe::default() };
    let seen = run(&probe, plan(3, [(505, 1_000, crash(&[1]))]));
    assert_eq!(seen.run.stats.crashes, 1);
    let down = seen.of(1, 505, 1_000);
    let [Note::Crashed { records }] = down[..] else { panic!("a node that is down says nothing: {down:?}") };
    // Fifty ticks have passed; the last one's sync takes 1 to 5 ms.
    assert!((49..=50).contains(&records), "{records}");
    assert_eq!(seen.of(1, 1_000, 1_001), [Note::Started { records }]);
    assert_eq!(first_tick_after(&seen, 1, 1_000), 1, "the count of ticks was in memory");
    assert!(seen.pings(2, 1, 511, 980).is_empty(), "what reaches a node that is down is lost");
    assert_eq!(seen.ticks(2, 505, 1_000), 49, "the others go on");
}

/// A timer set before a crash does not run out after it.
#[test]
fn timers_die_with_their_node() {
    let seen = run(&Probe::default(), plan(2, [(505, 507, crash(&[1]))]));
    let ticks: Vec<Time> = seen
        .notes
        .iter()
        .filter(|noted| {
            noted.node == NodeId(1) && matches!(noted.note, Note::Ticked { .. }) && noted.at > ms(505)
        })
        .map(|noted| noted.at)
        .take(2)
        .collect();
    assert_eq!(ticks, [ms(517), ms(527)], "ticks count from the restart");
}

/// A crash after k effects lets exactly the first k of them happen: a note, pings to n2, n3 and n4, a write, a
/// sync, the timer. The crash falls on the first step that has effects: the tick at 510 ms.
#[test]
fn a_crash_in_mid_step_lets_exactly_the_first_effects_happen() {
    for effects in 0..=7 {
        let probe = Probe { durable: true, ..Probe::default() };
        // Nothing un-synced is lost, so that what the disk holds is what was written.
        let inject =
            Fault::Crash { target: nodes(&[1]), after_effects: Some(effects), unsynced: CrashLoss::Nothing };
        let mut silent = plan(4, [(509, 1_000, inject)]);
        // Only ticks: nobody answers, and no message comes to n1 first.
        silent.network.link.latency = Latency::Constant(Duration::from_millis(2));
        silent.disk.sync = Latency::Constant(Duration::from_millis(2));
        let seen = run(&probe, silent);
        assert_eq!(seen.ticks(1, 510, 1_000), usize::from(effects > 0), "{effects}: the note");
        for (place, peer) in [2, 3, 4].into_iter().enumerate() {
            let heard = seen.pings(1, peer, 510, 1_000).len();
            assert_eq!(heard, usize::from(effects as usize > 1 + place), "{effects}: the ping to n{peer}");
        }
        let crashed = seen.of(1, 510, 1_000).into_iter().rfind(|note| matches!(note, Note::Crashed { .. }));
        assert_eq!(
            crashed,
            Some(Note::Crashed { records: 50 + u64::from(effects > 4) }),
            "{effects}: the write"
        );
    }
}

/// A fuse that no step has met by the end of its fault crashes nobody.
#[test]
fn a_crash_that_waits_in_vain_is_called_off() {
    let inject = Fault::Crash { target: nodes(&[1]), after_effects: Some(0), unsynced: CrashLoss::Nothing };
    let probe = Probe { silent: true, ..Probe::default() };
    let seen = run(&probe, plan(1, [(501, 509, inject)]));
    assert_eq!(seen.run.stats.crashes, 0);
    assert_eq!(seen.ticks(1, 0, 2_000), 199);
}

/// While paused a node does nothing; then its inputs come in the order in which they arrived, its timer late,
/// and its clocks have gone on.
#[test]
fn a_pause_holds_inputs_in_order_and_lets_clocks_go_on() {
    let seen = run(&Probe::default(), plan(3, [(505, 1_005, pause(&[1]))]));
    assert_eq!(seen.of(1, 505, 1_005), []);
    let caught_up = seen.of(1, 1_005, 1_006);
    let pings = caught_up.iter().filter(|note| matches!(note, Note::Heard { .. })).count();
    assert!(pings >= 98, "{pings} pings of n2 and n3 had waited");
    let late: Vec<&Note> = caught_up.iter().filter(|note| matches!(note, Note::Ticked { .. })).collect();
    assert!(
        matches!(late[..], [Note::Ticked { tick: 51, elapsed, .. }] if *elapsed == ms(1_005)),
        "{late:?}"
    );
    // The order of arrival: as it would have been heard without the pause.
    let calm = run(&Probe::default(), plan(3, []));
    let heard = |seen: &Seen, from, until| {
        let is_ping = |note: &Note| matches!(note, Note::Heard { .. });
        seen.of(1, from, until).into_iter().filter(is_ping).collect::<Vec<_>>()
    };
    assert_eq!(heard(&seen, 1_005, 1_006), heard(&calm, 505, 1_005 + 1).as_slice()[..pings]);
}

/// Two pauses that overlap hold the node until both have ended.
#[test]
fn a_node_paused_twice_waits_for_both_ends() {
    let seen = run(&Probe::default(), plan(2, [(500, 1_000, pause(&[1])), (800, 1_300, pause(&[1]))]));
    assert_eq!(seen.ticks(1, 502, 1_300), 0);
    assert!(seen.ticks(1, 1_300, 1_500) >= 19);
}

/// A node that crashes while paused loses what waited, boots when the crash ends, and goes on when the pause
/// ends, whichever comes first.
#[test]
fn a_crash_while_paused_loses_what_waited() {
    for (pause_ends, crash_ends) in [(1_500, 1_000), (1_000, 1_500)] {
        let faults = [(500, pause_ends, pause(&[1])), (700, crash_ends, crash(&[1]))];
        let seen = run(&Probe::default(), plan(2, faults));
        let quiet = seen.of(1, 502, 1_500);
        assert_eq!(quiet, [Note::Crashed { records: 0 }], "pause until {pause_ends}");
        let first = seen.of(1, 1_500, 1_501);
        assert_eq!(first[0], Note::Started { records: 0 });
        assert!(seen.pings(2, 1, 511, 690).is_empty(), "the inbox went down with the node");
        assert!(seen.ticks(1, 1_500, 2_000) >= 48);
    }
}

/// Two crashes that overlap are one: the node restarts when the last of them ends.
#[test]
fn a_node_crashed_twice_restarts_when_the_last_crash_ends() {
    let seen = run(&Probe::default(), plan(2, [(500, 1_000, crash(&[1])), (800, 1_300, crash(&[1]))]));
    assert_eq!(seen.run.stats.crashes, 1);
    assert_eq!(seen.of(1, 501, 1_300), []);
    assert_eq!(seen.of(1, 1_300, 1_301), [Note::Started { records: 0 }]);
}

/// A node that is down at the first moment boots once, when its crash ends.
#[test]
fn a_node_may_be_down_from_the_beginning() {
    let seen = run(&Probe::default(), plan(2, [(0, 300, crash(&[1]))]));
    let boots = |from, until| {
        seen.of(1, from, until).iter().filter(|note| matches!(note, Note::Started { .. })).count()
    };
    assert!(boots(0, 1) <= 1, "it may have been up for an instant");
    assert_eq!(seen.of(1, 1, 300), []);
    assert_eq!(boots(300, 3_000), 1);
}

/// Work occupies the node after the step: the next input waits until it is done, and the one after that for
/// both.
#[test]
fn work_keeps_later_inputs_waiting_in_line() {
    let work = Duration::from_millis(4);
    let idle = run(&Probe { work: Duration::ZERO, ..Probe::default() }, plan(3, []));
    let busy = run(&Probe { work, ..Probe::default() }, plan(3, []));
    let heard = |seen: &Seen| {
        let is_ping = |noted: &&crate::common::Noted| {
            noted.node == NodeId(1) && matches!(noted.note, Note::Heard { .. })
        };
        seen.notes.iter().filter(is_ping).map(|noted| noted.at).collect::<Vec<_>>()
    };
    let closest = |seen: &Seen| heard(seen).windows(2).map(|pair| pair[1].since(pair[0])).min().unwrap();
    assert!(closest(&idle) < work, "messages do come close upon one another");
    assert!(closest(&busy) >= work, "{} apart", closest(&busy));
    let tick_late = |seen: &Seen| {
        let late = |noted: &&crate::common::Noted| {
            matches!(noted.note, Note::Ticked { .. }) && !noted.at.as_nanos().is_multiple_of(TICK.as_nanos())
        };
        seen.notes.iter().filter(late).count()
    };
    assert_eq!(tick_late(&idle), 0);
    assert!(tick_late(&busy) > 0, "a timer that runs out during work is late");
}

/// A restart ends work: the new node owes nothing of the old one's.
#[test]
fn a_restart_ends_work() {
    let probe = Probe { work: Duration::from_secs(1), ..Probe::default() };
    let seen = run(
        &probe,
        plan(
            2,
            [(
                100,
                200,
                Fault::Crash { target: Target::All, after_effects: None, unsynced: CrashLoss::Nothing },
            )],
        ),
    );
    assert_eq!(seen.of(1, 200, 201), [Note::Started { records: 0 }]);
    assert_eq!(seen.ticks(1, 205, 215), 1);
}
