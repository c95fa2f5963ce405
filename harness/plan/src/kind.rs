//! The kinds of faults, without their details: what a nemesis is allowed, what `list faults` lists.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// What a fault is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Messages and links.
    Network,
    /// Regions, zones, and the links between them.
    Region,
    /// Nodes as a whole.
    Process,
    /// Disks.
    Disk,
    /// Clocks.
    Clock,
    /// What clients ask for, and clients.
    Load,
}

impl Family {
    /// Every family.
    pub const ALL: [Family; 6] =
        [Family::Network, Family::Region, Family::Process, Family::Disk, Family::Clock, Family::Load];
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Family::Network => "network",
            Family::Region => "region",
            Family::Process => "process",
            Family::Disk => "disk",
            Family::Clock => "clock",
            Family::Load => "load",
        })
    }
}

/// The table of all kinds: one line each, from which everything that lists them is made.
macro_rules! kinds {
    ($($Variant:ident = $number:literal, $family:ident, $name:literal, $about:literal, $example:literal;)+) => {
        /// A kind of fault. Its number stands in the ids of drawn faults: a new kind gets a new one, none is
        /// reused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum Kind {
            $( #[doc = $about] $Variant = $number, )+
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Kind] = &[$( Kind::$Variant, )+];

            /// What files and lists call it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $( Kind::$Variant => $name, )+ }
            }

            /// What it is about.
            #[must_use]
            pub const fn family(self) -> Family {
                match self { $( Kind::$Variant => Family::$family, )+ }
            }

            /// What it does, in one line, for `list faults`.
            #[must_use]
            pub const fn about(self) -> &'static str {
                match self { $( Kind::$Variant => $about, )+ }
            }

            /// How a scenario writes it behind `inject =`, with every parameter and its usual unit.
            #[must_use]
            pub const fn example(self) -> &'static str {
                match self { $( Kind::$Variant => $example, )+ }
            }
        }

        impl Fault {
            /// Its kind.
            #[must_use]
            pub const fn kind(&self) -> Kind {
                match self { $( Fault::$Variant { .. } => Kind::$Variant, )+ }
            }
        }
    };
}

