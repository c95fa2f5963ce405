//! Who takes part in a run.

use serde::{Deserialize, Serialize};

use crate::id::{Address, ClientId, NodeId};

/// The members of one run: nodes in ascending order of id, and how many clients work on them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Members")]
pub struct Cluster {
    nodes: Vec<NodeId>,
    clients: u32,
    /// Whether the nodes are `n1`, `n2`, … without a gap, as most are: then no place needs to be looked up.
    #[serde(skip)]
    dense: bool,
}

/// A cluster as a file says it, perhaps with a node named twice.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    nodes: Vec<NodeId>,
    clients: u32,
}

impl TryFrom<Members> for Cluster {
    type Error = String;
    fn try_from(members: Members) -> Result<Cluster, String> {
        let Members { mut nodes, clients } = members;
        nodes.sort_unstable();
        match nodes.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(twice) => Err(format!("{} is named twice, expected each node once", twice[0])),
            None => Ok(Cluster::of_sorted(nodes, clients)),
        }
    }
}

impl Cluster {
    /// A cluster of these nodes (in any order) and of clients `c0`, `c1`, ….
    ///
    /// # Panics
    /// If a node is named twice.
    #[must_use]
    pub fn new(nodes: impl IntoIterator<Item = NodeId>, clients: u32) -> Cluster {
        let mut nodes: Vec<NodeId> = nodes.into_iter().collect();
        nodes.sort_unstable();
        assert!(nodes.windows(2).all(|pair| pair[0] != pair[1]), "a node is named twice in {nodes:?}");
        Cluster::of_sorted(nodes, clients)
    }

    fn of_sorted(nodes: Vec<NodeId>, clients: u32) -> Cluster {
        let dense = nodes.iter().zip(1..).all(|(&node, number)| node == NodeId(number));
        Cluster { nodes, clients, dense }
    }

    /// A cluster of nodes `n1` to `n{nodes}`.
    #[must_use]
    pub fn dense(nodes: u32, clients: u32) -> Cluster {
        Cluster::new((1..=nodes).map(NodeId), clients)
    }

    /// The nodes, in ascending order of id.
    #[must_use]
    pub fn nodes(&self) -> &[NodeId] {
        &self.nodes
    }

    /// The nodes other than `me`, in ascending order of id.
    pub fn peers(&self, me: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.nodes.iter().copied().filter(move |&node| node != me)
    }

    /// The clients, in ascending order of id.
    pub fn clients(&self) -> impl Iterator<Item = ClientId> + use<> {
        (0..self.clients).map(ClientId)
    }

    /// How many addresses there are, nodes and clients together.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len() + self.clients as usize
    }

    /// Whether nobody takes part.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many nodes are more than half of all.
    #[must_use]
    pub fn majority(&self) -> usize {
        self.nodes.len() / 2 + 1
    }

    /// The place of `address` among all: nodes first, then clients. `None` if it is nobody's.
    #[inline]
    #[must_use]
    pub fn index_of(&self, address: Address) -> Option<usize> {
        match address {
            Address::Node(id) if self.dense => {
                let place = (id.0 as usize).wrapping_sub(1);
                (place < self.nodes.len()).then_some(place)
            }
            Address::Node(id) => self.nodes.binary_search(&id).ok(),
            Address::Client(id) => (id.0 < self.clients).then(|| self.nodes.len() + id.0 as usize),
        }
    }

    /// The address at a place: the inverse of [`Cluster::index_of`].
    ///
    /// # Panics
    /// If `index` is not below [`Cluster::len`].
    #[inline]
    #[must_use]
    pub fn address_at(&self, index: usize) -> Address {
        match index.checked_sub(self.nodes.len()) {
            None if self.dense => Address::Node(NodeId(index as u32 + 1)),
            None => Address::Node(self.nodes[index]),
            Some(client) => {
                assert!(index < self.len(), "place {index} of a cluster of {}", self.len());
                Address::Client(ClientId(client as u32))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every address has its own place, with gaps between ids and without.
    #[test]
    fn places_and_addresses_are_inverse() {
        for cluster in [Cluster::dense(5, 2), Cluster::new([70, 2, 9].map(NodeId), 3)] {
            for index in 0..cluster.len() {
                assert_eq!(cluster.index_of(cluster.address_at(index)), Some(index));
            }
            assert_eq!(cluster.index_of(Address::Node(NodeId(71))), None);
            assert_eq!(cluster.index_of(Address::Client(ClientId(3))), None);
        }
    }
}
