//! Plans as text: they read back equal, and a damaged or edited one is answered, never taken for a plan.

use insta::assert_snapshot;
use stormglass_core::id::NodeId;
use stormglass_core::op::kv::KvOp;
use stormglass_core::random::Seed;
use stormglass_core::time::Duration;
use stormglass_plan::fault::{Fault, Target};
use stormglass_plan::kind::Kind;
use stormglass_plan::nemesis::{Features, Intensity, Nemesis};
use stormglass_plan::plan;
use stormglass_plan::plan::Plan;
use stormglass_plan::scenario::{Ids, Phases, Scenario, TimedFault};
use stormglass_plan::source::Source;
use stormglass_plan::workload::Kv;

fn storm() -> Scenario {
    Scenario::named("raft/storm")
        .about("Whatever the weather, a Raft cluster answers as one machine would.")
        .system("raft")
        .param("heartbeat", "50ms")
        .nodes(1..=7)
        .clients(4)
        .ids(Ids::Either)
        .workload(Kv::default())
        .nemesis(Nemesis { faults: Some(every_kind()), intensity: Intensity::Heavy, ..Nemesis::default() })
}

/// A plan of a handful of lines.
fn short() -> Plan<KvOp> {
    let secs = Duration::from_secs;
    let scenario = Scenario {
        nemesis: None,
        ..storm().nodes(3).clients(2).ids(Ids::Dense).workload(Kv { keys: 2, rate: 2, ..Kv::default() })
    };
    let phases = Phases { warm_up: secs(1), chaos: secs(2), idle: secs(1), settle: secs(1), finish: secs(1) };
    let isolate = TimedFault::at(secs(1)).lasts(secs(1)).inject(Fault::isolate(Target::Leader));
    let crash = TimedFault::at(secs(2)).inject(Fault::crash(Target::Nodes(vec![NodeId(1), NodeId(3)])));
    plan(&scenario.phases(phases).fault(isolate).fault(crash), Seed(117)).expect("the scenario is sound")
}

fn read(text: &str) -> Result<Plan<KvOp>, String> {
    Source::new("failing.toml", text).plan(&["raft", "lock"]).map_err(|mistakes| mistakes.to_string())
}

/// What is said of the short plan after `from` has been replaced by `to`, once.
fn answer(from: &str, to: &str) -> String {
    let text = short().to_toml().expect("it has a form in TOML");
    assert!(text.contains(from), "the plan does not say {from:?}:\n{text}");
    read(&text.replacen(from, to, 1)).expect_err("a mistake is found")
}

