//! Names of things: nodes, clients, addresses, processes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A node of the system. Ids may have gaps (a scenario can ask for sparse ones): never use one as an index.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeId(pub u32);

/// A client of the workload, numbered from zero.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientId(pub u32);

/// One sequential thread of operations in a history. A client whose operation ended with an unknown outcome
/// goes on as a new process, because the old one is for ever inside that operation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProcessId(pub u64);

/// Whom a message comes from or goes to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Address {
    /// A node of the system.
    Node(NodeId),
    /// A client of the workload.
    Client(ClientId),
}

impl Address {
    /// The node at this address, if it is one.
    #[must_use]
    pub const fn node(self) -> Option<NodeId> {
        match self {
            Address::Node(id) => Some(id),
            Address::Client(_) => None,
        }
    }

    /// The client at this address, if it is one.
    #[must_use]
    pub const fn client(self) -> Option<ClientId> {
        match self {
            Address::Client(id) => Some(id),
            Address::Node(_) => None,
        }
    }
}

impl From<NodeId> for Address {
    fn from(id: NodeId) -> Address {
        Address::Node(id)
    }
}

impl From<ClientId> for Address {
    fn from(id: ClientId) -> Address {
        Address::Client(id)
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("n{}", self.0))
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("c{}", self.0))
    }
}

impl fmt::Display for ProcessId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("p{}", self.0))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Node(id) => id.fmt(f),
            Address::Client(id) => id.fmt(f),
        }
    }
}

/// In a log or a failed assertion a name reads as on a timeline: `n3`, not `NodeId(3)`.
macro_rules! debug_as_display {
    ($($name:ty),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    )*};
}

debug_as_display!(NodeId, ClientId, ProcessId, Address);
