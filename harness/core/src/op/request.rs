//! Operations of a service behind balancers: requests that take time, and what operators ask of it meanwhile.
//!
//! Servers and balancers are named by their number among their like, counted round if there are fewer.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::NodeId;
use crate::time::Duration;

/// What a client or an operator asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum RequestOp {
    /// Serve me; it takes a server so long.
    Serve {
        /// How long.
        work: Duration,
    },
    /// An operator: send this server no new requests, until it restarts or is restored.
    Drain {
        /// Its number among the servers.
        server: u64,
    },
    /// An operator: send this server requests again, by its usual weight.
    Restore {
        /// Its number among the servers.
        server: u64,
    },
    /// An operator: send this server requests by this weight, until it restarts or is restored.
    Weigh {
        /// Its number among the servers.
        server: u64,
        /// Its new weight.
        weight: u64,
    },
    /// An operator: how has this balancer spread requests since its servers and their weights last changed?
    Tally {
        /// Its number among the balancers.
        balancer: u64,
    },
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestRet {
    /// To a request: it was served by this server.
    Served(NodeId),
    /// To what an operator asked of a server: done.
    Done,
    /// To a tally: how the requests were spread.
    Tally(Tally),
}

/// How one balancer has spread requests over the servers it chose between, while these and their weights stayed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Tally {
    /// The balancer.
    pub balancer: NodeId,
    /// Since which of its boots, a number that only grows.
    pub boot: u64,
    /// Since which change of the servers and weights it chooses between, counted from its boot.
    pub generation: u64,
    /// Whether its choices follow the weights alone, and not the servers' load.
    pub by_weight: bool,
    /// Every server with its weight and the requests that were sent to it first (retries are not counted).
    pub sent: Vec<(NodeId, u64, u64)>,
}

impl fmt::Display for RequestOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RequestOp::Serve { work } => write!(f, "serve {work}"),
            RequestOp::Drain { server } => write!(f, "drain server {server}"),
            RequestOp::Restore { server } => write!(f, "restore server {server}"),
            RequestOp::Weigh { server, weight } => write!(f, "weigh server {server} as {weight}"),
            RequestOp::Tally { balancer } => write!(f, "tally of balancer {balancer}"),
        }
    }
}

impl fmt::Display for RequestRet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RequestRet::Served(server) => write!(f, "→ {server}"),
            RequestRet::Done => Ok(()),
            RequestRet::Tally(tally) => {
                write!(f, "→ {}:", tally.balancer)?;
                for (server, weight, sent) in &tally.sent {
                    write!(f, " {server}×{weight}: {sent}")?;
                }
                Ok(())
            }
        }
    }
}
