//! How long, how hard and on whom: the magnitudes from which the nemesis draws each kind of fault.
//!
//! Spans and rates are drawn by octave, so that a crash of 20 ms is as likely as one of 2 s: many bugs need a node
//! that is back before the others notice. Targets lean towards the leader, whose loss most bugs need.

use stormglass_core::random::{Draws, Ratio};
use stormglass_core::time::Duration;

use super::ClockBounds;
use crate::fault::{Clients, Fault, Target, Way};
use crate::keyed::{log_uniform, weighted};
use crate::kind::{Family, Kind};

mod clock;
mod disk;
mod load;
mod network;
mod process;
mod region;

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

    /// From 1 to 4.
    fn quarters(self) -> u64 {
        self.0
    }

    /// The longest span at this strength.
    pub(super) fn of_span(self, min: Duration, max: Duration) -> Duration {
        Duration::from_nanos(self.of(min.as_nanos(), max.as_nanos()))
    }
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// What is known when a fault is drawn.
#[derive(Clone, Copy)]
pub(super) struct Scene {
    pub(super) strength: Strength,
    pub(super) clocks: ClockBounds,
    pub(super) nodes: u32,
    pub(super) clients: u32,
}

/// How long a fault of this kind lasts at least and at most; `None` if it is over at once.
pub(super) const fn lasts(kind: Kind) -> Option<(Duration, Duration)> {
    Some(match kind {
        Kind::Partition | Kind::Isolate | Kind::Sever | Kind::Ring | Kind::WanCut => (ms(50), ms(5_000)),
        Kind::Loss | Kind::Duplicate | Kind::Delay | Kind::Corrupt | Kind::SlowLink | Kind::WanBrownOut => {
            (ms(200), ms(5_000))
        }
        Kind::Flap | Kind::Bandwidth | Kind::Hold | Kind::StaleClient => (ms(500), ms(5_000)),
        Kind::Crash | Kind::RegionOutage | Kind::ZoneOutage | Kind::Wipe | Kind::ClientDeath => {
            (ms(10), ms(3_000))
        }
        Kind::CrashAtPoint => (ms(200), ms(3_000)),
        Kind::CrashInRecovery | Kind::RollingRestart => (ms(500), ms(5_000)),
        Kind::Pause | Kind::StallDisk => (ms(50), ms(3_000)),
        Kind::Slow => (ms(200), ms(5_000)),
        Kind::SlowDisk | Kind::FailSync | Kind::ReorderSyncs | Kind::LyingSync | Kind::FailSyncOnce => {
            (ms(200), ms(5_000))
        }
        Kind::MisdirectedWrite | Kind::ReadError | Kind::FullDisk => (ms(200), ms(3_000)),
        Kind::ClockJump | Kind::Reset | Kind::BitRot => return None,
        Kind::ClockDrift => (ms(1_000), ms(10_000)),
        Kind::ClockOffset | Kind::ClockFreeze => (ms(200), ms(5_000)),
        Kind::Surge | Kind::HotKey => (ms(500), ms(5_000)),
    })
}

/// One fault of this kind.
pub(super) fn fault(kind: Kind, scene: Scene, draws: &mut Draws) -> Fault {
    match kind.family() {
        Family::Network => network::fault(kind, scene, draws),
        Family::Region => region::fault(kind, scene, draws),
        Family::Process => process::fault(kind, draws),
        Family::Disk => disk::fault(kind, scene, draws),
        Family::Clock => clock::fault(kind, scene, draws),
        Family::Load => load::fault(kind, scene, draws),
    }
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
