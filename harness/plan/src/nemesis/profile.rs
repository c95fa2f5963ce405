//! Weather by name: which kinds of faults a profile is made of.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::kind::{Family, Kind};

/// A weather by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// No faults at all.
    Calm,
    /// Messages lost, late, doubled, held, and nodes cut off.
    Network,
    /// Nodes that go down, stand still and slow down.
    Process,
    /// Disks that are slow, fail, lie and rot.
    Disk,
    /// Clocks that jump, drift, are off and stand still.
    Clock,
    /// Regions and zones that fall out or are cut off.
    Region,
    /// Gray failures: nothing is down, everything is bad.
    Gray,
    /// All kinds, but `fail-sync` and `read-error`: after these some systems may rightly stop for ever.
    #[default]
    Everything,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Profile; 8] = [
        Profile::Calm,
        Profile::Network,
        Profile::Process,
        Profile::Disk,
        Profile::Clock,
        Profile::Region,
        Profile::Gray,
        Profile::Everything,
    ];

    /// The kinds it is made of, in the order of their numbers.
    pub fn kinds(self) -> impl Iterator<Item = Kind> {
        Kind::ALL.iter().copied().filter(move |&kind| self.has(kind))
    }

    fn has(self, kind: Kind) -> bool {
        match self {
            Profile::Calm => false,
            Profile::Network => {
                matches!(kind, Kind::Partition | Kind::Isolate | Kind::Loss | Kind::Duplicate | Kind::Delay)
            }
            Profile::Process => matches!(kind, Kind::Crash | Kind::Pause),
            // A bad disk shows itself when its cache is cold: after a crash.
            Profile::Disk => kind.family() == Family::Disk || kind == Kind::Crash,
            Profile::Clock => matches!(kind, Kind::ClockJump | Kind::ClockDrift | Kind::Pause),
            Profile::Region => kind.family() == Family::Region || kind == Kind::Partition,
            Profile::Gray => matches!(
                kind,
                Kind::Loss
                    | Kind::Delay
                    | Kind::SlowDisk
                    | Kind::Pause
                    | Kind::StallDisk
                    | Kind::ReorderSyncs
                    | Kind::WanBrownOut
            ),
            Profile::Everything => matches!(
                kind,
                Kind::Partition
                    | Kind::Isolate
                    | Kind::Loss
                    | Kind::Duplicate
                    | Kind::Delay
                    | Kind::Crash
                    | Kind::Pause
                    | Kind::SlowDisk
                    | Kind::ClockJump
                    | Kind::ClockDrift
            ),
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Profile::Calm => "calm",
            Profile::Network => "network",
            Profile::Process => "process",
            Profile::Disk => "disk",
            Profile::Clock => "clock",
            Profile::Region => "region",
            Profile::Gray => "gray",
            Profile::Everything => "everything",
        })
    }
}
