//! Applications whose services are simulated: written against the client libraries that they would use in earnest, run by madsim
//! against simulators of what those talk to.
//!
//! - `etcd` (feature `etcd`): a distributed lock with sessions and fencing tokens, by the recipe of etcd's own clients.
//! - `s3` (feature `s3`): a key-value store with backups, restored from S3 when its disk is lost.
//!
//! Each is behind a feature of its own, because a simulator brings more than a hundred crates; without `--cfg madsim` there is no
//! simulator, and nothing here. No scenario is known here: applications are ordinary async programs, and have of the harness
//! what the driver gives their hosts.

#[cfg(all(madsim, any(feature = "etcd", feature = "s3")))]
mod document;
#[cfg(all(madsim, any(feature = "etcd", feature = "s3")))]
mod line;

#[cfg(all(madsim, feature = "etcd"))]
pub mod etcd;
#[cfg(all(madsim, feature = "s3"))]
pub mod s3;

#[cfg(all(madsim, any(feature = "etcd", feature = "s3")))]
use line::ask;

/// A span of virtual time, for the engine's clock.
#[cfg(all(madsim, any(feature = "etcd", feature = "s3")))]
fn span(span: stormglass_core::time::Duration) -> std::time::Duration {
    std::time::Duration::from_nanos(span.as_nanos())
}
