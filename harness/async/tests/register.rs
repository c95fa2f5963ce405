//! A register on one node, written as async functions: what a person would write, once right and once with the bug that one
//! makes most easily.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use stormglass_async::{AsyncContext, Linear};
use stormglass_check::linearizability::linearizable;
use stormglass_check::models::KvModel;
use stormglass_core::clock::LocalClock;
use stormglass_core::disk::Disk;
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::prelude::*;
use stormglass_core::random::{CausalId, Draws, Purpose};
use stormglass_kernel::Kernel;
use stormglass_plan::engine::{Engine as _, Run, Tracing};
use stormglass_plan::nemesis::{Nemesis, Profile};
use stormglass_plan::plan::Link;
use stormglass_plan::scenario::Scenario;
use stormglass_plan::workload::Kv;

#[derive(Clone)]
struct Register {
    /// The bug: it answers before the disk has.
    hasty: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Message {
    Ask(u64, KvOp),
    Answer(u64, KvRet),
}

/// Every write is a record of key and value; who reads them all knows the state.
const RECORD: usize = 16;

fn replay(log: &[u8]) -> BTreeMap<u64, u64> {
    let number = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().unwrap());
    log.chunks_exact(RECORD).map(|record| (number(&record[..8]), number(&record[8..]))).collect()
}

async fn server(cx: AsyncContext<Register>, hasty: bool) {
    cx.play(Role::LEADER);
    let Ok(file) = cx.disk(|disk| disk.open("log")) else { return };
    // What the last life wrote and did not sync may still be lost: nobody may see it before it is durable.
    if cx.sync_directory().await.is_err() || cx.sync(file).await.is_err() {
        return;
    }
    let Ok(mut values) = cx.disk(|disk| disk.read(file).map(replay)) else { return };
    loop {
        let (from, Message::Ask(request, op)) = cx.recv().await else { continue };
        let (write, ret) = match op {
            KvOp::Read { key } => (None, KvRet::Value(values.get(&key).copied())),
            KvOp::Write { key, value } => (Some((key, value)), KvRet::Written),
            KvOp::Cas { key, expect, value } => {
                let swap = values.get(&key) == Some(&expect);
                (swap.then_some((key, value)), KvRet::Swapped(swap))
            }
        };
        if let Some((key, value)) = write {
            let record = [key.to_le_bytes(), value.to_le_bytes()].concat();
            let written = cx.disk(|disk| disk.append(file, &record));
            if hasty {
                cx.send(from, Message::Answer(request, ret));
            }
            if written.is_err() || cx.sync(file).await.is_err() {
                return;
            }
            values.insert(key, value);
            if hasty {
                continue;
            }
        }
        cx.send(from, Message::Answer(request, ret));
    }
}

async fn client(cx: AsyncContext<Register>, server: NodeId) {
    let mut request = cx.elapsed().as_nanos();
    loop {
        let op = cx.next_operation().await;
        request += 1;
        cx.send(server, Message::Ask(request, op));
        let answer = async {
            loop {
                if let (_, Message::Answer(answered, ret)) = cx.recv().await
                    && answered == request
                {
                    return ret;
                }
            }
        };
        match cx.timeout(Duration::from_millis(300), answer).await {
            Ok(ret) => cx.complete(Outcome::Ok(ret)),
            Err(_) => cx.complete(Outcome::Info("no answer in time".into())),
        }
    }
}

impl System for Register {
    const NAME: &'static str = "register";
    const COPIES: bool = false;
    type Node = Linear<Register>;
    type Client = Linear<Register>;
    type Message = Message;
    type Timer = ();
    type Event = ();
    type Op = KvOp;
    type Ret = KvRet;
    fn node(&self, _id: NodeId, _cluster: &Cluster) -> Linear<Register> {
        let hasty = self.hasty;
        Linear::new((), move |cx| server(cx, hasty))
    }
    fn client(&self, _id: ClientId, cluster: &Cluster) -> Linear<Register> {
        let first = cluster.nodes()[0];
        Linear::new((), move |cx| client(cx, first))
    }
}

/// The register in a storm of crashes and pauses.
fn run(hasty: bool, seed: u64) -> Run<KvOp, KvRet> {
    let scenario = Scenario::named("register/storm")
        .about("A register that crashes keeps what it has answered.")
        .system("register")
        .nodes(1)
        .clients(3)
        // Requests have no names that a restart remembers, so they may not come twice.
        .network(Link::default())
        .workload(Kv { keys: 2, ..Kv::default() })
        .chaos(Duration::from_secs(4))
        .nemesis(Nemesis { profile: Profile::Process, ..Nemesis::default() });
    let mut plan = stormglass_plan::plan(&scenario, Seed(seed)).unwrap();
    // One node is all there is: a wipe takes what it promised to keep.
    plan.faults.retain(|fault| !fault.inject.kind().destroys());
    Kernel.run(&Register { hasty }, &Arc::new(plan), Tracing::Off)
}

/// The right one survives every storm, and some storms crash it in the middle of its work.
#[test]
fn what_an_async_node_has_synced_survives_its_crashes() {
    let (mut crashes, mut answered) = (0, 0);
    for seed in 0..100 {
        let run = run(false, seed);
        let verdict = linearizable(&KvModel, &run.history);
        assert!(verdict.is_ok(), "seed {seed}: {verdict}");
        crashes += run.stats.crashes;
        answered += run.history.operations().iter().filter(|asked| asked.outcome.ok().is_some()).count();
    }
    assert!(crashes > 50 && answered > 10_000, "{crashes} crashes, {answered} answers");
}

/// An answer before the sync is lost in some crash, and the checker says so.
#[test]
fn an_async_node_that_answers_too_early_is_found() {
    let found = (0..100).find(|&seed| linearizable(&KvModel, &run(true, seed).history).violation().is_some());
    assert!(found.is_some(), "100 seeds did not show it");
}

/// Nothing but the seed decides: the same run twice is the same, event by event and answer by answer.
#[test]
fn async_code_is_as_deterministic_as_a_state_machine() {
    for seed in 0..20 {
        assert_eq!(run(false, seed).digest, run(false, seed).digest);
    }
    assert_ne!(run(false, 0).digest, run(false, 1).digest);
}

/// What cannot be nested says so in its own words.
#[test]
#[should_panic(expected = "used inside the closure of its own `disk` or `rng`")]
fn a_context_inside_its_own_closure_is_refused_in_words() {
    let mut node = Linear::<Register>::new((), |cx| async move { cx.rng(|_| cx.point("inside")) });
    let (clock, mut disk, mut effects) = (LocalClock::new(), Disk::new(), Vec::new());
    let draws = Draws::new(CausalId::root(Seed(0), Purpose::Node), Purpose::Node);
    Node::on_start(&mut node, &mut Context::new(Time::ZERO, &clock, draws, &mut disk, &mut effects));
}
