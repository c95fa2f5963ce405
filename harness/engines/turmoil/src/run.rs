//! One run on turmoil, from its first tick to its end.

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use stormglass_core::system::System;
use stormglass_engine_driver::{Theatre, ip};
use stormglass_plan::engine::{Run, Tracing};
use stormglass_plan::plan::Plan;

use crate::host::{Company, plan_time};

/// The driver ends a run; turmoil's own limit is out of reach.
const NEVER: Duration = Duration::from_secs(u32::MAX as u64);
/// Datagrams that wait for a host's reader. turmoil drops what comes when it is full, without a word.
const WAITING: usize = 1 << 16;

pub(crate) fn run<S: System>(system: &S, plan: &Arc<Plan<S::Op>>, tracing: Tracing) -> Run<S::Op, S::Ret> {
    let mut builder = turmoil::Builder::new();
    builder
        .rng_seed(plan.seed.0)
        // Without these two the day and the machine decide.
        .epoch(SystemTime::UNIX_EPOCH)
        .enable_random_order()
        .simulation_duration(NEVER)
        .tick_duration(Duration::from_millis(1))
        // The plan's network decides how long a message takes; turmoil's is as quick as it can be.
        .min_message_latency(Duration::ZERO)
        .max_message_latency(Duration::ZERO)
        .udp_capacity(WAITING);
    let mut sim = builder.build();
    let company = Rc::new(Company::new(Theatre::new(system, plan, tracing)));
    let theatre = company.theatre.clone();
    for host in 0..theatre.hosts() {
        let company = company.clone();
        sim.host(ip(host), move || company.clone().live(host));
    }
    loop {
        let parcels = theatre.turn(theatre.nemesis(), plan_time(sim.elapsed()));
        company.leave(parcels);
        for host in theatre.fallen() {
            // It may have come back in the meantime.
            if theatre.is_down(host) {
                sim.crash(ip(host));
            }
        }
        for host in theatre.risen() {
            sim.bounce(ip(host));
        }
        if theatre.is_over() {
            break;
        }
        if let Err(error) = sim.step() {
            panic!("at {:?}: {error}", sim.elapsed());
        }
    }
    theatre.finish()
}
