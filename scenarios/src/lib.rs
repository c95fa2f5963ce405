//! The shipped systems and where their scenarios are: one line a system.

mod balancing;
mod commitment;
mod lock;
mod replication;

use stormglass::core::system::System;
use stormglass::{AvailabilityModel, Library, Registry, SystemUnderTest, linearizable_kv};
use stormglass_consensus::raft::Raft;
use stormglass_failover::Failover;

/// What runs the shipped systems besides the kernel.
pub trait Engines {
    /// The system with these engines added.
    fn given_to<S: System>(&self, system: SystemUnderTest<S>) -> SystemUnderTest<S>;
}

/// Nothing but the kernel.
#[derive(Clone, Copy, Debug, Default)]
pub struct KernelAlone;

impl Engines for KernelAlone {
    fn given_to<S: System>(&self, system: SystemUnderTest<S>) -> SystemUnderTest<S> {
        system
    }
}

/// Every shipped system, in the kernel.
#[must_use]
pub fn registry() -> Registry {
    registry_on(&KernelAlone)
}

/// Every shipped system, in the kernel and on these engines. The availability model has no nodes that an engine could drive.
///
/// Whoever calls this compiles every system once more for each engine: it is better called in one place.
#[must_use]
pub fn registry_on(engines: &impl Engines) -> Registry {
    Registry::new()
        .with(AvailabilityModel)
        .with(engines.given_to(linearizable_kv::<Raft>()))
        .with(engines.given_to(commitment::two_phase_commit()))
        .with(engines.given_to(lock::subject()))
        .with(engines.given_to(linearizable_kv::<Failover>()))
        .with(engines.given_to(balancing::subject()))
        .with(engines.given_to(replication::passive()))
}

/// Every shipped scenario: beside the working folder of the command, and beside the manifest under cargo.
#[must_use]
pub fn library() -> Library {
    match std::env::var_os("CARGO_MANIFEST_DIR") {
        Some(manifest) => Library::in_folder(manifest),
        None => Library::in_folder("scenarios"),
    }
}
