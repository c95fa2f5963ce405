//! Deterministic chaos testing for distributed systems.
//!
//! This crate is the only one to depend on: it re-exports the layers under the names of the design. Write a
//! [`System`](core::system::System) against [`prelude`], register it, and get the whole command line and a test
//! for every scenario:
//!
//! ```no_run
//! use stormglass::{App, Library, Registry};
//!
//! fn main() -> std::process::ExitCode {
//!     let registry = Registry::new(); // .with(linearizable_kv::<MyStore>())
//!     App::new(registry, Library::in_folder("scenarios")).main()
//! }
//! ```

pub use stormglass_async as async_nodes;
pub use stormglass_check as check;
pub use stormglass_cli as cli;
pub use stormglass_core as core;
pub use stormglass_explore as explore;
pub use stormglass_kernel as kernel;
pub use stormglass_logging as logging;
pub use stormglass_plan as plan;
pub use stormglass_report as report;

pub mod testing;

/// The README's examples compile, too.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

pub use stormglass_cli::{App, Library};
pub use stormglass_core::prelude;
pub use stormglass_explore::{AvailabilityModel, Registry, SystemUnderTest, linearizable_kv};
pub use stormglass_plan::scenario::Scenario;
