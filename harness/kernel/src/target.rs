//! Whom a late target means, at the moment when its fault strikes.
//!
//! Nodes that are up are taken first: a fault on a node that is down would blow past everybody. The draws
//! belong to the fault alone.

use stormglass_core::cluster::Cluster;
use stormglass_core::random::Draws;
use stormglass_core::system::{Role, System};
use stormglass_plan::fault::Target;

use crate::host::{Gate, Host};

/// The places of the nodes that `target` means, ascending. Empty if nobody fits.
pub(crate) fn resolve<S: System>(
    target: &Target,
    nodes: &[Host<S>],
    cluster: &Cluster,
    draws: &mut Draws,
) -> Vec<usize> {
    let any = |_: &Host<S>| true;
    let mut found = match target {
        Target::All => (0..nodes.len()).collect(),
        Target::Leader => some(nodes, 1, draws, |node| node.role() == Some(Role::LEADER)),
        Target::Follower => some(nodes, 1, draws, |node| {
            node.role().is_some_and(|role| role != Role::LEADER)
        }),
        Target::One => some(nodes, 1, draws, any),
        Target::Minority => some(nodes, nodes.len().saturating_sub(1) / 2, draws, any),
        Target::Majority => some(nodes, nodes.len() / 2 + 1, draws, any),
        Target::Random(count) => some(nodes, *count as usize, draws, any),
        Target::Role(name) => {
            let plays = |node: &Host<S>| node.role().is_some_and(|role| role.0 == name);
            some(nodes, nodes.len(), draws, plays)
        }
        Target::Nodes(names) => names
            .iter()
            .filter_map(|&name| cluster.index_of(name.into()))
            .collect(),
    };
    found.sort_unstable();
    found
}

/// `count` of the nodes that fit, at random, those that are up first.
fn some<S: System>(
    nodes: &[Host<S>],
    count: usize,
    draws: &mut Draws,
    fits: impl Fn(&Host<S>) -> bool,
) -> Vec<usize> {
    let mut places: Vec<usize> = (0..nodes.len()).filter(|&place| fits(&nodes[place])).collect();
    draws.shuffle(&mut places);
    places.sort_by_key(|&place| nodes[place].gate == Gate::Down);
    places.truncate(count);
    places
}
