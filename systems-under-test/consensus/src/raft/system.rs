//! Raft as a system under test: its types, its settings, its monitors and its planted bugs.

use serde::{Deserialize, Serialize};
use stormglass_core::bug::Bug;
use stormglass_core::cluster::Cluster;
use stormglass_core::id::{ClientId, NodeId};
use stormglass_core::monitor::Monitor;
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::settings::SettingsError;
use stormglass_core::system::System;
use stormglass_core::time::Duration;
use stormglass_replicated_log::LogClient;

use super::bugs::RaftBug;
use super::event::Event;
use super::message::{Message, Timer};
use super::monitors;
use super::node::RaftNode;
use super::settings::Settings;

/// A replicated key-value store on Raft.
///
/// ```
/// use stormglass_consensus::raft::{Raft, Settings};
/// use stormglass_core::prelude::*;
///
/// let mut raft = Raft::new(Settings { pre_vote: false, ..Settings::default() })?;
/// assert!(raft.plant("vote-not-durable"));
/// assert_eq!(raft.bug().map(|bug| bug.name), Some("vote-not-durable"));
/// # Ok::<(), SettingsError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Settings", into = "Settings")]
pub struct Raft {
    settings: Settings,
    planted: Option<RaftBug>,
}

impl Raft {
    /// A cluster with these settings, if it can run with them.
    pub fn new(settings: Settings) -> Result<Raft, SettingsError> {
        settings.check()?;
        Ok(Raft { settings, planted: None })
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The planted bug, if there is one.
    #[must_use]
    pub fn bug(&self) -> Option<&'static Bug> {
        self.planted.map(|bug| &RaftBug::TABLE[bug as usize])
    }

    /// Whether this defect is planted.
    #[inline]
    pub(super) fn has(&self, bug: RaftBug) -> bool {
        self.planted == Some(bug)
    }
}

impl TryFrom<Settings> for Raft {
    type Error = SettingsError;

    fn try_from(settings: Settings) -> Result<Raft, SettingsError> {
        Raft::new(settings)
    }
}

impl From<Raft> for Settings {
    fn from(raft: Raft) -> Settings {
        raft.settings
    }
}

impl System for Raft {
    const NAME: &'static str = "raft";
    type Node = RaftNode;
    type Client = LogClient;
    type Message = Message;
    type Timer = Timer;
    type Event = Event;
    type Op = KvOp;
    type Ret = KvRet;

    fn node(&self, id: NodeId, cluster: &Cluster) -> RaftNode {
        RaftNode::new(*self, id, cluster)
    }

    fn client(&self, _id: ClientId, cluster: &Cluster) -> LogClient {
        LogClient::new(self.settings.patience(), cluster)
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<Raft>>> {
        monitors::all()
    }

    /// A majority elects a leader after a few timeouts, catches up, and answers every client that asks.
    fn recovers_within(&self, nodes: usize, stopped: usize) -> Option<Duration> {
        let wait = self.settings.election_timeout_max * 10 + self.settings.client_deadline;
        (stopped * 2 < nodes).then_some(wait)
    }

    fn bugs() -> &'static [Bug] {
        RaftBug::TABLE
    }

    fn plant(&mut self, bug: &str) -> bool {
        let Some(bug) = RaftBug::named(bug) else {
            return false;
        };
        self.planted = Some(bug);
        true
    }
}
