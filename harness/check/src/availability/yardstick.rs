//! How availability is measured: the few lengths of time that every measurement has to choose.

use serde::{Deserialize, Serialize};
use stormglass_core::time::Duration;

/// The lengths that a measurement chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Yardstick {
    /// The window by which shares of success are counted.
    pub window: Duration,
    /// A shorter gap in service is latency, not unavailability.
    pub shortest: Duration,
    /// A longer pause without a question is nobody's loss: it counts neither as up nor as down.
    pub quiet: Duration,
}

impl Default for Yardstick {
    fn default() -> Yardstick {
        Yardstick {
            window: Duration::from_secs(1),
            shortest: Duration::from_millis(500),
            quiet: Duration::from_secs(1),
        }
    }
}
