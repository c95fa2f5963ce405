//! Two-phase commit as a system under test: its types, its settings, its monitors and its planted bugs.

use serde::{Deserialize, Serialize};
use stormglass_core::bug::Bug;
use stormglass_core::cluster::Cluster;
use stormglass_core::id::{ClientId, NodeId};
use stormglass_core::monitor::Monitor;
use stormglass_core::op::bank::{BankOp, BankRet};
use stormglass_core::settings::SettingsError;
use stormglass_core::system::System;
use stormglass_core::time::Duration;

use super::bugs::CommitBug;
use super::client::BankClient;
use super::event::Event;
use super::message::{Message, Timer};
use super::monitors;
use super::node::CommitNode;
use super::settings::Settings;

/// A bank whose accounts are spread over participants. The node with the smallest id is the coordinator.
///
/// ```
/// use stormglass_consensus::two_phase_commit::{Settings, TwoPhaseCommit};
/// use stormglass_core::prelude::*;
///
/// let mut bank = TwoPhaseCommit::new(Settings { accounts: 100, ..Settings::default() })?;
/// assert!(bank.plant("unilateral-abort"));
/// assert_eq!(bank.bug().map(|bug| bug.name), Some("unilateral-abort"));
/// # Ok::<(), SettingsError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Settings", into = "Settings")]
pub struct TwoPhaseCommit {
    settings: Settings,
    planted: Option<CommitBug>,
}

impl TwoPhaseCommit {
    /// A bank with these settings, if it can run with them.
    pub fn new(settings: Settings) -> Result<TwoPhaseCommit, SettingsError> {
        settings.check()?;
        Ok(TwoPhaseCommit { settings, planted: None })
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The planted bug, if there is one.
    #[must_use]
    pub fn bug(&self) -> Option<&'static Bug> {
        self.planted.map(|bug| &CommitBug::TABLE[bug as usize])
    }

    /// How long it takes at most, once nothing fails any more, until nobody is blocked and everyone is served.
    fn recovery(&self) -> Duration {
        let Settings { vote_timeout, inquiry_interval, resend_interval, client_deadline, .. } = self.settings;
        (vote_timeout + inquiry_interval + resend_interval) * 3 + client_deadline
    }

    /// Whether this defect is planted.
    #[inline]
    pub(super) fn has(&self, bug: CommitBug) -> bool {
        self.planted == Some(bug)
    }
}

impl TryFrom<Settings> for TwoPhaseCommit {
    type Error = SettingsError;

    fn try_from(settings: Settings) -> Result<TwoPhaseCommit, SettingsError> {
        TwoPhaseCommit::new(settings)
    }
}

impl From<TwoPhaseCommit> for Settings {
    fn from(bank: TwoPhaseCommit) -> Settings {
        bank.settings
    }
}

impl System for TwoPhaseCommit {
    const NAME: &'static str = "two-phase-commit";
    type Node = CommitNode;
    type Client = BankClient;
    type Message = Message;
    type Timer = Timer;
    type Event = Event;
    type Op = BankOp;
    type Ret = BankRet;

    fn node(&self, id: NodeId, cluster: &Cluster) -> CommitNode {
        CommitNode::new(*self, id, cluster)
    }

    fn client(&self, _id: ClientId, cluster: &Cluster) -> BankClient {
        BankClient::new(self.settings, cluster)
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<TwoPhaseCommit>>> {
        monitors::all(self.recovery())
    }

    /// Every record is kept once, so a disk that is destroyed takes money with it.
    fn survives(&self, _nodes: usize) -> usize {
        0
    }

    /// Once everyone is up and reached, whoever is blocked asks and is told, and then nothing stands in a client's way.
    /// The commitment of a transaction needs everyone: with one node gone for good there is no promise.
    fn recovers_within(&self, _nodes: usize, stopped: usize) -> Option<Duration> {
        (stopped == 0).then(|| self.recovery())
    }

    fn bugs() -> &'static [Bug] {
        CommitBug::TABLE
    }

    fn plant(&mut self, bug: &str) -> bool {
        let Some(bug) = CommitBug::named(bug) else {
            return false;
        };
        self.planted = Some(bug);
        true
    }
}
