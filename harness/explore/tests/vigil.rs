//! A run that never ends is told of, by its seed, while it goes on.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration as RealDuration;

use serde::{Deserialize, Serialize};
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::prelude::*;
use stormglass_explore::{Registry, audited, linearizable_kv, vigil};
use stormglass_plan::scenario::Scenario;
use stormglass_plan::workload::Kv;

/// A node that spins until it is told to go on.
#[derive(Clone, Default, Debug, Serialize, Deserialize)]
struct Spinning {}

static GO_ON: AtomicBool = AtomicBool::new(false);

#[derive(Clone, Debug)]
struct Spinner;

impl Node<Spinning> for Spinner {
    fn on_start(&mut self, _cx: &mut Context<'_, Spinning>) {
        while !GO_ON.load(Ordering::Relaxed) {
            std::hint::spin_loop();
        }
    }
    fn on_timer(&mut self, _timer: (), _cx: &mut Context<'_, Spinning>) {}
    fn on_message(&mut self, _from: Address, _message: (), _cx: &mut Context<'_, Spinning>) {}
}

#[derive(Clone, Debug)]
struct Mute;

impl Client<Spinning> for Mute {
    fn on_invoke(&mut self, _op: KvOp, _cx: &mut Context<'_, Spinning>) {}
    fn on_message(&mut self, _from: Address, _message: (), _cx: &mut Context<'_, Spinning>) {}
}

impl System for Spinning {
    const NAME: &'static str = "spinning";
    type Node = Spinner;
    type Client = Mute;
    type Message = ();
    type Timer = ();
    type Event = ();
    type Op = KvOp;
    type Ret = KvRet;
    fn node(&self, _id: NodeId, _cluster: &Cluster) -> Spinner {
        Spinner
    }
    fn client(&self, _id: ClientId, _cluster: &Cluster) -> Mute {
        Mute
    }
}

/// Who hears of the run lets it go on; if nobody does in so long, it goes on untold.
const LONG: RealDuration = RealDuration::from_secs(20);

/// A run that cannot end is told of while it goes on, and not after it has ended.
#[test]
fn a_step_that_never_ends_is_told_of_by_its_seed() {
    let (tell, told) = channel();
    vigil::keep(RealDuration::from_millis(50), move |late| {
        tell.send(late.to_string()).unwrap();
        GO_ON.store(true, Ordering::Relaxed);
    });
    std::thread::spawn(|| {
        #[expect(clippy::disallowed_methods, reason = "real time is what is tested")]
        std::thread::sleep(LONG);
        GO_ON.store(true, Ordering::Relaxed);
    });
    let scenario = Scenario::named("spinning/mine").system("spinning").nodes(1).clients(1);
    let scenario = scenario.workload(Kv::default()).chaos(Duration::from_secs(1));
    let registry = Registry::new().with(linearizable_kv::<Spinning>());
    let case = registry.get("spinning").unwrap().case(&scenario).unwrap();
    let report = audited(&*case, Seed(117)).unwrap();
    assert_eq!(report.seed, Seed(117));
    let words = told.try_recv().expect("it was told of before it went on");
    assert!(words.starts_with("spinning/mine, seed 117, on kernel: still not at its end after"), "{words}");
    assert!(words.ends_with("`stormglass replay spinning/mine --seed 117`"), "{words}");
    // What has ended is not told of again.
    assert!(told.recv_timeout(RealDuration::from_millis(300)).is_err());
}
