//! Stable storage: the files of one node, their records, and what is known to be durable.

mod cell;
mod record;
mod log_file;
mod names;

use stormglass_core::disk::DiskError;

pub(super) use cell::{Cell, decode};
pub(super) use log_file::LogFile;
pub(super) use names::Names;
pub(super) use record::{Record, Replay};

/// The file of a replica's epoch.
pub(super) const EPOCH_FILE: &str = "epoch";
/// The file of the arbiter's configuration.
pub(super) const CONFIGURATION_FILE: &str = "configuration";
/// The file of the log.
pub(super) const LOG_FILE: &str = "log";

/// Why a node cannot read its past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RecoveryError {
    /// The disk did not answer; it may later.
    Refused,
    /// What had been synced is not what was written. To go on would be to forget promises.
    Corrupt,
}

impl From<DiskError> for RecoveryError {
    fn from(_: DiskError) -> RecoveryError {
        RecoveryError::Refused
    }
}
