//! Plans as they are drawn from scenarios, through the public interface.

use std::collections::BTreeSet;

use stormglass_core::id::NodeId;
use stormglass_core::op::kv::KvOp;
use stormglass_core::random::Seed;
use stormglass_core::time::{Duration, Time};
use stormglass_plan::fault::{Fault, Target};
use stormglass_plan::kind::{Family, Kind};
use stormglass_plan::nemesis::Nemesis;
use stormglass_plan::plan;
use stormglass_plan::plan::{Plan, PlannedOperation};
use stormglass_plan::scenario::{Ids, Scenario, TimedFault};
use stormglass_plan::workload::{Keys, Kv, Mix, Operations, Workload};

fn storm() -> Scenario {
    Scenario::named("raft/storm")
        .about("Whatever the weather, a Raft cluster answers as one machine would.")
        .system("raft")
        .nodes(3..=7)
        .clients(4)
        .workload(Kv::default())
        .nemesis(Nemesis::default())
}

/// The storm without faults of load, which are there to add and move operations.
fn storm_of_machines() -> Scenario {
    let no_load = |kind: &Kind| kind.family() != Family::Load;
    let kinds = Nemesis::default().kinds(storm().features()).into_iter().filter(no_load).collect();
    storm().nemesis(Nemesis { faults: Some(kinds), ..Nemesis::default() })
}

fn drawn(scenario: &Scenario, seed: u64) -> Plan<KvOp> {
    plan(scenario, Seed(seed)).expect("the scenario is sound")
}

/// One seed always draws the same plan, and two seeds draw two.
#[test]
fn a_plan_depends_on_the_scenario_and_the_seed_alone() {
    for seed in [0, 1, 117, u64::MAX] {
        assert_eq!(drawn(&storm(), seed), drawn(&storm(), seed));
        assert_ne!(drawn(&storm(), seed).operations, drawn(&storm(), seed ^ 1).operations);
    }
}

/// Every size of the range is drawn about as often, and ids are dense unless the scenario says otherwise.
#[test]
fn clusters_of_every_size_are_drawn() {
    let mut sizes = [0; 8];
    for seed in 0..1_000 {
        let plan = drawn(&storm(), seed);
        sizes[plan.cluster.nodes().len()] += 1;
        assert_eq!(plan.cluster.nodes()[0], NodeId(1));
    }
    assert!(sizes[3..].iter().all(|seeds| (150..=250).contains(seeds)), "{sizes:?}");
    let sparse = drawn(&storm().ids(Ids::Sparse), 1);
    let last = sparse.cluster.nodes().last().expect("it has nodes");
    assert!(last.0 as usize > sparse.cluster.nodes().len(), "{:?}", sparse.cluster);
}

/// Every value is written by one operation, so a value that is read names its write.
#[test]
fn every_written_value_is_unique() {
    for seed in 0..20 {
        let plan = drawn(&storm(), seed);
        let mut values = BTreeSet::new();
        for planned in &plan.operations {
            match planned.op {
                KvOp::Read { .. } => {}
                KvOp::Write { value, .. } | KvOp::Cas { value, .. } => {
                    assert!(value != 0 && values.insert(value), "{value} is written twice");
                }
            }
        }
    }
}

/// Operations come in order of time and of id, at about the rate asked for, and nobody asks in idle or settle.
#[test]
fn traffic_flows_in_warm_up_chaos_and_finish_only() {
    let plan = drawn(&storm(), 7);
    let timeline = plan.timeline;
    assert!(plan.operations.is_sorted_by_key(|planned| (planned.at, planned.id)));
    let between = |from: Time, until: Time| {
        let inside = plan.operations.iter().filter(|planned| from <= planned.at && planned.at < until);
        inside.count()
    };
    // 21 s of 100 operations each: 2,100 ± 5 σ.
    let traffic = between(Time::ZERO, timeline.chaos);
    assert!((1_870..=2_330).contains(&traffic), "{traffic} operations in warm-up and chaos");
    assert_eq!(between(timeline.chaos, timeline.settle), 0);
    let fresh = between(timeline.settle, timeline.settle + Duration::from_secs(1));
    assert!((50..=150).contains(&fresh), "{fresh} operations after settling");
    assert_eq!(between(timeline.end, Time::MAX), 0);
}

