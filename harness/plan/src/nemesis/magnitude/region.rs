//! How hard faults of regions and zones strike.

use stormglass_core::random::{Draws, Ratio};

use super::process::unsynced;
use super::{Scene, rate, way};
use crate::fault::Fault;
use crate::keyed::log_uniform;
use crate::kind::Kind;

pub(super) fn fault(kind: Kind, scene: Scene, draws: &mut Draws) -> Fault {
    match kind {
        Kind::RegionOutage => Fault::RegionOutage { region: None, unsynced: unsynced(draws) },
        Kind::ZoneOutage => Fault::ZoneOutage { zone: None, unsynced: unsynced(draws) },
        Kind::WanCut => Fault::WanCut { region: None, way: way(draws) },
        Kind::WanBrownOut => Fault::WanBrownOut {
            factor: log_uniform(draws, 2, scene.strength.of(3, 20)) as u32,
            loss: match draws.below(2) {
                0 => Ratio::ZERO,
                _ => rate(draws, 1_000, 200_000),
            },
        },
        other => unreachable!("{other} is not a fault of regions"),
    }
}
