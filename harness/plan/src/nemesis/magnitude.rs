//! How long, how hard and on whom: the magnitudes from which the nemesis draws each kind of fault.
//!
//! Spans and rates are drawn by octave, so that a crash of 20 ms is as likely as one of 2 s: many bugs need a node
//! that is back before the others notice. Targets lean towards the leader, whose loss most bugs need.

use stormglass_core::disk::CrashLoss;
use stormglass_core::random::{Draws, Ratio};
use stormglass_core::time::{Duration, Skew};

use super::ClockBounds;
use crate::fault::{Clients, Fault, Target, Way};
use crate::keyed::{log_uniform, log_uniform_span, weighted};
use crate::kind::Kind;
use crate::latency::Latency;

/// How hard one kind strikes in one run, in quarters.
#[derive(Clone, Copy)]
pub(super) struct Strength(u64);

impl Strength {
    pub(super) fn new(quarters: u64) -> Strength {
        assert!((1..=4).contains(&quarters), "a strength of {quarters}/4");
        Strength(quarters)
    }

    /// The largest magnitude at this strength.
    fn of(self, min: u64, max: u64) -> u64 {
        min + max.saturating_sub(min) / 4 * self.0
    }

    /// The longest span at this strength.
    pub(super) fn of_span(self, min: Duration, max: Duration) -> Duration {
        Duration::from_nanos(self.of(min.as_nanos(), max.as_nanos()))
    }
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// How long a fault of this kind lasts at least and at most; `None` if it is over at once.
pub(super) const fn lasts(kind: Kind) -> Option<(Duration, Duration)> {
    Some(match kind {
        Kind::Partition | Kind::Isolate => (ms(50), ms(5_000)),
        Kind::Loss | Kind::Duplicate | Kind::Delay => (ms(200), ms(5_000)),
        Kind::Crash => (ms(10), ms(3_000)),
        Kind::Pause => (ms(50), ms(3_000)),
        Kind::SlowDisk | Kind::FailSync => (ms(200), ms(5_000)),
        Kind::ClockJump => return None,
        Kind::ClockDrift => (ms(1_000), ms(10_000)),
    })
}

/// One fault of this kind.
pub(super) fn fault(
    kind: Kind,
    strength: Strength,
    clocks: ClockBounds,
    nodes: u32,
    draws: &mut Draws,
) -> Fault {
    match kind {
        Kind::Partition => partition(nodes, draws),
        Kind::Isolate => Fault::Isolate { target: cut_off(draws), way: way(draws), clients: clients(draws) },
        Kind::Loss => {
            let (from, to) = route(draws);
            let rate = rate(draws, 10_000, strength.of(10_000, 500_000));
            Fault::Loss { rate, from, to }
        }
        Kind::Duplicate => {
            let (from, to) = route(draws);
            let rate = rate(draws, 10_000, strength.of(10_000, 500_000));
            Fault::Duplicate { rate, from, to }
        }
        Kind::Delay => delay(strength, draws),
        Kind::Crash => crash(draws),
        Kind::Pause => Fault::Pause { target: any_node(draws) },
        Kind::SlowDisk => {
            let sync = log_uniform_span(draws, ms(10), strength.of_span(ms(10), ms(500)));
            Fault::SlowDisk {
                target: any_node(draws),
                sync: Latency::Uniform { min: sync / 2, max: sync + sync / 2 },
            }
        }
        Kind::FailSync => {
            Fault::FailSync { target: any_node(draws), rate: rate(draws, 1_000, strength.of(1_000, 100_000)) }
        }
        Kind::ClockJump => clock_jump(strength, clocks, draws),
        Kind::ClockDrift => clock_drift(strength, clocks, draws),
    }
}

fn partition(nodes: u32, draws: &mut Draws) -> Fault {
    let side = match draws.below(10) {
        0..=3 => Target::Minority,
        4..=5 => Target::Leader,
        6 => Target::One,
        _ => Target::Random(draws.between(1, u64::from(nodes.max(2)) - 1) as u32),
    };
    Fault::Partition { side, way: way(draws), clients: clients(draws) }
}

fn delay(strength: Strength, draws: &mut Draws) -> Fault {
    let (from, to) = route(draws);
    let longest = log_uniform_span(draws, ms(20), strength.of_span(ms(20), ms(1_000)));
    let rate = match draws.below(2) {
        0 => Ratio::ONE,
        _ => rate(draws, 20_000, 500_000),
    };
    Fault::Delay { add: Latency::Uniform { min: Duration::ZERO, max: longest }, rate, from, to }
}

fn crash(draws: &mut Draws) -> Fault {
    let target = weighted(
        draws,
        &[
            (6, Target::Leader),
            (4, Target::One),
            (2, Target::Follower),
            (2, Target::Minority),
            // What a system promises to survive is losing un-synced writes on any number of nodes at once.
            (3, Target::Majority),
            (2, Target::All),
        ],
    )
    .clone();
    let after_effects = match draws.below(2) {
        0 => None,
        _ => Some(draws.below(8) as u32),
    };
    let unsynced = match draws.below(4) {
        0 => CrashLoss::Nothing,
        1 => CrashLoss::Everything,
        _ => CrashLoss::Sectors(Ratio::from_percent(draws.between(10, 90) as u32)),
    };
    Fault::Crash { target, after_effects, unsynced }
}

fn clock_jump(strength: Strength, clocks: ClockBounds, draws: &mut Draws) -> Fault {
    let target = any_node(draws);
    let longest = strength.of_span(ms(1), clocks.jump_max).min(clocks.jump_max);
    let by = log_uniform_span(draws, ms(1).min(longest), longest);
    let by = match draws.below(2) {
        0 => Skew::ahead(by),
        _ => Skew::behind(by),
    };
    Fault::ClockJump { target, by }
}

fn clock_drift(strength: Strength, clocks: ClockBounds, draws: &mut Draws) -> Fault {
    let target = any_node(draws);
    let most = strength.of(1, u64::from(clocks.drift_ppm_max));
    let most = most.min(u64::from(clocks.drift_ppm_max)).min(1_000_000);
    let ppm = log_uniform(draws, 1, most) as i32;
    let ppm = match draws.below(2) {
        0 => ppm,
        _ => -ppm,
    };
    Fault::ClockDrift { target, ppm }
}

/// Whom it is worth cutting off.
fn cut_off(draws: &mut Draws) -> Target {
    weighted(draws, &[(6, Target::Leader), (2, Target::One), (1, Target::Follower), (1, Target::Minority)])
        .clone()
}

fn any_node(draws: &mut Draws) -> Target {
    weighted(
        draws,
        &[
            (4, Target::Leader),
            (3, Target::One),
            (1, Target::Follower),
            (1, Target::Minority),
            (1, Target::Majority),
            (1, Target::All),
        ],
    )
    .clone()
}

/// Whose messages a fault of links is about.
fn route(draws: &mut Draws) -> (Target, Target) {
    match draws.below(8) {
        0 => (Target::Leader, Target::All),
        1 => (Target::All, Target::Leader),
        2 => (Target::One, Target::All),
        3 => (Target::All, Target::One),
        _ => (Target::All, Target::All),
    }
}

fn way(draws: &mut Draws) -> Way {
    *weighted(draws, &[(3, Way::Both), (1, Way::Out), (1, Way::In)])
}

fn clients(draws: &mut Draws) -> Clients {
    *weighted(draws, &[(3, Clients::Reach), (1, Clients::Cut)])
}

/// A rate in steps of a hundredth of a percent.
fn rate(draws: &mut Draws, min_ppm: u64, max_ppm: u64) -> Ratio {
    let ppm = log_uniform(draws, min_ppm / 100, max_ppm / 100) * 100;
    Ratio::from_ppm(ppm.min(1_000_000) as u32)
}
