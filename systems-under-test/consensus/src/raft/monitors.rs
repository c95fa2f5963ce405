//! The invariants of Figure 3, watched from outside.

use stormglass_core::monitor::Monitor;

use super::Raft;

/// Fresh monitors, for one run.
pub(super) fn all() -> Vec<Box<dyn Monitor<Raft>>> {
    Vec::new()
}
