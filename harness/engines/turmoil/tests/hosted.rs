//! What the plan's faults do to an ordinary program's own connections, datagrams and tasks.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::ErrorKind;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use stormglass_core::disk::CrashLoss;
use stormglass_core::prelude::*;
use stormglass_plan::engine::{EngineFor, Run, Tracing};
use stormglass_plan::fault::{Clients, Fault, Target, Way};
use stormglass_plan::kind::Kind;
use stormglass_plan::plan::Plan;
use stormglass_plan::scenario::{Phases, Scenario, TimedFault};
use stormglass_plan::workload::{Kv, Mix};
use stormglass_turmoil::net::{TcpListener, TcpStream};
use stormglass_turmoil::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use turmoil::net::UdpSocket;

/// What the one server of the echo is.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
enum Manner {
    /// It answers on one connection for each client, which is never made anew.
    #[default]
    Connected,
    /// It answers each datagram.
    Datagrams,
    /// A task of it panics after a second.
    Panics,
    /// It ends with an error after a second.
    Fails,
    /// Its clients end after a second.
    ClientsEnd,
    /// It listens twice.
    ListensTwice,
    /// It opens a socket outside.
    Outside,
    /// It counts on its disk, and comes to a point between the count and the answer.
    Counts,
}

/// A server that says what it hears.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Echo(Manner);

const PORT: u16 = 7;

impl Application for Echo {
    const NAME: &'static str = "echo";
    type Op = KvOp;
    type Ret = KvRet;

    fn serve(&self, host: ServerHost<Self>) -> impl Future<Output = Result<(), BoxError>> + 'static {
        let manner = self.0;
        async move {
            match manner {
                Manner::Connected | Manner::ClientsEnd => echo_streams().await,
                Manner::ListensTwice => {
                    let _first = TcpListener::bind(("0.0.0.0", PORT)).await?;
                    echo_streams().await
                }
                Manner::Outside => {
                    tokio::net::UdpSocket::bind("127.0.0.1:0").await?;
                    Ok(())
                }
                Manner::Datagrams => echo_datagrams().await,
                Manner::Panics => {
                    tokio::spawn(async {
                        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                        panic!("no more echoes");
                    });
                    echo_streams().await
                }
                Manner::Fails => {
                    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                    Err("the echo is tired".into())
                }
                Manner::Counts => count(&host).await,
            }
        }
    }

    fn client(&self, host: ClientHost<Self>) -> impl Future<Output = Result<(), BoxError>> + 'static {
        let manner = self.0;
        async move {
            match manner {
                Manner::Datagrams | Manner::Counts => call(&host).await,
                Manner::ClientsEnd => {
                    timeout(std::time::Duration::from_secs(1), talk(&host)).await.unwrap_or(Ok(()))
                }
                _ => talk(&host).await,
            }
        }
    }
}

async fn echo_streams() -> Result<(), BoxError> {
    let listener = TcpListener::bind(("0.0.0.0", PORT)).await?;
    loop {
        let (mut stream, _) = listener.accept().await?;
        tokio::spawn(async move {
            let mut byte = [0];
            while stream.read_exact(&mut byte).await.is_ok() && stream.write_all(&byte).await.is_ok() {}
        });
    }
}

async fn echo_datagrams() -> Result<(), BoxError> {
    let socket = UdpSocket::bind(("0.0.0.0", PORT)).await?;
    let mut byte = [0];
    loop {
        let (_, from) = socket.recv_from(&mut byte).await?;
        socket.send_to(&byte, from).await?;
    }
}

/// Every life and every echo is a byte more on the disk.
async fn count(host: &ServerHost<Echo>) -> Result<(), BoxError> {
    let disk = host.disk();
    let file = disk.with(|disk| disk.open("count"))?;
    disk.sync_directory().await?;
    let add = async || {
        disk.with(|disk| disk.append(file, b"+"))?;
        disk.sync(file).await
    };
    add().await?;
    host.say(format!("up after {}", disk.with(|disk| Ok(disk.len(file)))?));
    let socket = UdpSocket::bind(("0.0.0.0", PORT)).await?;
    let mut byte = [0];
    loop {
        let (_, from) = socket.recv_from(&mut byte).await?;
        add().await?;
        host.point("counted").await;
        socket.send_to(&byte, from).await?;
    }
}

