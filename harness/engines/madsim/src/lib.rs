//! Runs a plan's nodes and clients on madsim: its executor picks who runs next, its clock and its network carry what is sent.
//!
//! Every host is a madsim node of its own address, with an endpoint; a crash kills it and a restart starts it again. What becomes
//! of a message, and all other faults, are the driver's, as for every engine. madsim itself adds: a random choice among ready
//! tasks, 50 to 100 ns for every poll, and what its sockets cost. [`Madsim`] sends datagrams: at least a millisecond for every
//! send and every receive, so that no message arrives sooner than two milliseconds after it left, and any two may overtake each
//! other. [`MadsimConnections`] keeps connections, as madsim's TCP does: messages arrive when the plan says, but for the
//! millisecond or two that it takes to open one, and a run of Raft costs two thirds.

#[cfg(madsim)]
mod host;
#[cfg(madsim)]
mod run;
#[cfg(madsim)]
mod transport;
mod hosted;

use std::sync::Arc;
use std::time::Duration;

use stormglass_core::system::System;
use stormglass_engine_driver::{PATIENCE, Work, on_its_own_thread};
use stormglass_plan::engine::{Engine, Run, Tracing};
use stormglass_plan::kind::Kind;
use stormglass_plan::plan::Plan;

pub use hosted::MadsimHosts;

/// The engine, on datagrams.
#[derive(Clone, Copy, Debug, Default)]
pub struct Madsim;

/// The engine, on connections.
#[derive(Clone, Copy, Debug, Default)]
pub struct MadsimConnections;

impl Madsim {
    /// Runs a plan, and gives it up when it has taken so much of real time: what never yields never ends.
    ///
    /// # Panics
    /// If it was built without its flag, and if the system does.
    pub fn run_within<S: System>(
        &self,
        patience: Duration,
        system: &S,
        plan: &Arc<Plan<S::Op>>,
        tracing: Tracing,
    ) -> Run<S::Op, S::Ret> {
        watched(Self::NAME, datagrams, patience, system, plan, tracing)
    }
}

impl Engine for Madsim {
    const NAME: &'static str = "madsim";

    fn lacks(&self, _kind: Kind) -> Option<&'static str> {
        None
    }

    fn unavailable(&self) -> Option<&'static str> {
        without_its_flag()
    }

    fn run<S: System>(&self, system: &S, plan: &Arc<Plan<S::Op>>, tracing: Tracing) -> Run<S::Op, S::Ret> {
        self.run_within(PATIENCE, system, plan, tracing)
    }
}

impl Engine for MadsimConnections {
    const NAME: &'static str = "madsim-connections";

    fn lacks(&self, _kind: Kind) -> Option<&'static str> {
        None
    }

    fn unavailable(&self) -> Option<&'static str> {
        without_its_flag()
    }

    fn run<S: System>(&self, system: &S, plan: &Arc<Plan<S::Op>>, tracing: Tracing) -> Run<S::Op, S::Ret> {
        watched(Self::NAME, connections, PATIENCE, system, plan, tracing)
    }
}

fn watched<S: System>(
    engine: &'static str,
    work: Work<S>,
    patience: Duration,
    system: &S,
    plan: &Arc<Plan<S::Op>>,
    tracing: Tracing,
) -> Run<S::Op, S::Ret> {
    if let Some(why) = without_its_flag() {
        panic!("{engine} cannot run {}: {why}", plan.scenario);
    }
    on_its_own_thread(engine, system, plan, tracing, patience, work)
}

const fn without_its_flag() -> Option<&'static str> {
    #[cfg(madsim)]
    return None;
    #[cfg(not(madsim))]
    return Some(
        "it was built without `--cfg madsim`: an environment variable RUSTFLAGS, or another .cargo/config.toml, has taken \
         the place of harness/engines/.cargo/config.toml; add the flag there, or build inside harness/engines",
    );
}

#[cfg(madsim)]
fn datagrams<S: System>(system: &S, plan: &Arc<Plan<S::Op>>, tracing: Tracing) -> Run<S::Op, S::Ret> {
    run::run(system, plan, tracing, transport::Way::Datagrams)
}

#[cfg(madsim)]
fn connections<S: System>(system: &S, plan: &Arc<Plan<S::Op>>, tracing: Tracing) -> Run<S::Op, S::Ret> {
    run::run(system, plan, tracing, transport::Way::Connections)
}

#[cfg(not(madsim))]
use refused as datagrams;
#[cfg(not(madsim))]
use refused as connections;

#[cfg(not(madsim))]
fn refused<S: System>(_system: &S, plan: &Arc<Plan<S::Op>>, _tracing: Tracing) -> Run<S::Op, S::Ret> {
    unreachable!("{} has been refused", plan.scenario)
}

#[cfg(all(test, not(madsim)))]
mod tests {
    use super::*;

    /// Built without its flag, the engine says so, and what to do: `just engines-without-flags` builds it so.
    #[test]
    fn without_its_flag_it_refuses_every_run_and_says_why() {
        let why = Madsim.unavailable().expect("the flag is missing");
        assert!(why.contains("built without `--cfg madsim`") && why.contains("RUSTFLAGS"), "{why}");
    }
}
