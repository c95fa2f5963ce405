//! Who is a balancer and who a server: the first nodes balance, the others serve.

use stormglass_core::cluster::Cluster;
use stormglass_core::id::NodeId;

use super::settings::Settings;

/// The members of a fleet by what they do, in order of id.
#[derive(Clone, Debug)]
pub(super) struct Fleet {
    pub(super) balancers: Vec<NodeId>,
    pub(super) servers: Vec<NodeId>,
}

impl Fleet {
    pub(super) fn new(settings: &Settings, cluster: &Cluster) -> Fleet {
        let nodes = cluster.nodes();
        let balancers = (settings.balancers as usize).min(nodes.len().saturating_sub(1)).max(1);
        let (balancers, servers) = nodes.split_at(balancers.min(nodes.len()));
        Fleet { balancers: balancers.to_vec(), servers: servers.to_vec() }
    }

    /// The number of a balancer among the balancers, if it is one.
    pub(super) fn balancer(&self, id: NodeId) -> Option<usize> {
        self.balancers.binary_search(&id).ok()
    }

    /// The usual weight of a server.
    pub(super) fn weight(&self, settings: &Settings, server: NodeId) -> u64 {
        let number = self.servers.binary_search(&server).unwrap_or_default();
        settings.weights[number % settings.weights.len()]
    }
}

/// The node with this number, counted round.
pub(super) fn counted_round(nodes: &[NodeId], number: u64) -> Option<NodeId> {
    let place = number.checked_rem(nodes.len() as u64)?;
    nodes.get(place as usize).copied()
}
