//! Turns: whoever hears a message between two turns of its own learns when the next one is due.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::future::{Future, pending};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context as TaskContext, Wake, Waker};

use serde::{Deserialize, Serialize};
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::prelude::*;
use stormglass_engine_driver::{Clock, Theatre, encode};
use stormglass_plan::engine::Tracing;
use stormglass_plan::scenario::{Phases, Scenario};
use stormglass_plan::workload::Kv;

/// A node that has no timers: it writes down what it is told, and that is all.
#[derive(Clone, Default, Debug, Serialize, Deserialize)]
struct Scribe;

impl Node<Scribe> for Scribe {
    fn on_start(&mut self, _cx: &mut Context<'_, Scribe>) {}
    fn on_message(&mut self, _from: Address, told: KvOp, cx: &mut Context<'_, Scribe>) {
        let mut disk = cx.disk();
        let file = disk.open("book").unwrap();
        disk.append(file, told.to_string().as_bytes()).unwrap();
        disk.sync(file);
    }
    fn on_timer(&mut self, _timer: u8, _cx: &mut Context<'_, Scribe>) {}
}

impl Client<Scribe> for Scribe {
    fn on_invoke(&mut self, op: KvOp, cx: &mut Context<'_, Scribe>) {
        cx.send(NodeId(1), op);
        cx.complete(Outcome::Info("nobody answers".into()));
    }
    fn on_message(&mut self, _from: Address, _message: KvOp, _cx: &mut Context<'_, Scribe>) {}
}

impl System for Scribe {
    const NAME: &'static str = "scribe";
    type Node = Scribe;
    type Client = Scribe;
    type Message = KvOp;
    type Timer = u8;
    type Event = ();
    type Op = KvOp;
    type Ret = KvRet;
    fn node(&self, _id: NodeId, _cluster: &Cluster) -> Scribe {
        Scribe
    }
    fn client(&self, _id: ClientId, _cluster: &Cluster) -> Scribe {
        Scribe
    }
}

/// A clock whose sleeps nobody ends.
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Time {
        Time::ZERO
    }
    fn sleep_until(&self, _at: Time) -> impl Future<Output = ()> {
        pending()
    }
}

#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A host sleeps until its own next event, which may be far away. A message comes meanwhile, and what it begins, here a sync, is due
/// before that: the host has to be woken, or the sync would complete when the next thing happens to it, whenever that is.
#[test]
fn a_sleeper_is_woken_for_what_a_message_began() {
    let ms = Duration::from_millis;
    let scenario = Scenario::named("scribe")
        .about("What is told is written down.")
        .system("scribe")
        .nodes(1)
        .clients(1)
        .workload(Kv::default())
        .phases(Phases { warm_up: ms(500), chaos: ms(500), idle: ms(10), settle: ms(50), finish: ms(10) });
    let plan = Arc::new(stormglass_plan::plan(&scenario, Seed(1)).unwrap());
    let theatre = Theatre::new(&Scribe, &plan, Tracing::Off);
    let (node, client) = (0, 1);
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(woken.clone());
    let mut sleeper = pin!(theatre.attend(node, &Stopped, |_| {}, || {}));
    assert!(sleeper.as_mut().poll(&mut TaskContext::from_waker(&waker)).is_pending());

    let told = (0..500).find_map(|at| theatre.turn(client, Time::ZERO + ms(at)).pop()).unwrap();
    assert_eq!(told.to as usize, node);
    let before = woken.0.load(Ordering::Relaxed);
    let answers = theatre.hear(node, &encode(&told), told.due);
    assert!(answers.is_empty(), "{answers:?}");
    assert_eq!(woken.0.load(Ordering::Relaxed), before + 1);
}
