//! Every mistake in a scenario's file is answered with its place, what was expected, what was found, and what to do.

use insta::assert_snapshot;
use stormglass_plan::source::Source;

/// A sound file, to which the cases below do harm.
const SOUND: &str = r#"name = "raft/storm"
about = "Whatever the weather, a Raft cluster answers as one machine would."
system = "raft"

[cluster]
nodes = { min = 3, max = 5 }
clients = 4

[workload.kv]
keys = 5
rate = 100

[phases]
chaos = "10s"

[[fault]]
at = "3s"
lasts = "2s"
inject = { isolate = { target = "leader" } }
"#;

/// What is said of the sound file after `from` has been replaced by `to`.
fn answer(from: &str, to: &str) -> String {
    assert!(SOUND.contains(from), "the sound file does not say {from:?}");
    match Source::new("storm.toml", SOUND.replace(from, to)).scenario(&["raft", "lock", "queue"]) {
        Ok(_) => "no mistake".to_owned(),
        Err(mistakes) => mistakes.to_string(),
    }
}

/// The file to which the cases do harm has no mistake.
#[test]
fn a_sound_file_is_read() {
    assert_eq!(answer("raft", "raft"), "no mistake");
}

/// A field that nobody knows: the nearest one is named.
#[test]
fn an_unknown_field_is_answered_with_the_nearest_one() {
    assert_snapshot!(answer("keys = 5", "kesy = 5"), @r#"
        error: unknown field `kesy`
          --> storm.toml:10:1
           |
        10 | kesy = 5
           | ^^^^ expected one of `keys`, `rate`, `mix`, `choose`
           |
           = help: did you mean `keys`?
        "#);
}

/// A system that nobody registered.
#[test]
fn an_unknown_system_is_answered_with_the_nearest_one() {
    assert_snapshot!(answer("system = \"raft\"", "system = \"rafft\""), @r#"
        error: unknown system `rafft`
         --> storm.toml:3:10
          |
        3 | system = "rafft"
          |          ^^^^^^^ expected one of `raft`, `lock`, `queue`
          |
          = help: did you mean `raft`?
        "#);
}

/// A fault that nobody knows.
#[test]
fn an_unknown_fault_is_answered_with_the_nearest_one() {
    assert_snapshot!(answer("isolate", "isolat"), @r#"
        error: unknown fault `isolat`
          --> storm.toml:19:12
           |
        19 | inject = { isolat = { target = "leader" } }
           |            ^^^^^^ expected one of `partition`, `isolate`, `loss`, `duplicate`, `delay`, `crash`, `pause`, `slow-disk`, `fail-sync`, `clock-jump`, `clock-drift`, `sever`, `ring`, `flap`, `corrupt`, `bandwidth`, `hold`, `slow-link`, `reset`, `region-outage`, `zone-outage`, `wan-cut`, `wan-brown-out`, `crash-at-point`, `crash-in-recovery`, `rolling-restart`, `slow`, `wipe`, `stall-disk`, `reorder-syncs`, `fail-sync-once`, `lying-sync`, `bit-rot`, `misdirected-write`, `read-error`, `full-disk`, `clock-offset`, `clock-freeze`, `surge`, `hot-key`, `client-death`, `stale-client`
           |
           = help: did you mean `isolate`?
        "#);
}

/// A word for a target that nobody knows.
#[test]
fn an_unknown_target_is_answered_with_the_nearest_one() {
    assert_snapshot!(answer("\"leader\"", "\"leadr\""), @r#"
        error: unknown target `leadr`
          --> storm.toml:19:33
           |
        19 | inject = { isolate = { target = "leadr" } }
           |                                 ^^^^^^^ expected one of `all`, `leader`, `follower`, `one`, `minority`, `majority`, `one-region`, `one-zone`, a node such as `n3`, or a list of nodes
           |
           = help: did you mean `leader`?
        "#);
}

/// A fault's own setting that nobody knows.
#[test]
fn an_unknown_setting_of_a_fault_is_answered_with_the_nearest_one() {
    assert_snapshot!(answer("target =", "targte ="), @r#"
        error: unknown field `targte`
          --> storm.toml:19:24
           |
        19 | inject = { isolate = { targte = "leader" } }
           |                        ^^^^^^ expected one of `target`, `way`, `clients`
           |
           = help: did you mean `target`?
        "#);
}

/// A workload that nobody knows.
#[test]
fn an_unknown_workload_is_answered_with_the_nearest_one() {
    assert_snapshot!(answer("workload.kv", "workload.vk"), @r#"
        error: unknown workload `vk`
         --> storm.toml:9:11
          |
        9 | [workload.vk]
          |           ^^ expected one of `kv`, `bank`, `lock`, `requests`, `custom`
          |
          = help: did you mean `kv`?
        "#);
}

/// A field that must be there and is not.
#[test]
fn a_missing_field_is_named() {
    assert_snapshot!(answer("lasts = \"2s\"\ninject = { isolate = { target = \"leader\" } }", "lasts = \"2s\""), @r#"
        error: `inject` is missing
          --> storm.toml:16:1
           |
        16 | [[fault]]
           | ^^^^^^^^^ expected `inject = …`
        "#);
}

/// A fault without its settings.
#[test]
fn a_fault_without_settings_says_how_they_are_written() {
    assert_snapshot!(answer("{ isolate = { target = \"leader\" } }", "\"isolate\""), @r#"
        error: the word alone cannot stand here
          --> storm.toml:19:10
           |
        19 | inject = "isolate"
           |          ^^^^^^^^^ expected a table with its settings: `name = { … }`
        "#);
}

/// Two faults where one must stand.
#[test]
fn two_faults_in_one_place_are_refused() {
    assert_snapshot!(answer("{ isolate = { target = \"leader\" } }", "{ isolate = { target = \"all\" }, pause = { target = \"all\" } }"), @r#"
        error: exactly one name must stand here, with its settings behind it
          --> storm.toml:19:10
           |
        19 | inject = { isolate = { target = "all" }, pause = { target = "all" } }
           |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ expected one `name = { … }`; found more than 1 element
        "#);
}

/// A number without a unit.
#[test]
fn a_duration_without_a_unit_is_refused() {
    assert_snapshot!(answer("at = \"3s\"", "at = 3"), @r#"
        error: integer `3` cannot stand here
          --> storm.toml:17:6
           |
        17 | at = 3
           |      ^ expected a duration in quotes with its unit, such as "150ms"
        "#);
    assert_snapshot!(answer("at = \"3s\"", "at = \"3\""), @r#"
        error: `3` is not a duration: it has no unit
          --> storm.toml:17:6
           |
        17 | at = "3"
           |      ^^^ expected a number and a unit of ns, us, ms, s, min, h, d, such as "150ms"
        "#);
}

/// A unit that does not exist.
#[test]
fn a_duration_with_a_wrong_unit_is_refused() {
    assert_snapshot!(answer("lasts = \"2s\"", "lasts = \"5 parsecs\""), @r#"
        error: `5 parsecs` is not a duration: there is no unit `parsecs`
          --> storm.toml:18:9
           |
        18 | lasts = "5 parsecs"
           |         ^^^^^^^^^^^ expected a number and a unit of ns, us, ms, s, min, h, d, such as "150ms"
        "#);
}

/// A fault that begins when all faults have ended.
#[test]
fn a_fault_after_heal_is_refused() {
    assert_snapshot!(answer("at = \"3s\"", "at = \"13s\""), @r#"
        error: the fault strikes at 13.000s, but all faults end at 13.000s
          --> storm.toml:17:6
           |
        17 | at = "13s"
           |      ^^^^^ expected a time before heal, at 13.000s
           |
           = help: heal comes after warm-up, chaos and idle: see [phases]
        "#);
}

/// A fault that would last longer than all faults do.
#[test]
fn a_fault_that_lasts_beyond_heal_is_refused() {
    assert_snapshot!(answer("lasts = \"2s\"", "lasts = \"1min\""), @r#"
        error: the fault lasts until 63.000s, but all faults end at 13.000s
          --> storm.toml:18:9
           |
        18 | lasts = "1min"
           |         ^^^^^^ expected at most 10s
           |
           = help: leave out `lasts` for a fault that lasts until heal
        "#);
}

/// A fault in the good weather that every run begins with.
#[test]
fn a_fault_in_warm_up_is_refused() {
    assert_snapshot!(answer("at = \"3s\"", "at = \"0.5s\""), @r#"
        error: the fault strikes at 0.500s, in warm-up
          --> storm.toml:17:6
           |
        17 | at = "0.5s"
           |      ^^^^^^ expected from 1.000s on, when warm-up ends
           |
           = help: times are counted from the beginning of the run; shorten phases.warm-up if it shall strike earlier
        "#);
}

/// A fault that strikes again when all faults have ended.
#[test]
fn a_repetition_beyond_heal_is_refused() {
    assert_snapshot!(answer("lasts = \"2s\"", "lasts = \"2s\"\nrepeat = { every = \"4s\", times = 9 }"), @r#"
        error: the fault strikes at 35.000s, but all faults end at 13.000s
          --> storm.toml:19:10
           |
        19 | repeat = { every = "4s", times = 9 }
           |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^ expected a time before heal, at 13.000s
           |
           = help: heal comes after warm-up, chaos and idle: see [phases]
        "#);
}

/// A range that ends before it begins.
#[test]
fn a_range_from_more_to_less_is_refused() {
    assert_snapshot!(answer("{ min = 3, max = 5 }", "{ min = 5, max = 3 }"), @r#"
        error: min (5) is more than max (3)
         --> storm.toml:6:9
          |
        6 | nodes = { min = 5, max = 3 }
          |         ^^^^^^^^^^^^^^^^^^^^ expected a range that begins before it ends
        "#);
}

/// A node that is in no cluster, and one that is in some only.
#[test]
fn a_partition_that_names_an_absent_node_is_refused() {
    assert_snapshot!(answer("isolate = { target = \"leader\" }", "partition = { side = [\"n1\", \"n9\"] }"), @r#"
        error: there is no n9 in every run of this scenario
          --> storm.toml:19:40
           |
        19 | inject = { partition = { side = ["n1", "n9"] } }
           |                                        ^^^^ expected n1 to n3
           |
           = help: the cluster has 3–5 nodes
        "#);
    assert_snapshot!(answer("isolate = { target = \"leader\" }", "partition = { side = \"n4\" }"), @r#"
        error: there is no n4 in every run of this scenario
          --> storm.toml:19:33
           |
        19 | inject = { partition = { side = "n4" } }
           |                                 ^^^^ expected n1 to n3
           |
           = help: the smallest cluster that may be drawn has 3 nodes
        "#);
}

/// A node by name where names are drawn.
#[test]
fn a_named_node_of_a_cluster_with_drawn_ids_is_refused() {
    let named = answer("clients = 4", "clients = 4\nids = \"sparse\"");
    assert_eq!(named, "no mistake");
    assert_snapshot!(answer("clients = 4\n\n[workload.kv]\nkeys = 5\nrate = 100\n\n[phases]\nchaos = \"10s\"\n\n[[fault]]\nat = \"3s\"\nlasts = \"2s\"\ninject = { isolate = { target = \"leader\" } }", "ids = \"sparse\"\n\n[[fault]]\nat = \"3s\"\ninject = { pause = { target = \"n2\" } }"), @r#"
        error: there is no n2 in every run of this scenario
          --> storm.toml:11:31
           |
        11 | inject = { pause = { target = "n2" } }
           |                               ^^^^ expected a late target such as "leader" or { random = 1 }
           |
           = help: ids that are drawn cannot be named: say ids = "dense" to call the nodes n1, n2, …
        "#);
}

/// A share above one, a rate of nothing, a rate beyond reason.
#[test]
fn rates_out_of_range_are_refused() {
    assert_snapshot!(answer("isolate = { target = \"leader\" }", "loss = { rate = 1.5 }"), @r#"
        error: 1.5 is out of range
          --> storm.toml:19:28
           |
        19 | inject = { loss = { rate = 1.5 } }
           |                            ^^^ expected a number between 0 and 1
        "#);
    assert_snapshot!(answer("rate = 100", "rate = 0"), @r#"
        error: 0 operations per second cannot be
          --> storm.toml:11:8
           |
        11 | rate = 0
           |        ^ expected from 1 to 1000000
        "#);
    assert_snapshot!(answer("rate = 100", "rate = -100"), @r#"
        error: integer `-100` cannot stand here
          --> storm.toml:11:8
           |
        11 | rate = -100
           |        ^^^^ expected a whole number from 0 to 4294967295
        "#);
}

/// No nodes; no clients but work for them.
#[test]
fn an_empty_cluster_is_refused() {
    assert_snapshot!(answer("{ min = 3, max = 5 }", "0"), @r#"
        error: a cluster without nodes serves nobody
         --> storm.toml:6:9
          |
        6 | nodes = 0
          |         ^ expected at least 1 node
        "#);
    assert_snapshot!(answer("clients = 4", "clients = 0"), @r#"
        error: there is a workload, but no client to run it
         --> storm.toml:7:11
          |
        7 | clients = 0
          |           ^ expected at least 1 client
          |
          = help: take out the workload if nobody shall ask for anything
        "#);
}

/// Several mistakes are answered at once, each with its place, if every word can be read.
#[test]
fn several_contradictions_are_shown_together() {
    let text = SOUND.replace("at = \"3s\"", "at = \"13s\"").replace("rate = 100", "rate = 0");
    let mistakes = Source::new("storm.toml", text).scenario(&["raft"]).unwrap_err();
    let places: Vec<(usize, usize)> =
        mistakes.diagnostics().iter().map(|mistake| (mistake.line, mistake.column)).collect();
    assert_eq!(places, [(11, 8), (17, 6)]);
}

/// A fault that would change nothing is answered, each at its very key: a storm of it would prove nothing.
#[test]
fn faults_that_would_do_nothing_are_refused() {
    let cases = [
        ("surge = { factor = 1 }", "factor"),
        ("slow-link = { factor = 1, from = \"one\" }", "factor"),
        ("slow = { target = \"one\", factor = 1 }", "slow"),
        ("hot-key = { share = 0 }", "share"),
        ("loss = { rate = 0 }", "rate"),
        ("hold = { rate = 0 }", "rate"),
        ("read-error = { target = \"one\", rate = 0 }", "rate"),
        ("clock-jump = { target = \"one\", by = \"0s\" }", "by"),
        ("clock-offset = { target = \"one\", by = \"0s\" }", "by"),
        ("clock-drift = { target = \"one\", ppm = 0 }", "ppm"),
    ];
    for (fault, key) in cases {
        let answer = answer("isolate = { target = \"leader\" }", fault);
        let value = format!("inject = {{ {fault} }}").find(&format!("{key} = ")).unwrap() + key.len() + 4;
        assert!(answer.contains(&format!(":19:{value}\n")), "{answer}");
    }
}

/// What a surge adds counts as well.
#[test]
fn a_surge_larger_than_any_plan_is_refused() {
    let answer = answer("isolate = { target = \"leader\" }", "surge = { factor = 1000000 }");
    assert!(answer.contains("operations in one run"), "{answer}");
}

/// What is left out must have been in.
#[test]
fn an_exception_from_nothing_is_refused() {
    let with = |nemesis: &str| {
        let fault = "[[fault]]\nat = \"3s\"\nlasts = \"2s\"\ninject = { isolate = { target = \"leader\" } }";
        answer(fault, &format!("[nemesis]\n{nemesis}"))
    };
    assert!(with("profile = \"clock\"\nexcept = [\"wipe\"]").contains("left out of `clock` anyway"));
    assert!(with("faults = [\"wipe\"]\nexcept = [\"wipe\"]").contains("the list of faults anyway"));
}
