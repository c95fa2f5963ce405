//! A scenario is the same value in TOML and in Rust.

use stormglass_core::random::Ratio;
use stormglass_core::time::Duration;
use stormglass_plan::fault::{Fault, Target};
use stormglass_plan::kind::Kind;
use stormglass_plan::latency::Latency;
use stormglass_plan::nemesis::{Intensity, Nemesis};
use stormglass_plan::plan::Link;
use stormglass_plan::scenario::{Expect, Ids, Phases, Scenario, TimedFault};
use stormglass_plan::source::Source;
use stormglass_plan::workload::{Keys, Kv, Mix};

const SMALL: &str = r#"
name = "raft/isolated-leader"
about = "A leader cut off from the majority must not answer reads."
system = "raft"

[cluster]
nodes = 5

[workload.kv]
rate = 50

[[fault]]
at = "3s"
lasts = "2s"
repeat = { every = "5s", times = 3 }
inject = { isolate = { target = "leader" } }
"#;

/// The small scenario, in as many lines as its file.
fn small() -> Scenario {
    let secs = Duration::from_secs;
    Scenario::named("raft/isolated-leader")
        .about("A leader cut off from the majority must not answer reads.")
        .system("raft")
        .nodes(5)
        .workload(Kv { rate: 50, ..Kv::default() })
        .fault(
            TimedFault::at(secs(3)).lasts(secs(2)).repeat(secs(5), 3).inject(Fault::isolate(Target::Leader)),
        )
}

const LARGE: &str = r#"
name = "raft/everything"
about = "Every setting that a scenario has."
system = "raft"
bug = "vote-not-durable"
expect = { violated-by = ["one-leader-per-term", "linearizable"] }
seeds = 2000
checks = ["linearizable", "one-leader-per-term"]

[params]
heartbeat = "50ms"
pre-vote = false
batch = 16

[cluster]
nodes = { min = 3, max = 7 }
clients = 4
ids = "either"

[workload.kv]
keys = 3
rate = 200
mix = { read = 7, write = 2 }
choose = { hot = 0.8 }

[network.link]
latency = { bimodal = { fast = "2ms", slow = "60ms", slow-share = 0.05 } }
loss = 0.01

[disk]
sync = { constant = "3ms" }

[phases]
warm-up = "500ms"
chaos = "1min"
settle = "10s"

[limits]
events = 5000000

[[fault]]
at = "2.5s"
inject = { crash = { target = ["n1", "n3"], after-effects = 2, unsynced = "everything" } }

[[fault]]
at = "4s"
lasts = "1s"
inject = { delay = { add = { uniform = { min = "0ms", max = "300ms" } } } }

[[fault]]
at = "5s"
inject = { clock-jump = { target = "all", by = "-1.5s" } }

[nemesis]
faults = ["crash", "partition", "clock-drift"]
intensity = "heavy"
clocks = { drift-ppm-max = 100 }
"#;

fn large() -> Scenario {
    let (ms, secs) = (Duration::from_millis, Duration::from_secs);
    let mut nemesis = Nemesis {
        faults: Some(vec![Kind::Crash, Kind::Partition, Kind::ClockDrift]),
        intensity: Intensity::Heavy,
        ..Nemesis::default()
    };
    nemesis.clocks.drift_ppm_max = 100;
    let crash = Fault::Crash {
        target: Target::Nodes(vec![stormglass_core::id::NodeId(1), stormglass_core::id::NodeId(3)]),
        after_effects: Some(2),
        unsynced: stormglass_core::disk::CrashLoss::Everything,
    };
    let jump = Fault::ClockJump { target: Target::All, by: stormglass_core::time::Skew::behind(ms(1_500)) };
    Scenario::named("raft/everything")
        .about("Every setting that a scenario has.")
        .system("raft")
        .bug("vote-not-durable")
        .expect(Expect::ViolatedBy(vec!["one-leader-per-term".into(), "linearizable".into()]))
        .seeds(2_000)
        .checks(["linearizable", "one-leader-per-term"])
        .param("heartbeat", "50ms")
        .param("pre-vote", false)
        .param("batch", 16)
        .nodes(3..=7)
        .clients(4)
        .ids(Ids::Either)
        .workload(Kv {
            keys: 3,
            rate: 200,
            mix: Mix { read: 7, write: 2, ..Mix::default() },
            choose: Keys::Hot(Ratio::from_percent(80)),
        })
        .network(Link {
            latency: Latency::Bimodal { fast: ms(2), slow: ms(60), slow_share: Ratio::from_percent(5) },
            loss: Ratio::from_percent(1),
            ..Link::default()
        })
        .disk(stormglass_plan::plan::DiskTimes { sync: Latency::Constant(ms(3)) })
        .phases(Phases { warm_up: ms(500), chaos: secs(60), settle: secs(10), ..Phases::default() })
        .limits(stormglass_plan::plan::Limits { events: 5_000_000 })
        .fault(TimedFault::at(ms(2_500)).inject(crash))
        .fault(
            TimedFault::at(secs(4))
                .lasts(secs(1))
                .inject(Fault::delay(Latency::Uniform { min: ms(0), max: ms(300) })),
        )
        .fault(TimedFault::at(secs(5)).inject(jump))
        .nemesis(nemesis)
}

/// What a file says and what Rust says compare equal, setting by setting.
#[test]
fn the_same_scenario_in_toml_and_in_rust_is_equal() {
    for (text, built) in [(SMALL, small()), (LARGE, large())] {
        let scenario: Scenario = toml::from_str(text).expect("it parses");
        assert_eq!(scenario, built);
    }
}

/// A scenario without contradictions reads back from what it is written as.
#[test]
fn a_scenario_written_as_toml_reads_back_equal() {
    let dense = Scenario { cluster: small().cluster, ..large() };
    for scenario in [small(), dense] {
        let text = toml::to_string(&scenario).expect("it has a form in TOML");
        let source = Source::new("written.toml", text);
        let again =
            source.scenario(&["raft"]).unwrap_or_else(|mistakes| panic!("{mistakes}\n{}", source.text));
        assert_eq!(again, scenario);
    }
}
