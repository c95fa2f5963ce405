//! The lock service as a system under test: its types, its settings, its monitors and its planted bugs.

use serde::{Deserialize, Serialize};
use stormglass_core::bug::Bug;
use stormglass_core::cluster::Cluster;
use stormglass_core::id::{ClientId, NodeId};
use stormglass_core::monitor::Monitor;
use stormglass_core::op::lock::{LockOp, LockRet};
use stormglass_core::settings::SettingsError;
use stormglass_core::system::System;

use crate::bugs::LockBug;
use crate::client::LockClient;
use crate::event::Event;
use crate::message::{Message, Timer};
use crate::monitors;
use crate::node::LockNode;
use crate::settings::Settings;

/// A lock service. The first node is the server, the others are resources that locks guard; a cluster of one has none.
///
/// ```
/// use stormglass_core::prelude::*;
/// use stormglass_lock::{Lock, Settings};
///
/// let mut lock = Lock::new(Settings { session_ttl: Duration::from_secs(2), ..Settings::default() })?;
/// assert!(lock.plant("token-volatile"));
/// # Ok::<(), SettingsError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Settings", into = "Settings")]
pub struct Lock {
    settings: Settings,
    planted: Option<LockBug>,
}

impl Lock {
    /// A service with these settings, if it can run with them.
    ///
    /// # Errors
    /// If they contradict each other.
    pub fn new(settings: Settings) -> Result<Lock, SettingsError> {
        settings.check()?;
        Ok(Lock { settings, planted: None })
    }

    /// The settings.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether this defect is planted.
    pub(crate) fn has(&self, bug: LockBug) -> bool {
        self.planted == Some(bug)
    }
}

impl TryFrom<Settings> for Lock {
    type Error = SettingsError;

    fn try_from(settings: Settings) -> Result<Lock, SettingsError> {
        Lock::new(settings)
    }
}

impl From<Lock> for Settings {
    fn from(lock: Lock) -> Settings {
        lock.settings
    }
}

impl System for Lock {
    const NAME: &'static str = "lock";
    type Node = LockNode;
    type Client = LockClient;
    type Message = Message;
    type Timer = Timer;
    type Event = Event;
    type Op = LockOp;
    type Ret = LockRet;

    fn node(&self, id: NodeId, cluster: &Cluster) -> LockNode {
        LockNode::new(*self, cluster.nodes().first() == Some(&id))
    }

    fn client(&self, _id: ClientId, cluster: &Cluster) -> LockClient {
        LockClient::new(self.settings, cluster)
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<Lock>>> {
        monitors::all(self.settings.session_ttl)
    }

    fn bugs() -> &'static [Bug] {
        LockBug::TABLE
    }

    fn plant(&mut self, bug: &str) -> bool {
        self.planted = LockBug::named(bug);
        self.planted.is_some()
    }
}