kinds! {
    Partition = 1, Network, "partition",
        "messages between the nodes of one side and all others are lost",
        r#"{ partition = { side = "minority", way = "both", clients = "reach" } }"#;
    Isolate = 2, Network, "isolate",
        "each target is cut off from every other node",
        r#"{ isolate = { target = "leader", way = "both", clients = "reach" } }"#;
    Loss = 3, Network, "loss",
        "messages are lost at random",
        r#"{ loss = { rate = 0.05, from = "all", to = "all" } }"#;
    Duplicate = 4, Network, "duplicate",
        "messages arrive twice",
        r#"{ duplicate = { rate = 0.05, from = "all", to = "all" } }"#;
    Delay = 5, Network, "delay",
        "messages take longer, and overtake each other",
        r#"{ delay = { add = { constant = "100ms" }, rate = 0.5, from = "all", to = "all" } }"#;
    Crash = 6, Process, "crash",
        "the node goes down, perhaps in the middle of a step, and restarts",
        r#"{ crash = { target = "one", after-effects = 2, unsynced = { sectors = 0.5 } } }"#;
    Pause = 7, Process, "pause",
        "the node stands still while its clocks go on",
        r#"{ pause = { target = "leader" } }"#;
    SlowDisk = 8, Disk, "slow-disk",
        "syncs take longer",
        r#"{ slow-disk = { target = "one", sync = { constant = "200ms" } } }"#;
    FailSync = 9, Disk, "fail-sync",
        "syncs fail, and what they covered is not durable",
        r#"{ fail-sync = { target = "one", rate = 0.1 } }"#;
    ClockJump = 10, Clock, "clock-jump",
        "the wall clock jumps forward or back",
        r#"{ clock-jump = { target = "leader", by = "-2s" } }"#;
    ClockDrift = 11, Clock, "clock-drift",
        "clocks, and so timers, run at another pace",
        r#"{ clock-drift = { target = "one", ppm = 200, clock = "both" } }"#;
    Sever = 12, Network, "sever",
        "some nodes cannot reach some others, though both reach all the rest",
        r#"{ sever = { from = "n1", to = "n2", way = "both" } }"#;
    Ring = 13, Network, "ring",
        "each node reaches only its two neighbours",
        r#"{ ring = {} }"#;
    Flap = 14, Network, "flap",
        "each target is cut off and back again, over and over",
        r#"{ flap = { target = "one", period = "500ms", share = 0.5, way = "both", clients = "reach" } }"#;
    Corrupt = 15, Network, "corrupt",
        "bits of messages flip; what no longer decodes is dropped (needs wire = true)",
        r#"{ corrupt = { rate = 0.01, bits = 1, from = "all", to = "all" } }"#;
    Bandwidth = 16, Network, "bandwidth",
        "links carry so many bytes a second; what does not fit their queue is lost",
        r#"{ bandwidth = { bytes-per-second = 100000, queue-bytes = 65536, from = "all", to = "all" } }"#;
    Hold = 17, Network, "hold",
        "messages are held back until a leader, a point or the fault's end releases them",
        r#"{ hold = { rate = 0.5, until = "leader", from = "all", to = "all" } }"#;
    SlowLink = 18, Network, "slow-link",
        "messages take a multiple of their time",
        r#"{ slow-link = { factor = 10, from = "one", to = "all" } }"#;
    Reset = 19, Network, "reset",
        "everything on its way on these links is lost at this moment",
        r#"{ reset = { from = "one", to = "all" } }"#;
    RegionOutage = 20, Region, "region-outage",
        "all nodes of a region go down together",
        r#"{ region-outage = { region = "eu-west", unsynced = { sectors = 0.5 } } }"#;
    ZoneOutage = 21, Region, "zone-outage",
        "all nodes of a zone go down together",
        r#"{ zone-outage = { zone = "eu-west/a", unsynced = { sectors = 0.5 } } }"#;
    WanCut = 22, Region, "wan-cut",
        "a region is cut off from all others",
        r#"{ wan-cut = { region = "eu-west", way = "both" } }"#;
    WanBrownOut = 23, Region, "wan-brown-out",
        "messages between regions take a multiple of their time, and some are lost",
        "{ wan-brown-out = { factor = 5, loss = 0.05 } }";
    CrashAtPoint = 24, Process, "crash-at-point",
        r#"the node goes down where its code says point("…")"#,
        r#"{ crash-at-point = { target = "leader", point = "before-reply", nth = 1, unsynced = { sectors = 0.5 } } }"#;
    CrashInRecovery = 25, Process, "crash-in-recovery",
        "the node goes down again while it recovers, over and over",
        r#"{ crash-in-recovery = { target = "one", after-effects = 1, down = "50ms", times = 3, unsynced = { sectors = 0.5 } } }"#;
    RollingRestart = 26, Process, "rolling-restart",
        "one node after another goes down and restarts",
        r#"{ rolling-restart = { target = "all", down = "200ms", gap = "500ms", unsynced = "nothing" } }"#;
    Slow = 27, Process, "slow",
        "the node works slower",
        r#"{ slow = { target = "one", factor = 5, step = "1ms" } }"#;
    Wipe = 28, Process, "wipe",
        "the node loses its whole disk and rejoins under the same id",
        r#"{ wipe = { target = "one" } }"#;
    StallDisk = 29, Disk, "stall-disk",
        "syncs do not complete until the fault ends",
        r#"{ stall-disk = { target = "one" } }"#;
    ReorderSyncs = 30, Disk, "reorder-syncs",
        "syncs complete in another order",
        r#"{ reorder-syncs = { target = "one", within = "50ms" } }"#;
    FailSyncOnce = 31, Disk, "fail-sync-once",
        "the next syncs fail, and later ones succeed",
        r#"{ fail-sync-once = { target = "one", times = 1 } }"#;
    LyingSync = 32, Disk, "lying-sync",
        "syncs report success and make nothing durable",
        r#"{ lying-sync = { target = "one", rate = 0.5 } }"#;
    BitRot = 33, Disk, "bit-rot",
        "bits of what is durable flip",
        r#"{ bit-rot = { target = "one", bits = 1 } }"#;
    MisdirectedWrite = 34, Disk, "misdirected-write",
        "writes land at another place of their file",
        r#"{ misdirected-write = { target = "one", rate = 0.01 } }"#;
    ReadError = 35, Disk, "read-error",
        "reads fail",
        r#"{ read-error = { target = "one", rate = 0.1 } }"#;
    FullDisk = 36, Disk, "full-disk",
        "there is no space left",
        r#"{ full-disk = { target = "one" } }"#;
    ClockOffset = 37, Clock, "clock-offset",
        "the wall clock is off by so much until the fault ends",
        r#"{ clock-offset = { target = "one", by = "+2s" } }"#;
    ClockFreeze = 38, Clock, "clock-freeze",
        "a clock stands still until the fault ends",
        r#"{ clock-freeze = { target = "one", clock = "wall" } }"#;
    Surge = 39, Load, "surge",
        "clients ask for more",
        "{ surge = { factor = 5 } }";
    HotKey = 40, Load, "hot-key",
        "operations gather on one key",
        "{ hot-key = { share = 0.8 } }";
    ClientDeath = 41, Load, "client-death",
        "clients die in mid-operation and come back as new ones",
        "{ client-death = { clients = 1 } }";
    StaleClient = 42, Load, "stale-client",
        "clients reach only one node, whatever becomes of it",
        r#"{ stale-client = { clients = 1, node = "leader" } }"#;
}

impl Kind {
    /// Whether it may destroy a copy of what a node holds durably: what a fault budget is about.
    #[must_use]
    pub const fn destroys(self) -> bool {
        matches!(self, Kind::Wipe | Kind::LyingSync | Kind::BitRot | Kind::MisdirectedWrite)
    }

    /// What a fault of this kind needs to do anything, where that is easily overlooked.
    #[must_use]
    pub const fn needs(self) -> Option<&'static str> {
        Some(match self {
            Kind::Ring => "a ring of fewer than four nodes cuts nothing",
            Kind::Partition | Kind::Sever | Kind::Flap => "it needs two nodes that talk to each other",
            Kind::StaleClient => "it needs nodes beside the one that its clients still reach",
            Kind::ReadError => {
                "it needs a node that reads while it lasts, and many read only when they start"
            }
            Kind::CrashAtPoint => "it needs code that says `point(\"…\")`",
            Kind::Reset => "it needs something on its way at that moment",
            Kind::Corrupt => "it needs `wire = true`",
            _ => return None,
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the list of faults shows can be pasted into a scenario.
    #[test]
    fn every_example_reads_as_a_fault_of_its_kind() {
        #[derive(Deserialize)]
        struct File {
            inject: Fault,
        }
        for &kind in Kind::ALL {
            let file: File = toml::from_str(&format!("inject = {}", kind.example())).unwrap();
            assert_eq!(file.inject.kind(), kind);
        }
    }
}
