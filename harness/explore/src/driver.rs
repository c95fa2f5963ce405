//! The engines that a system can be run on, by name.
//!
//! The kernel runs every system whose nodes are state machines; a program with sockets of its own has other engines alone. An engine's `run` is written once for all systems, and a case is of one: here it is kept for that one, so that nothing above
//! needs to know which engines there are.

use std::sync::Arc;

use stormglass_core::system::System;
use stormglass_kernel::Kernel;
use stormglass_plan::engine::{Engine, EngineFor, Run, Tracing};
use stormglass_plan::kind::Kind;
use stormglass_plan::plan::Plan;
use stormglass_plan::problem::Problem;

type Runs<S> = dyn Fn(&S, &Arc<Plan<<S as System>::Op>>, Tracing) -> Run<<S as System>::Op, <S as System>::Ret>
    + Send
    + Sync;

const KERNEL: &str = <Kernel as Engine>::NAME;

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
    pub(crate) fn new<E: EngineFor<S> + Clone + Send + Sync + 'static>(engine: E) -> Driver<S> {
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

/// The engines of one system, the usual one first.
pub(crate) struct Drivers<S: System> {
    /// Whether the kernel is one of them.
    pub(crate) kernel: bool,
    pub(crate) others: Vec<Driver<S>>,
}

impl<S: System> Default for Drivers<S> {
    fn default() -> Self {
        Drivers { kernel: true, others: Vec::new() }
    }
}

impl<S: System> Drivers<S> {
    pub(crate) fn names(&self) -> Vec<&'static str> {
        let kernel = self.kernel.then_some(KERNEL);
        kernel.into_iter().chain(self.others.iter().map(|driver| driver.name)).collect()
    }

    /// The engine of this name, or the usual one; none for the kernel.
    ///
    /// # Errors
    /// If there is none, or it cannot run as it was built.
    pub(crate) fn chosen(&self, name: Option<&str>) -> Result<Option<Driver<S>>, Problem> {
        let name = name.unwrap_or_else(|| self.names().first().copied().unwrap_or(KERNEL));
        if name == KERNEL && self.kernel {
            return Ok(None);
        }
        let Some(driver) = self.others.iter().find(|driver| driver.name == name) else {
            return Err(unknown(name, S::NAME, &self.names()));
        };
        match driver.unavailable {
            Some(why) => Err(Problem::new("engine", format!("{name} cannot run: {why}"))),
            None => Ok(Some(driver.clone())),
        }
    }
}

/// There is no engine of this name here.
pub(crate) fn unknown(name: &str, system: &str, names: &[&str]) -> Problem {
    let problem = Problem::unknown("engine", "engine", name, names);
    match name {
        KERNEL => problem.help(format!(
            "{system} is a program with sockets of its own, and no state machine: the kernel cannot run it"
        )),
        "madsim" | "madsim-connections" | "turmoil" | "tokio" => problem.help(format!(
            "{name} is not built into this command: `just engines` runs the one with all engines"
        )),
        _ => problem,
    }
}
