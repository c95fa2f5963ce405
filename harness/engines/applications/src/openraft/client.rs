//! The clients: they look for the leader, and say what they know.

use std::time::Duration;

use stormglass_core::history::Outcome;
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_engine_driver::{BoxError, ClientHost};
use stormglass_turmoil::http::{Client, Failure};

use super::{OpenraftKv, PORT, Reply};

/// How long a client waits for an answer.
const PATIENCE: Duration = Duration::from_millis(600);
/// How long it waits before it asks another server.
const PAUSE: Duration = Duration::from_millis(50);
/// How often it asks before it gives up.
const ATTEMPTS: u32 = 40;

/// Asks for one operation after the other.
pub(super) async fn run(host: ClientHost<OpenraftKv>) -> Result<(), BoxError> {
    let servers = host.servers();
    let client = |&(_, address)| Client::new(address, PORT).patience(PATIENCE);
    let mut clients: Vec<Client> = servers.iter().map(client).collect();
    let mut leader = 0;
    loop {
        let op = host.next().await;
        let mut outcome = Outcome::Fail("nobody leads".into());
        for _ in 0..ATTEMPTS {
            let answer = clients[leader].post("/op", &op).await.and_then(|answer| answer.json::<Reply>());
            let known = |id: u64| servers.iter().position(|(server, _)| u64::from(server.0) == id);
            let next = match answer {
                Ok(Reply::Done(ret)) => {
                    outcome = Outcome::Ok(ret);
                    break;
                }
                Ok(Reply::NotLeader(other)) => other.and_then(known),
                Ok(Reply::Unknown(why)) => {
                    outcome = unknown(op, why);
                    None
                }
                Err(Failure::NotAsked(_)) => None,
                Err(Failure::Unknown(why)) => {
                    outcome = unknown(op, why);
                    None
                }
            };
            leader = next.unwrap_or_else(|| host.draws().below(servers.len() as u64) as usize);
            // What may have happened must not be asked again: it might happen twice.
            if matches!(outcome, Outcome::Info(_)) {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        host.complete(outcome);
    }
}

/// Nothing came of a read that was not answered; anything may have come of a change.
fn unknown(op: KvOp, why: String) -> Outcome<KvRet> {
    match op {
        KvOp::Read { .. } => Outcome::Fail(why.into()),
        KvOp::Write { .. } | KvOp::Cas { .. } => Outcome::Info(why.into()),
    }
}
