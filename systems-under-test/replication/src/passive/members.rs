//! Who takes part: the arbiter, which is the node with the lowest id, and the replicas, which are all others.
//!
//! Sets of replicas travel and are stored as one word: a bit for each replica, in order of id.

use std::fmt;

use serde::{Deserialize, Serialize};
use stormglass_core::cluster::Cluster;
use stormglass_core::id::NodeId;

/// Who takes part, seen from one node.
#[derive(Clone, Debug)]
pub(super) struct Members {
    /// This node.
    pub(super) me: NodeId,
    /// The arbiter.
    pub(super) arbiter: NodeId,
    /// The replicas, in ascending order of id.
    pub(super) replicas: Vec<NodeId>,
}

/// A set of replicas.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Group(pub u64);

impl Members {
    pub(super) fn new(me: NodeId, cluster: &Cluster) -> Members {
        let (&arbiter, replicas) =
            cluster.nodes().split_first().expect("a cluster has the node that is being made");
        assert!(replicas.len() <= 64, "{} replicas; one word names 64", replicas.len());
        Members { me, arbiter, replicas: replicas.to_vec() }
    }

    /// A replica's place among the replicas.
    pub(super) fn rank(&self, id: NodeId) -> Option<usize> {
        self.replicas.binary_search(&id).ok()
    }

    /// All replicas.
    pub(super) fn all(&self) -> Group {
        (0..self.replicas.len()).fold(Group::default(), Group::with)
    }

    /// The replica alone.
    pub(super) fn only(&self, id: NodeId) -> Group {
        self.rank(id).map_or(Group::default(), |rank| Group::default().with(rank))
    }
}

impl Group {
    /// The set with this replica.
    #[must_use]
    pub const fn with(self, rank: usize) -> Group {
        Group(self.0 | 1 << rank)
    }

    /// The replicas of both sets.
    #[must_use]
    pub const fn or(self, other: Group) -> Group {
        Group(self.0 | other.0)
    }

    /// The replicas of this set that are not in the other.
    #[must_use]
    pub const fn without(self, other: Group) -> Group {
        Group(self.0 & !other.0)
    }

    /// Whether the replica is in it.
    #[must_use]
    pub const fn has(self, rank: usize) -> bool {
        self.0 >> rank & 1 == 1
    }

    /// How many replicas are in it.
    #[must_use]
    pub const fn count(self) -> usize {
        self.0.count_ones() as usize
    }
}

impl fmt::Debug for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries((0..64).filter(|&rank| self.has(rank))).finish()
    }
}
