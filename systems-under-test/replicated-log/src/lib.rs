//! What systems that replicate a log of clients' commands have in common, whoever decides what the log holds: a
//! consensus, or a primary.
//!
//! | part | where |
//! |---|---|
//! | the small values: indexes, sequence numbers, commands | `values`, `command` |
//! | the log, in memory and in its file | `log`, `entries`; `log_file`, `record` |
//! | words that are written over in place: a vote, an epoch | `cell` |
//! | whether the files' names are durable | `names` |
//! | what a log file would read as after a crash, for monitors | `durable_log` |
//! | a client that looks for the node which serves | `client` |
//!
//! What an entry carries besides its command (a term, an epoch) is each system's own: see [`LogEntry`].
//!
//! It knows no protocol: it neither elects nor replicates, and decides nothing about when an entry counts.

mod cell;
mod client;
mod command;
mod durable_log;
mod entries;
mod log;
mod log_file;
mod names;
mod record;
mod values;

use stormglass_core::disk::DiskError;

pub use cell::{Cell, decode};
pub use client::{Answer, LogClient, LogSystem, Patience};
pub use command::{Command, LogEntry, Words};
pub use durable_log::DurableLog;
pub use entries::Entries;
pub use log::Log;
pub use names::Names;
pub use values::{Index, Sequence};

/// The file of the log.
pub const LOG_FILE: &str = "log";

/// Why a node cannot read its past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecoveryError {
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