/// At the end every key that was touched is read by three different clients, after all traffic.
#[test]
fn every_key_is_read_by_several_clients_at_the_end() {
    let plan = drawn(&storm(), 7);
    let last = plan.timeline.settle + Duration::from_secs(1);
    for key in 0..5 {
        let reads = plan.operations.iter().filter(|planned| planned.at >= last);
        let readers: BTreeSet<_> =
            reads.filter(|planned| planned.op == KvOp::Read { key }).map(|planned| planned.client).collect();
        assert_eq!(readers.len(), 3, "key {key}");
    }
    let many = storm().workload(Kv { keys: 1_000, ..Kv::default() });
    let finals = drawn(&many, 7).operations.iter().filter(|planned| planned.at >= last).count();
    assert!((500..=1_000).contains(&finals), "{finals} final reads of 1,000 keys");
}

/// The mix and the hot key get the shares the scenario asks for.
#[test]
fn the_mix_and_the_hot_key_are_as_asked() {
    let kv = Kv {
        keys: 100,
        rate: 1_000,
        mix: Mix { read: 7, write: 2, cas: 1 },
        choose: Keys::Hot(stormglass_core::random::Ratio::from_percent(80)),
    };
    let plan = drawn(&storm_of_machines().workload(kv), 3);
    let share = |chosen: &dyn Fn(&KvOp) -> bool| {
        let chaos = plan.operations.iter().filter(|planned| planned.at < plan.timeline.chaos);
        let count = chaos.clone().filter(|planned| chosen(&planned.op)).count();
        count as f64 / chaos.count() as f64
    };
    for (kind, expected) in [("read", 0.7), ("write", 0.2), ("cas", 0.1)] {
        let measured = share(&|op| op.kind() == kind);
        assert!((measured - expected).abs() < 0.02, "{kind}: {measured}");
    }
    let hot = share(&|op| op.key() == 0);
    assert!((hot - 0.8).abs() < 0.02, "hot: {hot}");
}

/// The storm's traffic without its weather, and with this fault from 6 s to 11 s.
fn pressed(inject: Fault) -> Plan<KvOp> {
    let secs = Duration::from_secs;
    let fault = TimedFault::at(secs(6)).lasts(secs(5)).inject(inject);
    drawn(&Scenario { nemesis: None, ..storm() }.fault(fault), 7)
}

fn in_window(planned: &PlannedOperation<KvOp>) -> bool {
    (Time::ZERO + Duration::from_secs(6)..Time::ZERO + Duration::from_secs(11)).contains(&planned.at)
}

/// A surge adds traffic while it lasts, and not one other operation of chaos is another for it.
#[test]
fn a_surge_adds_operations_and_changes_none() {
    let usual = drawn(&Scenario { nemesis: None, ..storm() }, 7).operations;
    let surged = pressed(Fault::Surge { factor: 4 });
    assert!(surged.operations.is_sorted_by_key(|planned| planned.at));
    let ids: BTreeSet<u64> = usual.iter().map(|planned| planned.id).collect();
    let (kept, added): (Vec<_>, Vec<_>) =
        surged.operations.into_iter().partition(|planned| ids.contains(&planned.id));
    assert_eq!(kept, usual);
    assert_eq!(added.len() as u64, surged.faults[0].operations);
    assert!(added.iter().all(in_window));
    // Three times 100 a second for 5 s: 1,500 ± 5 σ.
    assert!((1_300..=1_700).contains(&added.len()), "{} operations added", added.len());
}

