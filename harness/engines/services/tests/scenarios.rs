//! The shipped scenarios of simulated services: each ends as it says, planted bugs are found, and their correct twins pass.
#![cfg(all(madsim, any(feature = "etcd", feature = "s3")))]
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::sync::Arc;

use stormglass::{Library, Registry, testing};
use stormglass_core::prelude::*;
use stormglass_engine_driver::{Application, Hosted};
use stormglass_madsim::MadsimHosts;
use stormglass_plan::engine::{EngineFor, Tracing};
use stormglass_plan::workload::Operations;

fn library(service: &str) -> Library {
    Library::in_folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(service))
}

fn all_of(service: &str, registry: &Registry) {
    let library = library(service);
    let names = library.names().unwrap();
    assert!(names.len() > 3, "{names:?}");
    for name in names {
        testing::check(registry, &library.load(&name, registry).unwrap().scenario);
    }
}

/// Two hundred seeds of a scenario, each twice: the whole history is the seed's.
fn repeats<A: Application + Default>(service: &str, name: &str, registry: &Registry)
where
    A::Op: Operations,
{
    let scenario = library(service).load(name, registry).unwrap().scenario;
    let mut before = None;
    for seed in 0..200 {
        let plan = Arc::new(stormglass_plan::plan::<A::Op>(&scenario, Seed(seed)).unwrap());
        let run = || EngineFor::run(&MadsimHosts, &Hosted::<A>::default(), &plan, Tracing::Off);
        let (one, other) = (run(), run());
        assert_eq!(one.history.operations(), other.history.operations(), "seed {seed}");
        assert_eq!((one.digest, one.strikes), (other.digest, other.strikes), "seed {seed}");
        assert_ne!(before.replace(one.digest), Some(one.digest), "seed {seed}");
    }
}

/// The lock on etcd holds under pauses, cuts and restarts, and what is wrong with it on purpose is found.
#[cfg(feature = "etcd")]
#[test]
fn the_lock_on_etcd() {
    let registry = Registry::new().with(stormglass_services::etcd::subject());
    all_of("etcd", &registry);
}

/// The simulated etcd, its lock and all that befalls them are the seed's.
#[cfg(feature = "etcd")]
#[test]
fn the_same_seed_is_the_same_history_on_etcd() {
    let registry = Registry::new().with(stormglass_services::etcd::subject());
    repeats::<stormglass_services::etcd::EtcdLock>("etcd", "etcd-lock/storm", &registry);
}

/// A store that backs itself up to S3 loses what its recovery point allows and no more, and what is wrong with its backups on
/// purpose is found.
#[cfg(feature = "s3")]
#[test]
fn the_store_on_s3() {
    let registry = Registry::new().with(stormglass_services::s3::subject());
    all_of("s3", &registry);
}

/// The simulated S3, its store and all that befalls them are the seed's.
#[cfg(feature = "s3")]
#[test]
fn the_same_seed_is_the_same_history_on_s3() {
    let registry = Registry::new().with(stormglass_services::s3::subject());
    repeats::<stormglass_services::s3::S3Backup>("s3", "s3-backup/crashes", &registry);
}
