//! How hard clients press.

use stormglass_core::random::{Draws, Ratio};

use super::{Scene, any_node};
use crate::fault::Fault;
use crate::keyed::log_uniform;
use crate::kind::Kind;

pub(super) fn fault(kind: Kind, scene: Scene, draws: &mut Draws) -> Fault {
    let clients = |draws: &mut Draws| draws.between(1, u64::from(scene.clients.max(1))) as u32;
    match kind {
        Kind::Surge => Fault::Surge { factor: log_uniform(draws, 2, scene.strength.of(3, 10)) as u32 },
        Kind::HotKey => Fault::HotKey { share: Ratio::from_percent(draws.between(5, 10) as u32 * 10) },
        Kind::ClientDeath => Fault::ClientDeath { clients: clients(draws) },
        Kind::StaleClient => Fault::StaleClient { clients: clients(draws), node: any_node(draws) },
        other => unreachable!("{other} is not a fault of load"),
    }
}
