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
        weather   36 faults
            1.184s –  4.094s  lying-sync leader, 7.35% of syncs
            1.242s –  1.650s  isolate leader, inward only
            2.541s –  2.610s  isolate leader
            2.710s –  4.644s  surge of 6 times the usual rate
            3.057s –  3.247s  ring
            3.832s            bit-rot leader, 2 bits
            4.399s –  7.266s  slow leader, work takes 1 times as long, steps 1.974ms more
            6.071s –  6.311s  fail-sync leader, 1.94% of syncs
            6.144s            bit-rot one, 3 bits
            6.712s –  6.805s  ring
            7.101s            bit-rot one, 8 bits
            7.357s –  7.661s  lying-sync one, 4.81% of syncs
            7.511s –  8.437s  surge of 4 times the usual rate
            9.257s – 12.759s  slow minority, work takes 17 times as long, steps 4.703ms more
           10.214s            bit-rot one, 6 bits
           10.917s – 11.514s  surge of 5 times the usual rate
           11.459s – 12.429s  lying-sync one, 1.16% of syncs
           11.624s – 12.040s  fail-sync one, 1.14% of syncs
           12.404s            bit-rot one, 1 bit
           13.445s – 13.734s  isolate leader
           13.936s – 16.190s  surge of 4 times the usual rate
           13.977s – 15.254s  ring
           14.465s – 15.419s  lying-sync leader, 52.49% of syncs
           15.914s            bit-rot one, 7 bits
           16.923s – 18.726s  surge of 5 times the usual rate
           17.474s – 17.686s  fail-sync all, 2.75% of syncs
           17.984s – 19.705s  slow minority, work takes 16 times as long, steps 334us more
           18.760s – 19.512s  lying-sync one, 3.71% of syncs
           18.922s            bit-rot one, 7 bits
           18.992s – 20.429s  surge of 4 times the usual rate
           19.170s – 19.324s  ring
           21.097s            bit-rot one, 1 bit
                    … 4 more
        workload  5643 operations: 1141 cas, 2306 read, 2196 write
            0.006s  c0  read 2
            0.009s  c3  read 4
            0.014s  c2  cas 4 0 ⇒ 3
            0.019s  c0  write 0 ← 4
            0.022s  c2  read 4
            0.029s  c1  write 1 ← 6
            0.033s  c1  read 2
            0.036s  c3  cas 3 0 ⇒ 8
                    … 5635 more
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
