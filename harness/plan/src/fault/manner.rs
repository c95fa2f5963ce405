//! The manner of a fault where it has one: which way a cut works, which clock is wrong, what releases messages.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which messages a cut stops, as seen from the nodes it names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// In both directions.
    #[default]
    Both,
    /// Only what they send: they still hear the others.
    Out,
    /// Only what is sent to them: the others still hear them.
    In,
}

/// What a cut means for clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Clients {
    /// They reach both sides.
    #[default]
    Reach,
    /// They do not reach the nodes that the cut names.
    Cut,
}

/// Which of a machine's two clocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Clock {
    /// The wall clock and the monotonic one.
    #[default]
    Both,
    /// The wall clock alone: the two come apart.
    Wall,
    /// The monotonic clock alone, and with it all timers.
    Monotonic,
}

/// What lets held messages go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("examples" = ["lifted", "leader", { "point": "elected" }]))]
#[serde(rename_all = "kebab-case")]
pub enum Release {
    /// Only the end of the fault.
    #[default]
    Lifted,
    /// A node that becomes leader after the message was held.
    Leader,
    /// A node that comes to this point, as it says in `point("…")`: an epoch, a change of members.
    Point(String),
}
