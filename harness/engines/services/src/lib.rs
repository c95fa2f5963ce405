//! Applications whose services are simulated: written against the client libraries that they would use in earnest, run by madsim
//! against simulators of what those talk to.
//!
//! - `etcd` (feature `etcd`): a distributed lock with sessions and fencing tokens, by the recipe of etcd's own clients.
//!
//! Each is behind a feature of its own, because a simulator brings more than a hundred crates; without `--cfg madsim` there is no
//! simulator, and nothing here. No engine and no scenario is known here: applications are ordinary async programs.

#[cfg(all(madsim, feature = "etcd"))]
pub mod etcd;
