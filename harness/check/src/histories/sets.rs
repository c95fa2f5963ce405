//! Sets that only grow: nothing acknowledged is lost, nothing is found that nobody put in.
//!
//! [`set`] looks at the last read alone; [`set_full`] follows every element through all reads. Neither knows elements
//! that are taken out again.

mod full;
mod last;

pub use full::{SetDemand, SetReport, set_full};
pub use last::{LastReadReport, set};
