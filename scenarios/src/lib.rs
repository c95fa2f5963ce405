//! The shipped systems and where their scenarios are: one line a system.

mod balancing;
mod commitment;
mod lock;
mod replication;

use stormglass::{AvailabilityModel, Library, Registry, linearizable_kv};
use stormglass_consensus::raft::Raft;
use stormglass_failover::Failover;

/// Every shipped system.
#[must_use]
pub fn registry() -> Registry {
    Registry::new()
        .with(AvailabilityModel)
        .with(linearizable_kv::<Raft>())
        .with(commitment::two_phase_commit())
        .with(lock::subject())
        .with(linearizable_kv::<Failover>())
        .with(balancing::subject())
        .with(replication::passive())
}

/// Every shipped scenario: beside the working folder of the command, and beside the manifest under cargo.
#[must_use]
pub fn library() -> Library {
    match std::env::var_os("CARGO_MANIFEST_DIR") {
        Some(manifest) => Library::in_folder(manifest),
        None => Library::in_folder("scenarios"),
    }
}
