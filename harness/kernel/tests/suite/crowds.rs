//! Every fault of clients and of regions is seen by the probe, and only while it is in force.
use crate::common::{Note, Probe, Seen, asking, nodes, plan, run};
use stormglass_core::disk::CrashLoss;
use stormglass_core::history::Operation;
use stormglass_core::prelude::*;
use stormglass_plan::fault::{Fault, Target, Way};
use stormglass_plan::plan::Plan;
use stormglass_plan::topology::{Region, Topology};

fn words(seen: &Seen) -> Vec<String> {
    let word =
        |operation: &Operation<crate::common::Ask, crate::common::Tick>| operation.outcome.word().to_owned();
    seen.run.history.operations().iter().map(word).collect()
}

/// A client that dies leaves an operation of which nobody knows, and comes back as a new one that can ask.
#[test]
fn a_dead_client_leaves_its_operation_unknown() {
    // The first asks n1, which is paused and will not answer; then the client dies, and asks again when it is back.
    let pause = Fault::Pause { target: nodes(&[1]) };
    let faults = [(490, 1_500, pause), (505, 1_005, Fault::ClientDeath { clients: 1 })];
    let seen = run(&Probe::default(), asking(1, &[(500, 0, 1), (600, 0, 2)], plan(3, faults)));
    let operations = seen.run.history.operations();
    assert_eq!(words(&seen), ["info", "ok"]);
    assert_eq!(operations[0].outcome, Outcome::Info("its client died".into()));
    assert_eq!(operations[0].completed.unwrap().at, crate::common::ms(505));
    assert_eq!(operations[1].invoked.at, crate::common::ms(1_005));
    assert_ne!(operations[0].process, operations[1].process);
    assert_eq!((seen.effect(1).downs, seen.effect(1).operations), (1, 1));
}

/// A stale client reaches only whom it knows, whatever it is told.
#[test]
fn a_stale_client_reaches_only_whom_it_knows() {
    let fault = Fault::StaleClient { clients: 1, node: nodes(&[1]) };
    let asks = [(300, 0, 2), (600, 0, 1), (700, 0, 2), (1_100, 0, 2)];
    let seen = run(&Probe::default(), asking(1, &asks, plan(3, [(505, 1_005, fault)])));
    assert_eq!(words(&seen), ["ok", "ok", "info", "ok"]);
    assert_eq!(seen.effect(0).dropped, 1);
}

/// Where nobody is whom stale clients should know, no client is cut off: no leader, no old leader.
#[test]
fn without_an_old_leader_no_client_is_stale() {
    let fault = Fault::StaleClient { clients: 1, node: Target::Leader };
    let seen = run(&Probe::default(), asking(1, &[(600, 0, 1)], plan(3, [(505, 1_005, fault.clone())])));
    assert_eq!((words(&seen), seen.struck(0)), (vec!["ok".to_owned()], vec![]));
    assert!(seen.effect(0).is_none());
    let led = Probe { leader: Some(NodeId(2)), ..Probe::default() };
    let asks = [(600, 0, 1), (800, 0, 2)];
    let seen = run(&led, asking(1, &asks, plan(3, [(505, 1_005, fault)])));
    assert_eq!(words(&seen), ["info", "ok"]);
}

/// Faults of machines fall on clients if they name them: a paused client hears its answer late.
#[test]
fn a_client_can_be_paused() {
    let fault = Fault::Pause { target: Target::Clients(1) };
    let seen = run(&Probe::default(), asking(1, &[(600, 0, 1)], plan(2, [(505, 1_005, fault)])));
    let operation = &seen.run.history.operations()[0];
    assert!(operation.completed.unwrap().at >= crate::common::ms(1_005));
    assert!(seen.effect(0).inputs > 0);
}

/// What a surge or a hot key did is what the plan says it did, and it is told of its strike.
#[test]
fn faults_of_load_say_how_many_operations_they_changed() {
    let mut plan = asking(
        2,
        &[],
        plan(2, [(505, 1_005, Fault::Surge { factor: 3 }), (605, 705, Fault::HotKey { share: Ratio::ONE })]),
    );
    plan.faults[0].operations = 12;
    let seen = run(&Probe::default(), plan);
    assert_eq!((seen.effect(0).operations, seen.struck(0)), (12, vec![2, 3]));
    assert!(seen.effect(1).is_none(), "it struck while nobody asked for anything");
}