/// A saved plan, as a person finds it.
#[test]
fn a_plan_is_saved_line_by_line() {
    assert_snapshot!(short().to_toml().unwrap(), @r#"
        # A Stormglass plan: exactly one run, with every choice made. Replay it with `stormglass replay FILE`.
        # It may be edited: take out faults or operations, change their times. The ids key their chances, so keep them:
        # what is left then meets the same delays and losses as before.
        format = 1
        scenario = "raft/storm"
        system = "raft"
        seed = 117
        params = { heartbeat = "50ms" }
        cluster = { nodes = ["n1", "n2", "n3"], clients = 2 }
        timeline = { warm-up = "1s", chaos = "3s", heal = "4s", settle = "5s", end = "6s" }
        network = { link = { latency = { uniform = { min = "1ms", max = "10ms" } } } }
        disk = { sync = { uniform = { min = "1ms", max = "5ms" } } }
        limits = { events = 100000000 }
        faults = [
          { id = 1000000, at = "1s", until = "2s", inject = { isolate = { target = "leader" } } },
          { id = 2000000, at = "2s", until = "4s", inject = { crash = { target = ["n1", "n3"], unsynced = { sectors = 0.5 } } } },
        ]
        operations = [
          { id = 1, at = "312.598ms", client = "c0", op = { read = { key = 0 } } },
          { id = 2, at = "462.041ms", client = "c1", op = { read = { key = 1 } } },
          { id = 3, at = "744.402ms", client = "c1", op = { cas = { key = 1, expect = 0, value = 3 } } },
          { id = 4, at = "997.611ms", client = "c0", op = { write = { key = 0, value = 4 } } },
          { id = 5, at = "1103.486ms", client = "c1", op = { read = { key = 1 } } },
          { id = 6, at = "1479.854ms", client = "c0", op = { write = { key = 0, value = 6 } } },
          { id = 7, at = "1660.337ms", client = "c0", op = { read = { key = 0 } } },
          { id = 8, at = "1815.74ms", client = "c1", op = { cas = { key = 1, expect = 3, value = 8 } } },
          { id = 9, at = "2230.902ms", client = "c1", op = { cas = { key = 0, expect = 6, value = 9 } } },
          { id = 10, at = "2720.694ms", client = "c1", op = { read = { key = 0 } } },
          { id = 11, at = "5347.822ms", client = "c1", op = { write = { key = 0, value = 11 } } },
          { id = 12, at = "5.5s", client = "c0", op = { read = { key = 0 } } },
          { id = 13, at = "5562.5ms", client = "c1", op = { read = { key = 1 } } },
          { id = 14, at = "5.625s", client = "c1", op = { read = { key = 0 } } },
          { id = 15, at = "5687.5ms", client = "c0", op = { read = { key = 1 } } },
        ]
        "#);
}

/// A plan reads back equal from its file, whatever was drawn: every kind of fault, every seed, sparse ids.
#[test]
fn a_saved_plan_reads_back_equal() {
    assert_eq!(read(&short().to_toml().unwrap()), Ok(short()));
    for seed in (0..100).chain([u64::MAX]) {
        let plan: Plan<KvOp> = plan(&storm(), Seed(seed)).unwrap();
        assert_eq!(plan.problems(), []);
        assert_eq!(read(&plan.to_toml().unwrap()).as_ref(), Ok(&plan), "seed {seed}");
    }
}

/// A plan whose end was cut off is refused, wherever it was cut.
#[test]
fn a_truncated_plan_is_refused() {
    let text = short().to_toml().unwrap();
    let whole = text.trim_end().len();
    for cut in (0..whole).filter(|&cut| text.is_char_boundary(cut)) {
        assert!(read(&text[..cut]).is_err(), "cut at byte {cut}: …{}", &text[cut.saturating_sub(40)..cut]);
    }
    assert_snapshot!(read(&text[..whole - 30]).unwrap_err(), @r#"
        error: unclosed inline table
          --> failing.toml:33:48
           |
        33 |   { id = 15, at = "5687.5ms", client = "c0", op
           |                                                ^ expected `}`
        "#);
    assert_snapshot!(read(&text[..text.find("faults =").unwrap()]).unwrap_err(), @r#"
        error: `faults` is missing
         --> failing.toml:1:1
          |
        1 | # A Stormglass plan: exactly one run, with every choice made. Replay it with `stormglass replay FILE`.
          | ^ expected `faults = …`
        "#);
}

/// A plan that another version saved.
#[test]
fn a_plan_of_another_version_is_refused() {
    assert_snapshot!(answer("format = 1", "format = 2"), @r#"
        error: the plan has format 2, which this version cannot read
         --> failing.toml:4:10
          |
        4 | format = 2
          |          ^ expected format 1
          |
          = help: the plan was saved by a newer version: use that one to replay it
        "#);
    assert_snapshot!(answer("format = 1", "format = 0\nunheard-of = 3"), @r#"
        error: the plan has format 0, which this version cannot read
         --> failing.toml:4:10
          |
        4 | format = 0
          |          ^ expected format 1
          |
          = help: the plan was saved by an older version: use that one, or draw it anew from its seed
        "#);
}

/// A plan for a system that is not here.
#[test]
fn a_plan_for_an_unknown_system_is_refused() {
    assert_snapshot!(answer("system = \"raft\"", "system = \"rift\""), @r#"
        error: unknown system `rift`
         --> failing.toml:6:10
          |
        6 | system = "rift"
          |          ^^^^^^ expected one of `raft`, `lock`
          |
          = help: did you mean `raft`?
        "#);
}

/// A scenario is no plan.
#[test]
fn a_scenario_is_not_taken_for_a_plan() {
    assert_snapshot!(read("name = \"raft/storm\"\nabout = \"\"\nsystem = \"raft\"\n").unwrap_err(), @r#"
        error: this is no plan, or not all of it: it names no format
         --> failing.toml:1:1
          |
        1 | name = "raft/storm"
          | ^ expected a plan, which begins with `format = 1`
        "#);
}

/// An operation of a client that does not exist.
#[test]
fn an_operation_of_an_absent_client_is_refused() {
    assert_snapshot!(answer("client = \"c1\"", "client = \"c7\""), @r#"
        error: c7 takes no part in this plan
          --> failing.toml:20:40
           |
        20 |   { id = 2, at = "462.041ms", client = "c7", op = { read = { key = 1 } } },
           |                                        ^^^^ expected one of c0, c1
        "#);
}

/// A fault on a node that does not exist.
#[test]
fn a_fault_on_an_absent_node_is_refused() {
    assert_snapshot!(answer("\"n1\", \"n3\"]", "\"n1\", \"n4\"]"), @r#"
        error: n4 takes no part in this plan
          --> failing.toml:16:81
           |
        16 |   { id = 2000000, at = "2s", until = "4s", inject = { crash = { target = ["n1", "n4"], unsynced = { sectors = 0.5 } } } },
           |                                                                                 ^^^^ expected one of n1, n2, n3
        "#);
    assert_snapshot!(answer("[\"n1\", \"n2\", \"n3\"]", "[\"n1\", \"n2\", \"n1\"]"), @r#"
        error: n1 is named twice
         --> failing.toml:9:11
          |
        9 | cluster = { nodes = ["n1", "n2", "n1"], clients = 2 }
          |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ expected each node once
        "#);
}

/// Times that are out of order.
#[test]
fn times_out_of_order_are_refused() {
    assert_snapshot!(answer("id = 2000000, at = \"2s\"", "id = 2000000, at = \"0.5s\""), @r#"
        error: 0.500s comes after 1.000s: times are out of order
          --> failing.toml:16:24
           |
        16 |   { id = 2000000, at = "0.5s", until = "4s", inject = { crash = { target = ["n1", "n3"], unsynced = { sectors = 0.5 } } } },
           |                        ^^^^^^ expected 1.000s or later
           |
           = help: move the line to its place in order of time
        "#);
    assert_snapshot!(answer("until = \"2s\"", "until = \"0.5s\""), @r#"
        error: the fault is lifted before it strikes
          --> failing.toml:15:38
           |
        15 |   { id = 1000000, at = "1s", until = "0.5s", inject = { isolate = { target = "leader" } } },
           |                                      ^^^^^^ expected 1.000s or later
        "#);
    assert_snapshot!(answer("until = \"2s\"", "until = \"1h\""), @r#"
        error: the fault lasts until 3600.000s, but all faults end at 4.000s
          --> failing.toml:15:38
           |
        15 |   { id = 1000000, at = "1s", until = "1h", inject = { isolate = { target = "leader" } } },
           |                                      ^^^^ expected at most 4.000s, the plan's timeline.heal
        "#);
    assert_snapshot!(answer("settle = \"5s\"", "settle = \"3s\""), @r#"
        error: settle comes before heal
          --> failing.toml:10:66
           |
        10 | timeline = { warm-up = "1s", chaos = "3s", heal = "4s", settle = "3s", end = "6s" }
           |                                                                  ^^^^ expected 4.000s or later
        "#);
}

/// Two operations with the same id.
#[test]
fn an_id_that_is_used_twice_is_refused() {
    assert_snapshot!(answer("{ id = 2, ", "{ id = 1, "), @r#"
        error: the id 1 is used twice
          --> failing.toml:20:10
           |
        20 |   { id = 1, at = "462.041ms", client = "c1", op = { read = { key = 1 } } },
           |          ^ expected a number that no other entry of this list has
           |
           = help: an id keys the chances of its entry: two entries with one id would share them
        "#);
}

/// An operation that nobody knows.
#[test]
fn an_unknown_operation_is_refused() {
    assert_snapshot!(answer("{ read = {", "{ raed = {"), @r#"
        error: unknown word `raed`
          --> failing.toml:19:53
           |
        19 |   { id = 1, at = "312.598ms", client = "c0", op = { raed = { key = 0 } } },
           |                                                     ^^^^ expected one of `read`, `write`, `cas`
           |
           = help: did you mean `read`?
        "#);
}

/// Every kind that needs neither regions nor bytes.
fn every_kind() -> Vec<Kind> {
    let needs_nothing = |kind: &Kind| Features { clients: true, ..Features::default() }.allow(*kind);
    Kind::ALL.iter().copied().filter(needs_nothing).collect()
}
