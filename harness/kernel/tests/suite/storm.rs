//! A run with a bit of everything, for tests that compare whole runs.

use stormglass_core::disk::CrashLoss;
use stormglass_core::prelude::*;
use stormglass_plan::fault::{Clients, Fault, Target, Way};
use stormglass_plan::latency::Latency;
use stormglass_plan::plan::Plan;

use crate::common::{Ask, Probe, asking, plan};

/// Every other.
pub(crate) const HALF: Ratio = Ratio::from_percent(50);

/// A system in which everything takes its time.
pub(crate) fn probe() -> Probe {
    Probe { durable: true, leader: Some(NodeId(2)), work: Duration::from_micros(300), ..Probe::default() }
}

/// Every kind of fault, overlapping, on five nodes that two clients ask.
pub(crate) fn storm(seed: u64) -> Plan<Ask> {
    let all = || Target::All;
    let crash =
        |target, after_effects| Fault::Crash { target, after_effects, unsynced: CrashLoss::Sectors(HALF) };
    let slow = Latency::Exponential {
        min: Duration::from_millis(1),
        mean: Duration::from_millis(20),
        max: Duration::from_millis(300),
    };
    let faults = [
        (105, 900, Fault::Loss { rate: Ratio::from_percent(20), from: all(), to: Target::Minority }),
        (205, 800, Fault::Duplicate { rate: HALF, from: Target::One, to: all() }),
        (305, 700, Fault::Delay { add: slow.clone(), rate: HALF, from: all(), to: all() }),
        (405, 1_300, Fault::Partition { side: Target::Majority, way: Way::In, clients: Clients::Cut }),
        (505, 900, Fault::Isolate { target: Target::Leader, way: Way::Both, clients: Clients::Reach }),
        (605, 1_000, crash(Target::Random(2), None)),
        (705, 1_200, crash(Target::Follower, Some(2))),
        (805, 1_400, Fault::Pause { target: Target::Random(2) }),
        (905, 1_500, Fault::Pause { target: Target::Minority }),
        (1_005, 1_900, Fault::SlowDisk { target: all(), sync: slow }),
        (1_105, 1_800, Fault::FailSync { target: Target::One, rate: HALF }),
        (1_205, 1_900, Fault::ClockJump { target: Target::One, by: Skew::behind(Duration::from_secs(3)) }),
        (
            1_305,
            2_500,
            Fault::ClockDrift { target: Target::Random(2), ppm: 200_000, clock: Default::default() },
        ),
        (
            1_405,
            2_500,
            Fault::ClockDrift { target: Target::Random(2), ppm: -300_000, clock: Default::default() },
        ),
    ];
    let asks: Vec<(u64, u32, u32)> =
        (0..60).map(|index| (20 + 30 * index, index as u32 % 2, 1 + index as u32 % 5)).collect();
    Plan { seed: Seed(seed), ..asking(2, &asks, plan(5, faults)) }
}
