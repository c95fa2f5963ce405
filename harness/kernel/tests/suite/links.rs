//! Every fault of links is seen by the probe, and only while it is in force: the rarer ones.
use crate::common::{Note, Probe, Seen, ms, nodes, plan, run};
use stormglass_core::disk::CrashLoss;
use stormglass_core::prelude::*;
use stormglass_plan::fault::{Clients, Fault, Release, Target, Way};
use stormglass_plan::latency::Latency;
use stormglass_plan::plan::{Link, Network, Plan};

/// How many pings came through of the fifty sent before, while and after a fault lasted from 505 to 1005 ms.
fn before_during_after(seen: &Seen, from: u32, to: u32) -> [usize; 3] {
    [(0, 505), (505, 1_005), (1_005, 1_505)].map(|(since, until)| seen.pings(from, to, since, until).len())
}

const OPEN: [usize; 3] = [50, 50, 50];
const SHUT: [usize; 3] = [50, 0, 50];

fn struck(count: u32, fault: Fault) -> Seen {
    run(&Probe::default(), steady(plan(count, [(505, 1_005, fault)])))
}

/// Every message takes three milliseconds.
fn steady<O>(plan: Plan<O>) -> Plan<O> {
    let latency = Latency::Constant(Duration::from_millis(3));
    Plan { network: Network::from(Link { latency, ..Link::default() }), ..plan }
}

/// Two nodes that cannot reach each other both reach a third.
#[test]
fn severed_nodes_reach_all_others() {
    for (way, there, back) in [(Way::Both, SHUT, SHUT), (Way::Out, SHUT, OPEN), (Way::In, OPEN, SHUT)] {
        let seen = struck(3, Fault::Sever { from: nodes(&[1]), to: nodes(&[3]), way });
        assert_eq!(before_during_after(&seen, 1, 3), there, "{way:?}");
        assert_eq!(before_during_after(&seen, 3, 1), back, "{way:?}");
        for (from, to) in [(1, 2), (2, 1), (2, 3), (3, 2)] {
            assert_eq!(before_during_after(&seen, from, to), OPEN, "{way:?}");
        }
        let cut = [there, back].iter().filter(|&&pings| pings == SHUT).count() as u64 * 50;
        assert_eq!(seen.effect(0).dropped, cut);
    }
}

/// In a ring each node reaches its two neighbours and nobody else.
#[test]
fn in_a_ring_only_neighbours_are_reached() {
    let seen = struck(5, Fault::Ring {});
    for (from, to, expected) in
        [(1, 2, OPEN), (2, 1, OPEN), (1, 5, OPEN), (5, 1, OPEN), (1, 3, SHUT), (4, 2, SHUT)]
    {
        assert_eq!(before_during_after(&seen, from, to), expected, "n{from} to n{to}");
    }
    assert!(seen.effect(0).dropped > 0);
}

/// A flapping node is cut off for the first part of each period and back for the rest.
#[test]
fn a_flapping_node_comes_and_goes() {
    let fault = Fault::Flap {
        target: nodes(&[1]),
        period: Duration::from_millis(100),
        share: Ratio::from_percent(30),
        way: Way::Both,
        clients: Clients::Reach,
    };
    let seen = struck(3, fault);
    assert_eq!(before_during_after(&seen, 1, 2), [50, 35, 50]);
    assert_eq!(before_during_after(&seen, 2, 3), OPEN);
    let sent: Vec<u64> =
        seen.pings(1, 2, 505, 705).iter().map(|&(_, sent, _)| sent.since(Time::ZERO).as_millis()).collect();
    assert_eq!(sent, [540, 550, 560, 570, 580, 590, 600, 640, 650, 660, 670, 680, 690, 700]);
    // 15 ticks of each period's cut, to two peers and back.
    assert_eq!(seen.effect(0).dropped, 15 * 4);
}

/// A slow link takes its factor as long.
#[test]
fn a_slow_link_multiplies_delays() {
    let seen = struck(2, Fault::SlowLink { factor: 7, from: nodes(&[1]), to: Target::All });
    for (since, until, expected) in [(0, 505, 3), (505, 1_005, 21), (1_005, 1_505, 3)] {
        assert!(
            seen.pings(1, 2, since, until)
                .iter()
                .all(|&(_, sent, heard)| heard.since(sent).as_millis() == expected)
        );
    }
    assert!(seen.pings(2, 1, 505, 1_005).iter().all(|&(_, sent, heard)| heard.since(sent).as_millis() == 3));
    assert_eq!(seen.effect(0).disturbed, 50);
}

fn hold(until: Release) -> Fault {
    Fault::Hold { rate: Ratio::ONE, until, from: nodes(&[1]), to: nodes(&[2]) }
}

