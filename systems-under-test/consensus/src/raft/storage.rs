//! Stable storage (§5.1): the files of one server, their records, and what is known to be durable.

mod record;
mod log_file;
mod names;

use stormglass_core::disk::DiskError;

pub(super) use log_file::LogFile;
pub(super) use names::Names;
pub(super) use record::{Record, Replay};

/// The file of term and vote.
pub(super) const VOTE_FILE: &str = "vote";
/// The file of the log.
pub(super) const LOG_FILE: &str = "log";

/// Why a server cannot read its past.
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
