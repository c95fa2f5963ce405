//! Whom a late target means, at the moment when its fault strikes.
//!
//! Nodes that are up are taken first: a fault on a node that is down would blow past everybody. The draws
//! belong to the fault alone.

use stormglass_core::cluster::Cluster;
use stormglass_core::random::Draws;
use stormglass_core::system::{Node as _, Role, System};
use stormglass_plan::fault::Target;
use stormglass_plan::topology::{Place, Topology};

use crate::host::Gate;

/// The places of the nodes that `target` means, ascending. Empty if nobody fits. A node that is down is `None`.
pub(crate) fn resolve<S: System>(
    target: &Target,
    (nodes, gates): (&[Option<S::Node>], &[Gate]),
    cluster: &Cluster,
    topology: Option<&Topology>,
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
        Target::OneRegion | Target::Region(_) | Target::OneZone | Target::Zone(_) => {
            topology.map_or_else(Vec::new, |topology| of_a_region(target, topology, count, draws))
        }
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

/// The nodes of a region or a zone, by name or drawn among those that have nodes.
fn of_a_region(target: &Target, topology: &Topology, nodes: usize, draws: &mut Draws) -> Vec<usize> {
    let places = &topology.places()[..nodes];
    let drawn = draws.below(nodes.max(1) as u64) as usize;
    let means = |place: Place| match target {
        Target::Region(name) => topology.regions[place.region].name == *name,
        Target::Zone(name) => topology.zone_name(place) == *name,
        Target::OneRegion => places[drawn].region == place.region,
        _ => places[drawn] == place,
    };
    (0..nodes).filter(|&node| means(places[node])).collect()
}
