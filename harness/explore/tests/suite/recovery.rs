//! A store that sulks: what it owes after heal, and how available it was meanwhile.

use serde::{Deserialize, Serialize};
use stormglass_check::availability::Bounds;
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::prelude::*;
use stormglass_explore::{Case, Registry, Report, SystemUnderTest, audited};
use stormglass_plan::fault::{Fault, Target};
use stormglass_plan::kind::Kind;
use stormglass_plan::scenario::{Scenario, TimedFault};
use stormglass_plan::workload::Kv;

/// A store of one node, which answers everything with nothing, but promptly.
#[derive(Clone, Default, Serialize, Deserialize, Debug)]
#[serde(default, deny_unknown_fields)]
struct Prompt {
    /// Whether, having stood still for a while, it waits for an apology that nobody sends.
    sulks: bool,
}

#[derive(Clone, Debug)]
struct Server {
    sulks: bool,
    heard: Time,
    since: Option<Time>,
}

impl Node<Prompt> for Server {
    fn on_start(&mut self, cx: &mut Context<'_, Prompt>) {
        self.heard = cx.elapsed();
    }
    fn on_timer(&mut self, _timer: u8, _cx: &mut Context<'_, Prompt>) {}
    fn on_message(&mut self, from: Address, request: u64, cx: &mut Context<'_, Prompt>) {
        let still = cx.elapsed().since(self.heard) > Duration::from_millis(500);
        self.heard = cx.elapsed();
        if self.sulks && still && self.since.is_none() {
            self.since = Some(cx.elapsed());
        }
        if self.since.is_none() {
            cx.send(from, request);
        }
    }
    fn awaits(&self) -> Option<Awaited> {
        Some(Awaited { what: "an apology".to_owned(), since: self.since? })
    }
}

#[derive(Clone, Debug)]
struct Asker {
    server: NodeId,
    request: u64,
    open: bool,
}

impl Client<Prompt> for Asker {
    fn on_invoke(&mut self, _op: KvOp, cx: &mut Context<'_, Prompt>) {
        self.request += 1;
        self.open = true;
        cx.send(self.server, self.request);
        cx.set_timer(0, Duration::from_millis(400));
    }
    fn on_message(&mut self, _from: Address, request: u64, cx: &mut Context<'_, Prompt>) {
        if self.open && request == self.request {
            self.open = false;
            cx.complete(Outcome::Ok(KvRet::Written));
        }
    }
    fn on_timer(&mut self, _timer: u8, cx: &mut Context<'_, Prompt>) {
        if self.open {
            self.open = false;
            cx.complete(Outcome::Info("no answer in time".into()));
        }
    }
}

impl System for Prompt {
    const NAME: &'static str = "prompt";
    type Node = Server;
    type Client = Asker;
    type Message = u64;
    type Timer = u8;
    type Event = ();
    type Op = KvOp;
    type Ret = KvRet;
    fn node(&self, _id: NodeId, _cluster: &Cluster) -> Server {
        Server { sulks: self.sulks, heard: Time::ZERO, since: None }
    }
    fn client(&self, _id: ClientId, cluster: &Cluster) -> Asker {
        Asker { server: cluster.nodes()[0], request: 0, open: false }
    }
    fn recovers_within(&self, _nodes: usize, _stopped: usize) -> Option<Duration> {
        Some(Duration::from_secs(1))
    }
}

/// One store that stands still from 2 s to 3 s.
fn scenario(sulks: bool) -> Scenario {
    Scenario::named("prompt")
        .about("Whoever stood still answers again.")
        .system("prompt")
        .nodes(1)
        .clients(3)
        .param("sulks", sulks)
        .workload(Kv::default())
        .chaos(Duration::from_secs(4))
        .fault(
            TimedFault::at(Duration::from_secs(2))
                .lasts(Duration::from_secs(1))
                .inject(Fault::Pause { target: Target::All }),
        )
}

fn run(scenario: &Scenario) -> Report {
    let registry = Registry::new().with(SystemUnderTest::<Prompt>::unjudged());
    let subject = registry.get("prompt").expect("it has just been registered");
    let case: Box<dyn Case> = subject.case(scenario).expect("the scenario is sound");
    audited(&*case, Seed(1)).expect("the scenario has been drawn before")
}

/// A system that does not serve again in time is violated, and the verdict says who waits for what, and since when.
#[test]
fn what_is_still_awaited_after_heal_is_named() {
    assert!(run(&scenario(false)).verdict.is_ok());
    let report = run(&scenario(true));
    let violation = report.verdict.violation().expect("nobody apologised");
    assert_eq!(violation.check, "recovers");
    let evidence = violation.evidence.join("\n");
    assert!(evidence.contains("no answer in time after 400ms"), "{evidence}");
    let awaited =
        evidence.lines().find(|line| line.contains("n1: an apology, since")).expect("who waits is named");
    let since = awaited.rsplit(' ').next().expect("a line has words");
    assert!(since.starts_with("3.0"), "it woke up at 3 s: {awaited}");
}

/// Bounds that a scenario asserts are judged: the gap of a pause is longer than one bound and shorter than another.
#[test]
fn a_gap_longer_than_asserted_is_a_violation() {
    let bounded = |gap| {
        let unavailable_at_most = Some(Duration::from_millis(gap));
        run(&scenario(false).availability(Bounds { unavailable_at_most, ..Bounds::default() }))
    };
    let report = bounded(900);
    let violation = report.verdict.violation().expect("it stood still for a second");
    assert_eq!(violation.check, "availability");
    assert!(violation.evidence.join("\n").contains("pause on n1"), "{violation:?}");
    assert!(bounded(1_500).verdict.is_ok(), "{}", bounded(1_500).verdict);
}

/// What a fault did is reported by kind, with the operations that were under way.
#[test]
fn operations_under_way_during_a_fault_are_counted() {
    let report = run(&scenario(false));
    let (strikes, effect) = report.effects[&Kind::Pause];
    assert_eq!(strikes, 1);
    // Three clients ask without pause, and each is caught at least twice in a second.
    assert!(effect.overlapped >= 6, "{effect:?}");
}
