//! openraft's messages over HTTP.

use std::net::IpAddr;
use std::time::Duration;

use openraft::error::{InstallSnapshotError, RPCError, RaftError, RemoteError, Unreachable};
use openraft::network::{Backoff, RPCOption};
use openraft::raft::{
    AppendEntriesRequest, AppendEntriesResponse, InstallSnapshotRequest, InstallSnapshotResponse,
    VoteRequest, VoteResponse,
};
use openraft::{BasicNode, RaftNetwork, RaftNetworkFactory};
use serde::Serialize;
use serde::de::DeserializeOwned;
use stormglass_turmoil::http::Client;

use super::{PORT, Types};

/// How long openraft waits before it asks a server again that was not reached.
const PAUSE: Duration = Duration::from_millis(100);

type Failed<E = openraft::error::Infallible> = RPCError<u64, BasicNode, RaftError<u64, E>>;

/// Makes connections to servers, whose addresses are their nodes'.
pub(super) struct Network;

impl RaftNetworkFactory<Types> for Network {
    type Network = Peer;

    async fn new_client(&mut self, target: u64, node: &BasicNode) -> Peer {
        let address: IpAddr = node.addr.parse().expect("members are named by their addresses");
        Peer { target, client: Client::new(address, PORT) }
    }
}

/// A connection to one server.
pub(super) struct Peer {
    target: u64,
    client: Client,
}

impl Peer {
    async fn ask<T, E>(&mut self, path: &str, request: &impl Serialize) -> Result<T, Failed<E>>
    where
        T: DeserializeOwned,
        E: std::error::Error + DeserializeOwned,
    {
        let answer = self.client.post(path, request).await.and_then(|answer| answer.json());
        let answer: Result<T, RaftError<u64, E>> =
            answer.map_err(|failure| RPCError::Unreachable(Unreachable::new(&failure)))?;
        answer.map_err(|error| RPCError::RemoteError(RemoteError::new(self.target, error)))
    }
}

impl RaftNetwork<Types> for Peer {
    async fn append_entries(
        &mut self,
        request: AppendEntriesRequest<Types>,
        _option: RPCOption,
    ) -> Result<AppendEntriesResponse<u64>, Failed> {
        self.ask("/raft/append", &request).await
    }

    async fn install_snapshot(
        &mut self,
        request: InstallSnapshotRequest<Types>,
        _option: RPCOption,
    ) -> Result<InstallSnapshotResponse<u64>, Failed<InstallSnapshotError>> {
        self.ask("/raft/snapshot", &request).await
    }

    async fn vote(
        &mut self,
        request: VoteRequest<u64>,
        _option: RPCOption,
    ) -> Result<VoteResponse<u64>, Failed> {
        self.ask("/raft/vote", &request).await
    }

    fn backoff(&self) -> Backoff {
        Backoff::new(std::iter::repeat(PAUSE))
    }
}
