//! Sweeps over a store of one node that is wrong in the ways in which only the harness can see it.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::prelude::*;
use stormglass_explore::{Case, Registry, Report, Sweep, audited, linearizable_kv};
use stormglass_plan::scenario::Scenario;
use stormglass_plan::workload::Kv;

/// A store on one node: correct, as long as nothing fails.
#[derive(Clone, Default, Serialize, Deserialize, Debug)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Single {
    habit: Habit,
}

#[derive(Clone, Copy, Default, PartialEq, Serialize, Deserialize, Debug)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Habit {
    /// None.
    #[default]
    Good,
    /// Consults something that no seed decides.
    Unsteady,
    /// Panics at its tenth request.
    Nervous,
    /// Answers nobody.
    Mute,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Message {
    Ask(u64, KvOp),
    Answer(u64, KvRet),
}

#[derive(Clone, Debug)]
pub(crate) struct Store {
    habit: Habit,
    values: BTreeMap<u64, u64>,
    asked: u64,
}

static CALLS: AtomicU64 = AtomicU64::new(0);

impl Node<Single> for Store {
    fn on_start(&mut self, _cx: &mut Context<'_, Single>) {}
    fn on_timer(&mut self, _timer: u8, _cx: &mut Context<'_, Single>) {}
    fn on_message(&mut self, from: Address, message: Message, cx: &mut Context<'_, Single>) {
        let Message::Ask(request, op) = message else { return };
        self.asked += 1;
        match self.habit {
            Habit::Good => {}
            Habit::Unsteady => cx.set_timer(0, Duration::from_nanos(CALLS.fetch_add(1, Ordering::Relaxed))),
            Habit::Nervous => assert!(self.asked < 10, "ten requests are too many"),
            Habit::Mute => return,
        }
        let ret = op.apply(&mut self.values);
        cx.send(from, Message::Answer(request, ret));
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Asker {
    server: NodeId,
    request: u64,
}

impl Client<Single> for Asker {
    fn on_invoke(&mut self, op: KvOp, cx: &mut Context<'_, Single>) {
        self.request += 1;
        cx.send(self.server, Message::Ask(self.request, op));
    }
    fn on_message(&mut self, _from: Address, message: Message, cx: &mut Context<'_, Single>) {
        if let Message::Answer(request, ret) = message
            && request == self.request
        {
            cx.complete(Outcome::Ok(ret));
        }
    }
}

impl System for Single {
    const NAME: &'static str = "single";
    type Node = Store;
    type Client = Asker;
    type Message = Message;
    type Timer = u8;
    type Event = ();
    type Op = KvOp;
    type Ret = KvRet;
    fn node(&self, _id: NodeId, _cluster: &Cluster) -> Store {
        Store { habit: self.habit, values: BTreeMap::new(), asked: 0 }
    }
    fn client(&self, _id: ClientId, cluster: &Cluster) -> Asker {
        Asker { server: cluster.nodes()[0], request: 0 }
    }
}

pub(crate) fn case(habit: &str) -> Box<dyn Case> {
    let scenario = Scenario::named("single")
        .about("One store answers as one store.")
        .system("single")
        .nodes(1)
        .clients(3)
        .param("habit", habit)
        .workload(Kv::default())
        .chaos(Duration::from_secs(2));
    let registry = Registry::new().with(linearizable_kv::<Single>());
    let subject = registry.get("single").expect("it has just been registered");
    subject.case(&scenario).expect("the scenario is sound")
}

fn check_of(report: &Report) -> &str {
    report.verdict.check()
}

/// A correct system without faults passes, and every seed is reported once and in order.
#[test]
fn reports_come_in_order_of_seed_whatever_finishes_first() {
    let case = case("good");
    let mut seeds = Vec::new();
    let sweep = Sweep { seeds: 5..200, jobs: 4 };
    sweep
        .run(&*case, |report| {
            assert!(report.verdict.is_ok(), "{}", report.verdict);
            seeds.push(report.seed.0);
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(seeds, (5..200).collect::<Vec<_>>());
}

/// A sweep that is told to stop hands over nothing more.
#[test]
fn a_sweep_stops_when_it_is_told_to() {
    let case = case("good");
    let mut runs = 0;
    let sweep = Sweep { seeds: 0..1_000_000, jobs: 2 };
    sweep
        .run(&*case, |_| {
            runs += 1;
            if runs == 7 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .unwrap();
    assert_eq!(runs, 7);
}

/// A system that uses a global is caught, with the first event that differs.
#[test]
fn a_run_that_does_not_repeat_itself_is_a_violation() {
    let report = audited(&*case("unsteady"), Seed(0)).unwrap();
    assert_eq!(check_of(&report), "determinism");
    let evidence = report.verdict.violation().unwrap().evidence.join("\n");
    assert!(evidence.contains("first difference:"), "{evidence}");
}

/// A panic of the system's own code is a violation with its words and its place, not the end of the sweep.
#[test]
fn a_panic_is_a_violation_of_its_seed() {
    let report = audited(&*case("nervous"), Seed(1)).unwrap();
    assert_eq!(check_of(&report), "panic");
    assert!(report.verdict.to_string().contains("ten requests are too many"), "{}", report.verdict);
    let [place] = &report.verdict.violation().unwrap().evidence[..] else { panic!("{}", report.verdict) };
    assert!(place.starts_with("at ") && place.contains(".rs:"), "{place}");
}

/// A system that answers nobody is not a pass.
#[test]
fn a_run_in_which_nothing_succeeded_is_unknown() {
    let report = audited(&*case("mute"), Seed(1)).unwrap();
    assert_eq!(check_of(&report), "vacuity");
}
