//! Code under test that panics, or never yields: every engine says so, and names itself, the seed and the host.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::hint::spin_loop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::prelude::*;
use stormglass_explore::{Case, Registry, audited, linearizable_kv};
use stormglass_madsim::Madsim;
use stormglass_plan::engine::{Engine as _, Run, Tracing};
use stormglass_plan::plan::Plan;
use stormglass_plan::scenario::{Phases, Scenario};
use stormglass_plan::workload::Kv;
use stormglass_tokio::Tokio;
use stormglass_turmoil::Turmoil;

/// Nodes that do nothing, until the second of them is asked for the first time.
#[derive(Clone, Default, Serialize, Deserialize, Debug)]
#[serde(default, deny_unknown_fields)]
struct Troubled {
    trouble: Trouble,
}

#[derive(Clone, Copy, Default, PartialEq, Serialize, Deserialize, Debug)]
#[serde(rename_all = "kebab-case")]
enum Trouble {
    #[default]
    Panics,
    Spins,
}

/// Lets spinning nodes stop, so that their threads end with the test.
static ENOUGH: AtomicBool = AtomicBool::new(false);

#[derive(Clone, Debug)]
struct Machine(NodeId, Trouble);

impl Node<Troubled> for Machine {
    fn on_start(&mut self, _cx: &mut Context<'_, Troubled>) {}
    fn on_message(&mut self, _from: Address, asked: KvOp, _cx: &mut Context<'_, Troubled>) {
        if self.0 != NodeId(2) {
            return;
        }
        match self.1 {
            Trouble::Panics => panic!("{asked} is more than I can bear"),
            Trouble::Spins => {
                while !ENOUGH.load(Ordering::Relaxed) {
                    spin_loop();
                }
            }
        }
    }
    fn on_timer(&mut self, _timer: u8, _cx: &mut Context<'_, Troubled>) {}
}

#[derive(Clone, Debug)]
struct Asker;

impl Client<Troubled> for Asker {
    fn on_invoke(&mut self, op: KvOp, cx: &mut Context<'_, Troubled>) {
        cx.send(NodeId(2), op);
        cx.complete(Outcome::Info("nobody answers".into()));
    }
    fn on_message(&mut self, _from: Address, _message: KvOp, _cx: &mut Context<'_, Troubled>) {}
    fn on_timer(&mut self, _timer: u8, _cx: &mut Context<'_, Troubled>) {}
}

impl System for Troubled {
    const NAME: &'static str = "troubled";
    type Node = Machine;
    type Client = Asker;
    type Message = KvOp;
    type Timer = u8;
    type Event = ();
    type Op = KvOp;
    type Ret = KvRet;
    fn node(&self, id: NodeId, _cluster: &Cluster) -> Machine {
        Machine(id, self.trouble)
    }
    fn client(&self, _id: ClientId, _cluster: &Cluster) -> Asker {
        Asker
    }
}

fn scenario() -> Scenario {
    let ms = Duration::from_millis;
    Scenario::named("troubled")
        .about("Trouble is told of.")
        .system("troubled")
        .nodes(2)
        .clients(1)
        .workload(Kv::default())
        .phases(Phases { warm_up: ms(50), chaos: ms(200), idle: ms(10), settle: ms(50), finish: ms(10) })
}

fn case(engine: &str) -> Box<dyn Case> {
    let subject = linearizable_kv::<Troubled>().engine(Madsim).engine(Turmoil).engine(Tokio);
    let registry = Registry::new().with(subject);
    registry.get("troubled").unwrap().case(&scenario()).unwrap().on(engine).unwrap()
}

/// A panic of the code under test is a violation on every engine, as it is in the kernel.
#[test]
fn a_panic_is_a_violation_that_names_engine_seed_and_host() {
    for engine in ["kernel", "madsim", "turmoil", "tokio"] {
        let verdict = audited(&*case(engine), Seed(7)).unwrap().verdict;
        let violation = verdict.violation().expect("a panic is a violation");
        assert_eq!(violation.check, "panic");
        let text = &violation.summary;
        assert!(
            text.starts_with("the code panicked: ") && text.ends_with("is more than I can bear"),
            "{text}"
        );
        if engine != "kernel" {
            assert!(text.contains(&format!("on {engine}, seed 7, n2 at ")), "{text}");
        }
    }
}

/// A node that never yields is given up, and the verdict names where and when; nobody waits for it for ever.
#[test]
fn a_node_that_never_yields_is_given_up() {
    type Runs = fn(&Troubled, &Arc<Plan<KvOp>>) -> Run<KvOp, KvRet>;
    const PATIENCE: std::time::Duration = std::time::Duration::from_millis(700);
    let runs: [(&str, Runs); 3] = [
        ("madsim", |system, plan| Madsim.run_within(PATIENCE, system, plan, Tracing::Off)),
        ("turmoil", |system, plan| Turmoil.run_within(PATIENCE, system, plan, Tracing::Off)),
        ("tokio", |system, plan| Tokio.run_within(PATIENCE, system, plan, Tracing::Off)),
    ];
    let spinning = Troubled { trouble: Trouble::Spins };
    let plan = Arc::new(stormglass_plan::plan(&scenario(), Seed(9)).unwrap());
    for (engine, run) in runs {
        let run = run(&spinning, &plan);
        let text = run.verdicts.iter().map(ToString::to_string).collect::<String>();
        assert!(text.contains("unknown") && text.contains("hang"), "{text}");
        assert!(text.contains(&format!("troubled on {engine}, seed 9: still not at its end")), "{text}");
        assert!(text.contains("never yields"), "{text}");
    }
    ENOUGH.store(true, Ordering::Relaxed);
}

/// A plan for the engines names who panicked even where nobody judges it.
#[test]
fn a_bare_run_panics_with_the_same_words() {
    let plan = Arc::new(stormglass_plan::plan(&scenario(), Seed(3)).unwrap());
    let run = || Madsim.run(&Troubled::default(), &plan, Tracing::Off).digest;
    let panic = catch_unwind(AssertUnwindSafe(run)).unwrap_err();
    let words = panic.downcast_ref::<String>().unwrap();
    assert!(words.starts_with("on madsim, seed 3, n2 at "), "{words}");
}
