//! What an application that runs here is written with.

pub use stormglass_core::history::Outcome;
pub use stormglass_core::op::kv::{KvOp, KvRet};
pub use stormglass_engine_driver::{Application, BoxError, ClientHost, HostDisk, Hosted, ServerHost};

#[cfg(feature = "grpc")]
pub use crate::grpc;
#[cfg(feature = "http")]
pub use crate::http;
pub use crate::{TurmoilHosts, net};
