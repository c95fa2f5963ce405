//! A replicated key-value store: `openraft`, with its log on the harness's disk and its messages over HTTP.
//!
//! ```text
//!  client ── POST /op ──▶ leader ── POST /raft/append ──▶ followers: log, sync, answer
//!                           └── committed: state machine, answer
//! ```
//!
//! The protocol is openraft's; what is written here is what everybody who uses it writes: a store for the log, a state machine, a
//! network, and the server around them.

mod bugs;
mod client;
mod log;
mod machine;
mod network;
mod runtime;
mod server;

use std::io::Cursor;

use serde::{Deserialize, Serialize};
use stormglass_core::bug::Bug;
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::time::Duration;
use stormglass_engine_driver::{Application, BoxError, ClientHost, ServerHost};

pub use bugs::OpenraftBug;

/// What openraft is asked to replicate.
mod types {
    use super::{Cursor, KvOp, KvRet, runtime};

    openraft::declare_raft_types!(
        /// The key-value store.
        pub(super) Types:
            D = KvOp,
            R = Option<KvRet>,
            SnapshotData = Cursor<Vec<u8>>,
            AsyncRuntime = runtime::Seeded,
    );
}

use types::Types;

/// The cluster and its clients, with its settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct OpenraftKv {
    #[serde(skip)]
    bug: Option<OpenraftBug>,
}

/// Where it listens.
const PORT: u16 = 80;

/// What a server answers to an operation.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Reply {
    /// It happened.
    Done(KvRet),
    /// It was not proposed: this server does not lead, and that one does, as far as it knows.
    NotLeader(Option<u64>),
    /// It was proposed, and nobody knows what became of it.
    Unknown(String),
}

impl Application for OpenraftKv {
    const NAME: &'static str = "openraft";
    type Op = KvOp;
    type Ret = KvRet;

    fn serve(&self, host: ServerHost<Self>) -> impl Future<Output = Result<(), BoxError>> + 'static {
        server::serve(self.bug, host)
    }

    fn client(&self, host: ClientHost<Self>) -> impl Future<Output = Result<(), BoxError>> + 'static {
        client::run(host)
    }

    fn recovers_within(&self, _nodes: usize, stopped: usize) -> Option<Duration> {
        (stopped == 0).then_some(Duration::from_secs(8))
    }

    fn bugs() -> &'static [Bug] {
        OpenraftBug::TABLE
    }

    fn plant(&mut self, bug: &str) -> bool {
        self.bug = OpenraftBug::named(bug);
        self.bug.is_some()
    }
}
