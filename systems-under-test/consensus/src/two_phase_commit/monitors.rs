//! The invariants of atomic commitment, watched from outside: over what nodes say of themselves and what is on their
//! disks, also while they are down.

mod journals;
mod atomic_commitment;
mod told_as_decided;

use stormglass_core::monitor::Monitor;
use stormglass_core::time::Duration;

use super::TwoPhaseCommit;

/// Fresh monitors, for one run. Nobody may be blocked for longer than `recovery` once nothing fails any more.
pub(super) fn all(recovery: Duration) -> Vec<Box<dyn Monitor<TwoPhaseCommit>>> {
    vec![
        Box::new(atomic_commitment::AtomicCommitment::new(recovery)),
        Box::new(told_as_decided::ToldAsDecided::default()),
    ]
}
