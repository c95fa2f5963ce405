//! Every fault of the network is seen by the probe, and only while it is in force.
use crate::common::{Note, Probe, Seen, asking, ms, nodes, plan, run};
use stormglass_core::disk::CrashLoss;
use stormglass_core::prelude::*;
use stormglass_plan::fault::{Clients, Fault, Target, Way};
use stormglass_plan::latency::Latency;
use stormglass_plan::plan::{DirectedLink, Link, Network, Plan};

/// How many pings from one node to another came through of the fifty sent before, of the fifty sent while, and
/// of the fifty sent after a fault lasted from 505 to 1005 ms. (Ticks fall on whole hundredths of a second, and
/// faults between them.)
fn before_during_after(seen: &Seen, from: u32, to: u32) -> [usize; 3] {
    [(0, 505), (505, 1_005), (1_005, 1_505)].map(|(since, until)| seen.pings(from, to, since, until).len())
}

fn cut(way: Way) -> Fault {
    Fault::Partition { side: nodes(&[1, 2]), way, clients: Clients::Reach }
}

const HALF: Ratio = Ratio::from_percent(50);
const OPEN: [usize; 3] = [50, 50, 50];
const SHUT: [usize; 3] = [50, 0, 50];

/// A partition stops what crosses it, in the directions it names, while it lasts; each side talks on.
#[test]
fn a_partition_stops_what_crosses_it_and_nothing_else() {
    for (way, out, back) in [(Way::Both, SHUT, SHUT), (Way::Out, SHUT, OPEN), (Way::In, OPEN, SHUT)] {
        let seen = run(&Probe::default(), plan(5, [(505, 1_005, cut(way))]));
        assert_eq!(before_during_after(&seen, 1, 2), OPEN, "{way:?}: inside");
        assert_eq!(before_during_after(&seen, 4, 3), OPEN, "{way:?}: outside");
        for (inside, outside) in [(1, 3), (2, 5)] {
            assert_eq!(before_during_after(&seen, inside, outside), out, "{way:?}: out");
            assert_eq!(before_during_after(&seen, outside, inside), back, "{way:?}: in");
        }
        assert!(seen.run.stats.dropped > 0);
    }
}

/// What was sent before a cut arrives: a message's fate is settled when it leaves.
#[test]
fn a_message_on_its_way_passes_a_cut_that_comes_later() {
    let seen = run(&Probe::default(), plan(5, [(505, 1_005, cut(Way::Both))]));
    let passed = |from, to| seen.pings(from, to, 0, 505).last().is_some_and(|&(_, _, heard)| heard > ms(505));
    assert!([(1, 3), (1, 4), (2, 3), (2, 4), (3, 1), (4, 2)].into_iter().any(|(from, to)| passed(from, to)));
}

/// Each isolated node is cut off from every other, the other isolated ones too.
#[test]
fn an_isolated_node_hears_nobody() {
    let inject = Fault::Isolate { target: nodes(&[1, 2]), way: Way::Both, clients: Clients::Reach };
    let seen = run(&Probe::default(), plan(4, [(505, 1_005, inject)]));
    for (from, to) in [(1, 2), (2, 1), (1, 3), (4, 2)] {
        assert_eq!(before_during_after(&seen, from, to), SHUT, "n{from} to n{to}");
    }
    assert_eq!(before_during_after(&seen, 3, 4), OPEN);
}

/// Clients reach both sides of a partition, or only the side that it does not name.
#[test]
fn a_partition_cuts_clients_off_only_if_it_says_so() {
    for (clients, inside) in [(Clients::Reach, "ok"), (Clients::Cut, "info")] {
        let inject = Fault::Partition { side: nodes(&[1]), way: Way::Both, clients };
        let asks = [(100, 0, 1), (600, 0, 1), (600, 1, 2), (1_200, 0, 1)];
        let seen = run(&Probe::default(), asking(2, &asks, plan(3, [(505, 1_005, inject)])));
        let words: Vec<&str> =
            seen.run.history.operations().iter().map(|operation| operation.outcome.word()).collect();
        assert_eq!(words, ["ok", inside, "ok", "ok"], "{clients:?}");
    }
}

fn loss(percent: u32, from: Target, to: Target) -> Fault {
    Fault::Loss { rate: Ratio::from_percent(percent), from, to }
}

