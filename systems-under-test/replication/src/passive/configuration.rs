//! The configuration as the arbiter keeps it: in one record of its disk.

use stormglass_core::context::Context;
use stormglass_core::disk::{Disk, DiskError, SyncId};
use stormglass_core::id::NodeId;
use stormglass_replicated_log::{Cell, RecoveryError, decode};

use super::Passive;
use super::members::Group;
use super::message::Configuration;
use super::types::Epoch;

/// The file of the arbiter's configuration.
const CONFIGURATION_FILE: &str = "configuration";

/// Epoch, version, primary (0 for none, otherwise its id and 1), in-sync set, and who had answered when the primary
/// was appointed.
type Words = [u64; 5];

/// The configuration, and its file.
#[derive(Clone, Debug)]
pub(super) struct StoredConfiguration {
    cell: Cell<5>,
    /// The in-sync set of a cluster that has never served: all replicas, since none holds anything.
    at_first: Group,
}

impl StoredConfiguration {
    /// Reads it from the disk.
    pub(super) fn open(
        at_first: Group,
        cx: &mut Context<'_, Passive>,
    ) -> Result<StoredConfiguration, RecoveryError> {
        Ok(StoredConfiguration { cell: Cell::open(CONFIGURATION_FILE, cx)?, at_first })
    }

    /// The configuration.
    pub(super) fn now(&self) -> Configuration {
        let mut now = from_words(self.cell.words());
        if now.in_sync == Group::default() {
            now.in_sync = self.at_first;
        }
        now
    }

    /// Who had answered when the primary was appointed.
    pub(super) fn answered(&self) -> Group {
        Group(self.cell.words()[4])
    }

    /// A new epoch, without a primary. The in-sync set stays: from it the primary is chosen.
    pub(super) fn seal(&mut self, epoch: Epoch) {
        let Configuration { in_sync, .. } = self.now();
        self.cell.set([epoch.0, 0, 0, in_sync.0, 0]);
    }

    /// The epoch has a primary.
    pub(super) fn appoint(&mut self, primary: NodeId, in_sync: Group, answered: Group) {
        let epoch = self.now().epoch;
        self.cell.set([epoch.0, 1, u64::from(primary.0) + 1, in_sync.0, answered.0]);
    }

    /// Another in-sync set within the epoch.
    pub(super) fn reconfigure(&mut self, in_sync: Group) {
        let [epoch, version, primary, _, answered] = self.cell.words();
        self.cell.set([epoch, version + 1, primary, in_sync.0, answered]);
    }

    /// Whether a crash now would leave it as it is.
    pub(super) fn durable(&self) -> bool {
        self.cell.durable()
    }

    /// Writes what has changed, and begins a sync of it.
    pub(super) fn flush(&mut self, cx: &mut Context<'_, Passive>) -> Result<(), DiskError> {
        self.cell.flush(cx)
    }

    /// A sync has ended.
    pub(super) fn on_synced(&mut self, sync: SyncId, result: &Result<(), DiskError>) {
        self.cell.on_synced(sync, result);
    }
}

/// The configuration that a crash would leave on a disk now; `None` if there is none.
pub(super) fn durable_configuration(disk: &Disk) -> Option<Configuration> {
    decode(disk.durable(CONFIGURATION_FILE)?).map(from_words)
}

fn from_words([epoch, version, primary, in_sync, _]: Words) -> Configuration {
    let primary = primary.checked_sub(1).map(|id| NodeId(id as u32));
    Configuration { epoch: Epoch(epoch), version, primary, in_sync: Group(in_sync) }
}
