//! The invariants of passive replication, watched from outside: over what nodes say of themselves, what they hold in
//! memory, and what is on their disks, also while they are down.
//!
//! Logs are compared by their digests, so that each check is one comparison however long the logs are.

mod one_primary_per_epoch;
mod log_matching;
mod level_on_disks;
mod acknowledged_survive;
mod losses_explained;
mod epochs_never_regress;
mod replicas_equal;

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::Time;
use stormglass_core::verdict::{Verdict, Violation};

use super::Passive;
use super::settings::Settings;
use super::types::Log;

/// Fresh monitors, for one run.
pub(super) fn all(settings: &Settings) -> Vec<Box<dyn Monitor<Passive>>> {
    vec![
        Box::new(one_primary_per_epoch::OnePrimaryPerEpoch::default()),
        Box::new(log_matching::LogMatching::default()),
        Box::new(level_on_disks::LevelOnDisks::default()),
        Box::new(acknowledged_survive::AcknowledgedSurvive::default()),
        Box::new(losses_explained::LossesExplained::default()),
        Box::new(epochs_never_regress::EpochsNeverRegress::default()),
        Box::new(replicas_equal::ReplicasEqual::new(settings.failover_after * 2)),
    ]
}

/// The log of a replica that is up.
fn log_of(world: &dyn View<Passive>, id: NodeId) -> Option<&Log> {
    world.node(id)?.replica().map(|replica| &replica.log)
}

/// A violation about one thing, certain from now on.
fn violated(check: &str, at: Time, subject: String, summary: String, evidence: Vec<String>) -> Verdict {
    Verdict::Violated(Violation {
        subject: Some(subject),
        at: Some(at),
        evidence,
        ..Violation::new(check, summary)
    })
}
