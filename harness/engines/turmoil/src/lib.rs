//! Runs a plan's nodes and clients on turmoil: each host on a tokio runtime of its own, which turmoil turns a millisecond at a time.
//!
//! Every host has an address and a socket for datagrams; a crash takes its runtime away and a restart gives it a new one. What
//! becomes of a message, and all other faults, are the driver's, as for every engine. turmoil itself adds: a millisecond
//! as the least span of time, and a drawn order of hosts in each.
//!
//! Ordinary tokio applications run on it, too ([`TurmoilHosts`]): their code and their connections are their own, and the plan's
//! network decides when each of their segments arrives. With the features `http` and `grpc` axum and tonic have what they need.
//!
//! A program must not reach around the simulation: what the machine's clock, threads or sockets decide, no seed repeats. Sockets of
//! `tokio::net` are refused; the rest nobody can see from here, but clippy can, by a `clippy.toml` beside the program's `Cargo.toml`:
//!
//! ```toml
//! disallowed-methods = [
//!   { path = "std::time::Instant::now", reason = "tokio::time::Instant, or the host's elapsed()" },
//!   { path = "std::time::SystemTime::now", reason = "the host's wall_clock()" },
//!   { path = "std::thread::sleep", reason = "tokio::time::sleep: this one stops all hosts" },
//!   { path = "std::thread::spawn", reason = "tokio::spawn: threads run beside the simulation" },
//!   { path = "tokio::task::spawn_blocking", reason = "its thread runs beside the simulation" },
//!   { path = "std::net::TcpListener::bind", reason = "stormglass_turmoil::net" },
//!   { path = "std::net::TcpStream::connect", reason = "stormglass_turmoil::net" },
//!   { path = "std::net::UdpSocket::bind", reason = "turmoil::net::UdpSocket" },
//! ]
//! disallowed-types = [
//!   { path = "std::collections::HashMap", reason = "iterates in a random order: BTreeMap" },
//!   { path = "std::collections::HashSet", reason = "iterates in a random order: BTreeSet" },
//! ]
//! ```

#[cfg(feature = "grpc")]
pub mod grpc;
mod host;
#[cfg(feature = "http")]
pub mod http;
mod hosted;
pub mod net;
mod panics;
pub mod prelude;
mod roads;
mod run;

use std::sync::Arc;
use std::time::Duration;

use stormglass_core::system::System;
use stormglass_engine_driver::{PATIENCE, on_its_own_thread};
use stormglass_plan::engine::{Engine, Run, Tracing};
use stormglass_plan::kind::Kind;
use stormglass_plan::plan::Plan;

pub use hosted::TurmoilHosts;

/// The engine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Turmoil;

impl Turmoil {
    /// Runs a plan, and gives it up when it has taken so much of real time: what never yields never ends.
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
        on_its_own_thread(Self::NAME, system, plan, tracing, patience, run::run)
    }
}

impl Engine for Turmoil {
    const NAME: &'static str = "turmoil";

    fn lacks(&self, _kind: Kind) -> Option<&'static str> {
        None
    }

    fn run<S: System>(&self, system: &S, plan: &Arc<Plan<S::Op>>, tracing: Tracing) -> Run<S::Op, S::Ret> {
        self.run_within(PATIENCE, system, plan, tracing)
    }
}
