//! Applications on madsim: what their hosts run is an ordinary async program, written against madsim's shims and simulators.
//!
//! Every host is a madsim node. Its program connects as it likes, so there are no messages whose fate could be asked for one by
//! one: madsim's connections know only whether a link is clogged, and one range of latencies for all. What cannot be had that way
//! is refused by name.

#[cfg(madsim)]
mod hosts;
#[cfg(madsim)]
mod run;

use std::sync::Arc;

use stormglass_engine_driver::{Application, Hosted, PATIENCE, on_its_own_thread};
use stormglass_plan::engine::{Engine, EngineFor, Run, Tracing};
use stormglass_plan::kind::Kind;
use stormglass_plan::plan::Plan;

use crate::Madsim;

/// The engine, for applications.
#[derive(Clone, Copy, Debug, Default)]
pub struct MadsimHosts;

impl<A: Application> EngineFor<Hosted<A>> for MadsimHosts {
    const NAME: &'static str = <Madsim as Engine>::NAME;

    fn lacks(&self, kind: Kind) -> Option<&'static str> {
        lacks(kind)
    }

    fn unavailable(&self) -> Option<&'static str> {
        Engine::unavailable(&Madsim)
    }

    fn run(&self, system: &Hosted<A>, plan: &Arc<Plan<A::Op>>, tracing: Tracing) -> Run<A::Op, A::Ret> {
        if let Some(why) = Engine::unavailable(&Madsim) {
            panic!("madsim cannot run {}: {why}", plan.scenario);
        }
        on_its_own_thread(<Madsim as Engine>::NAME, system, plan, tracing, PATIENCE, work)
    }
}

/// Why a program's connections and timers on madsim are out of a fault's reach.
fn lacks(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Loss | Kind::Duplicate | Kind::Corrupt => {
            Some("a program's connections on madsim are reliable: what is lost is sent again, whole and once")
        }
        Kind::Delay | Kind::SlowLink | Kind::Hold | Kind::WanBrownOut => {
            Some("a program's connections on madsim have one range of latencies, the same on all links")
        }
        Kind::Bandwidth => Some("madsim's connections carry as many bytes as one likes"),
        Kind::Reset => Some("madsim's connections cannot be broken but by the death of one end"),
        Kind::Slow => Some("madsim lets no time pass while a program works"),
        Kind::ClockDrift => Some("a program's timers on madsim are madsim's, and one for all hosts"),
        _ => None,
    }
}

#[cfg(madsim)]
fn work<A: Application>(system: &Hosted<A>, plan: &Arc<Plan<A::Op>>, tracing: Tracing) -> Run<A::Op, A::Ret> {
    run::run(system, plan, tracing)
}

#[cfg(not(madsim))]
fn work<A: Application>(
    _system: &Hosted<A>,
    plan: &Arc<Plan<A::Op>>,
    _tracing: Tracing,
) -> Run<A::Op, A::Ret> {
    unreachable!("{} has been refused", plan.scenario)
}
