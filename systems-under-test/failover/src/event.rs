//! What the parts say of themselves.

use serde::Serialize;
use stormglass_core::id::NodeId;
use stormglass_core::time::Duration;

use crate::message::{Boot, Epoch};

/// Something that was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Event {
    /// An observer has heard nothing of a replica for so long, and takes it for dead.
    Suspected {
        /// Which.
        replica: NodeId,
        /// For how long, by its clock.
        silence: Duration,
    },
    /// An observer hears it again.
    Trusted {
        /// Which.
        replica: NodeId,
    },
    /// The controller gives the group to a replica.
    Appointed {
        /// In which epoch.
        epoch: Epoch,
        /// Which.
        primary: NodeId,
    },
    /// The controller takes the primary for dead, and gives the group to another one.
    FailingOver {
        /// From whom.
        from: NodeId,
        /// To whom.
        to: NodeId,
    },
    /// A replica was told to take over, and asks for the resource.
    TakingOver {
        /// In which epoch.
        epoch: Epoch,
    },
    /// The resource is a replica's, and its disk says so.
    Mounted {
        /// For which epoch.
        epoch: Epoch,
        /// For which life.
        boot: Boot,
    },
    /// The resource takes a store.
    Accepted {
        /// In which epoch.
        epoch: Epoch,
        /// Of whom.
        from: NodeId,
    },
    /// A replica serves.
    Serving {
        /// In which epoch.
        epoch: Epoch,
    },
    /// The disk holds what no crash of a sound disk leaves: this node stops for good.
    Unreadable,
}
