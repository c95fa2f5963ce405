//! Applications whose services are simulated: written against the client libraries that they would use in earnest, run by madsim
//! against simulators of what those talk to.
//!
//! - `etcd` (feature `etcd`): a distributed lock with sessions and fencing tokens, by the recipe of etcd's own clients.
//!
//! Each is behind a feature of its own, because a simulator brings more than a hundred crates; without `--cfg madsim` there is no
//! simulator, and nothing here. No scenario is known here: applications are ordinary
//! async programs, and have of the harness what the driver gives their hosts.

#[cfg(all(madsim, feature = "etcd"))]
mod document;

#[cfg(all(madsim, feature = "etcd"))]
pub mod etcd;
