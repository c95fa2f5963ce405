//! The engines side by side, and the systems that run on them.

use stormglass_explore::{Case, Registry};
use stormglass_plan::scenario::Scenario;
use stormglass_plan::source::Source;

/// An engine by its place in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum On {
    /// The one that the others are held against.
    Kernel,
    /// madsim's executor, clock and network.
    Madsim,
    /// turmoil's ticks and network.
    Turmoil,
    /// Real sockets, in real time.
    Tokio,
}

impl On {
    /// All of them, the kernel first.
    pub const ALL: [On; 4] = [On::Kernel, On::Madsim, On::Turmoil, On::Tokio];
    /// Those with a virtual clock: the same seed is the same run.
    pub const VIRTUAL: [On; 3] = [On::Kernel, On::Madsim, On::Turmoil];

    /// What `--engine` calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            On::Kernel => "kernel",
            On::Madsim => "madsim",
            On::Turmoil => "turmoil",
            On::Tokio => "tokio",
        }
    }
}

/// The systems that every engine runs.
#[must_use]
pub fn registry() -> Registry {
    stormglass_lineup::registry()
}

/// A scenario's text as a case on an engine.
///
/// # Panics
/// If the scenario is wrong, or the engine was not built: these scenarios are part of this crate.
#[must_use]
pub fn case(name: &str, text: &str, on: On) -> Box<dyn Case> {
    case_of(&scenario(name, text), on)
}

/// The scenario that a text describes.
///
/// # Panics
/// If it is wrong.
#[must_use]
pub fn scenario(name: &str, text: &str) -> Scenario {
    let systems = registry().names();
    Source::new(name, text).scenario(&systems).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

/// A scenario as a case on an engine.
///
/// # Panics
/// If the scenario is wrong, or the engine was not built.
#[must_use]
pub fn case_of(scenario: &Scenario, on: On) -> Box<dyn Case> {
    let registry = registry();
    let subject = registry.get(&scenario.system).expect("the scenario names a system that there is");
    let refused = |problem| panic!("{} on {}: {problem}", scenario.name, on.name());
    subject.case(scenario).and_then(|case| case.on(on.name())).unwrap_or_else(refused)
}
