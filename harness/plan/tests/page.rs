//! The plan as the page that a person reads.

use insta::assert_snapshot;
use stormglass_core::id::{ClientId, NodeId};
use stormglass_core::op::kv::KvOp;
use stormglass_core::random::Seed;
use stormglass_core::time::Duration;
use stormglass_plan::fault::{Clients, Fault, Target, Way};
use stormglass_plan::kind::Kind;
use stormglass_plan::latency::Latency;
use stormglass_plan::nemesis::{Features, Intensity, Nemesis};
use stormglass_plan::plan;
use stormglass_plan::plan::{DirectedLink, Link, Network, Plan};
use stormglass_plan::scenario::{Ids, Scenario, TimedFault};
use stormglass_plan::workload::Kv;

fn storm() -> Scenario {
    Scenario::named("raft/storm")
        .about("Whatever the weather, a Raft cluster answers as one machine would.")
        .system("raft")
        .bug("vote-not-durable")
        .param("heartbeat", "50ms")
        .param("pre-vote", true)
        .nodes(3..=7)
        .clients(4)
        .workload(Kv::default())
        .nemesis(Nemesis::default())
}

fn page(scenario: &Scenario, seed: u64) -> String {
    let plan: Plan<KvOp> = plan(scenario, Seed(seed)).expect("the scenario is sound");
    plan.page().to_string()
}

/// A storm, as the nemesis drew it.
#[test]
fn a_drawn_plan_is_a_page() {
    assert_snapshot!(page(&storm(), 117), @r#"
        raft/storm   seed 117   raft with bug vote-not-durable

        cluster   4 nodes n1–n4, 4 clients
        params    heartbeat = "50ms"
                  pre-vote = true
        network   830us–3.32ms, doubles 0.29%
        disk      sync 4.36ms–17.44ms
        phases    warm-up to 1.000s, chaos to 21.000s, idle to heal at 23.000s, settle to 28.000s, finish to 30.000s
        weather   33 faults
            1.242s –  1.650s  isolate leader, inward only
            2.222s –  2.537s  pause leader
            2.541s –  2.610s  isolate leader
            3.200s –  3.843s  delay 9.43% of messages by 0s–630.301ms
            4.203s            clock-jump follower by -9.245ms
            4.293s –  5.186s  loss 1.98% of messages
            4.544s –  6.013s  pause all
            4.655s            clock-jump minority by +727.011ms
            5.812s            clock-jump leader by +2.406ms
            6.510s            clock-jump leader by +12.385ms
            7.008s –  8.230s  loss 1.18% of messages
            8.265s – 11.273s  delay messages by 0s–42.723ms
            8.644s –  8.791s  pause majority
           10.481s – 10.740s  loss 1.57% of messages from leader
           10.900s – 11.268s  pause leader
           11.350s            clock-jump leader by +42.7ms
           12.250s – 12.573s  loss 9.12% of messages
           12.802s – 13.320s  delay messages by 0s–720.489ms
           13.085s – 13.670s  pause one
           13.445s – 13.734s  isolate leader
           13.479s            clock-jump follower by +196.954ms
           14.842s – 14.914s  pause all
           15.397s – 16.254s  pause leader
           17.427s – 17.656s  loss 3.1% of messages to one
           17.820s – 18.216s  pause one
           18.531s            clock-jump majority by +518.094ms
           19.027s – 20.105s  loss 12.83% of messages from leader
           20.522s – 21.115s  pause one
           21.346s – 21.531s  isolate one, inward only
           22.077s            clock-jump follower by +37.288ms
           22.384s – 23.000s  delay 5.82% of messages by 0s–745.657ms
           22.642s – 22.949s  isolate follower, clients too
                    … 1 more
        workload  2220 operations: 464 cas, 912 read, 844 write
            0.006s  c0  read 2
            0.009s  c3  read 4
            0.014s  c2  cas 4 0 ⇒ 3
            0.019s  c0  write 0 ← 4
            0.022s  c2  read 4
            0.029s  c1  write 1 ← 6
            0.033s  c1  read 2
            0.036s  c3  cas 3 0 ⇒ 8
                    … 2212 more
        "#);
}

/// A calm run with every kind of link, and one fault with each of its settings.
#[test]
fn a_timeline_is_a_page() {
    let link = |from: NodeId, to| DirectedLink {
        from: from.into(),
        to,
        link: Link { latency: Latency::Constant(Duration::from_millis(80)), ..Link::default() },
    };
    let network = Network {
        link: Link::default(),
        links: vec![link(NodeId(1), NodeId(2).into()), link(NodeId(2), ClientId(0).into())],
    };
    let partition = Fault::Partition {
        side: Target::Nodes(vec![NodeId(1), NodeId(2)]),
        way: Way::Out,
        clients: Clients::Cut,
    };
    let scenario = Scenario { nemesis: None, bug: None, ..storm() }
        .nodes(4)
        .network(network)
        .workload(Kv { rate: 1, ..Kv::default() })
        .fault(TimedFault::at(Duration::from_secs(2)).inject(partition));
    assert_snapshot!(page(&scenario, 1), @r#"
        raft/storm   seed 1   raft

        cluster   4 nodes n1–n4, 4 clients
        params    heartbeat = "50ms"
                  pre-vote = true
        network   1ms–10ms
                  n1 → n2: 80ms
                  n2 → c0: 80ms
        disk      sync 1ms–5ms
        phases    warm-up to 1.000s, chaos to 21.000s, idle to heal at 23.000s, settle to 28.000s, finish to 30.000s
        weather   1 fault
            2.000s – 23.000s  partition n1 n2 from the others, outward only, clients too
        workload  37 operations: 2 cas, 21 read, 14 write
            0.085s  c0  read 3
            0.309s  c2  write 4 ← 2
            1.198s  c3  read 4
            1.244s  c3  write 3 ← 4
            1.519s  c1  write 3 ← 5
            1.774s  c0  write 0 ← 6
            3.362s  c0  write 3 ← 7
            3.551s  c1  write 4 ← 8
                    … 29 more
        "#);
}

/// However fierce the storm and however odd the cluster, the page has about sixty lines and none is endless.
#[test]
fn no_page_is_longer_than_a_page() {
    let fierce = Nemesis { faults: Some(every_kind()), intensity: Intensity::Heavy, ..Nemesis::default() };
    let scenario = storm().nodes(1..=40).ids(Ids::Either).nemesis(fierce);
    for seed in 0..300 {
        let page = page(&scenario, seed);
        assert!(page.lines().count() <= 60, "seed {seed}:\n{page}");
        assert!(page.lines().all(|line| line.chars().count() <= 140), "seed {seed}:\n{page}");
    }
}

/// Every kind that needs neither regions nor bytes.
fn every_kind() -> Vec<Kind> {
    let needs_nothing = |kind: &Kind| Features { clients: true, ..Features::default() }.allow(*kind);
    Kind::ALL.iter().copied().filter(needs_nothing).collect()
}
