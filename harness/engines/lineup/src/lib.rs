//! The shipped systems on every engine: in the kernel, on madsim, on turmoil, and on real sockets.
//!
//! Each system is compiled once for each engine, and here alone: whoever runs them links this.

use stormglass_core::system::System;
use stormglass_explore::{Registry, SystemUnderTest};
use stormglass_madsim::{Madsim, MadsimConnections};
use stormglass_scenarios::Engines;
use stormglass_tokio::Tokio;
use stormglass_turmoil::Turmoil;

/// Those that drive any system's nodes and clients.
struct Others;

impl Engines for Others {
    fn given_to<S: System>(&self, system: SystemUnderTest<S>) -> SystemUnderTest<S> {
        system.engine(Madsim).engine(MadsimConnections).engine(Turmoil).engine(Tokio)
    }
}

/// Every shipped system, in the kernel and on the other engines.
#[must_use]
pub fn registry() -> Registry {
    stormglass_scenarios::registry_on(&Others)
}
