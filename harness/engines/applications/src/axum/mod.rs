//! A key-value store over HTTP: an axum service whose first server takes all changes and whose others keep copies to read from.
//!
//! ```text
//!  PUT /kv/3 ──▶ n1: journal, sync, apply, answer        GET /kv/3 ──▶ n2: how far is n1? ──▶ wait until the copy is there, answer
//!                  └────── GET /log/17 ◀── n2, n3: copies, always a little behind
//! ```
//!
//! It is written with axum, hyper, tokio and serde alone, as anybody's service would be; of the harness it knows its disk.

mod bugs;
mod client;
mod server;
mod store;

use serde::{Deserialize, Serialize};
use stormglass_core::bug::Bug;
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::time::Duration;
use stormglass_engine_driver::{Application, BoxError, ClientHost, ServerHost};

pub use bugs::AxumBug;

/// The service and its clients, with its settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct AxumKv {
    #[serde(skip)]
    bug: Option<AxumBug>,
}

/// Where it listens.
const PORT: u16 = 80;

impl Application for AxumKv {
    const NAME: &'static str = "axum";
    type Op = KvOp;
    type Ret = KvRet;

    fn serve(&self, host: ServerHost<Self>) -> impl Future<Output = Result<(), BoxError>> + 'static {
        server::serve(self.bug, host)
    }

    fn client(&self, host: ClientHost<Self>) -> impl Future<Output = Result<(), BoxError>> + 'static {
        client::run(host)
    }

    fn recovers_within(&self, _nodes: usize, stopped: usize) -> Option<Duration> {
        (stopped == 0).then_some(Duration::from_secs(5))
    }

    fn bugs() -> &'static [Bug] {
        AxumBug::TABLE
    }

    fn plant(&mut self, bug: &str) -> bool {
        self.bug = AxumBug::named(bug);
        self.bug.is_some()
    }
}
