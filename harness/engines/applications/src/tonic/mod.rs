//! A key-value store over gRPC: every key has a server that is its home, and clients ask again until they are answered.
//!
//! ```text
//!  c0 ── Swap { token: (c0's number, 7), … } ──▶ home of the key: journal, sync, apply ──✗ the answer is lost
//!  c0 ── Swap { token: (c0's number, 7), … } ──▶ seen before: the same answer, and nothing happens twice
//! ```
//!
//! Exactly once by tokens, as in RIFL (Lee et al., *Implementing Linearizability at Large Scale and Low Latency*, SOSP 2015): a change
//! names its client and its number, and the number is journalled with the change.

mod bugs;
mod client;
pub mod messages;
mod server;
mod store;

use serde::{Deserialize, Serialize};
use stormglass_core::bug::Bug;
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::time::Duration;
use stormglass_engine_driver::{Application, BoxError, ClientHost, ServerHost};

pub use bugs::TonicBug;

/// What tonic generates from the service's description.
#[allow(missing_docs, unreachable_pub, clippy::all, clippy::needless_pass_by_value, reason = "generated")]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/stormglass.kv.KeyValue.rs"));
}

/// The service and its clients, with its settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct TonicKv {
    #[serde(skip)]
    bug: Option<TonicBug>,
}

/// Where it listens.
const PORT: u16 = 50_051;

/// Which of so many servers is a key's home.
fn home(key: u64, servers: usize) -> usize {
    (key % servers as u64) as usize
}

impl Application for TonicKv {
    const NAME: &'static str = "tonic";
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
        TonicBug::TABLE
    }

    fn plant(&mut self, bug: &str) -> bool {
        self.bug = TonicBug::named(bug);
        self.bug.is_some()
    }
}
