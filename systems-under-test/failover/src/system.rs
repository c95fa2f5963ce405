//! The failover group as a system under test: its types, its settings, its monitors and its planted bugs.

use serde::{Deserialize, Serialize};
use stormglass_core::bug::Bug;
use stormglass_core::cluster::Cluster;
use stormglass_core::id::{ClientId, NodeId};
use stormglass_core::monitor::Monitor;
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::settings::SettingsError;
use stormglass_core::system::System;
use stormglass_core::time::Duration;

use crate::bugs::FailoverBug;
use crate::client::FailoverClient;
use crate::event::Event;
use crate::message::{Message, Timer};
use crate::monitors;
use crate::node::FailoverNode;
use crate::settings::Settings;

/// A failover group. Of seven nodes the first is the resource, the second the controller, the third and the fifth are
/// replicas, the others observers.
///
/// ```
/// use stormglass_core::prelude::*;
/// use stormglass_failover::{Failover, Settings};
///
/// let mut group = Failover::new(Settings { detection: Duration::from_secs(1), ..Settings::default() })?;
/// assert!(group.plant("no-fence"));
/// # Ok::<(), SettingsError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Settings", into = "Settings")]
pub struct Failover {
    settings: Settings,
    planted: Option<FailoverBug>,
}

impl Failover {
    /// A group with these settings, if it can run with them.
    ///
    /// # Errors
    /// If they contradict each other.
    pub fn new(settings: Settings) -> Result<Failover, SettingsError> {
        settings.check()?;
        Ok(Failover { settings, planted: None })
    }

    /// The settings.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether this defect is planted.
    pub(crate) fn has(&self, bug: FailoverBug) -> bool {
        self.planted == Some(bug)
    }
}

impl TryFrom<Settings> for Failover {
    type Error = SettingsError;

    fn try_from(settings: Settings) -> Result<Failover, SettingsError> {
        Failover::new(settings)
    }
}

impl From<Failover> for Settings {
    fn from(group: Failover) -> Settings {
        group.settings
    }
}

impl System for Failover {
    const NAME: &'static str = "failover";
    type Node = FailoverNode;
    type Client = FailoverClient;
    type Message = Message;
    type Timer = Timer;
    type Event = Event;
    type Op = KvOp;
    type Ret = KvRet;

    fn node(&self, id: NodeId, cluster: &Cluster) -> FailoverNode {
        FailoverNode::new(*self, id, cluster)
    }

    fn client(&self, _id: ClientId, cluster: &Cluster) -> FailoverClient {
        FailoverClient::new(self.settings, cluster)
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<Failover>>> {
        monitors::all(self.settings)
    }

    /// Somebody is detected, somebody is appointed, perhaps in vain at first, and clients find it.
    fn recovers_within(&self, _nodes: usize, stopped: usize) -> Option<Duration> {
        let Settings { detection, takeover, attempt_timeout, client_deadline, .. } = self.settings;
        let wait = detection + takeover * 4 + attempt_timeout * 4 + client_deadline;
        (stopped == 0).then_some(wait)
    }

    fn bugs() -> &'static [Bug] {
        FailoverBug::TABLE
    }

    fn plant(&mut self, bug: &str) -> bool {
        self.planted = FailoverBug::named(bug);
        self.planted.is_some()
    }
}
