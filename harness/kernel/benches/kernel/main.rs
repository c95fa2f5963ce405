//! The kernel beside a bare event loop, in one run, on the same state machines.
#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark reads real clocks and prints"
)]

mod bare;
mod gossip;
#[path = "../../src/queue.rs"]
#[allow(dead_code, unused_imports, reason = "the bare loop needs only a part of it")]
mod queue;

use std::sync::Arc;

use rustix::time::ClockId;
use stormglass_core::prelude::*;
use stormglass_kernel::World;
use stormglass_plan::engine::Tracing;
use stormglass_plan::plan::{DiskTimes, FORMAT, Limits, Network, Plan, Timeline};

fn plan<O>(nodes: u32, clients: u32, span: Duration, seed: u64) -> Plan<O> {
    let end = Time::ZERO + span;
    Plan {
        format: FORMAT,
        scenario: "bench".to_owned(),
        system: "bench".to_owned(),
        bug: None,
        seed: Seed(seed),
        params: toml::Table::new(),
        cluster: Cluster::dense(nodes, clients),
        timeline: Timeline { warm_up: end, chaos: end, heal: end, settle: end, end },
        network: Network::default(),
        disk: DiskTimes::default(),
        limits: Limits::default(),
        faults: Vec::new(),
        operations: Vec::new(),
    }
}

fn kernel_gossip(nodes: u32, span: Duration, seed: u64) -> u64 {
    let mut world = World::new(gossip::Gossip, Arc::new(plan(nodes, 0, span, seed)), Tracing::Off);
    world.run_until(Time::ZERO + span);
    std::hint::black_box(world.digest());
    world.stats().events
}

/// Seconds that this process has had of a processor: other work on the machine counts little.
fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn timed(work: impl FnOnce() -> u64) -> (u64, f64) {
    let start = cpu_seconds();
    let events = work();
    (events, cpu_seconds() - start)
}

fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}

fn compare(name: &str, rounds: u64, kernel: impl Fn(u64) -> u64, bare: impl Fn(u64) -> u64) {
    let (mut ours, mut theirs, mut ratios) = (vec![], vec![], vec![]);
    for seed in 0..rounds {
        let (events, secs) = timed(|| kernel(seed));
        let rate = events as f64 / secs / 1e6;
        let (events, secs) = timed(|| bare(seed));
        let limit = events as f64 / secs / 1e6;
        ours.push(rate);
        theirs.push(limit);
        ratios.push(rate / limit);
    }
    let best = |rates: &[f64]| rates.iter().copied().fold(0.0, f64::max);
    let best_ratio = best(&ours) / best(&theirs);
    println!(
        "{name:<28} kernel {:6.1} M events/s   bare loop {:6.1} M events/s   ratio {:.2} (of the best rounds {:.2}: {:.1} {:.1})",
        median(ours.clone()),
        median(theirs.clone()),
        median(ratios),
        best_ratio, best(&ours), best(&theirs)
    );
}

/// Runs one case once and prints its events, for a tool that counts instructions.
fn once(case: &str) {
    let span = Duration::from_secs(2);
    let events = match case {
        "gossip-kernel" => kernel_gossip(100, span, 1),
        "gossip-bare" => bare::gossip(100, span, 1),
        other => panic!("no case is called {other}"),
    };
    println!("{events}");
}

fn main() {
    let mut args = std::env::args().skip_while(|arg| arg != "--once");
    if let Some(case) = args.nth(1) {
        return once(&case);
    }
    for (nodes, secs) in [(10, 20), (100, 2), (1_000, 2), (10_000, 2), (10_000, 10), (3_000,4)] {
        let span = Duration::from_secs(secs);
        compare(
            &format!("gossip, {nodes} nodes"),
            7,
            |seed| kernel_gossip(nodes, span, seed),
            |seed| bare::gossip(nodes, span, seed),
        );
    }
}
