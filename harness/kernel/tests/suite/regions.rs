//! Regions and zones: how long messages take between them, whom their targets mean, and their faults, as the probe
//! sees them.
use crate::common::{Ask, Note, Probe, Seen, asking, ms, plan, run};
use stormglass_core::disk::CrashLoss;
use stormglass_core::prelude::*;
use stormglass_plan::fault::{Clients, Fault, Target, Way};
use stormglass_plan::latency::Latency;
use stormglass_plan::plan::{DirectedLink, Link, Network, Plan};
use stormglass_plan::topology::{Region, Topology};

/// One way between the regions, and less within them.
const WIDE: u64 = 40;

/// n1 and n2 in the zones east/a and east/b, n3 and n4 in west/a, n5 in south/a; c0 in the east, c1 in the west.
fn map() -> Topology {
    let region = |name: &str, zones, nodes, clients| Region { name: name.to_owned(), zones, nodes, clients };
    let regions = vec![region("east", 2, 2, 1), region("west", 1, 2, 1), region("south", 1, 1, 0)];
    let wide = Duration::from_millis(WIDE);
    let row = |to: &[&str]| to.iter().map(|&name| (name.to_owned(), wide)).collect();
    Topology {
        latency: [("east".to_owned(), row(&["west", "south"])), ("west".to_owned(), row(&["south"]))].into(),
        jitter: Ratio::ZERO,
        ..Topology::of(regions)
    }
}

fn placed(faults: impl IntoIterator<Item = (u64, u64, Fault)>) -> Plan<Ask> {
    Plan { topology: Some(map()), ..asking(2, &[(100, 0, 1), (100, 1, 1)], plan(5, faults)) }
}

/// How long the pings took that were sent in this span of milliseconds, the shortest and the longest.
fn took(seen: &Seen, from: u32, to: u32, since: u64, until: u64) -> Option<(Duration, Duration)> {
    let took: Vec<Duration> =
        seen.pings(from, to, since, until).iter().map(|&(_, sent, heard)| heard.since(sent)).collect();
    Some((*took.iter().min()?, *took.iter().max()?))
}

fn outage(region: Option<&str>) -> Fault {
    Fault::RegionOutage { region: region.map(str::to_owned), unsynced: CrashLoss::Nothing }
}

fn crashed(seen: &Seen) -> Vec<u32> {
    let crash = |noted: &&crate::common::Noted| matches!(noted.note, Note::Crashed { .. });
    seen.notes.iter().filter(crash).map(|noted| noted.node.0).collect()
}

/// Messages take as long as the map says between regions, zones and machines, clients' too; jitter makes them longer
/// by up to its share, and a link's own settings come before the map.
#[test]
fn messages_take_as_long_as_the_map_says() {
    let seen = run(&Probe::default(), placed([]));
    let exactly = |span: Duration| Some((span, span));
    let (wide, zones) = (Duration::from_millis(WIDE), Duration::from_millis(1));
    assert_eq!(took(&seen, 1, 2, 0, 2_000), exactly(zones), "between zones");
    assert_eq!(took(&seen, 3, 4, 0, 2_000), exactly(Duration::from_micros(250)), "within a zone");
    for (from, to) in [(1, 3), (3, 1), (2, 5), (4, 5)] {
        assert_eq!(took(&seen, from, to, 0, 2_000), exactly(wide), "n{from} to n{to}");
    }
    let answered: Vec<Duration> = seen
        .run
        .history
        .operations()
        .iter()
        .map(|operation| operation.completed.unwrap().at.since(operation.invoked.at))
        .collect();
    assert_eq!(answered, [Duration::from_micros(500), wide * 2], "c0 beside n1, c1 far from it");

    let jitter = Topology { jitter: Ratio::from_percent(50), ..map() };
    let own = Network {
        links: vec![DirectedLink {
            from: NodeId(2).into(),
            to: NodeId(3).into(),
            link: Link { latency: Latency::Constant(ms(3).since(Time::ZERO)), ..Link::default() },
        }],
        ..Network::default()
    };
    let seen = run(&Probe::default(), Plan { topology: Some(jitter), network: own, ..placed([]) });
    let (least, most) = took(&seen, 1, 3, 0, 2_000).unwrap();
    assert!(least >= wide && least < wide * 11 / 10 && most > wide * 14 / 10 && most <= wide * 3 / 2);
    assert_eq!(took(&seen, 2, 3, 0, 2_000), exactly(Duration::from_millis(3)), "a link of its own");
}

/// Regions and zones are targets by name, and one of them by draw: always a whole one, and over the seeds each.
#[test]
fn regions_and_zones_are_targets() {
    let on = |target: Target, seed| {
        let pause = (505, 1_005, Fault::Pause { target });
        run(&Probe::default(), Plan { seed: Seed(seed), ..placed([pause]) }).struck(0)
    };
    assert_eq!(on(Target::Region("west".to_owned()), 1), [2, 3]);
    assert_eq!(on(Target::Zone("east/b".to_owned()), 1), [1]);
    for (target, whole) in [
        (Target::OneRegion, vec![vec![0, 1], vec![2, 3], vec![4]]),
        (Target::OneZone, vec![vec![0], vec![1], vec![2, 3], vec![4]]),
    ] {
        let mut drawn: Vec<Vec<usize>> = (0..40).map(|seed| on(target.clone(), seed)).collect();
        drawn.sort();
        drawn.dedup();
        assert_eq!(drawn, whole, "{target}");
    }
}

