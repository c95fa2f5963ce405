//! The lock on etcd without the harness: pauses and cuts by hand, one run a seed.
#![cfg(all(madsim, feature = "etcd"))]
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]

use std::cell::RefCell;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

use madsim::net::{NetSim, TcpListener};
use madsim::rand::Rng as _;
use madsim::runtime::{Handle, Runtime};
use madsim::time::{TimeHandle, sleep};
use send_wrapper::SendWrapper;
use stormglass_check::histories::locks::{Holding, fenced_resource, fencing_tokens};
use stormglass_core::history::History;
use stormglass_core::id::{ClientId, ProcessId};
use stormglass_core::op::lock::{LockOp, LockRet};
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;
use stormglass_services::etcd::{EtcdBug, Holder, Resource, Settings, exclusive, held_until_released};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufStream};

const CLIENTS: u32 = 3;
const SEEDS: u64 = 40;

fn ip(host: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(10, 0, 0, host as u8 + 1))
}

type Shared = SendWrapper<Rc<RefCell<History<LockOp, LockRet>>>>;

async fn client(id: u32, bug: Option<EtcdBug>, history: Shared) {
    let now = || Time::from_nanos(u64::try_from(TimeHandle::current().elapsed().as_nanos()).unwrap());
    let mut holder = Holder::new(
        Settings::default(),
        bug,
        SocketAddr::new(ip(0), 2379),
        vec![SocketAddr::new(ip(1), 700)],
    );
    loop {
        let uses = madsim::rand::thread_rng().gen_range(1..8);
        let ops = [LockOp::Acquire { lock: 0 }]
            .into_iter()
            .chain((0..uses).map(|_| LockOp::Use { lock: 0, token: None }))
            .chain([LockOp::Release { lock: 0 }]);
        for op in ops {
            sleep(Duration::from_millis(madsim::rand::thread_rng().gen_range(1..100))).await;
            let asked = history.borrow_mut().invoke(ProcessId(id.into()), ClientId(id), op, now());
            let outcome = holder.carry_out(op).await;
            history.borrow_mut().complete(asked, outcome, None, now());
        }
    }
}

async fn resource(bug: Option<EtcdBug>) {
    let listener = TcpListener::bind(SocketAddr::new(ip(1), 700)).await.unwrap();
    let resource = Rc::new(RefCell::new(Resource::new(bug)));
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let resource = resource.clone();
        madsim::task::spawn_local(async move {
            let mut stream = BufStream::new(stream);
            let mut line = String::new();
            while stream.read_line(&mut line).await.is_ok_and(|read| read > 0) {
                let answer = resource.borrow_mut().hear(&line);
                drop(stream.write_all(format!("{answer}\n").as_bytes()).await);
                drop(stream.flush().await);
                line.clear();
            }
        });
    }
}

fn run(seed: u64, bug: Option<EtcdBug>) -> History<LockOp, LockRet> {
    std::thread::spawn(move || {
        let runtime = Runtime::with_seed_and_config(seed, madsim::Config::default());
        let history: Shared = SendWrapper::new(Rc::new(RefCell::new(History::new())));
        let ours = history.clone();
        runtime.block_on(async move {
            let handle = Handle::current();
            let etcd = || madsim_etcd_client::SimServer::builder().serve(SocketAddr::new(ip(0), 2379));
            handle.create_node().ip(ip(0)).init(move || async move { drop(etcd().await) }).build();
            handle.create_node().ip(ip(1)).init(move || resource(bug)).build();
            let nodes: Vec<_> = (0..CLIENTS)
                .map(|id| {
                    let history = ours.clone();
                    let life = move || client(id, bug, history.clone());
                    handle.create_node().ip(ip(id + 2)).init(life).build().id()
                })
                .collect();
            for _ in 0..8 {
                sleep(Duration::from_millis(madsim::rand::thread_rng().gen_range(300..2000))).await;
                let victim = nodes[madsim::rand::thread_rng().gen_range(0..nodes.len())];
                let lasts = Duration::from_millis(madsim::rand::thread_rng().gen_range(1000..6000));
                if madsim::rand::thread_rng().gen_bool(0.5) {
                    handle.pause(victim);
                    sleep(lasts).await;
                    handle.resume(victim);
                } else {
                    NetSim::current().clog_node(victim);
                    sleep(lasts).await;
                    NetSim::current().unclog_node(victim);
                }
            }
            sleep(Duration::from_secs(5)).await;
        });
        history.borrow().clone()
    })
    .join()
    .unwrap()
}

fn verdicts(history: &History<LockOp, LockRet>) -> Vec<Verdict> {
    vec![
        fencing_tokens(history),
        fenced_resource(history, Holding::UntilReleased),
        exclusive(history),
        held_until_released(history),
    ]
}

/// What holds of this lock holds whoever stands still or is cut off.
#[test]
fn the_lock_is_sound_whoever_stands_still() {
    let mut done = 0;
    for seed in 0..SEEDS {
        let history = run(seed, None);
        verdicts(&history).iter().for_each(|verdict| assert_eq!(*verdict, Verdict::Ok, "seed {seed}"));
        done += history.operations().iter().filter(|one| one.outcome.ok().is_some()).count();
    }
    assert!(done > 200 * SEEDS as usize, "{done} operations");
}

/// Each bug is found under the seeds that the lock passes without it, by a check that it names.
#[test]
fn every_planted_bug_is_found() {
    let bugs =
        [EtcdBug::NoFencing, EtcdBug::RenewalUnchecked, EtcdBug::ReleaseUnowned, EtcdBug::TokenIsLease];
    for (bug, told) in bugs.into_iter().zip(EtcdBug::TABLE) {
        let checks: Vec<String> = (0..SEEDS)
            .flat_map(|seed| verdicts(&run(seed, Some(bug))))
            .filter_map(|verdict| verdict.violation().map(|violation| violation.check.clone()))
            .collect();
        assert!(checks.iter().any(|check| told.caught_by.contains(&&check[..])), "{}: {checks:?}", told.name);
    }
}

/// The same seed is the same history.
#[test]
fn the_same_seed_is_the_same_history() {
    for seed in 0..SEEDS {
        assert_eq!(run(seed, None).operations(), run(seed, None).operations(), "seed {seed}");
    }
}
