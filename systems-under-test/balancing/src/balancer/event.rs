//! What balancers and servers say about themselves, for monitors and timelines. Nobody of the fleet hears it.

use serde::Serialize;
use stormglass_core::id::NodeId;
use stormglass_core::time::Duration;

/// One thing that a node did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// It booted.
    Started,
    /// As a server: it wants new requests from now on, or none.
    Draining(bool),
    /// As a balancer: a probe of a server was answered in time, or not.
    Probed {
        /// Which server.
        server: NodeId,
        /// Whether it was.
        good: bool,
    },
    /// As a balancer: it takes a server to be up from now on, or down.
    Judged {
        /// Which server.
        server: NodeId,
        /// Whether it is up.
        up: bool,
    },
    /// As a balancer: it chooses between these from now on.
    Chooses {
        /// The number of this change since its boot.
        generation: u64,
        /// The servers and their weights, in order of id.
        among: Vec<(NodeId, u64)>,
        /// How many servers want requests, as far as it knows.
        willing: usize,
        /// How many of them are healthy.
        healthy: usize,
        /// Whether it ignores health, because too few are healthy.
        panic: bool,
    },
    /// As a balancer: it sent a request to a server.
    Sent {
        /// Which server.
        to: NodeId,
        /// Which server had it before and did not serve it, if any.
        after: Option<NodeId>,
    },
    /// As a balancer: it refused a request, because there was nobody to choose.
    NobodyToChoose,
    /// As a server: it begins to serve a request that has waited in its queue.
    Served {
        /// How long it has waited.
        waited: Duration,
    },
}