/// A hot key draws its share of the operations while it lasts, and leaves all others alone.
#[test]
fn a_hot_key_moves_its_share_while_it_lasts() {
    let before_last = |plan: Plan<KvOp>| {
        let chaos = plan.timeline.chaos;
        plan.operations.into_iter().filter(|planned| planned.at < chaos).collect::<Vec<_>>()
    };
    let usual = before_last(drawn(&Scenario { nemesis: None, ..storm() }, 7));
    let hot = pressed(Fault::HotKey { share: stormglass_core::random::Ratio::from_percent(80) });
    let moved = hot.faults[0].operations;
    let hot = before_last(hot);
    assert_eq!(hot.len(), usual.len());
    let (inside, outside): (Vec<_>, Vec<_>) =
        hot.iter().zip(&usual).partition(|(planned, _)| in_window(planned));
    assert!(outside.iter().all(|(planned, usual)| planned.op.key() == usual.op.key()));
    let share = moved as f64 / inside.len() as f64;
    assert!((share - 0.8).abs() < 0.1, "{moved} of {} moved", inside.len());
    let on_it = inside.iter().filter(|(planned, _)| planned.op.key() == 0).count();
    assert!(on_it as u64 >= moved);
}

/// What a scenario changes shifts nothing that it does not speak of: weather, knobs and traffic are drawn apart.
#[test]
fn one_setting_shifts_no_other_draw() {
    for seed in 0..50 {
        let plan = drawn(&storm_of_machines(), seed);
        let calm = drawn(&Scenario { nemesis: None, ..storm_of_machines() }, seed);
        assert_eq!(calm.operations, plan.operations);
        assert_eq!(calm.cluster, plan.cluster);
        let slow = drawn(&storm_of_machines().workload(Kv { rate: 10, ..Kv::default() }), seed);
        assert_eq!(slow.faults, plan.faults);
        assert_eq!(slow.network, plan.network);
        let timed = TimedFault::at(Duration::from_secs(3)).inject(Fault::isolate(Target::Leader));
        let more = drawn(&storm_of_machines().fault(timed), seed);
        let mut drawn_only = more.faults;
        drawn_only.retain(|fault| fault.id < 1_000_000);
        assert_eq!(drawn_only, plan.faults);
    }
}

/// A timed fault strikes as often as it says, ends when it says, and at heal at the latest.
#[test]
fn timed_faults_strike_when_they_say() {
    let secs = Duration::from_secs;
    let fault =
        TimedFault::at(secs(3)).lasts(secs(1)).repeat(secs(5), 4).inject(Fault::isolate(Target::Leader));
    let last = TimedFault::at(secs(20)).inject(Fault::crash(Target::All));
    let scenario = Scenario { nemesis: None, ..storm() }.fault(fault).fault(last);
    let plan = drawn(&scenario, 1);
    let times: Vec<(String, String)> =
        plan.faults.iter().map(|fault| (fault.at.to_string(), fault.until.to_string())).collect();
    let expected = [
        ("3.000s", "4.000s"),
        ("8.000s", "9.000s"),
        ("13.000s", "14.000s"),
        ("18.000s", "19.000s"),
        ("20.000s", "23.000s"),
    ];
    assert_eq!(times, expected.map(|(at, until)| (at.to_owned(), until.to_owned())));
}

/// A workload of another kind than the system's operations is refused by name.
#[test]
fn a_workload_of_another_kind_is_refused() {
    let scenario = storm().workload(Workload::Custom(toml::Table::new()));
    let problem = plan::<KvOp>(&scenario, Seed(1)).expect_err("kv operations cannot come from it");
    assert_eq!(problem.path, "workload");
    assert!(problem.to_string().contains("`kv`, not `custom`"), "{problem}");
    let problem =
        Workload::Kv(Kv::default()).custom::<toml::Table>().expect_err("kv has no settings of its own");
    assert_eq!(problem.path, "workload");
}

/// A mistake in a system's own workload is placed inside it.
#[test]
fn a_mistake_in_a_custom_workload_has_its_place() {
    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Settings {
        #[serde(rename = "rate")]
        _rate: u32,
    }
    let workload = |line: &str| Workload::Custom(toml::from_str(line).expect("it is TOML"));
    assert!(workload("rate = 3").custom::<Settings>().is_ok());
    for (line, path) in [("rate = \"3\"", "workload.custom.rate"), ("rat = 3", "workload.custom.rat")] {
        let problem = workload(line).custom::<Settings>().expect_err("it is a mistake");
        assert_eq!(problem.path, path, "{problem}");
    }
}
