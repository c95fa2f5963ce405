//! Raft in a small world of its own: that it works at all, and that its monitors are silent while it does.

#![allow(unreachable_pub, reason = "a test crate has no outside")]
#![allow(clippy::unwrap_used, reason = "its helpers are tests too")]

mod simulator;

use simulator::storm::Storm;
use simulator::{Weather, World};
use stormglass_consensus::raft::{Event, Raft};
use stormglass_core::prelude::*;

/// In calm weather a cluster of any size elects one leader within a second and serves its clients.
#[test]
fn clusters_of_one_to_seven_elect_a_leader_and_serve() {
    for nodes in 1..=7 {
        let mut world =
            World::new(Raft::default(), Cluster::dense(nodes, 2), Weather::CALM, u64::from(nodes));
        world.run_for(Duration::from_secs(1));
        assert_eq!(world.leaders().len(), 1, "{nodes} nodes");
        world.start_clients();
        world.run_for(Duration::from_secs(2));
        world.finish();
        assert_eq!(world.verdict, Verdict::Ok);
        assert_eq!(world.workload.wrong, [""; 0]);
        assert!(
            world.workload.writes > 40 && world.workload.reads > 10,
            "{nodes} nodes: {} writes, {} reads",
            world.workload.writes,
            world.workload.reads
        );
        let elections =
            world.events.iter().filter(|(_, _, event)| matches!(event, Event::BecameLeader { .. }));
        assert!(elections.count() <= 3, "{nodes} nodes");
    }
}

/// Whatever storm it has been through, a cluster keeps every promise, and serves again when it is calm.
#[test]
fn a_correct_raft_weathers_three_hundred_storms() {
    for seed in 0..300 {
        let storm = Storm::of(seed);
        let mut world = storm.run(Raft::default(), seed);
        assert_eq!(world.verdict, Verdict::Ok, "seed {seed}");
        assert_eq!(world.workload.wrong, [""; 0], "seed {seed}");
        let before = world.workload.writes;
        world.run_for(Duration::from_secs(1));
        assert!(world.workload.writes > before, "seed {seed}: {storm:?} left a cluster that does not serve");
    }
}
