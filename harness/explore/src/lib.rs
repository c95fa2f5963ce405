//! Many seeds, one seed again, and whether a seed is really deterministic.
//!
//! A [`Registry`] knows systems by name. A [`Subject`] turns a scenario or a saved plan into a [`Case`], which runs
//! any seed and answers with a [`Report`]. A [`Sweep`] runs many seeds of a case on all cores, in order. What fails is
//! made small by [`shrink`](mod@shrink).
//!
//! This crate prints nothing and knows no file, terminal or command.

pub mod registry;
pub mod subject;
pub mod judge;
pub mod case;
mod prepared;
pub mod sweep;
pub mod report;
pub mod clusters;
pub mod blame;
pub mod shrink;
pub mod shrunk;
pub mod regions;
pub mod walk;
pub mod recording;
pub mod renewals;
pub mod vigil;
#[cfg(feature = "proptest")]
pub mod strategies;
mod driver;
mod happenings;
mod place;
mod recovery;
mod story;

pub use case::Case;
pub use clusters::Clusters;
pub use recording::Recording;
pub use registry::Registry;
pub use renewals::AvailabilityModel;
pub use report::Report;
pub use shrunk::Shrunk;
pub use subject::{Kept, Subject, SystemUnderTest, linearizable_kv};
pub use sweep::{Sweep, audited};
pub use walk::Walk;
