//! The clients: operations as requests, and answers as outcomes.

use std::time::Duration;

use stormglass_core::history::Outcome;
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_engine_driver::{BoxError, ClientHost};
use stormglass_turmoil::http::{Answer, Client, NoAnswer};

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
            outcome = ask(&mut clients[to], op).await?;
            // What may have happened must not be asked again: it might happen twice.
            if !matches!(outcome, Outcome::Fail(_)) {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        host.complete(outcome);
    }
}

async fn ask(server: &mut Client, op: KvOp) -> Result<Outcome<KvRet>, BoxError> {
    let answer = match op {
        KvOp::Read { key } => server.get(&format!("/kv/{key}")).await,
        KvOp::Write { key, value } => server.put(&format!("/kv/{key}"), value.to_string()).await,
        KvOp::Cas { key, expect, value } => {
            server.post(&format!("/kv/{key}/swap"), serde_json::to_vec(&Swap { expect, value })?).await
        }
    };
    let reads = matches!(op, KvOp::Read { .. });
    Ok(match answer {
        Ok(answer) if answer.status.is_success() => Outcome::Ok(returned(op, &answer)?),
        // A read that was not answered has changed nothing.
        Ok(answer) if reads => Outcome::Fail(answer.status.to_string().into()),
        Ok(answer) => Outcome::Info(answer.status.to_string().into()),
        Err(NoAnswer::Unknown(why)) if !reads => Outcome::Info(why.into()),
        Err(why) => Outcome::Fail(why.to_string().into()),
    })
}

fn returned(op: KvOp, answer: &Answer) -> Result<KvRet, BoxError> {
    Ok(match op {
        KvOp::Read { .. } => KvRet::Value(serde_json::from_slice::<Value>(&answer.body)?.value),
        KvOp::Write { .. } => KvRet::Written,
        KvOp::Cas { .. } => KvRet::Swapped(serde_json::from_slice(&answer.body)?),
    })
}
