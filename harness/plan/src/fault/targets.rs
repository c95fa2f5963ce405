//! Whom a fault strikes: the targets in its fields.

use super::{Fault, Target};

/// The targets of a fault, each behind the name of its field; borrowed as the fault is.
macro_rules! fields_of {
    ($fault:expr) => {
        match $fault {
            Fault::Loss { from, to, .. }
            | Fault::Duplicate { from, to, .. }
            | Fault::Delay { from, to, .. }
            | Fault::Sever { from, to, .. }
            | Fault::Corrupt { from, to, .. }
            | Fault::Bandwidth { from, to, .. }
            | Fault::Hold { from, to, .. }
            | Fault::SlowLink { from, to, .. }
            | Fault::Reset { from, to } => vec![("from", from), ("to", to)],
            Fault::Partition { side, .. } => vec![("side", side)],
            Fault::StaleClient { node, .. } => vec![("node", node)],
            Fault::Isolate { target, .. }
            | Fault::Crash { target, .. }
            | Fault::Pause { target }
            | Fault::SlowDisk { target, .. }
            | Fault::FailSync { target, .. }
            | Fault::ClockJump { target, .. }
            | Fault::ClockDrift { target, .. }
            | Fault::Flap { target, .. }
            | Fault::CrashAtPoint { target, .. }
            | Fault::CrashInRecovery { target, .. }
            | Fault::RollingRestart { target, .. }
            | Fault::Slow { target, .. }
            | Fault::Wipe { target }
            | Fault::StallDisk { target }
            | Fault::ReorderSyncs { target, .. }
            | Fault::FailSyncOnce { target, .. }
            | Fault::LyingSync { target, .. }
            | Fault::BitRot { target, .. }
            | Fault::MisdirectedWrite { target, .. }
            | Fault::ReadError { target, .. }
            | Fault::FullDisk { target }
            | Fault::ClockOffset { target, .. }
            | Fault::ClockFreeze { target, .. } => vec![("target", target)],
            Fault::Ring {}
            | Fault::RegionOutage { .. }
            | Fault::ZoneOutage { .. }
            | Fault::WanCut { .. }
            | Fault::WanBrownOut { .. }
            | Fault::Surge { .. }
            | Fault::HotKey { .. }
            | Fault::ClientDeath { .. } => Vec::new(),
        }
    };
}

impl Fault {
    /// Every target the fault names.
    #[must_use]
    pub fn targets(&self) -> Vec<&Target> {
        self.fields().into_iter().map(|(_, target)| target).collect()
    }

    /// Every target the fault names, each behind the name of its field.
    #[must_use]
    pub fn fields(&self) -> Vec<(&'static str, &Target)> {
        fields_of!(self)
    }

    /// Every target the fault names, to be changed.
    #[must_use]
    pub fn targets_mut(&mut self) -> Vec<&mut Target> {
        let fields: Vec<(&str, &mut Target)> = fields_of!(self);
        fields.into_iter().map(|(_, target)| target).collect()
    }
}
