//! Ordinary programs on madsim: faults reach them, the same seed is the same run, and what goes wrong is named.
#![cfg(madsim)]
#![allow(clippy::unwrap_used, reason = "tests")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration as StdDuration;

use madsim::net::{TcpListener, TcpStream};
use madsim::time::timeout;
use stormglass_core::disk::CrashLoss;
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::prelude::*;
use stormglass_engine_driver::{Application, BoxError, ClientHost, Hosted, ServerHost};
use stormglass_madsim::MadsimHosts;
use stormglass_plan::engine::{EngineFor, Run, Tracing};
use stormglass_plan::fault::{Clients, Fault, Target, Way};
use stormglass_plan::kind::Kind;
use stormglass_plan::latency::Latency;
use stormglass_plan::plan::{Link, Network, Plan};
use stormglass_plan::scenario::{Phases, Scenario, TimedFault};
use stormglass_plan::workload::Kv;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// A server that answers every byte, and what it does wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Echo {
    #[default]
    Sound,
    /// A server panics in its own task.
    Panics,
    /// A server panics in a task that it has spawned.
    PanicsInATask,
    /// A client ends with an error.
    Fails,
}

impl Application for Echo {
    const NAME: &'static str = "echo";
    type Op = KvOp;
    type Ret = KvRet;

    fn serve(&self, host: ServerHost<Self>) -> impl Future<Output = Result<(), BoxError>> + 'static {
        let echo = *self;
        async move {
            let listener = TcpListener::bind(SocketAddr::new(host.address(), 80)).await?;
            host.say("up");
            loop {
                let (mut stream, _) = listener.accept().await?;
                assert!(echo != Echo::Panics, "the server has had enough");
                host.point("accepted").await;
                madsim::task::spawn_local(async move {
                    assert!(echo != Echo::PanicsInATask, "a task has had enough");
                    while let Ok(byte) = stream.read_u8().await {
                        drop(stream.write_u8(byte).await);
                        drop(stream.flush().await);
                    }
                });
            }
        }
    }

    fn client(&self, host: ClientHost<Self>) -> impl Future<Output = Result<(), BoxError>> + 'static {
        let echo = *self;
        async move {
            let server = SocketAddr::new(host.servers()[0].1, 80);
            loop {
                let _op = host.next().await;
                if echo == Echo::Fails {
                    return Err("the client gives up".into());
                }
                let asked = async {
                    let mut stream = TcpStream::connect(server).await?;
                    stream.write_u8(7).await?;
                    stream.flush().await?;
                    stream.read_u8().await
                };
                host.complete(match timeout(StdDuration::from_millis(200), asked).await {
                    Ok(Ok(_)) => Outcome::Ok(KvRet::Written),
                    Ok(Err(error)) => Outcome::Info(error.to_string().into()),
                    Err(_) => Outcome::Info("late".into()),
                });
            }
        }
    }
}

fn plan(seed: u64, fault: Option<Fault>, link: Link) -> Arc<Plan<KvOp>> {
    let ms = Duration::from_millis;
    let phases =
        Phases { warm_up: ms(500), chaos: ms(2_000), idle: ms(100), settle: ms(500), finish: ms(500) };
    let mut scenario = Scenario::named("echo/test").about("Echoes.").system("echo").nodes(1).clients(2);
    scenario = scenario.workload(Kv::default()).phases(phases);
    if let Some(fault) = fault {
        scenario = scenario.fault(TimedFault::at(ms(1_000)).lasts(ms(1_000)).inject(fault));
    }
    let mut plan = stormglass_plan::plan(&scenario, Seed(seed)).unwrap();
    plan.network = Network { link, links: Vec::new() };
    Arc::new(plan)
}

fn run(echo: Echo, plan: &Arc<Plan<KvOp>>) -> Run<KvOp, KvRet> {
    EngineFor::run(&MadsimHosts, &Hosted(echo), plan, Tracing::Off)
}

fn cut() -> Fault {
    Fault::Isolate { target: Target::Nodes(vec![NodeId(1)]), way: Way::Both, clients: Clients::Cut }
}

