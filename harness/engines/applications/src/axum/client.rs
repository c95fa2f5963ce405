//! The clients: operations as requests, and answers as outcomes.

use std::time::Duration;

use stormglass_core::history::Outcome;
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_engine_driver::{BoxError, ClientHost};
use stormglass_turmoil::http::{Answer, Client, Failure};

use super::server::{Swap, Value};
use super::{AxumKv, PORT};

/// How long a client waits for an answer.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long it waits before it asks again.
const PAUSE: Duration = Duration::from_millis(50);
/// How often it asks before it gives up.
const ATTEMPTS: u32 = 6;

/// Changes go to the first server, reads to any.
pub(super) async fn run(host: ClientHost<AxumKv>) -> Result<(), BoxError> {
    let servers = host.servers();
    let client = |address| Client::new(address, PORT).patience(PATIENCE);
    let mut clients: Vec<Client> = servers.into_iter().map(|(_, address)| client(address)).collect();
    loop {
        let op = host.next().await;
        let mut outcome = Outcome::Fail("never asked".into());
        for _ in 0..ATTEMPTS {
            let to = match op {
                KvOp::Read { .. } => host.draws().below(clients.len() as u64) as usize,
                KvOp::Write { .. } | KvOp::Cas { .. } => 0,
            };
            outcome = ask(&mut clients[to], op).await;
            // What may have happened must not be asked again: it might happen twice.
            if !matches!(outcome, Outcome::Fail(_)) {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        host.complete(outcome);
    }
}

async fn ask(server: &mut Client, op: KvOp) -> Outcome<KvRet> {
    let answer = match op {
        KvOp::Read { key } => server.get(&format!("/kv/{key}")).await,
        KvOp::Write { key, value } => server.put(&format!("/kv/{key}"), &value).await,
        KvOp::Cas { key, expect, value } => {
            server.post(&format!("/kv/{key}/swap"), &Swap { expect, value }).await
        }
    };
    match answer.and_then(|answer| returned(op, &answer)) {
        Ok(ret) => Outcome::Ok(ret),
        // A read that was not answered has changed nothing.
        Err(why) if matches!(op, KvOp::Read { .. }) => Outcome::Fail(why.to_string().into()),
        Err(why) => why.into(),
    }
}

fn returned(op: KvOp, answer: &Answer) -> Result<KvRet, Failure> {
    Ok(match op {
        KvOp::Read { .. } => KvRet::Value(answer.json::<Value>()?.value),
        KvOp::Write { .. } => KvRet::Written,
        KvOp::Cas { .. } => KvRet::Swapped(answer.json()?),
    })
}
