//! How hard nodes go down, stand still and slow down.

use stormglass_core::disk::CrashLoss;
use stormglass_core::random::{Draws, Ratio};
use stormglass_core::time::Duration;

use super::{any_node, ms};
use crate::fault::{Fault, Target};
use crate::keyed::{log_uniform, log_uniform_span, weighted};
use crate::kind::Kind;

pub(super) fn fault(kind: Kind, draws: &mut Draws) -> Fault {
    match kind {
        Kind::Crash => crash(draws),
        Kind::Pause => Fault::Pause { target: any_node(draws) },
        Kind::CrashAtPoint => Fault::CrashAtPoint {
            target: any_node(draws),
            point: None,
            nth: log_uniform(draws, 1, 8) as u32,
            unsynced: unsynced(draws),
        },
        Kind::CrashInRecovery => Fault::CrashInRecovery {
            target: any_node(draws),
            after_effects: draws.below(6) as u32,
            down: log_uniform_span(draws, ms(10), ms(300)),
            times: draws.between(2, 4) as u32,
            unsynced: unsynced(draws),
        },
        Kind::RollingRestart => Fault::RollingRestart {
            target: Target::All,
            down: log_uniform_span(draws, ms(10), ms(500)),
            gap: log_uniform_span(draws, ms(10), ms(1_000)),
            unsynced: unsynced(draws),
        },
        Kind::Slow => Fault::Slow {
            target: any_node(draws),
            factor: log_uniform(draws, 1, 20) as u32,
            step: log_uniform_span(draws, Duration::from_micros(50), ms(5)),
        },
        // One copy at a time: how many in all is the budget's business.
        Kind::Wipe => {
            Fault::Wipe { target: weighted(draws, &[(2, Target::One), (1, Target::Leader)]).clone() }
        }
        other => unreachable!("{other} is not a fault of processes"),
    }
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
    Fault::Crash { target, after_effects, unsynced: unsynced(draws) }
}

/// What a crash does to writes that no sync has covered.
pub(super) fn unsynced(draws: &mut Draws) -> CrashLoss {
    match draws.below(4) {
        0 => CrashLoss::Nothing,
        1 => CrashLoss::Everything,
        _ => CrashLoss::Sectors(Ratio::from_percent(draws.between(10, 90) as u32)),
    }
}
