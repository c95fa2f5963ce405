//! A server: openraft behind a few routes.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use openraft::error::{InstallSnapshotError, RaftError};
use openraft::raft::{
    AppendEntriesRequest, AppendEntriesResponse, InstallSnapshotRequest, InstallSnapshotResponse,
    VoteRequest, VoteResponse,
};
use openraft::{BasicNode, Config, Raft, ServerState, SnapshotPolicy};
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::system::Role;
use stormglass_engine_driver::{BoxError, ServerHost};
use stormglass_turmoil::http;
use tokio::sync::OnceCell;

use super::log::Log;
use super::machine::Machine;
use super::network::Network;
use super::{OpenraftBug, OpenraftKv, PORT, Reply, Types, runtime};
use crate::to_its_end;

/// Serves until the host dies.
pub(super) async fn serve(bug: Option<OpenraftBug>, host: ServerHost<OpenraftKv>) -> Result<(), BoxError> {
    runtime::stir(host.draws().next());
    let id = u64::from(host.id().0);
    let log = Log::open(host.clone(), bug).await;
    let machine = Machine::default();
    let raft = Raft::new(id, Arc::new(config()?), Network, log, machine.clone()).await?;
    tokio::spawn(play(host.clone(), raft.clone()));
    if !raft.is_initialized().await? {
        let servers = host.servers().into_iter();
        let members: BTreeMap<u64, BasicNode> =
            servers.map(|(id, address)| (u64::from(id.0), BasicNode::new(address))).collect();
        // Another may have been faster, with the same members.
        drop(raft.initialize(members).await);
    }
    let server = Arc::new(Server { id, caught_up: OnceCell::new(), raft, machine, bug });
    let router = Router::new()
        .route("/op", post(op))
        .route("/raft/append", post(append))
        .route("/raft/vote", post(vote))
        .route("/raft/snapshot", post(snapshot))
        .with_state(server);
    http::serve(PORT, router).await
}

fn config() -> Result<Config, BoxError> {
    let config = Config {
        cluster_name: "stormglass".to_owned(),
        heartbeat_interval: 150,
        election_timeout_min: 600,
        election_timeout_max: 1_200,
        snapshot_policy: SnapshotPolicy::Never,
        ..Config::default()
    };
    Ok(config.validate()?)
}

struct Server {
    id: u64,
    /// A leader that restarts may lead on at once, with a state machine that begins anew: what it reads before anything is
    /// committed in this life may be older than what it has answered before.
    caught_up: OnceCell<()>,
    raft: Raft<Types>,
    machine: Machine,
    bug: Option<OpenraftBug>,
}

type Shared = State<Arc<Server>>;

/// Says which part the server plays, whenever that changes.
async fn play(host: ServerHost<OpenraftKv>, raft: Raft<Types>) {
    let mut metrics = raft.metrics();
    loop {
        let state = metrics.borrow_and_update().state;
        host.plays(match state {
            ServerState::Leader => Role::LEADER,
            ServerState::Candidate => Role::CANDIDATE,
            ServerState::Follower => Role::FOLLOWER,
            ServerState::Learner | ServerState::Shutdown => Role::MEMBER,
        });
        if metrics.changed().await.is_err() {
            return;
        }
    }
}

async fn op(State(server): Shared, Json(op): Json<KvOp>) -> Json<Reply> {
    let leader = server.raft.metrics().borrow().current_leader;
    if leader != Some(server.id) {
        return Json(Reply::NotLeader(leader));
    }
    Json(match op {
        KvOp::Read { key } => read(&server, key).await,
        KvOp::Write { .. } | KvOp::Cas { .. } => to_its_end(write(server, op)).await,
    })
}

async fn read(server: &Server, key: u64) -> Reply {
    match may_read(server, key).await {
        Ok(()) => Reply::Done(KvRet::Value(server.machine.value(key).await)),
        Err(why) => Reply::Unknown(why),
    }
}

async fn may_read(server: &Server, key: u64) -> Result<(), String> {
    if server.bug == Some(OpenraftBug::ReadsWithoutQuorum) {
        return Ok(());
    }
    if server.bug != Some(OpenraftBug::ReadsBeforeCaughtUp) {
        // Whatever was committed before lies before this in the log, and is applied before it.
        let commits = async || server.raft.client_write(KvOp::Read { key }).await.map(drop);
        server.caught_up.get_or_try_init(commits).await.map_err(|error| error.to_string())?;
    }
    server.raft.ensure_linearizable().await.map(drop).map_err(|error| error.to_string())
}

/// A leader that is deposed in between says so, but the entry may be in some logs: nobody knows what becomes of it.
async fn write(server: Arc<Server>, op: KvOp) -> Reply {
    match server.raft.client_write(op).await {
        Ok(written) => written.data.map_or_else(|| Reply::Unknown("no answer".to_owned()), Reply::Done),
        Err(error) => Reply::Unknown(error.to_string()),
    }
}

async fn append(
    State(server): Shared,
    Json(request): Json<AppendEntriesRequest<Types>>,
) -> Json<Result<AppendEntriesResponse<u64>, RaftError<u64>>> {
    Json(to_its_end(async move { server.raft.append_entries(request).await }).await)
}

async fn vote(
    State(server): Shared,
    Json(request): Json<VoteRequest<u64>>,
) -> Json<Result<VoteResponse<u64>, RaftError<u64>>> {
    Json(to_its_end(async move { server.raft.vote(request).await }).await)
}

async fn snapshot(
    State(server): Shared,
    Json(request): Json<InstallSnapshotRequest<Types>>,
) -> Json<Result<InstallSnapshotResponse<u64>, RaftError<u64, InstallSnapshotError>>> {
    Json(to_its_end(async move { server.raft.install_snapshot(request).await }).await)
}