/// One connection for as long as nobody breaks it.
async fn talk(host: &ClientHost<Echo>) -> Result<(), BoxError> {
    let mut stream = connect(host).await;
    loop {
        let _op = host.next().await;
        let mut byte = [7];
        let said = async {
            stream.write_all(&byte).await?;
            stream.read_exact(&mut byte).await
        };
        match said.await {
            Ok(_) => host.complete(Outcome::Ok(KvRet::Value(None))),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {
                host.complete(Outcome::Info(error.to_string().into()));
                stream = connect(host).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

async fn connect(host: &ClientHost<Echo>) -> TcpStream {
    loop {
        match TcpStream::connect((host.servers()[0].1, PORT)).await {
            Ok(stream) => return stream,
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
        }
    }
}

async fn call(host: &ClientHost<Echo>) -> Result<(), BoxError> {
    let socket = UdpSocket::bind(("0.0.0.0", PORT)).await?;
    let mut byte = [7];
    loop {
        let _op = host.next().await;
        socket.send_to(&byte, (host.servers()[0].1, PORT)).await?;
        let answer = timeout(std::time::Duration::from_millis(100), socket.recv_from(&mut byte)).await;
        host.complete(match answer {
            Ok(_) => Outcome::Ok(KvRet::Value(None)),
            Err(_) => Outcome::Fail("no echo".into()),
        });
    }
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// One server and one client that asks ten times a second for six seconds, under these faults.
fn run(manner: Manner, faults: impl IntoIterator<Item = TimedFault>) -> Run<KvOp, KvRet> {
    let scenario = Scenario::named("echo/test")
        .about("What is said comes back.")
        .system("echo")
        .nodes(1)
        .clients(1)
        .workload(Kv { rate: 10, mix: Mix { read: 1, write: 0, cas: 0 }, ..Kv::default() })
        .phases(Phases {
            warm_up: ms(1_000),
            chaos: ms(5_000),
            idle: ms(100),
            settle: ms(4_000),
            finish: ms(500),
        });
    let scenario = faults.into_iter().fold(scenario, Scenario::fault);
    let plan: Arc<Plan<KvOp>> = Arc::new(stormglass_plan::plan(&scenario, Seed(1)).unwrap());
    TurmoilHosts.run(&Hosted(Echo(manner)), &plan, Tracing::Off)
}

/// How many operations were answered, of how many.
fn answered(run: &Run<KvOp, KvRet>) -> (usize, usize) {
    let operations = run.history.operations();
    (operations.iter().filter(|operation| operation.outcome.ok().is_some()).count(), operations.len())
}

fn cut() -> TimedFault {
    let cut = Fault::Isolate { target: Target::All, way: Way::Both, clients: Clients::Cut };
    TimedFault::at(ms(2_000)).lasts(ms(2_000)).inject(cut)
}

/// Nobody makes the connection anew, and nothing of what was said while it was cut is missing.
#[test]
fn a_connection_outlives_a_cut() {
    let run = run(Manner::Connected, [cut()]);
    assert_eq!(run.verdicts, []);
    let (answers, asked) = answered(&run);
    assert!(asked > 30 && answers == asked, "{answers} of {asked}");
    let longest =
        run.history.operations().iter().filter_map(|one| Some(one.completed?.at.since(one.invoked.at)));
    assert!(longest.max() > Some(ms(1_500)), "the cut was not felt");
}

/// The same loss that a connection makes good takes datagrams away.
#[test]
fn a_lost_segment_is_sent_again_and_a_lost_datagram_is_not() {
    let loss = || TimedFault::at(ms(1_000)).lasts(ms(4_000)).inject(Fault::loss(Ratio::from_ppm(400_000)));
    let (answers, asked) = answered(&run(Manner::Connected, [loss()]));
    assert!(asked > 10 && answers == asked, "{answers} of {asked}");
    let (answers, asked) = answered(&run(Manner::Datagrams, [loss()]));
    assert!(asked > 30 && (asked / 4..asked * 4 / 5).contains(&answers), "{answers} of {asked}");
}

/// A panic in any task of a program is a violation, with whose it was and what it said.
#[test]
fn a_panic_of_a_task_is_a_violation_in_its_own_words() {
    let run = run(Manner::Panics, []);
    let violation = run.verdicts[0].violation().unwrap();
    assert_eq!((&violation.check[..], &violation.summary[..]), ("panic", "n1 panicked: no more echoes"));
    assert!(violation.evidence[0].contains("hosted.rs"), "{:?}", violation.evidence);
}

/// Sockets that lead out of the simulation are refused, with the ones that do not.
#[test]
fn sockets_of_the_machine_are_refused_with_a_hint() {
    let run = run(Manner::Outside, []);
    let violation = run.verdicts[0].violation().unwrap();
    assert!(violation.summary.starts_with("n1 panicked: "), "{}", violation.summary);
    assert!(violation.evidence.iter().any(|line| line.contains("stormglass_turmoil::net")), "{violation:?}");
}

/// What turmoil says of a port that is taken is no more than the port.
#[test]
fn a_port_that_is_taken_is_named() {
    let run = run(Manner::ListensTwice, []);
    let violation = run.verdicts[0].violation().unwrap();
    assert_eq!(violation.summary, "n1 ended with an error: address in use: 0.0.0.0:7");
}

/// A client that ends leaves operations undone: nobody can say that the run went well.
#[test]
fn a_client_that_ends_leaves_the_run_undecided() {
    let run = run(Manner::ClientsEnd, []);
    let Verdict::Unknown(why) = &run.verdicts[0] else { panic!("{:?}", run.verdicts) };
    assert_eq!(why.check, "ended");
    assert!(why.reason.starts_with("the program of c0 ended at 1.000s, and"), "{}", why.reason);
}

/// So is an error that a program ends with.
#[test]
fn an_error_of_a_program_is_a_violation_in_its_own_words() {
    let run = run(Manner::Fails, []);
    let violation = run.verdicts[0].violation().unwrap();
    assert_eq!(violation.check, "panic");
    assert_eq!(violation.summary, "n1 ended with an error: the echo is tired");
}

/// Both ends of a connection hear of a reset at once, and what was asked over it was answered or not: nobody knows.
#[test]
fn a_reset_breaks_connections_and_says_so_to_both_ends() {
    let reset = Fault::Reset { from: Target::All, to: Target::All };
    let run = run(Manner::Connected, [TimedFault::at(ms(2_000)).repeat(ms(1_000), 3).inject(reset)]);
    assert_eq!(run.verdicts, []);
    let broken: Vec<u64> = run.strikes.iter().map(|strike| strike.effect.dropped).collect();
    assert_eq!(broken, [1, 1, 1]);
    let (answers, asked) = answered(&run);
    assert!(asked > 30 && (asked - 3..asked).contains(&answers), "{answers} of {asked}");
}

/// A program crashes where it says that it may: what it did before is done, and nothing behind it.
#[test]
fn a_program_crashes_at_its_point() {
    let crash = |point: &str| Fault::CrashAtPoint {
        target: Target::All,
        point: Some(point.to_owned()),
        nth: 3,
        unsynced: CrashLoss::Everything,
    };
    let struck =
        |point| run(Manner::Counts, [TimedFault::at(ms(2_000)).lasts(ms(1_000)).inject(crash(point))]);
    let run = struck("counted");
    assert_eq!(run.verdicts, []);
    assert_eq!((run.stats.crashes, run.strikes[0].effect.downs), (1, 1));
    let operations = run.history.operations();
    let since = operations.iter().position(|one| one.invoked.at > Time::ZERO + ms(2_000)).unwrap();
    let answers: Vec<bool> = operations[since..].iter().map(|one| one.outcome.ok().is_some()).collect();
    assert_eq!(answers[..4], [true, true, false, false], "it went down at the third");
    assert_eq!(answers.last(), Some(&true));
    // It comes to no such point.
    let run = struck("answered");
    assert!(run.stats.crashes == 0 && run.strikes[0].effect.is_none(), "{:?}", run.strikes);
}

/// A recovery is as long as what a program does in it: it crashes after so many of its effects, again and again.
#[test]
fn a_program_crashes_in_its_recovery() {
    let crash = |after_effects| Fault::CrashInRecovery {
        target: Target::All,
        after_effects,
        down: ms(100),
        times: 3,
        unsynced: CrashLoss::Everything,
    };
    for after_effects in [0, 3] {
        let fault = TimedFault::at(ms(2_000)).lasts(ms(3_000)).inject(crash(after_effects));
        let run = run(Manner::Counts, [fault]);
        assert_eq!(run.verdicts, []);
        assert_eq!((run.stats.crashes, run.strikes[0].effect.downs), (3, 3), "after {after_effects} effects");
        assert!(run.history.operations().last().unwrap().outcome.ok().is_some());
    }
}

/// What cannot be done to an ordinary program is refused with a reason, and all the rest can.
#[test]
fn what_cannot_befall_a_program_has_a_reason() {
    let lacks = |&kind: &Kind| EngineFor::<Hosted<Echo>>::lacks(&TurmoilHosts, kind).is_some();
    let lacking: Vec<&str> = Kind::ALL.iter().copied().filter(lacks).map(Kind::name).collect();
    assert_eq!(lacking, ["duplicate", "pause", "clock-drift", "corrupt", "slow", "clock-freeze"]);
}