/// As many messages are lost as the rate says, on the links it names alone, while it lasts.
#[test]
fn a_loss_takes_its_share_of_the_messages_it_names() {
    let seen = run(&Probe::default(), plan(5, [(505, 1_005, loss(30, nodes(&[1, 2, 3]), nodes(&[4, 5])))]));
    let mut kept = 0;
    for from in 1..=3 {
        for to in 4..=5 {
            let [before, during, after] = before_during_after(&seen, from, to);
            assert_eq!([before, after], [OPEN[0], OPEN[2]]);
            kept += during;
            assert_eq!(before_during_after(&seen, to, from), OPEN, "the other way");
        }
    }
    let lost = 1.0 - kept as f64 / 300.0;
    // Three standard deviations of a binomial with 300 trials are 8 %.
    assert!((lost - 0.3).abs() < 0.08, "{lost} of the messages were lost, not 0.3");
    assert_eq!(seen.run.stats.dropped, 300 - kept as u64);
}

/// A duplicated message arrives twice, on the links that the fault names; without it nothing does.
#[test]
fn a_duplicated_message_arrives_twice() {
    let inject = Fault::Duplicate { rate: HALF, from: Target::All, to: nodes(&[2]) };
    let seen = run(&Probe::default(), plan(3, [(505, 1_005, inject)]));
    let [before, during, after] = before_during_after(&seen, 1, 2);
    assert_eq!([before, after], [OPEN[0], OPEN[2]]);
    assert!((62..=88).contains(&during), "{during} arrivals of 50 messages");
    assert_eq!(before_during_after(&seen, 1, 3), OPEN);
    let more = during + before_during_after(&seen, 3, 2)[1] - 100;
    assert_eq!(seen.run.stats.duplicated as usize, more);
}

/// The copy is one message more: the original arrives when it would have without the fault.
#[test]
fn a_copy_does_not_move_its_original() {
    let inject = Fault::Duplicate { rate: HALF, from: Target::All, to: Target::All };
    let [calm, doubled] =
        [None, Some((505, 1_005, inject))].map(|fault| run(&Probe::default(), plan(3, fault)));
    for (tick, sent, heard) in calm.pings(1, 2, 0, 3_000) {
        let arrivals: Vec<Time> = doubled
            .pings(1, 2, 0, 3_000)
            .into_iter()
            .filter(|ping| ping.0 == tick)
            .map(|ping| ping.2)
            .collect();
        assert_eq!(arrivals[0], heard, "sent at {sent:?}");
        assert!(arrivals.len() <= 2);
    }
}

/// Faults on one link draw each for itself: of two losses of a half each a quarter is left.
#[test]
fn two_losses_on_one_link_draw_each_for_itself() {
    let loss = || loss(50, Target::All, Target::All);
    let seen = run(&Probe::default(), plan(3, [(505, 1_505, loss()), (505, 1_505, loss())]));
    let kept: usize = [(1, 2), (1, 3), (2, 1), (2, 3), (3, 1), (3, 2)]
        .map(|(from, to)| seen.pings(from, to, 505, 1_505).len())
        .iter()
        .sum();
    // Of 600: four standard deviations are 42.
    assert!((108..=192).contains(&kept), "{kept} of 600 came through");
}

/// A delay is added to the link's own, on as many messages as its rate says; the others are as quick as ever.
#[test]
fn a_delay_is_added_to_what_the_link_takes() {
    let add = Latency::Constant(Duration::from_millis(40));
    let inject = Fault::Delay { add, rate: HALF, from: nodes(&[1]), to: Target::All };
    let seen = run(&Probe::default(), plan(3, [(505, 1_005, inject)]));
    let slow = |(since, until)| {
        let took =
            seen.pings(1, 2, since, until).into_iter().map(|(_, sent, heard)| heard.since(sent).as_millis());
        let (quick, slow): (Vec<u64>, Vec<u64>) = took.partition(|&took| took <= 10);
        assert!(quick.iter().all(|took| (1..=10).contains(took)), "{quick:?}");
        assert!(slow.iter().all(|took| (41..=50).contains(took)), "{slow:?}");
        slow.len()
    };
    assert_eq!((slow((0, 505)), slow((1_005, 1_505))), (0, 0));
    let during = slow((505, 1_005));
    assert!((15..=35).contains(&during), "{during} of 50 were slow");
}

fn on_links(link: Link) -> Seen {
    let network = Network { link, links: Vec::new() };
    run(&Probe::default(), Plan { network, ..plan(3, []) })
}

