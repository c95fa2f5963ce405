//! Runs a plan's nodes and clients on real tokio, over real sockets on the loopback device, in real time.
//!
//! One thread, a socket for datagrams for each host. What becomes of a message, and all other faults, are the driver's, as for
//! every engine: it is the proxy between the hosts. A crash takes a host's tasks and its socket away. The same seed is the same plan,
//! but not the same run: the machine decides too.
//! What the machine did instead of the run, when it had no processor for it, does not count: the plan's clock waits.

mod clock;
mod host;
mod run;

use std::sync::Arc;
use std::time::Duration;

use stormglass_core::system::System;
use stormglass_engine_driver::{PATIENCE, on_its_own_thread};
use stormglass_plan::engine::{Engine, Run, Tracing};
use stormglass_plan::kind::Kind;
use stormglass_plan::plan::Plan;

/// The engine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tokio;

impl Tokio {
    /// Runs a plan, and gives it up when it has taken so much more than its plan's time of real time: what never yields never ends.
    ///
    /// # Panics
    /// If the system does.
    pub fn run_within<S: System>(
        &self,
        patience: Duration,
        system: &S,
        plan: &Arc<Plan<S::Op>>,
        tracing: Tracing,
    ) -> Run<S::Op, S::Ret> {
        // A second takes a second.
        let patience = patience + Duration::from_nanos(plan.timeline.end.as_nanos());
        on_its_own_thread(Self::NAME, system, plan, tracing, patience, run::run)
    }
}

impl Engine for Tokio {
    const NAME: &'static str = "tokio";
    const REPEATS: bool = false;

    fn lacks(&self, _kind: Kind) -> Option<&'static str> {
        None
    }

    fn run<S: System>(&self, system: &S, plan: &Arc<Plan<S::Op>>, tracing: Tracing) -> Run<S::Op, S::Ret> {
        self.run_within(PATIENCE, system, plan, tracing)
    }
}
