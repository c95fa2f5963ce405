//! Weather by name: which kinds of faults a profile is made of.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kind::{Family, Kind};

/// A weather by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// No faults at all.
    Calm,
    /// Messages lost, late, doubled, held, and nodes cut off.
    Network,
    /// Nodes that go down, stand still and slow down.
    Process,
    /// Disks that are slow, full, fail, lie and rot; and crashes, after which it shows.
    Disk,
    /// Clocks that jump, drift, are off and stand still; and nodes that are paused or cut off.
    Clock,
    /// Regions and zones that fall out or are cut off; and partitions.
    Region,
    /// Gray failures: nothing is down, everything is bad.
    Gray,
    /// All kinds but `corrupt`: bits that flip and still decode are a Byzantine fault, which few systems promise to
    /// survive. Ask for it by name.
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
        let family = kind.family();
        match self {
            Profile::Calm => false,
            Profile::Network => {
                (family == Family::Network && kind != Kind::Corrupt) || kind == Kind::StaleClient
            }
            Profile::Process => family == Family::Process || kind == Kind::ClientDeath,
            // What a disk has lost shows when the cache is cold.
            Profile::Disk => family == Family::Disk || kind == Kind::Crash,
            // A lease that is too long shows only at a leader that is cut off or stood still.
            Profile::Clock => family == Family::Clock || matches!(kind, Kind::Pause | Kind::Isolate),
            Profile::Region => family == Family::Region || kind == Kind::Partition,
            Profile::Gray => matches!(
                kind,
                Kind::Loss
                    | Kind::Delay
                    | Kind::SlowLink
                    | Kind::Bandwidth
                    | Kind::Sever
                    | Kind::Flap
                    | Kind::Slow
                    | Kind::SlowDisk
                    | Kind::StallDisk
                    | Kind::ReorderSyncs
                    | Kind::ClockDrift
                    | Kind::WanBrownOut
                    | Kind::Surge
                    | Kind::HotKey
            ),
            Profile::Everything => kind != Kind::Corrupt,
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
