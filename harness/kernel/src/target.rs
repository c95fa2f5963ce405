//! Whom a late target means, at the moment when its fault strikes.
//!
//! Nodes that are up are taken first: a fault on a node that is down would blow past everybody. The draws
//! belong to the fault alone.

use stormglass_core::cluster::Cluster;
use stormglass_core::random::Draws;
use stormglass_core::system::{Node as _, Role, System};
use stormglass_plan::fault::Target;

use crate::host::Gate;

/// The places of the nodes that `target` means, ascending. Empty if nobody fits. A node that is down is `None`.
pub(crate) fn resolve<S: System>(
    target: &Target,
    (nodes, gates): (&[Option<S::Node>], &[Gate]),
    cluster: &Cluster,
    draws: &mut Draws,
) -> Vec<usize> {
    let mut some = |count: usize, fits: &dyn Fn(Option<Role>) -> bool| {
        let mut places: Vec<usize> =
            (0..nodes.len()).filter(|&place| fits(nodes[place].as_ref().map(S::Node::role))).collect();
        draws.shuffle(&mut places);
        places.sort_by_key(|&place| gates[place] == Gate::Down);
        places.truncate(count);
        places
    };
    let count = nodes.len();
    let mut found = match target {
        Target::All => (0..count).collect(),
        Target::Leader => some(1, &|role| role == Some(Role::LEADER)),
        Target::Follower => some(1, &|role| role.is_some_and(|role| role != Role::LEADER)),
        Target::One => some(1, &|_| true),
        Target::Minority => some(count.saturating_sub(1) / 2, &|_| true),
        Target::Majority => some(count / 2 + 1, &|_| true),
        Target::Random(wanted) => some(*wanted as usize, &|_| true),
        Target::Role(name) => some(count, &|role| role.is_some_and(|role| role.0 == name)),
        // Nobody is in a region yet.
        Target::OneRegion | Target::Region(_) | Target::OneZone | Target::Zone(_) => Vec::new(),
        Target::Clients(wanted) => {
            let mut clients: Vec<usize> = (count..cluster.len()).collect();
            draws.shuffle(&mut clients);
            clients.truncate(*wanted as usize);
            clients
        }
        Target::Nodes(names) => names.iter().filter_map(|&name| cluster.index_of(name.into())).collect(),
    };
    found.sort_unstable();
    found
}
