//! The clients: they ask a key's home, by the same token, until they are answered or give up.

use std::time::Duration;

use stormglass_core::history::Outcome;
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_engine_driver::{BoxError, ClientHost};
use stormglass_turmoil::grpc;
use tonic::Status;
use tonic::transport::Channel;

use super::generated::key_value_client::KeyValueClient;
use super::messages::{ReadRequest, SwapRequest, Token, WriteRequest};
use super::{PORT, TonicKv, home};

/// How long a client waits for one answer.
const PATIENCE: Duration = Duration::from_millis(300);
/// How long it waits before it asks again.
const PAUSE: Duration = Duration::from_millis(50);
/// How often it asks before it gives up.
const ATTEMPTS: u32 = 12;

/// Asks for one operation after the other.
pub(super) async fn run(host: ClientHost<TonicKv>) -> Result<(), BoxError> {
    let connect = |(_, address)| KeyValueClient::new(grpc::channel(address, PORT, PATIENCE));
    let mut servers: Vec<KeyValueClient<Channel>> = host.servers().into_iter().map(connect).collect();
    // Another after every death: the numbers begin anew.
    let client = host.draws().next();
    for number in 1.. {
        let op = host.next().await;
        let place = home(op.key(), servers.len());
        let mut outcome = Outcome::Fail("never asked".into());
        for _ in 0..ATTEMPTS {
            outcome = match ask(&mut servers[place], Token { client, number }, op).await {
                Ok(ret) => Outcome::Ok(ret),
                // Nothing came of a read that was not answered; anything may have come of a change.
                Err(status) if matches!(op, KvOp::Read { .. }) => Outcome::Fail(status.to_string().into()),
                Err(status) => Outcome::Info(status.to_string().into()),
            };
            if outcome.ok().is_some() {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        host.complete(outcome);
    }
    Ok(())
}

async fn ask(server: &mut KeyValueClient<Channel>, token: Token, op: KvOp) -> Result<KvRet, Status> {
    let token = Some(token);
    Ok(match op {
        KvOp::Read { key } => KvRet::Value(server.read(ReadRequest { key }).await?.into_inner().value),
        KvOp::Write { key, value } => {
            server.write(WriteRequest { token, key, value }).await?;
            KvRet::Written
        }
        KvOp::Cas { key, expect, value } => {
            let request = SwapRequest { token, key, expect, value };
            KvRet::Swapped(server.swap(request).await?.into_inner().swapped)
        }
    })
}
