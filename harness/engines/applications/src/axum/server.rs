//! The servers: routes and handlers, and the loop by which copies keep up.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use stormglass_core::system::Role;
use stormglass_engine_driver::{BoxError, ServerHost};
use stormglass_turmoil::http::{self, Client};
use tokio::sync::{Mutex, watch};

use super::store::{Change, Copy, Store};
use super::{AxumBug, AxumKv, PORT};
use crate::journal::Journal;
use crate::to_its_end;

/// How long a copy waits before it asks for more.
const PERIOD: Duration = Duration::from_millis(20);

/// A compare-and-swap's body.
#[derive(Serialize, Deserialize)]
pub(super) struct Swap {
    pub(super) expect: u64,
    pub(super) value: u64,
}

/// A read's answer.
#[derive(Serialize, Deserialize)]
pub(super) struct Value {
    pub(super) value: Option<u64>,
}

/// Serves until the host dies: the first server as the one that takes changes, the others as copies.
pub(super) async fn serve(bug: Option<AxumBug>, host: ServerHost<AxumKv>) -> Result<(), BoxError> {
    let servers = host.servers();
    let first = servers[0].1;
    let router = if host.address() == first {
        host.plays(Role::LEADER);
        let (journal, changes) = Journal::open(host.clone(), "journal").await;
        main(Store::new(journal, changes, bug))
    } else {
        host.plays(Role::FOLLOWER);
        copy(first, bug)
    };
    http::serve(PORT, router).await
}

type Main = State<Arc<Mutex<Store>>>;

fn main(store: Store) -> Router {
    Router::new()
        .route("/kv/{key}", get(read).put(write))
        .route("/kv/{key}/swap", post(swap))
        .route("/length", get(length))
        .route("/log/{since}", get(log))
        .with_state(Arc::new(Mutex::new(store)))
}

async fn read(State(store): Main, Path(key): Path<u64>) -> Json<Value> {
    Json(Value { value: store.lock().await.copy.value(key) })
}

async fn write(State(store): Main, Path(key): Path<u64>, Json(value): Json<u64>) -> StatusCode {
    let work = async move { store.lock().await.change(Change { key, value }).await };
    match to_its_end(work).await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

async fn swap(
    State(store): Main,
    Path(key): Path<u64>,
    Json(swap): Json<Swap>,
) -> Result<Json<bool>, StatusCode> {
    let work = async move {
        let mut store = store.lock().await;
        if store.copy.value(key) != Some(swap.expect) {
            return Ok(false);
        }
        store.change(Change { key, value: swap.value }).await.map(|()| true)
    };
    to_its_end(work).await.map(Json).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn length(State(store): Main) -> Json<usize> {
    Json(store.lock().await.copy.length())
}

async fn log(State(store): Main, Path(since): Path<usize>) -> Json<Vec<Change>> {
    Json(store.lock().await.copy.since(since).to_vec())
}

/// What a copy's handlers share.
struct Follower {
    copy: watch::Sender<Copy>,
    first: IpAddr,
    bug: Option<AxumBug>,
}

fn copy(first: IpAddr, bug: Option<AxumBug>) -> Router {
    let follower = Arc::new(Follower { copy: watch::Sender::new(Copy::default()), first, bug });
    tokio::spawn(keep_up(follower.clone()));
    Router::new().route("/kv/{key}", get(read_copy)).with_state(follower)
}

/// Asks the first server for changes, over and over.
async fn keep_up(follower: Arc<Follower>) {
    let mut first = Client::new(follower.first, PORT);
    loop {
        let since = follower.copy.borrow().length();
        if let Ok(answer) = first.get(&format!("/log/{since}")).await
            && let Ok(changes) = answer.json::<Vec<Change>>()
        {
            follower.copy.send_modify(|copy| changes.into_iter().for_each(|change| copy.apply(change)));
        }
        tokio::time::sleep(PERIOD).await;
    }
}

async fn read_copy(
    State(follower): State<Arc<Follower>>,
    Path(key): Path<u64>,
) -> Result<Json<Value>, StatusCode> {
    if follower.bug != Some(AxumBug::ReadsStaleCopy) {
        let length = first_length(&follower).await.ok_or(StatusCode::SERVICE_UNAVAILABLE)?;
        // A client that hangs up ends this wait.
        let caught_up = follower.copy.subscribe().wait_for(|copy| copy.length() >= length).await.is_ok();
        if !caught_up {
            return Err(StatusCode::SERVICE_UNAVAILABLE);
        }
    }
    Ok(Json(Value { value: follower.copy.borrow().value(key) }))
}

/// How many changes the first server has now.
async fn first_length(follower: &Follower) -> Option<usize> {
    let answer = Client::new(follower.first, PORT).get("/length").await.ok()?;
    answer.json().ok()
}
