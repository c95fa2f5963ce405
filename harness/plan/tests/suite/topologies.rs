//! A topology in a file, in Rust and in a plan is one and the same, and its mistakes are answered.

use stormglass_core::id::ClientId;
use stormglass_core::op::kv::KvOp;
use stormglass_core::random::{Ratio, Seed};
use stormglass_core::time::Duration;
use stormglass_plan::nemesis::{Nemesis, Profile};
use stormglass_plan::plan::Plan;
use stormglass_plan::scenario::{Budget, Scenario};
use stormglass_plan::source::Source;
use stormglass_plan::topology::{Preset, Region, Topology};
use stormglass_plan::workload::Kv;

/// Two published regions and one that is not, of which the file says how far it is.
const SOUND: &str = r#"
name = "raft/regions"
about = "A region falls out and the others serve."
system = "raft"
wire = true
budget = "unlimited"

[workload.kv]
rate = 50

[topology]
preset = "azure"
regions = [
  { name = "eastus", zones = 2, nodes = 2, clients = 1 },
  { name = "westus2", nodes = 2 },
  { name = "attic", nodes = 1, clients = 2 },
]
jitter = 0.2
[topology.latency.attic]
eastus = "5ms"
westus2 = "36ms"

[nemesis]
profile = "region"
"#;

fn built() -> Scenario {
    let region = |name: &str, zones, nodes, clients| Region { name: name.to_owned(), zones, nodes, clients };
    let mut topology =
        Topology::of(vec![region("eastus", 2, 2, 1), region("westus2", 1, 2, 0), region("attic", 1, 1, 2)]);
    let ms = Duration::from_millis;
    let row = [("eastus".to_owned(), ms(5)), ("westus2".to_owned(), ms(36))];
    topology.latency.insert("attic".to_owned(), row.into());
    topology.preset = Some(Preset::Azure);
    topology.jitter = Ratio::from_percent(20);
    Scenario::named("raft/regions")
        .about("A region falls out and the others serve.")
        .system("raft")
        .wire()
        .budget(Budget::Unlimited)
        .workload(Kv { rate: 50, ..Kv::default() })
        .topology(topology)
        .nemesis(Nemesis { profile: Profile::Region, ..Nemesis::default() })
}

fn drawn() -> Plan<KvOp> {
    stormglass_plan::plan(&built(), Seed(3)).expect("it has no contradictions")
}

/// What is said of the sound file after `from` has been replaced by `to`.
fn answer(from: &str, to: &str) -> String {
    assert!(SOUND.contains(from), "the sound file does not say {from:?}");
    match Source::new("regions.toml", SOUND.replace(from, to)).scenario(&["raft"]) {
        Ok(_) => "no mistake".to_owned(),
        Err(mistakes) => mistakes.to_string(),
    }
}

/// What a file says and what Rust says is one value, and the number of members follows from it.
#[test]
fn a_topology_in_toml_and_in_rust_is_equal() {
    let scenario = Source::new("regions.toml", SOUND).scenario(&["raft"]);
    assert_eq!(scenario.as_ref().map_err(ToString::to_string), Ok(&built()));
    let plan = drawn();
    assert_eq!((plan.cluster.nodes().len(), plan.cluster.clients().count()), (5, 3));
    assert_eq!([0, 1, 2].map(|client| plan.region_of(ClientId(client))), ["eastus", "attic", "attic"]);
}

/// The weather of the profile falls on regions, and the page says who is where and how far apart.
#[test]
fn a_plan_with_regions_has_their_weather_and_prints_them() {
    let kinds = (0..200).flat_map(|seed| {
        let plan: Plan<KvOp> = stormglass_plan::plan(&built(), Seed(seed)).expect("it is sound");
        plan.faults.into_iter().map(|fault| fault.inject.name())
    });
    let mut kinds: Vec<&str> = kinds.collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds, ["partition", "region-outage", "wan-brown-out", "wan-cut", "zone-outage"]);
    let page = drawn().page().to_string();
    let expected = "eastus: 2 nodes in 2 zones, 1 clients; 33ms to westus2; 5ms to attic";
    assert!(page.contains(expected), "{page}");
}

/// A saved plan keeps where everybody is, and all else that is not as usual.
#[test]
fn a_saved_plan_keeps_its_topology() {
    let plan = drawn();
    let text = plan.to_toml().expect("it has a form in TOML");
    let again = Source::new("plan.toml", text).plan::<KvOp>(&["raft"]);
    assert_eq!(again.map_err(|mistakes| mistakes.to_string()), Ok(plan));
}

/// Every mistake in a topology is answered with what is wrong with it and what to do.
#[test]
fn mistakes_in_topologies_are_answered() {
    for (from, to, said) in [
        ("westus2 = \"36ms\"", "", "nothing says how long a message takes between westus2 and attic"),
        ("westus2 = \"36ms\"", "westsu2 = \"36ms\"", "did you mean `westus2`?"),
        ("westus2 = \"36ms\"", "westus2 = \"36000000s\"", "one way cannot be"),
        ("name = \"attic\"", "name = \"eastus\"", "there are two regions eastus"),
        (
            "{ name = \"westus2\", nodes = 2 }",
            "{ name = \"westus2\", nodes = 0 }",
            "nobody is in region westus2",
        ),
        ("zones = 2", "zones = 0", "0 zones cannot be"),
        ("name = \"attic\"", "name = \"attic/a\"", "this is no name of a region"),
        ("preset = \"azure\"", "preset = \"azur\"", "did you mean `azure`?"),
        (
            "[workload.kv]",
            "[cluster]\nnodes = 4\n[workload.kv]",
            "4 stands here, but the regions have 5 together",
        ),
        // The usual number, but said.
        (
            "[workload.kv]",
            "[cluster]\nnodes = 3\n[workload.kv]",
            "3 stands here, but the regions have 5 together",
        ),
        (
            "[nemesis]",
            "[[fault]]\nat = \"3s\"\ninject = { wan-cut = { region = \"eastsu\" } }\n[nemesis]",
            "did you mean `eastus`?",
        ),
        (
            "[nemesis]",
            "[[fault]]\nat = \"3s\"\ninject = { pause = { target = { zone = \"eastus/c\" } } }\n[nemesis]",
            "unknown zone `eastus/c`",
        ),
    ] {
        let answer = answer(from, to);
        assert!(answer.contains(said) && answer.contains("--> regions.toml:"), "{to:?}:\n{answer}");
    }
    for (from, to) in [
        ("[workload.kv]", "[cluster]\nids = \"sparse\"\n[workload.kv]"),
        ("[workload.kv]", "[cluster]\nnodes = 5\nclients = 3\n[workload.kv]"),
    ] {
        assert_eq!(answer(from, to), "no mistake", "{to:?}");
    }
}
