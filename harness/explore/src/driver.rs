//! Engines beside the kernel that a system can be run on, by name.
//!
//! An engine's `run` is written once for all systems, and a case is of one: here it is kept for that one, so that nothing above
//! needs to know which engines there are.

use std::sync::Arc;

use stormglass_core::system::System;
use stormglass_kernel::Kernel;
use stormglass_plan::engine::{Engine, Run, Tracing};
use stormglass_plan::kind::Kind;
use stormglass_plan::plan::Plan;
use stormglass_plan::problem::Problem;

type Runs<S> = dyn Fn(&S, &Arc<Plan<<S as System>::Op>>, Tracing) -> Run<<S as System>::Op, <S as System>::Ret>
    + Send
    + Sync;

/// One engine, for one system.
pub(crate) struct Driver<S: System> {
    pub(crate) name: &'static str,
    /// Whether the same seed is the same run.
    pub(crate) repeats: bool,
    unavailable: Option<&'static str>,
    lacks: Arc<dyn Fn(Kind) -> Option<&'static str> + Send + Sync>,
    runs: Arc<Runs<S>>,
}

impl<S: System> Clone for Driver<S> {
    fn clone(&self) -> Self {
        Driver { lacks: self.lacks.clone(), runs: self.runs.clone(), ..*self }
    }
}

impl<S: System> Driver<S> {
    pub(crate) fn new<E: Engine + Clone + Send + Sync + 'static>(engine: E) -> Driver<S> {
        let lacking = engine.clone();
        Driver {
            name: E::NAME,
            repeats: E::REPEATS,
            unavailable: engine.unavailable(),
            lacks: Arc::new(move |kind| lacking.lacks(kind)),
            runs: Arc::new(move |system, plan, tracing| engine.run(system, plan, tracing)),
        }
    }

    /// Why this engine cannot inject faults of this kind.
    pub(crate) fn lacks(&self, kind: Kind) -> Option<&'static str> {
        (self.lacks)(kind)
    }

    pub(crate) fn run(&self, system: &S, plan: &Arc<Plan<S::Op>>, tracing: Tracing) -> Run<S::Op, S::Ret> {
        (self.runs)(system, plan, tracing)
    }
}

/// The engine of this name; none for the kernel, which is always there.
///
/// # Errors
/// If there is none, or it cannot run as it was built.
pub(crate) fn chosen<S: System>(drivers: &[Driver<S>], name: &str) -> Result<Option<Driver<S>>, Problem> {
    if name == Kernel::NAME {
        return Ok(None);
    }
    let Some(driver) = drivers.iter().find(|driver| driver.name == name) else {
        return Err(unknown(name, drivers.iter().map(|driver| driver.name)));
    };
    match driver.unavailable {
        Some(why) => Err(Problem::new("engine", format!("{name} cannot run: {why}"))),
        None => Ok(Some(driver.clone())),
    }
}

/// There is no engine of this name here.
pub(crate) fn unknown(name: &str, others: impl IntoIterator<Item = &'static str>) -> Problem {
    let names: Vec<&str> = [Kernel::NAME].into_iter().chain(others).collect();
    let problem = Problem::unknown("engine", "engine", name, &names);
    match name {
        "madsim" | "turmoil" | "tokio" => problem.help(format!(
            "{name} is not built into this command: `just engines` runs the one with all engines"
        )),
        _ => problem,
    }
}