/// An outage takes down all nodes of the region, or zone, at once and no other, and ends for all of them.
#[test]
fn an_outage_takes_a_whole_region_or_zone_down() {
    let zone = Fault::ZoneOutage { zone: Some("east/b".to_owned()), unsynced: CrashLoss::Nothing };
    for (fault, down) in [(outage(Some("west")), vec![3, 4]), (zone, vec![2])] {
        let seen = run(&Probe::default(), placed([(505, 1_005, fault)]));
        assert_eq!(crashed(&seen), down);
        for node in 1..=5 {
            let ticks = seen.ticks(node, 505, 1_005);
            assert_eq!(ticks, if down.contains(&node) { 0 } else { 50 }, "n{node}");
            assert!(seen.ticks(node, 1_005, 2_005) > 90, "n{node} is back");
        }
        let effect = seen.run.strikes[0].effect;
        assert_eq!(effect.downs, down.len() as u64);
        assert_eq!(effect.down, Duration::from_millis(500) * down.len() as u64);
    }
    assert_eq!(crashed(&run(&Probe::default(), placed([]))), Vec::<u32>::new());
    let drawn = crashed(&run(&Probe::default(), placed([(505, 1_005, outage(None))])));
    assert!([vec![1, 2], vec![3, 4], vec![5]].contains(&drawn), "{drawn:?}");
}

/// A cut of the WAN parts one region from all others, its clients with it, in the directions that it says; within the
/// region and among the others all is well.
#[test]
fn a_wan_cut_parts_one_region_from_the_others() {
    for (way, out, inward) in [(Way::Both, 0, 0), (Way::Out, 0, 50), (Way::In, 50, 0)] {
        let cut = Fault::WanCut { region: Some("west".to_owned()), way };
        let asks = [(600, 0, 1), (600, 1, 3), (600, 1, 1)];
        let cut = Plan { topology: Some(map()), ..asking(2, &asks, plan(5, [(505, 1_005, cut)])) };
        let seen = run(&Probe::default(), cut);
        let heard = |from, to| seen.pings(from, to, 505, 1_005).len();
        assert_eq!([heard(3, 1), heard(4, 5)], [out; 2], "{way:?}: from the west");
        assert_eq!([heard(1, 3), heard(5, 4)], [inward; 2], "{way:?}: to the west");
        assert_eq!([heard(3, 4), heard(1, 2), heard(1, 5)], [50; 3], "{way:?}: elsewhere");
        for (since, until) in [(0, 505), (1_005, 2_005)] {
            assert!(seen.pings(3, 1, since, until).len() >= 50, "{way:?}: before and after");
        }
        let answered: Vec<bool> = seen
            .run
            .history
            .operations()
            .iter()
            .map(|operation| matches!(operation.outcome, Outcome::Ok(_)))
            .collect();
        assert_eq!(answered, [true, true, false], "{way:?}: a client in the west reaches only the west");
        let effect = seen.run.strikes[0].effect;
        assert!(effect.dropped >= 50 * 3, "{way:?}: {effect}");
    }
}

/// A brown-out makes messages between regions late and loses some; within a region nothing changes.
#[test]
fn a_brown_out_slows_and_loses_between_regions() {
    let brown = Fault::WanBrownOut { factor: 3, loss: Ratio::from_percent(20) };
    let seen = run(&Probe::default(), placed([(505, 1_505, brown)]));
    let wide = Duration::from_millis(WIDE);
    for (from, to) in [(1, 3), (3, 5), (5, 2)] {
        let heard = seen.pings(from, to, 505, 1_505).len();
        assert!((60..=95).contains(&heard), "n{from} to n{to}: {heard} of 100");
        assert_eq!(took(&seen, from, to, 505, 1_505), Some((wide * 3, wide * 3)));
        assert_eq!(seen.pings(from, to, 1_505, 2_005).len(), 50);
        assert_eq!(took(&seen, from, to, 1_505, 2_005), Some((wide, wide)));
    }
    assert_eq!(seen.pings(1, 2, 505, 1_505).len(), 100);
    assert_eq!(took(&seen, 1, 2, 505, 1_505), Some((Duration::from_millis(1), Duration::from_millis(1))));
    let effect = seen.run.strikes[0].effect;
    assert!(effect.dropped > 100 && effect.disturbed > 1_000, "{effect}");
}

/// A partition by region is the same as one by its nodes.
#[test]
fn a_partition_by_region_parts_its_nodes() {
    let parted = |side| {
        let cut = Fault::Partition { side, way: Way::Both, clients: Clients::Reach };
        run(&Probe::default(), placed([(505, 1_005, cut)])).notes
    };
    assert_eq!(parted(Target::Region("west".to_owned())), parted(crate::common::nodes(&[3, 4])));
}
