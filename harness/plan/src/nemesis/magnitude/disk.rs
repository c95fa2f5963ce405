//! How hard disks fail.

use stormglass_core::random::Draws;

use super::{Scene, any_node, ms, rate};
use crate::fault::{Fault, Target};
use crate::keyed::{log_uniform_span, weighted};
use crate::kind::Kind;
use crate::latency::Latency;

pub(super) fn fault(kind: Kind, scene: Scene, draws: &mut Draws) -> Fault {
    let strength = scene.strength;
    match kind {
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
        Kind::StallDisk => Fault::StallDisk { target: any_node(draws) },
        Kind::ReorderSyncs => Fault::ReorderSyncs {
            target: any_node(draws),
            within: log_uniform_span(draws, ms(2), strength.of_span(ms(4), ms(200))),
        },
        Kind::FailSyncOnce => {
            Fault::FailSyncOnce { target: any_node(draws), times: draws.between(1, 3) as u32 }
        }
        Kind::LyingSync => Fault::LyingSync { target: one_copy(draws), rate: rate(draws, 10_000, 1_000_000) },
        Kind::BitRot => Fault::BitRot { target: one_copy(draws), bits: draws.between(1, 8) as u32 },
        Kind::MisdirectedWrite => {
            Fault::MisdirectedWrite { target: one_copy(draws), rate: rate(draws, 1_000, 100_000) }
        }
        Kind::ReadError => Fault::ReadError { target: any_node(draws), rate: rate(draws, 1_000, 500_000) },
        Kind::FullDisk => Fault::FullDisk { target: any_node(draws) },
        other => unreachable!("{other} is not a fault of disks"),
    }
}

/// What destroys data strikes one copy at a time: how many in all is the budget's business.
fn one_copy(draws: &mut Draws) -> Target {
    weighted(draws, &[(2, Target::One), (1, Target::Leader)]).clone()
}
