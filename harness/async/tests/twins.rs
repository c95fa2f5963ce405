//! The same protocol twice, as a state machine and as an async function: the world cannot tell them apart.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fmt;
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use stormglass_async::{AsyncContext, Either, Elapsed, Linear, race, select};
use stormglass_core::prelude::*;
use stormglass_kernel::World;
use stormglass_plan::engine::Tracing;
use stormglass_plan::fault::{Clock, Fault, Target};
use stormglass_plan::plan::{Plan, PlannedFault, Timeline};

#[derive(Clone, Debug, Hash, PartialEq, Serialize, Deserialize)]
struct Nothing;
impl fmt::Display for Nothing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing")
    }
}

const PERIOD: Duration = Duration::from_millis(10);

/// A system of `$node`s that talk in numbers.
macro_rules! system {
    ($name:ident, $node:ty, $copies:literal, |$me:ident, $self:ident| $make:expr) => {
        impl System for $name {
            const NAME: &'static str = stringify!($name);
            const COPIES: bool = $copies;
            type Node = $node;
            type Client = Mute;
            type Message = u64;
            type Timer = ();
            type Event = u64;
            type Op = Nothing;
            type Ret = Nothing;
            fn node(&$self, $me: NodeId, _cluster: &Cluster) -> $node {
                $make
            }
            fn client(&self, _id: ClientId, _cluster: &Cluster) -> Mute {
                Mute
            }
        }
        impl Client<$name> for Mute {
            fn on_invoke(&mut self, _op: Nothing, _cx: &mut Context<'_, $name>) {}
            fn on_message(&mut self, _from: Address, _message: u64, _cx: &mut Context<'_, $name>) {}
        }
    };
}

#[derive(Clone, Debug)]
struct Mute;

#[derive(Clone)]
struct Machine;
#[derive(Clone, Debug)]
struct Gossiper {
    me: NodeId,
    heard: u64,
}

impl Node<Machine> for Gossiper {
    fn on_start(&mut self, cx: &mut Context<'_, Machine>) {
        let first = cx.rng().below(PERIOD.as_nanos());
        cx.set_timer((), Duration::from_nanos(first));
    }
    fn on_message(&mut self, _from: Address, rumour: u64, _cx: &mut Context<'_, Machine>) {
        self.heard = self.heard.max(rumour) + 1;
    }
    fn on_timer(&mut self, (): (), cx: &mut Context<'_, Machine>) {
        cx.send(NodeId(self.me.0 % 3 + 1), self.heard);
        cx.emit(self.heard);
        cx.set_timer((), PERIOD);
    }
}
system!(Machine, Gossiper, true, |me, self| Gossiper { me, heard: 0 });

#[derive(Clone)]
struct Function;
system!(Function, Linear<Function>, false, |me, self| Linear::new((), move |cx| gossip(cx, me)));

async fn gossip(cx: AsyncContext<Function>, me: NodeId) {
    let mut heard = 0;
    let mut pause = cx.sleep(Duration::from_nanos(cx.rng(|rng| rng.below(PERIOD.as_nanos()))));
    loop {
        select! {
            () = &mut pause => {
                cx.send(NodeId(me.0 % 3 + 1), heard);
                cx.emit(heard);
                pause = cx.sleep(PERIOD);
            },
            (_from, rumour) = cx.recv() => heard = heard.max(rumour) + 1,
        }
    }
}

fn second(n: u64) -> Time {
    Time::ZERO + Duration::from_secs(n)
}

fn world<S: System<Op = Nothing>>(system: S, seed: u64, faults: Vec<Fault>) -> World<S> {
    let planned = |(id, inject)| PlannedFault { id, at: second(1), until: second(2), operations: 0, inject };
    let plan = Plan {
        timeline: Timeline {
            warm_up: second(1),
            chaos: second(2),
            heal: second(2),
            settle: second(3),
            end: second(3),
        },
        faults: (0..).zip(faults).map(planned).collect(),
        ..Plan::quiet("twins", Cluster::dense(3, 0), Duration::from_secs(3), Seed(seed))
    };
    World::new(system, Arc::new(plan), Tracing::Off)
}

fn node(id: u32) -> Target {
    Target::Nodes(vec![NodeId(id)])
}

fn storm() -> Vec<Fault> {
    vec![
        Fault::crash(node(1)),
        Fault::Pause { target: node(2) },
        Fault::ClockDrift { target: node(3), ppm: 300_000, clock: Clock::Both },
    ]
}

/// Crashes, pauses, wrong clocks: event by event both runs are one, at a hundred seeds.
#[test]
fn an_async_function_and_its_state_machine_leave_the_same_digest() {
    for seed in 0..100 {
        let (mut machine, mut function) = (world(Machine, seed, storm()), world(Function, seed, storm()));
        machine.run_until(second(3));
        function.run_until(second(3));
        assert_eq!((machine.digest(), machine.stats()), (function.digest(), function.stats()), "seed {seed}");
        assert!(machine.stats().events > 1_000 && machine.stats().crashes == 1);
    }
}

/// A copy of a future cannot be had, and whoever asks is told by name.
#[test]
#[should_panic(expected = "a node or client of Function is an async function, which cannot be copied")]
fn a_copy_is_refused_by_name() {
    drop(world(Function, 1, Vec::new()).clone());
}

/// One node sleeps, asks itself, and writes down what came first; it emits nothing, so its messages say it.
#[derive(Clone)]
struct Patient {
    said: Arc<Mutex<Vec<u64>>>,
}
system!(Patient, Linear<Patient>, false, |me, self| {
    let said = self.said.clone();
    Linear::new((), move |cx| async move {
        if me == NodeId(1) {
            patient(cx, said).await;
        }
    })
});

async fn patient(cx: AsyncContext<Patient>, said: Arc<Mutex<Vec<u64>>>) {
    let ms = Duration::from_millis;
    let say = |number| said.lock().unwrap().push(number);
    // Nothing comes: the timeout does, on time, and drops the receive.
    assert_eq!(cx.timeout(ms(5), cx.recv()).await, Err(Elapsed));
    say(cx.elapsed().as_nanos() / 1_000_000);
    // What has come while nobody received is there afterwards, in order.
    cx.send(NodeId(1), 70);
    cx.sleep(ms(1)).await;
    cx.send(NodeId(1), 71);
    cx.sleep(ms(1)).await;
    // Both are ready: the one named first wins, and the receive that lost takes nothing.
    let now = cx.elapsed();
    let first = race(cx.sleep_until(now), cx.recv()).await;
    assert_eq!(first, Either::Left(()));
    say(cx.recv().await.1);
    say(cx.try_recv().unwrap().1);
    assert_eq!(cx.try_recv(), None);
    // Of many sleeps each ends at its own time, whatever the order in which they began.
    let (long, short) = (cx.sleep(ms(30)), cx.sleep(ms(10)));
    match race(long, short).await {
        Either::Left(()) => say(0),
        Either::Right(()) => say(cx.elapsed().as_nanos() / 1_000_000),
    }
    cx.awaiting(Some("better days".to_owned()));
    cx.play(Role::LEADER);
    cx.recv().await;
}

/// A receive that lost the race takes no message, a timeout drops what it waited for, and ties go to the first.
#[test]
fn what_does_not_come_first_loses_nothing() {
    let said = Arc::default();
    let mut world = world(Patient { said: Arc::clone(&said) }, 1, Vec::new());
    world.run_until(second(1));
    assert_eq!(*said.lock().unwrap(), [5, 70, 71, 17]);
    let node = stormglass_core::monitor::View::node(&world, NodeId(1)).unwrap();
    assert_eq!(node.role(), Role::LEADER);
    assert_eq!(node.awaits().map(|awaited| awaited.what), Some("better days".to_owned()));
    let shown = format!("{node:?}");
    assert!(shown.contains("better days"), "{shown}");
}
