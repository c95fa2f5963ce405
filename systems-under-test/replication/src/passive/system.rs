//! Passive replication as a system under test: its types, its settings, its monitors and its planted bugs.

use serde::{Deserialize, Serialize};
use stormglass_core::bug::Bug;
use stormglass_core::cluster::Cluster;
use stormglass_core::id::{ClientId, NodeId};
use stormglass_core::monitor::Monitor;
use stormglass_core::op::kv::KvOp;
use stormglass_core::settings::SettingsError;
use stormglass_core::system::System;
use stormglass_core::time::Duration;
use stormglass_replicated_log::LogClient;

use super::arbiter::LONGEST_PATIENCE;
use super::bugs::PassiveBug;
use super::event::Event;
use super::message::{Message, Timer};
use super::monitors;
use super::node::PassiveNode;
use super::settings::Settings;
use super::types::Acknowledged;

/// A key-value store on a primary and its backups.
///
/// ```
/// use stormglass_core::prelude::*;
/// use stormglass_replication::passive::{Mode, Passive, Settings};
///
/// let mut passive = Passive::new(Settings { mode: Mode::Asynchronous, ..Settings::default() })?;
/// assert!(passive.plant("ack-before-send"));
/// assert_eq!(passive.bug().map(|bug| bug.name), Some("ack-before-send"));
/// # Ok::<(), SettingsError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Settings", into = "Settings")]
pub struct Passive {
    settings: Settings,
    planted: Option<PassiveBug>,
}

impl Passive {
    /// A cluster with these settings, if it can run with them.
    pub fn new(settings: Settings) -> Result<Passive, SettingsError> {
        settings.check()?;
        Ok(Passive { settings, planted: None })
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The planted bug, if there is one.
    #[must_use]
    pub fn bug(&self) -> Option<&'static Bug> {
        self.planted.map(|bug| &PassiveBug::TABLE[bug as usize])
    }

    /// Whether this defect is planted.
    #[inline]
    pub(super) fn has(&self, bug: PassiveBug) -> bool {
        self.planted == Some(bug)
    }
}

impl TryFrom<Settings> for Passive {
    type Error = SettingsError;

    fn try_from(settings: Settings) -> Result<Passive, SettingsError> {
        Passive::new(settings)
    }
}

impl From<Passive> for Settings {
    fn from(passive: Passive) -> Settings {
        passive.settings
    }
}

impl System for Passive {
    const NAME: &'static str = "passive-replication";
    type Node = PassiveNode;
    type Client = LogClient;
    type Message = Message;
    type Timer = Timer;
    type Event = Event;
    type Op = KvOp;
    type Ret = Acknowledged;

    fn node(&self, id: NodeId, cluster: &Cluster) -> PassiveNode {
        PassiveNode::new(*self, id, cluster)
    }

    fn client(&self, _id: ClientId, cluster: &Cluster) -> LogClient {
        LogClient::new(self.settings.patience(), cluster)
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<Passive>>> {
        monitors::all(&self.settings)
    }

    /// None: the arbiter has no second copy of the epoch, and an in-sync set may have shrunk to one replica.
    fn survives(&self, _nodes: usize) -> usize {
        0
    }

    /// The arbiter misses the primary, waits for answers as long as it ever does, asks once more, and clients find the
    /// one it has appointed. It waits for every node that may hold what was acknowledged: with one gone for good there
    /// is no promise.
    fn recovers_within(&self, _nodes: usize, stopped: usize) -> Option<Duration> {
        let Settings { failover_after, promotion_patience, in_sync_patience, client_deadline, .. } =
            self.settings;
        let promotion = promotion_patience * (LONGEST_PATIENCE + 2);
        (stopped == 0).then_some(failover_after * 2 + promotion + in_sync_patience * 2 + client_deadline)
    }

    fn bugs() -> &'static [Bug] {
        PassiveBug::TABLE
    }

    fn plant(&mut self, bug: &str) -> bool {
        let Some(bug) = PassiveBug::named(bug) else {
            return false;
        };
        self.planted = Some(bug);
        true
    }
}
