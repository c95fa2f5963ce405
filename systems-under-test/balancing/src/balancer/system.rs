//! A fleet as a system under test: its types, its settings, its monitors and its planted bugs.

use serde::{Deserialize, Serialize};
use stormglass_core::bug::Bug;
use stormglass_core::cluster::Cluster;
use stormglass_core::id::{ClientId, NodeId};
use stormglass_core::monitor::Monitor;
use stormglass_core::op::request::{RequestOp, RequestRet};
use stormglass_core::settings::SettingsError;
use stormglass_core::system::System;
use stormglass_core::time::Duration;

use super::bugs::BalancingBug;
use super::client::FleetClient;
use super::event::Event;
use super::fleet::Fleet;
use super::message::{Message, Timer};
use super::monitors;
use super::node::FleetNode;
use super::settings::Settings;

/// Balancers and servers.
///
/// ```
/// use stormglass_balancing::balancer::{Balancing, Policy, Settings};
/// use stormglass_core::prelude::*;
///
/// let mut fleet = Balancing::new(Settings { policy: Policy::Random, ..Settings::default() })?;
/// assert!(fleet.plant("no-panic"));
/// assert_eq!(fleet.bug().map(|bug| bug.name), Some("no-panic"));
/// # Ok::<(), SettingsError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Settings", into = "Settings")]
pub struct Balancing {
    settings: Settings,
    planted: Option<BalancingBug>,
}

impl Balancing {
    /// A fleet with these settings, if it can run with them.
    pub fn new(settings: Settings) -> Result<Balancing, SettingsError> {
        settings.check()?;
        Ok(Balancing { settings, planted: None })
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The planted bug, if there is one.
    #[must_use]
    pub fn bug(&self) -> Option<&'static Bug> {
        self.planted.map(|bug| &BalancingBug::TABLE[bug as usize])
    }

    /// Whether this defect is planted.
    #[inline]
    pub(super) fn has(&self, bug: BalancingBug) -> bool {
        self.planted == Some(bug)
    }
}

impl TryFrom<Settings> for Balancing {
    type Error = SettingsError;

    fn try_from(settings: Settings) -> Result<Balancing, SettingsError> {
        Balancing::new(settings)
    }
}

impl From<Balancing> for Settings {
    fn from(balancing: Balancing) -> Settings {
        balancing.settings
    }
}

impl System for Balancing {
    const NAME: &'static str = "balancing";
    type Node = FleetNode;
    type Client = FleetClient;
    type Message = Message;
    type Timer = Timer;
    type Event = Event;
    type Op = RequestOp;
    type Ret = RequestRet;

    fn node(&self, id: NodeId, cluster: &Cluster) -> FleetNode {
        FleetNode::new(*self, id, cluster)
    }

    fn client(&self, _id: ClientId, cluster: &Cluster) -> FleetClient {
        FleetClient::new(self.settings, Fleet::new(&self.settings, cluster))
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<Balancing>>> {
        monitors::all(&self.settings)
    }

    /// Nothing is durable, so nothing can be destroyed.
    fn survives(&self, nodes: usize) -> usize {
        nodes
    }

    /// Health checks see that servers are back, and clients that waited have been answered or have given up.
    fn recovers_within(&self, _nodes: usize, _stopped: usize) -> Option<Duration> {
        Some(self.settings.readmission_bound() + self.settings.client_deadline)
    }

    fn bugs() -> &'static [Bug] {
        BalancingBug::TABLE
    }

    fn plant(&mut self, bug: &str) -> bool {
        let Some(bug) = BalancingBug::named(bug) else {
            return false;
        };
        self.planted = Some(bug);
        true
    }
}
