//! Raft in a small world of its own: that it works at all, and that its monitors are silent while it does.
#![allow(unreachable_pub, reason = "a test crate has no outside")]
#![allow(clippy::unwrap_used, reason = "its helpers are tests too")]

mod simulator;

use simulator::storm::Storm;
use simulator::{Weather, World};
use stormglass_consensus::raft::{Event, Message, Raft, Sequence};
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::prelude::*;

const CLIENT: ClientId = ClientId(0);

fn calm(nodes: u32, raft: Raft) -> World {
    let mut world = World::new(raft, Cluster::dense(nodes, 2), Weather::CALM, u64::from(nodes));
    world.run_for(Duration::from_secs(1));
    world
}

fn ask(world: &mut World, node: NodeId, sequence: u64, op: KvOp) {
    world.send(CLIENT.into(), node.into(), &Message::Request { sequence: Sequence(sequence), op });
}

fn replies(world: &World) -> Vec<KvRet> {
    let reply = |(_, message): &(NodeId, Message)| match message {
        Message::Reply { ret, .. } => Some(*ret),
        _ => None,
    };
    world.answers.iter().filter_map(reply).collect()
}

/// In calm weather a cluster of any size elects one leader within a second and serves its clients.
#[test]
fn clusters_of_one_to_seven_elect_a_leader_and_serve() {
    for nodes in 1..=7 {
        let mut world = calm(nodes, Raft::default());
        assert_eq!(world.leaders().len(), 1, "{nodes} nodes");
        world.start_clients();
        world.run_for(Duration::from_secs(2));
        world.finish();
        assert_eq!(world.verdict, Verdict::Ok);
        assert_eq!(world.workload.wrong, [""; 0]);
        let (writes, reads) = (world.workload.writes, world.workload.reads);
        assert!(writes > 20 && reads > 40, "{nodes} nodes: {writes} writes, {reads} reads");
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

/// The same seed gives the same run, event by event.
#[test]
fn a_seed_replays_exactly() {
    for seed in [4, 5, 6] {
        let run = || Storm::of(seed).run(Raft::default(), seed);
        let (one, other) = (run(), run());
        assert_eq!(one.events, other.events);
        assert_eq!(one.messages, other.messages);
    }
}

/// A cluster without work says nothing of itself and writes nothing: its memory does not grow.
#[test]
fn an_idle_cluster_changes_nothing() {
    let mut world = calm(5, Raft::default());
    let (events, written) = (world.events.len(), world.bytes_written());
    world.run_for(Duration::from_secs(600));
    assert_eq!((world.events.len(), world.bytes_written()), (events, written));
}

/// A leader that is cut off cannot know that it still leads, so it answers no read.
#[test]
fn a_leader_that_is_cut_off_answers_no_read() {
    let after_the_cut = |raft| {
        let mut world = calm(5, raft);
        let leader = world.leaders()[0];
        let others: Vec<NodeId> = world.cluster.peers(leader).collect();
        world.cut(&[leader], &others);
        world.cut(&others, &[leader]);
        ask(&mut world, leader, 1, KvOp::Read { key: 1 });
        world.run_for(Duration::from_secs(1));
        (replies(&world), world.answers)
    };
    let (replies, answers) = after_the_cut(Raft::default());
    assert_eq!(replies, []);
    assert!(
        matches!(answers[..], [(_, Message::NotLeader { .. })]),
        "it turns the reader away when it finds out: {answers:?}"
    );
    let mut wrong = Raft::default();
    assert!(wrong.plant("read-local-leader"));
    assert_eq!(after_the_cut(wrong).0, [KvRet::Value(None)]);
}

/// A request that arrives again is answered again with the first result, and carried out once.
#[test]
fn a_repeated_request_is_carried_out_once() {
    let repeated = |raft| {
        let mut world = calm(3, raft);
        let leader = world.leaders()[0];
        let cas = KvOp::Cas { key: 1, expect: 7, value: 8 };
        let requests =
            [(1, KvOp::Write { key: 1, value: 7 }), (2, cas), (2, cas), (3, KvOp::Read { key: 1 })];
        for (sequence, op) in requests {
            ask(&mut world, leader, sequence, op);
            world.run_for(Duration::from_millis(100));
        }
        replies(&world)
    };
    let (written, swapped) = (KvRet::Written, KvRet::Swapped(true));
    assert_eq!(repeated(Raft::default()), [written, swapped, swapped, KvRet::Value(Some(8))]);
    let mut wrong = Raft::default();
    assert!(wrong.plant("no-dedupe"));
    assert_eq!(repeated(wrong), [written, swapped, KvRet::Swapped(false), KvRet::Value(Some(8))]);
}

/// A server whose log has lost what had been synced stays out rather than vote without it; the others go on.
#[test]
fn a_server_with_a_damaged_log_stays_out() {
    let mut world = calm(3, Raft::default());
    world.start_clients();
    world.run_for(Duration::from_secs(1));
    let victim = world.cluster.peers(world.leaders()[0]).next().unwrap();
    world.crash(victim, Duration::from_millis(500));
    world.flip_a_bit(victim, "log", 3 * 64 + 20);
    world.run_for(Duration::from_secs(2));
    let last = world.events.iter().rfind(|(_, node, _)| *node == victim);
    assert!(matches!(last, Some((_, _, Event::Unreadable))), "{last:?}");
    let before = world.workload.writes;
    world.run_for(Duration::from_secs(1));
    assert!(world.workload.writes > before);
}
