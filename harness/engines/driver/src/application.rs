//! An ordinary async program as a system under test.
//!
//! ```text
//!  Application { serve, client } ──▶ Hosted<A>: a System whose nodes and clients keep what befalls the program until it asks
//!        ▲                                  │
//!        └── ServerHost, ClientHost ◀── Backstage ◀── Theatre ◀── the plan: operations, crashes, disks, faults
//! ```
//!
//! The program's code and its connections are its own; operations, history, disks, crashes and clocks are the harness's. An adapter
//! lets each host [`live`](crate::Backstage::live) where its engine has a place for it, and carries what the program sends.

use std::error::Error;
use std::fmt::{Debug, Display};
use std::future::Future;
use std::hash::Hash;

use serde::Serialize;
use serde::de::DeserializeOwned;
use stormglass_core::bug::Bug;
use stormglass_core::time::Duration;

use crate::host::{ClientHost, ServerHost};

/// What a server or a client ends with when it cannot go on.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// An ordinary async program. The value holds its settings: it is what a scenario's `[params]` table is read into.
///
/// It must be deterministic but for what the engine seeds: ordered collections, its host's draws and clocks. What it keeps in
/// statics outlives a crash, and so does not belong there.
pub trait Application: Clone + Send + Sync + 'static {
    /// What scenarios and lists call it: `axum-kv`.
    const NAME: &'static str;

    /// What the workload asks for.
    type Op: Clone + Debug + Display + Hash + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static;
    /// What the program answers.
    type Ret: Clone
        + Debug
        + Display
        + Hash
        + PartialEq
        + Serialize
        + DeserializeOwned
        + Send
        + Sync
        + 'static;

    /// One server's life, from a boot to a crash: called anew after every restart. What it has not written to its
    /// [disk](ServerHost::disk) is gone then. An error is a violation, and so is a panic of any of its tasks, whoever catches it.
    fn serve(&self, host: ServerHost<Self>) -> impl Future<Output = Result<(), BoxError>> + 'static;

    /// One client's life: takes [operations](ClientHost::next) one by one, for ever, and completes each. An error is a violation, and
    /// a client that ends leaves the run undecided.
    fn client(&self, host: ClientHost<Self>) -> impl Future<Output = Result<(), BoxError>> + 'static;

    /// How many copies of its data it survives the destruction of; see [`System::survives`](stormglass_core::system::System::survives).
    fn survives(&self, _nodes: usize) -> usize {
        0
    }

    /// Within how long after all faults have ended every operation completes ok again; see
    /// [`System::recovers_within`](stormglass_core::system::System::recovers_within).
    fn recovers_within(&self, _nodes: usize, _stopped: usize) -> Option<Duration> {
        None
    }

    /// The deliberate defects that can be planted.
    fn bugs() -> &'static [Bug] {
        &[]
    }

    /// Plants the bug of this name; `false` if there is none.
    fn plant(&mut self, _bug: &str) -> bool {
        false
    }
}