/// Held messages arrive when the fault ends, all of them, and others are not held.
#[test]
fn held_messages_arrive_when_the_fault_ends() {
    let seen = struck(3, hold(Release::Lifted));
    let held = seen.pings(1, 2, 505, 1_005);
    assert_eq!(held.len(), 50);
    assert!(held.iter().all(|&(_, _, heard)| heard == ms(1_008)));
    assert!(seen.pings(1, 3, 505, 1_005).iter().all(|&(_, sent, heard)| heard.since(sent).as_millis() == 3));
    assert_eq!(seen.effect(0).disturbed, 50);
}

/// Messages held for a leader arrive when one begins to lead.
#[test]
fn the_next_leader_releases_what_is_held() {
    let crash = Fault::Crash { target: nodes(&[3]), after_effects: None, unsynced: CrashLoss::Nothing };
    let probe = Probe { leader: Some(NodeId(3)), ..Probe::default() };
    // n3 comes back at 700 ms, and leads again.
    let seen = run(&probe, steady(plan(3, [(505, 1_005, hold(Release::Leader)), (605, 700, crash)])));
    assert!(seen.pings(1, 2, 505, 700).iter().all(|&(_, _, heard)| heard == ms(703)));
    assert_eq!(seen.pings(1, 2, 505, 700).len(), 19);
    assert!(seen.pings(1, 2, 701, 1_005).iter().all(|&(_, _, heard)| heard == ms(1_008)));
}

/// Messages held for a point arrive when somebody comes to it.
#[test]
fn a_point_releases_what_is_held() {
    let probe = Probe { watchful: true, ..Probe::default() };
    let heard = |label: &str| {
        let fault = hold(Release::Point(label.to_owned()));
        let seen = run(&probe, steady(plan(2, [(505, 1_005, fault)])));
        seen.pings(1, 2, 505, 905).iter().all(|&(_, sent, heard)| heard.since(sent).as_millis() <= 13)
    };
    assert!(heard("ticked"));
    assert!(!heard("elsewhere"));
}

/// Bits flip in encoded messages: what no longer decodes is lost, what still does is wrong.
#[test]
fn garbled_messages_are_lost_or_wrong() {
    let fault = Fault::Corrupt { rate: Ratio::ONE, bits: 3, from: nodes(&[1]), to: Target::All };
    let wired = |plan| run(&Probe::default(), Plan { wire: true, ..steady(plan) });
    let seen = wired(plan(2, [(505, 1_005, fault)]));
    let calm = wired(plan(2, []));
    let heard = |seen: &Seen, since, until| {
        seen.of(2, since, until)
            .into_iter()
            .filter(|note| matches!(note, Note::Heard { .. }))
            .collect::<Vec<_>>()
    };
    assert_eq!(heard(&seen, 0, 505), heard(&calm, 0, 505));
    let right = heard(&calm, 510, 1_005);
    assert!(heard(&seen, 510, 1_005).iter().all(|note| !right.contains(note)));
    assert_eq!(heard(&seen, 1_015, 1_505), heard(&calm, 1_015, 1_505));
    let effect = seen.effect(0);
    assert!(effect.dropped > 0 && effect.disturbed == 50, "{effect:?}");
    // Without a fault, bytes carry everything unchanged.
    assert_eq!(run(&Probe::default(), steady(plan(2, []))).notes, calm.notes);
}

/// A narrow link lets messages wait, and loses those that find no room.
#[test]
fn a_narrow_link_delays_and_overflows() {
    let narrow = |bytes_per_second, queue_bytes| {
        struck(2, Fault::Bandwidth { bytes_per_second, queue_bytes, from: nodes(&[1]), to: nodes(&[2]) })
    };
    // A ping of some 6 to 8 bytes each 10 ms is 600 to 800 bytes a second.
    let wide = narrow(10_000, 1_000);
    assert_eq!(before_during_after(&wide, 1, 2), OPEN);
    let tight = narrow(300, 60);
    let late = tight.pings(1, 2, 505, 1_005);
    assert!((15..40).contains(&late.len()), "{}", late.len());
    assert!(late.iter().any(|&(_, sent, heard)| heard.since(sent).as_millis() > 150));
    assert_eq!(tight.effect(0).dropped as usize, 50 - late.len());
    assert_eq!(before_during_after(&tight, 2, 1), OPEN);
}

/// A reset loses what is on its way at that moment, both ways, and nothing else.
#[test]
fn a_reset_loses_what_is_under_way() {
    let slow = Latency::Constant(Duration::from_millis(24));
    let slow = Network::from(Link { latency: slow, ..Link::default() });
    let fault = Fault::Reset { from: nodes(&[1]), to: nodes(&[2]) };
    let seen = run(&Probe::default(), Plan { network: slow, ..plan(3, [(505, 505, fault)]) });
    for (from, to) in [(1, 2), (2, 1)] {
        let ticks: Vec<u64> = seen.pings(from, to, 450, 550).iter().map(|&(tick, ..)| tick).collect();
        assert_eq!(ticks, [45, 46, 47, 48, 51, 52, 53, 54], "n{from} to n{to}");
    }
    assert_eq!(before_during_after(&seen, 1, 3), OPEN);
    assert_eq!(seen.effect(0).dropped, 4);
}