/// How often a ping was heard after a later one of the same sender.
fn overtaken(seen: &Seen) -> usize {
    let heard: Vec<u64> = seen.pings(1, 2, 0, 3_000).iter().map(|&(tick, ..)| tick).collect();
    heard.windows(2).filter(|pair| pair[0] > pair[1]).count()
}

/// A link that reorders holds some messages back for up to ten times its longest latency; a steady one keeps
/// the order.
#[test]
fn a_reordering_link_lets_later_messages_overtake() {
    let steady = Link { latency: Latency::Constant(Duration::from_millis(5)), ..Link::default() };
    assert_eq!(overtaken(&on_links(steady.clone())), 0);
    let seen = on_links(Link { reorder: Ratio::from_percent(10), ..steady });
    assert!(overtaken(&seen) > 10);
    let longest = seen.pings(1, 2, 0, 3_000).iter().map(|&(_, sent, heard)| heard.since(sent)).max().unwrap();
    assert!(longest > Duration::from_millis(30) && longest <= Duration::from_millis(55), "{longest}");
}

/// Links lose and double at their own rates in good weather.
#[test]
fn a_link_loses_and_doubles_at_its_own_rates() {
    let percent = Ratio::from_percent;
    let seen = on_links(Link { loss: percent(10), duplicate: percent(20), ..Link::default() });
    let stats = seen.run.stats;
    let share = |count: u64| count as f64 / stats.sent as f64;
    // Of 1,794 messages: three standard deviations are 2 and 3 %.
    assert!((share(stats.dropped) - 0.1).abs() < 0.022, "{} lost", share(stats.dropped));
    assert!((share(stats.duplicated) - 0.18).abs() < 0.03, "{} doubled", share(stats.duplicated));
}

/// A link that differs from the others does so in its direction alone.
#[test]
fn a_directed_link_differs_one_way() {
    let slow = Link { latency: Latency::Constant(Duration::from_millis(200)), ..Link::default() };
    let (from, to) = (Address::Node(NodeId(1)), Address::Node(NodeId(2)));
    let links = vec![DirectedLink { from, to, link: slow }];
    let network = Network { link: Link::default(), links };
    let seen = run(&Probe::default(), Plan { network, ..plan(3, []) });
    let took = |from, to| {
        let pings = seen.pings(from, to, 0, 2_000);
        pings.iter().map(|&(_, sent, heard)| heard.since(sent)).collect::<Vec<_>>()
    };
    assert!(took(1, 2).iter().all(|&took| took == Duration::from_millis(200)));
    for (from, to) in [(2, 1), (1, 3), (3, 2)] {
        assert!(took(from, to).iter().all(|&took| took <= Duration::from_millis(10)));
    }
}

/// Two partitions at once cut both their lines, and the end of one leaves the other in force.
#[test]
fn two_partitions_hold_each_for_itself() {
    let side = |ids: &[u32]| Fault::Partition { side: nodes(ids), way: Way::Both, clients: Clients::Reach };
    let seen = run(&Probe::default(), plan(3, [(505, 1_505, side(&[1])), (505, 1_005, side(&[2]))]));
    let counts = |from, to| {
        [(505, 1_005), (1_005, 1_505), (1_505, 2_005)].map(|(a, b)| seen.pings(from, to, a, b).len())
    };
    assert_eq!(counts(1, 2), [0, 0, 50]);
    assert_eq!(counts(1, 3), [0, 0, 50]);
    assert_eq!(counts(2, 3), [0, 50, 50]);
}

/// What lasts beyond heal is lifted by it.
#[test]
fn heal_lifts_what_is_still_in_force() {
    let faults = [
        (505, 9_000, Fault::Partition { side: nodes(&[1]), way: Way::Both, clients: Clients::Cut }),
        (505, 9_000, loss(100, nodes(&[2]), Target::All)),
        (505, 9_000, Fault::Pause { target: nodes(&[3]) }),
        (505, 9_000, Fault::Crash { target: nodes(&[4]), after_effects: None, unsynced: CrashLoss::Nothing }),
    ];
    let seen = run(&Probe::default(), plan(5, faults));
    assert!(seen.pings(1, 5, 505, 2_500).is_empty() && seen.pings(2, 5, 505, 2_500).is_empty());
    assert_eq!((seen.ticks(3, 520, 2_490), seen.ticks(4, 520, 2_490)), (0, 0));
    for from in 1..=4 {
        assert!(seen.pings(from, 5, 2_500, 2_990).len() > 40, "n{from} is back");
    }
    assert!(seen.of(4, 2_500, 2_510).contains(&Note::Started { records: 0 }));
}