/// Two regions: two nodes and the client in the east, one in the west, 40 ms apart.
fn far_apart<O>(plan: Plan<O>) -> Plan<O> {
    let region = |name: &str, zones, nodes, clients| Region { name: name.to_owned(), zones, nodes, clients };
    let mut topology = Topology::of(vec![region("east", 2, 2, 1), region("west", 1, 1, 0)]);
    topology.jitter = Ratio::ZERO;
    let row = [("west".to_owned(), Duration::from_millis(40))];
    topology.latency.insert("east".to_owned(), row.into());
    Plan { topology: Some(topology), cluster: Cluster::dense(3, 1), ..plan }
}

fn delay(seen: &Seen, from: u32, to: u32, since: u64, until: u64) -> Vec<u64> {
    let pings = seen.pings(from, to, since, until);
    let mut delays: Vec<u64> =
        pings.iter().map(|&(_, sent, heard)| heard.since(sent).as_nanos() / 10_000).collect();
    delays.dedup();
    delays
}

/// Messages take as long as the map says: across a zone, across a region, and either way.
#[test]
fn distance_decides_how_long_a_message_takes() {
    let seen = run(&Probe::default(), far_apart(plan(3, [])));
    assert_eq!(delay(&seen, 1, 2, 0, 1_000), [100]);
    assert_eq!(delay(&seen, 1, 3, 0, 1_000), [4_000]);
    assert_eq!(delay(&seen, 3, 2, 0, 1_000), [4_000]);
}

fn crashed(seen: &Seen) -> Vec<u32> {
    (1..=3).filter(|&node| !seen.when(node, |note| matches!(note, Note::Crashed { .. })).is_empty()).collect()
}

/// An outage takes the region or the zone it names, and no other.
#[test]
fn an_outage_takes_everybody_who_is_there() {
    let unsynced = CrashLoss::Nothing;
    let struck = |fault| run(&Probe::default(), far_apart(plan(3, [(505, 1_005, fault)])));
    let region = |name: &str| Fault::RegionOutage { region: Some(name.to_owned()), unsynced };
    assert_eq!(crashed(&struck(region("east"))), [1, 2]);
    assert_eq!(crashed(&struck(region("west"))), [3]);
    let zone = Fault::ZoneOutage { zone: Some("east/b".to_owned()), unsynced };
    let seen = struck(zone);
    assert_eq!(crashed(&seen), [2]);
    assert_eq!(seen.effect(0).down, Duration::from_millis(500));
    let drawn = crashed(&struck(Fault::RegionOutage { region: None, unsynced }));
    assert!(drawn == [1, 2] || drawn == [3], "{drawn:?}");
}

/// A cut off region is whole inside, and its clients stay with it.
#[test]
fn a_wan_cut_leaves_regions_whole() {
    let fault = Fault::WanCut { region: Some("east".to_owned()), way: Way::Both };
    let asks = [(600, 0, 1), (700, 0, 3)];
    let faulty = asking(1, &asks, plan(3, [(505, 1_005, fault)]));
    let seen = run(&Probe::default(), far_apart(faulty));
    let during = |from, to| seen.pings(from, to, 505, 1_005).len();
    assert_eq!((during(1, 2), during(1, 3), during(3, 2)), (50, 0, 0));
    assert_eq!(words(&seen), ["ok", "info"]);
    assert!(seen.effect(0).dropped >= 200);
}

/// In a brown-out only what crosses regions is slow, and some of it is lost.
#[test]
fn a_brown_out_is_felt_between_regions_only() {
    let fault = Fault::WanBrownOut { factor: 3, loss: Ratio::from_percent(50) };
    let seen = run(&Probe::default(), far_apart(plan(3, [(505, 1_005, fault)])));
    assert_eq!(delay(&seen, 1, 2, 505, 1_005), [100]);
    assert_eq!(delay(&seen, 1, 3, 505, 1_005), [12_000]);
    assert_eq!(delay(&seen, 1, 3, 1_005, 1_505), [4_000]);
    let through = seen.pings(1, 3, 505, 1_005).len();
    assert!((10..=40).contains(&through), "{through}");
    assert!(seen.effect(0).dropped > 0 && seen.effect(0).disturbed > 0);
}
