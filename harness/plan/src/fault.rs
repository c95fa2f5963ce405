//! The weather: every fault by name, with its magnitudes.
//!
//! A fault here is data. Its magnitudes are settled when the plan is made; whom a late [`Target`] such as
//! `leader` means is settled when it strikes. What a fault *does* is the engine's business.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stormglass_core::disk::CrashLoss;
use stormglass_core::random::Ratio;
use stormglass_core::time::{Duration, Skew};

use crate::latency::Latency;

pub use manner::{Clients, Clock, Release, Way};
pub use target::Target;

mod manner;
mod target;
mod targets;

/// Something that goes wrong. In files externally tagged: `isolate = { target = "leader" }`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Fault {
    /// Messages between the nodes of `side` and all other nodes are lost.
    Partition {
        /// The nodes on one side.
        side: Target,
        /// Which direction is cut, as seen from `side`.
        #[serde(default, skip_serializing_if = "is_usual")]
        #[schemars(!skip_serializing_if)]
        way: Way,
        /// Whether the clients are cut off from `side` as well.
        #[serde(default, skip_serializing_if = "is_usual")]
        #[schemars(!skip_serializing_if)]
        clients: Clients,
    },
    /// Each target is cut off from every other node.
    Isolate {
        /// Whom.
        target: Target,
        /// Which direction is cut, as seen from the target.
        #[serde(default, skip_serializing_if = "is_usual")]
        #[schemars(!skip_serializing_if)]
        way: Way,
        /// Whether the clients are cut off from the target as well.
        #[serde(default, skip_serializing_if = "is_usual")]
        #[schemars(!skip_serializing_if)]
        clients: Clients,
    },
    /// Messages are lost at random.
    Loss {
        /// How many of them.
        rate: Ratio,
        /// Messages of these nodes …
        #[serde(default = "Target::all", skip_serializing_if = "Target::is_all")]
        #[schemars(!skip_serializing_if)]
        from: Target,
        /// … to these.
        #[serde(default = "Target::all", skip_serializing_if = "Target::is_all")]
        #[schemars(!skip_serializing_if)]
        to: Target,
    },
    /// Messages arrive twice, the second time later.
    Duplicate {
        /// How many of them.
        rate: Ratio,
        /// Messages of these nodes …
        #[serde(default = "Target::all", skip_serializing_if = "Target::is_all")]
        #[schemars(!skip_serializing_if)]
        from: Target,
        /// … to these.
        #[serde(default = "Target::all", skip_serializing_if = "Target::is_all")]
        #[schemars(!skip_serializing_if)]
        to: Target,
    },
    /// Messages take longer: `add` is drawn for each and added to the link's own latency.
    Delay {
        /// How much longer.
        add: Latency,
        /// How many of them: the others overtake.
        #[serde(default = "Fault::every", skip_serializing_if = "Fault::is_every")]
        #[schemars(!skip_serializing_if)]
        rate: Ratio,
        /// Messages of these nodes …
        #[serde(default = "Target::all", skip_serializing_if = "Target::is_all")]
        #[schemars(!skip_serializing_if)]
        from: Target,
        /// … to these.
        #[serde(default = "Target::all", skip_serializing_if = "Target::is_all")]
        #[schemars(!skip_serializing_if)]
        to: Target,
    },
    /// The node goes down, and restarts when the fault ends.
    Crash {
        /// Whom.
        target: Target,
        /// If given, the crash waits for the target's next step that has effects, and lets only so many of
        /// them happen: a crash between two system calls.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(extend("x-unit" = "effects"))]
        after_effects: Option<u32>,
        /// What becomes of writes that no sync has covered.
        #[serde(default = "Fault::power_loss")]
        unsynced: CrashLoss,
    },
    /// The node stands still: inputs wait, timers run out late. Its clocks go on.
    Pause {
        /// Whom.
        target: Target,
    },
    /// Syncs take longer.
    SlowDisk {
        /// Whose.
        target: Target,
        /// How long a sync takes.
        sync: Latency,
    },
    /// Syncs fail with an input/output error, and what they covered is lost at the next crash.
    FailSync {
        /// Whose.
        target: Target,
        /// How many of them.
        rate: Ratio,
    },
    /// The wall clock jumps, once; the end of the fault does not jump it back.
    ClockJump {
        /// Whose.
        target: Target,
        /// How far: `+` forward, `-` backward.
        by: Skew,
    },
    /// Clocks run at another pace; timers follow the monotonic one.
    ClockDrift {
        /// Whose.
        target: Target,
        /// By how many millionths faster (+) or slower (−).
        #[schemars(extend("x-unit" = "ppm"))]
        ppm: i32,
        /// Which clock.
        #[serde(default, skip_serializing_if = "is_usual")]
        #[schemars(!skip_serializing_if)]
        clock: Clock,
    },
    /// Messages from these nodes to those are lost, though both reach all others: a partial partition.
    Sever {
        /// Messages of these nodes …
        from: Target,
        /// … to these.
        to: Target,
        /// Which direction is cut, as seen from `from`.
        #[serde(default, skip_serializing_if = "is_usual")]
        #[schemars(!skip_serializing_if)]
        way: Way,
    },
    /// Each node reaches only its two neighbours, in the order of the nodes' ids.
    Ring {},
    /// Each target is cut off from every other node and back again, over and over.
    Flap {
        /// Whom.
        target: Target,
        /// From one cut to the next.
        period: Duration,
        /// The part of each period for which it is cut off.
        #[serde(default = "Fault::half", skip_serializing_if = "Fault::is_half")]
        #[schemars(!skip_serializing_if)]
        share: Ratio,
        /// Which direction is cut, as seen from the target.
        #[serde(default, skip_serializing_if = "is_usual")]
        #[schemars(!skip_serializing_if)]
        way: Way,
        /// Whether the clients are cut off from the target as well.
        #[serde(default, skip_serializing_if = "is_usual")]
        #[schemars(!skip_serializing_if)]
        clients: Clients,
    },
    /// Bits of encoded messages flip. Needs `wire = true`; what no longer decodes is dropped.
    Corrupt {
        /// How many of them.
        #[serde(default = "Fault::every", skip_serializing_if = "Fault::is_every")]
        #[schemars(!skip_serializing_if)]
        rate: Ratio,
        /// How many bits of a message flip.
        #[serde(default = "Fault::once", skip_serializing_if = "Fault::is_once")]
        #[schemars(!skip_serializing_if)]
        #[schemars(extend("x-unit" = "bits"))]
        bits: u32,
        /// Messages of these nodes …
        #[serde(default = "Target::all", skip_serializing_if = "Target::is_all")]
        #[schemars(!skip_serializing_if)]
        from: Target,
        /// … to these.
        #[serde(default = "Target::all", skip_serializing_if = "Target::is_all")]
        #[schemars(!skip_serializing_if)]
        to: Target,
    },
    /// Links carry only so many bytes a second; what does not fit waits, and what does not fit the queue is lost.
    Bandwidth {
        /// Bytes a second of each link.
        #[schemars(extend("x-unit" = "bytes a second"))]
        bytes_per_second: u64,
        /// Bytes that may wait before each link.
        #[schemars(extend("x-unit" = "bytes"))]
        queue_bytes: u64,
        /// Messages of these nodes …
        #[serde(default = "Target::all", skip_serializing_if = "Target::is_all")]
        #[schemars(!skip_serializing_if)]
        from: Target,
        /// … to these.
        #[serde(default = "Target::all", skip_serializing_if = "Target::is_all")]
        #[schemars(!skip_serializing_if)]
        to: Target,
    },
    /// Messages are held back until something has happened, or the fault ends, and then arrive late.
    Hold {
        /// How many of them.
        #[serde(default = "Fault::every", skip_serializing_if = "Fault::is_every")]
        #[schemars(!skip_serializing_if)]
        rate: Ratio,
        /// What releases them before the fault ends.
        #[serde(default, skip_serializing_if = "is_usual")]
        #[schemars(!skip_serializing_if)]
        until: Release,
        /// Messages of these nodes …
        #[serde(default = "Target::all", skip_serializing_if = "Target::is_all")]
        #[schemars(!skip_serializing_if)]
        from: Target,
        /// … to these.
        #[serde(default = "Target::all", skip_serializing_if = "Target::is_all")]
        #[schemars(!skip_serializing_if)]
        to: Target,
    },
    /// Messages take a multiple of their time.
    SlowLink {
        /// How many times as long.
        #[schemars(extend("x-unit" = "times"))]
        factor: u32,
        /// Messages of these nodes …
        #[serde(default = "Target::all", skip_serializing_if = "Target::is_all")]
        #[schemars(!skip_serializing_if)]
        from: Target,
        /// … to these.
        #[serde(default = "Target::all", skip_serializing_if = "Target::is_all")]
        #[schemars(!skip_serializing_if)]
        to: Target,
    },
    /// Connections break: everything on its way on these links, both ways, is lost at this moment.
    Reset {
        /// Messages of these nodes …
        #[serde(default = "Target::all", skip_serializing_if = "Target::is_all")]
        #[schemars(!skip_serializing_if)]
        from: Target,
        /// … to these.
        #[serde(default = "Target::all", skip_serializing_if = "Target::is_all")]
        #[schemars(!skip_serializing_if)]
        to: Target,
    },
    /// All nodes of a region go down together, and restart when the fault ends.
    RegionOutage {
        /// Which, by name; one drawn, if not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        region: Option<String>,
        /// What becomes of writes that no sync has covered.
        #[serde(default = "Fault::power_loss")]
        unsynced: CrashLoss,
    },
    /// All nodes of a zone go down together, and restart when the fault ends.
    ZoneOutage {
        /// Which, by name; one drawn, if not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        zone: Option<String>,
        /// What becomes of writes that no sync has covered.
        #[serde(default = "Fault::power_loss")]
        unsynced: CrashLoss,
    },
    /// A region is cut off from all others, clients' regions too.
    WanCut {
        /// Which, by name; one drawn, if not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        region: Option<String>,
        /// Which direction is cut, as seen from the region.
        #[serde(default, skip_serializing_if = "is_usual")]
        #[schemars(!skip_serializing_if)]
        way: Way,
    },
    /// Messages between regions take a multiple of their time, and some are lost.
    WanBrownOut {
        /// How many times as long.
        #[schemars(extend("x-unit" = "times"))]
        factor: u32,
        /// How many are lost.
        #[serde(default = "Fault::none", skip_serializing_if = "Ratio::is_zero")]
        #[schemars(!skip_serializing_if)]
        loss: Ratio,
    },
    /// The node goes down when it comes to a named point for the nth time since the fault struck.
    CrashAtPoint {
        /// Whom.
        target: Target,
        /// The point's label: what the code under test says in `point("…")`. Any point, if not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        point: Option<String>,
        /// At which visit, from 1.
        #[serde(default = "Fault::once", skip_serializing_if = "Fault::is_once")]
        #[schemars(!skip_serializing_if)]
        #[schemars(extend("x-unit" = "visits"))]
        nth: u32,
        /// What becomes of writes that no sync has covered.
        #[serde(default = "Fault::power_loss")]
        unsynced: CrashLoss,
    },
    /// The node goes down, restarts, and goes down again in the middle of its recovery, over and over.
    CrashInRecovery {
        /// Whom.
        target: Target,
        /// How many of the recovering step's effects happen before it goes down again.
        #[schemars(extend("x-unit" = "effects"))]
        after_effects: u32,
        /// From each crash to the restart that follows.
        down: Duration,
        /// How many crashes in all, the first one counted.
        #[schemars(extend("x-unit" = "times"))]
        times: u32,
        /// What becomes of writes that no sync has covered.
        #[serde(default = "Fault::power_loss")]
        unsynced: CrashLoss,
    },
    /// One node after another goes down and restarts.
    RollingRestart {
        /// Whom, in the order of ids.
        target: Target,
        /// How long each is down.
        down: Duration,
        /// From one restart to the next crash.
        gap: Duration,
        /// What becomes of writes that no sync has covered.
        #[serde(default = "Fault::power_loss")]
        unsynced: CrashLoss,
    },
    /// The node works slower: every step occupies it for longer.
    Slow {
        /// Whom.
        target: Target,
        /// How many times as long its own work takes.
        #[serde(default = "Fault::once", skip_serializing_if = "Fault::is_once")]
        #[schemars(!skip_serializing_if)]
        #[schemars(extend("x-unit" = "times"))]
        factor: u32,
        /// What every step takes on top.
        #[serde(default, skip_serializing_if = "is_usual")]
        #[schemars(!skip_serializing_if)]
        step: Duration,
    },
    /// The node goes down, loses its whole disk, and rejoins under the same id when the fault ends.
    Wipe {
        /// Whom.
        target: Target,
    },
    /// Syncs do not complete until the fault ends.
    StallDisk {
        /// Whose.
        target: Target,
    },
    /// Syncs complete in another order than they were asked for.
    ReorderSyncs {
        /// Whose.
        target: Target,
        /// Each is held back by up to so long.
        within: Duration,
    },
    /// The next syncs fail, so many of them, and later ones succeed.
    FailSyncOnce {
        /// Whose.
        target: Target,
        /// How many.
        #[serde(default = "Fault::once", skip_serializing_if = "Fault::is_once")]
        #[schemars(!skip_serializing_if)]
        #[schemars(extend("x-unit" = "times"))]
        times: u32,
    },
    /// Syncs report success and make nothing durable.
    LyingSync {
        /// Whose.
        target: Target,
        /// How many of them.
        #[serde(default = "Fault::every", skip_serializing_if = "Fault::is_every")]
        #[schemars(!skip_serializing_if)]
        rate: Ratio,
    },
    /// Bits of what is durable flip, once.
    BitRot {
        /// Whose.
        target: Target,
        /// How many bits.
        #[schemars(extend("x-unit" = "bits"))]
        bits: u32,
    },
    /// Writes land at another place of their file.
    MisdirectedWrite {
        /// Whose.
        target: Target,
        /// How many of them.
        #[serde(default = "Fault::every", skip_serializing_if = "Fault::is_every")]
        #[schemars(!skip_serializing_if)]
        rate: Ratio,
    },
    /// Reads fail with an input/output error.
    ReadError {
        /// Whose.
        target: Target,
        /// How many of them.
        #[serde(default = "Fault::every", skip_serializing_if = "Fault::is_every")]
        #[schemars(!skip_serializing_if)]
        rate: Ratio,
    },
    /// There is no space left: what would grow a file fails.
    FullDisk {
        /// Whose.
        target: Target,
    },
    /// The wall clock is off by so much until the fault ends.
    ClockOffset {
        /// Whose.
        target: Target,
        /// How far: `+` forward, `-` backward.
        by: Skew,
    },
    /// A clock stands still until the fault ends; a monotonic one goes on from where it stood.
    ClockFreeze {
        /// Whose.
        target: Target,
        /// Which clock.
        #[serde(default, skip_serializing_if = "is_usual")]
        #[schemars(!skip_serializing_if)]
        clock: Clock,
    },
    /// Clients ask for more: so many times the usual rate.
    Surge {
        /// How many times as much.
        #[schemars(extend("x-unit" = "times"))]
        factor: u32,
    },
    /// Operations gather on one key.
    HotKey {
        /// How many of them.
        share: Ratio,
    },
    /// Clients die, perhaps in mid-operation, and come back as new ones when the fault ends.
    ClientDeath {
        /// How many.
        #[serde(default = "Fault::once", skip_serializing_if = "Fault::is_once")]
        #[schemars(!skip_serializing_if)]
        #[schemars(extend("x-unit" = "clients"))]
        clients: u32,
    },
    /// Clients reach only one node, whatever becomes of it: they keep talking to an old leader.
    StaleClient {
        /// How many.
        #[serde(default = "Fault::once", skip_serializing_if = "Fault::is_once")]
        #[schemars(!skip_serializing_if)]
        #[schemars(extend("x-unit" = "clients"))]
        clients: u32,
        /// Whom they reach.
        #[serde(default = "Target::leader", skip_serializing_if = "Target::is_leader")]
        #[schemars(!skip_serializing_if)]
        node: Target,
    },
}

impl Fault {
    /// What `list faults` calls it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.kind().name()
    }

    pub(crate) fn every() -> Ratio {
        Ratio::ONE
    }

    fn is_every(rate: &Ratio) -> bool {
        *rate == Ratio::ONE
    }

    fn half() -> Ratio {
        Ratio::from_percent(50)
    }

    fn is_half(share: &Ratio) -> bool {
        *share == Fault::half()
    }

    fn none() -> Ratio {
        Ratio::ZERO
    }

    fn once() -> u32 {
        1
    }

    fn is_once(times: &u32) -> bool {
        *times == 1
    }

    pub(crate) fn power_loss() -> CrashLoss {
        CrashLoss::Sectors(Ratio::from_percent(50))
    }
}

/// What a file need not say.
fn is_usual<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
