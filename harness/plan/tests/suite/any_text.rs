//! No text makes a parser panic, and what it accepts can be drawn from.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use stormglass_core::op::kv::KvOp;
use stormglass_core::random::Seed;
use stormglass_plan::diagnostic::{Colour, Mistakes};
use stormglass_plan::nemesis::Nemesis;
use stormglass_plan::plan;
use stormglass_plan::plan::Plan;
use stormglass_plan::scenario::Scenario;
use stormglass_plan::source::Source;
use stormglass_plan::workload::{Kv, Workload};

const SCENARIO: &str = r#"
name = "raft/storm"
about = "…"
system = "raft"
expect = { violated-by = ["linearizable"] }
[params]
heartbeat = "50ms"
[cluster]
nodes = { min = 3, max = 7 }
ids = "dense"
[workload.kv]
mix = { read = 7, write = 2 }
choose = { hot = 0.8 }
[network]
link = { latency = { bimodal = { fast = "2ms", slow = "60ms", slow-share = 0.05 } }, loss = 0.01 }
links = [{ from = "n1", to = "c0", link = { latency = { table = ["1ms", "2ms"] } } }]
[phases]
chaos = "1min"
[[fault]]
at = "2.5s"
repeat = { every = "2s", times = 3 }
inject = { crash = { target = ["n1", "n3"], after-effects = 2, unsynced = "everything" } }
[[fault]]
at = "5s"
inject = { clock-jump = { target = { random = 2 }, by = "-1.5s" } }
[nemesis]
faults = ["crash", "clock-drift"]
clocks = { drift-ppm-max = 100 }
"#;

/// Words and numbers that stand in files, and some that should not.
const PIECES: &[&str] = &[
    "0",
    "-1",
    "18446744073709551615",
    "99999999999999999999",
    "1e308",
    "-0.0",
    "nan",
    "inf",
    "\"\"",
    "\"5 parsecs\"",
    "\"584y\"",
    "\"999999999999d\"",
    "\"-3s\"",
    "\"n0\"",
    "\"n99\"",
    "\"c5\"",
    "\"leader\"",
    "{}",
    "[]",
    "[[]]",
    "{ min = 9, max = 1 }",
    "{ random = 4000000000 }",
    "{ role = \"x\" }",
    "\n[fault]\n",
    "\n[[fault]]\n",
    "\n[params]\n",
    "'",
    "\"\"\"",
    "#",
    "\\u{0}",
    "é",
    "\u{feff}",
    "🌩",
    "=",
    ",",
    "true",
    "1979-05-27T07:32:00Z",
];

/// Everything that a user can do with a text; whatever it is, there is an answer and no panic.
fn use_all(text: &str) {
    let source = Source::new("any.toml", text);
    let shown = |mistakes: &Mistakes| {
        assert!(!mistakes.diagnostics().is_empty());
        assert!(mistakes.render(Colour::Plain).contains("any.toml"));
        assert!(mistakes.render(Colour::Terminal).contains("any.toml"));
    };
    match source.scenario(&["raft"]) {
        Err(mistakes) => shown(&mistakes),
        Ok(scenario) if is_small(&scenario) => {
            let plan: Plan<KvOp> = plan(&scenario, Seed(1)).expect("a sound scenario can be drawn from");
            assert_eq!(plan.problems(), [], "a drawn plan is sound");
        }
        Ok(_) => {}
    }
    match source.plan::<KvOp>(&["raft"]) {
        Err(mistakes) => shown(&mistakes),
        Ok(plan) => assert!(plan.page().to_string().starts_with(&plan.scenario)),
    }
}

/// Whether a plan of it is drawn in a moment.
fn is_small(scenario: &Scenario) -> bool {
    let rate = match &scenario.workload {
        Some(Workload::Kv(kv)) => f64::from(kv.rate),
        Some(Workload::Bank(bank)) => f64::from(bank.rate),
        Some(Workload::Lock(lock)) => f64::from(lock.rate),
        Some(Workload::Requests(requests)) => f64::from(requests.rate),
        Some(Workload::Custom(_)) => return false,
        None => 0.0,
    };
    let strikes: u32 =
        scenario.faults.iter().map(|fault| fault.repeat.map_or(1, |repeat| repeat.times)).sum();
    let phases = scenario.phases;
    let traffic = (phases.warm_up + phases.chaos + phases.finish).as_secs_f64();
    scenario.cluster.clients.max < 10_000 && strikes < 10_000 && rate * traffic < 10_000.0
}

fn sound_plan() -> String {
    let scenario = Scenario::named("raft/storm")
        .system("raft")
        .nodes(5)
        .workload(Kv { rate: 1, ..Kv::default() })
        .nemesis(Nemesis::default());
    let plan: Plan<KvOp> = plan(&scenario, Seed(117)).expect("it is sound");
    plan.to_toml().expect("it has a form in TOML")
}

/// `text` with pieces put in, or put over what is there, at places given in thousandths of its length.
fn damaged(text: &str, damages: &[(usize, usize, usize)]) -> String {
    let mut text = text.to_owned();
    for &(place, length, piece) in damages {
        let from = text.floor_char_boundary(text.len() * place / 1_000);
        let until = text.floor_char_boundary((from + length).min(text.len())).max(from);
        text.replace_range(from..until, PIECES.get(piece).unwrap_or(&""));
    }
    text
}

/// A value somewhere in a line `key = value` replaced by a piece.
fn with_value(text: &str, place: usize, piece: usize) -> String {
    let starts: Vec<usize> = text.match_indices("= ").map(|(at, _)| at + 2).collect();
    let from = starts[place % starts.len()];
    let length = text[from..].find([',', '\n', '}']).unwrap_or(0);
    format!("{}{}{}", &text[..from], PIECES[piece % PIECES.len()], &text[from + length..])
}

proptest! {
    #![proptest_config(Config { cases: 400, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Config::default() })]

    /// Any text at all.
    #[test]
    fn any_text_is_answered(text in any::<String>()) {
        use_all(&text);
    }

    /// Any bytes at all: what is no text is refused with a place inside the file.
    #[test]
    fn any_bytes_are_answered(bytes in vec(any::<u8>(), 0..200)) {
        match Source::from_bytes("any.toml", bytes.clone()) {
            Ok(source) => use_all(&source.text),
            Err(mistakes) => {
                prop_assert!(mistakes.to_string().contains("UTF-8"));
                prop_assert!(mistakes.diagnostics()[0].span.start < bytes.len());
            }
        }
    }

    /// A sound scenario, damaged.
    #[test]
    fn a_damaged_scenario_is_answered(damages in vec((0..1_000usize, 0..20usize, 0..60usize), 1..4)) {
        use_all(&damaged(SCENARIO, &damages));
    }

    /// A sound scenario in which one value is another.
    #[test]
    fn a_scenario_with_another_value_is_answered(place in any::<usize>(), piece in any::<usize>()) {
        use_all(&with_value(SCENARIO, place, piece));
    }

    /// A sound plan, damaged.
    #[test]
    fn a_damaged_plan_is_answered(damages in vec((0..1_000usize, 0..20usize, 0..60usize), 1..4)) {
        use_all(&damaged(&sound_plan(), &damages));
    }

    /// A sound plan in which one value is another.
    #[test]
    fn a_plan_with_another_value_is_answered(place in any::<usize>(), piece in any::<usize>()) {
        use_all(&with_value(&sound_plan(), place, piece));
    }
}
