//! Something that can be run with any seed, whatever the types of its system.

use stormglass_core::random::Seed;
use stormglass_kernel::Kernel;
use stormglass_logging::Directives;
use stormglass_plan::engine::{Engine as _, Tracing};
use stormglass_plan::problem::Problem;

use crate::blame::{Blame, Forks};
use crate::recording::Recording;
use crate::report::Report;
use crate::shrink::Effort;
use crate::shrunk::Shrunk;
use crate::walk::Walk;

/// Something that can be run with any seed; a saved plan has only its own.
pub trait Case: Send + Sync {
    /// Runs one seed and judges it.
    ///
    /// # Errors
    /// If no plan can be drawn for this seed.
    fn run(&self, seed: Seed, tracing: Tracing) -> Result<Report, Problem>;

    /// The same, but every report says how available the system was.
    fn measuring(self: Box<Self>) -> Box<dyn Case>;

    /// The same, but traced runs tell as well what these directives let through of what is logged in them.
    fn logging(&self, directives: &Directives) -> Box<dyn Case>;

    /// The same on the engine of this name.
    ///
    /// # Errors
    /// If there is no such engine here, or it cannot run as it was built.
    fn on(&self, engine: &str) -> Result<Box<dyn Case>, Problem>;

    /// The engines there are, the usual one first.
    fn engines(&self) -> Vec<&'static str> {
        vec![Kernel::NAME]
    }

    /// The engine that runs it.
    fn engine(&self) -> &'static str {
        Kernel::NAME
    }

    /// Whether the same seed is the same run, so that two runs can be held against each other.
    fn repeats(&self) -> bool {
        true
    }

    /// The plan of one seed, as a page for people.
    ///
    /// # Errors
    /// If no plan can be drawn for this seed.
    fn page(&self, seed: Seed) -> Result<String, Problem>;

    /// The plan of one seed, as a file that can be replayed.
    ///
    /// # Errors
    /// If no plan can be drawn for this seed.
    fn file(&self, seed: Seed) -> Result<String, Problem>;

    /// The run of one seed, to be walked through.
    ///
    /// # Errors
    /// If no plan can be drawn for this seed.
    fn walk(&self, seed: Seed) -> Result<Box<dyn Walk>, Problem>;

    /// The run of one seed with everything that can be drawn of it.
    ///
    /// # Errors
    /// If no plan can be drawn for this seed, or the run has no events.
    fn record(&self, seed: Seed) -> Result<Recording, Problem>;

    /// The smallest plan that shows what the run of this seed shows, by the check of this name; `None` if it does not show
    /// anything by that check, or nothing was planned that could be left out.
    ///
    /// # Errors
    /// If no plan can be drawn for this seed.
    fn shrink(&self, seed: Seed, check: &str, effort: &Effort<'_>) -> Result<Option<Shrunk>, Problem>;

    /// When what this seed shows by the check of this name became inevitable, and which faults it needs; `None` if it does
    /// not show anything by that check, or nothing was planned.
    ///
    /// # Errors
    /// If no plan can be drawn for this seed.
    fn blame(&self, seed: Seed, check: &str, forks: &Forks<'_>) -> Result<Option<Blame>, Problem>;
}
