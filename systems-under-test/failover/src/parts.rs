//! Who plays which part, by order of ids.

use stormglass_core::cluster::Cluster;
use stormglass_core::id::NodeId;

/// The parts of a group: one resource, one controller, at least two replicas where there is room, the rest observers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) resource: NodeId,
    pub(crate) controller: NodeId,
    pub(crate) replicas: Vec<NodeId>,
    pub(crate) observers: Vec<NodeId>,
}

impl Parts {
    /// The third and the fifth node are replicas, so that two regions of four and three have one each.
    pub(crate) fn of(cluster: &Cluster) -> Parts {
        let nodes = cluster.nodes();
        let at = |place: usize| nodes[place.min(nodes.len() - 1)];
        let replica = |place: usize| place == 2 || place == 4;
        let rest = |wanted: bool| {
            let places = nodes.iter().enumerate().skip(2);
            places.filter(|&(place, _)| replica(place) == wanted).map(|(_, &node)| node).collect()
        };
        Parts { resource: at(0), controller: at(1), replicas: rest(true), observers: rest(false) }
    }

    /// How many observers are more than half.
    pub(crate) fn majority(&self) -> usize {
        self.observers.len() / 2 + 1
    }
}