fn faults() -> Vec<Fault> {
    let server = || Target::Nodes(vec![NodeId(1)]);
    let death = Fault::ClientDeath { clients: 1 };
    vec![
        cut(),
        Fault::crash(server()),
        Fault::Pause { target: server() },
        Fault::Pause { target: Target::Clients(1) },
        death,
    ]
}

/// While a server is cut off, down or held still nobody is answered; before and afterwards everybody is.
#[test]
fn faults_reach_programs() {
    let ms = |n| Time::ZERO + Duration::from_millis(n);
    for fault in &faults()[..3] {
        let run = run(Echo::Sound, &plan(1, Some(fault.clone()), Link::default()));
        assert!(run.verdicts.is_empty(), "{:?}", run.verdicts);
        assert!(!run.strikes[0].effect.is_none(), "{:?}", run.strikes);
        for one in run.history.operations() {
            let (asked, answered) = (one.invoked.at, one.outcome.ok().is_some());
            let struck = asked > ms(1_050) && asked < ms(1_750);
            let spared = asked < ms(750) || asked > ms(2_050);
            assert!(!(struck && answered) && (!spared || answered), "{fault:?}: {one}");
        }
    }
}

/// A program crashes at the point that it names, and again as soon as it has said that it is up.
#[test]
fn a_program_crashes_at_its_point_and_in_its_recovery() {
    let (target, unsynced) = (Target::All, CrashLoss::Everything);
    let point = Some("accepted".to_owned());
    let at_point = Fault::CrashAtPoint { target: target.clone(), point, nth: 2, unsynced };
    let down = Duration::from_millis(50);
    let in_recovery = Fault::CrashInRecovery { target, after_effects: 1, down, times: 3, unsynced };
    for (fault, downs) in [(at_point, 1), (in_recovery, 3)] {
        let run = run(Echo::Sound, &plan(1, Some(fault), Link::default()));
        assert!(run.verdicts.is_empty(), "{:?}", run.verdicts);
        assert_eq!((run.stats.crashes, run.strikes[0].effect.downs), (downs, downs));
        assert!(run.history.operations().last().unwrap().outcome.ok().is_some());
    }
}

/// The whole history is the seed's, twice, whatever strikes.
#[test]
fn the_same_seed_is_the_same_history() {
    for seed in 0..200 {
        let faults = faults();
        let plan = plan(seed, Some(faults[seed as usize % faults.len()].clone()), Link::default());
        let (one, other) = (run(Echo::Sound, &plan), run(Echo::Sound, &plan));
        assert_eq!(one.history.operations(), other.history.operations(), "seed {seed}");
        assert_eq!((one.digest, one.strikes), (other.digest, other.strikes), "seed {seed}");
    }
}

/// A panic and an error are violations in the program's words, and the run is judged as far as it came.
#[test]
fn what_goes_wrong_is_named() {
    let summary = |echo| {
        let run = run(echo, &plan(1, None, Link::default()));
        assert!(!run.history.operations().is_empty());
        let violation = run.verdicts[0].violation().unwrap().clone();
        assert_eq!(violation.check, "panic");
        violation.summary
    };
    assert_eq!(summary(Echo::Panics), "the program of n1 panicked: the server has had enough");
    assert_eq!(summary(Echo::PanicsInATask), "a task of echo/test panicked: a task has had enough");
    assert_eq!(summary(Echo::Fails), "c0 ended with an error: the client gives up");
}

/// What madsim's connections cannot do is refused by name: faults before a run, a network of another kind in its verdict.
#[test]
fn what_cannot_be_had_is_refused() {
    let lacks = |kind| EngineFor::<Hosted<Echo>>::lacks(&MadsimHosts, kind);
    assert!(lacks(Kind::Loss).is_some() && lacks(Kind::Isolate).is_none());
    let lossy = Link { loss: Ratio::from_percent(1), ..Link::default() };
    let run = run(Echo::Sound, &plan(1, None, lossy));
    assert!(run.verdicts[0].to_string().contains("not loss"), "{:?}", run.verdicts);
    let shaped = Link { latency: Latency::Table(vec![Duration::from_millis(1)]), ..Link::default() };
    assert!(!self::run(Echo::Sound, &plan(1, None, shaped)).verdicts.is_empty());
}
