//! The gossip and the Raft of the kernel's benchmark on the kernel, on madsim and on turmoil: one run, the same state machines, the
//! same plans, judged by nobody.
//!
//! ```text
//! just bench engines            every engine by turns, and the table
//! just bench engines --quick    some seconds
//! ```
#![allow(
    missing_docs,
    unreachable_pub,
    dead_code,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark reads real clocks and prints, and shares files with another"
)]

#[path = "../../../kernel/benches/kernel/gossip.rs"]
mod gossip;
#[path = "../../../kernel/benches/kernel/measure.rs"]
mod measure;
#[path = "../../../kernel/benches/kernel/raft.rs"]
mod raft;

use std::sync::Arc;

use stormglass_consensus::raft::Raft;
use stormglass_core::prelude::*;
use stormglass_kernel::Kernel;
use stormglass_madsim::{Madsim, MadsimConnections};
use stormglass_plan::engine::{Engine, Tracing};
use stormglass_plan::plan::Plan;
use stormglass_turmoil::Turmoil;

use measure::Rates;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A plan of good weather and no traffic.
fn plan<O>(nodes: u32, clients: u32, span: Duration, seed: u64) -> Plan<O> {
    Plan {
        checks: Some(Vec::new()),
        ..Plan::quiet("bench", Cluster::dense(nodes, clients), span, Seed(seed))
    }
}

/// Runs a plan on an engine; answers the number of events.
fn run<S: System>(engine: &impl Engine, system: &S, plan: &Arc<Plan<S::Op>>) -> u64 {
    let run = engine.run(system, plan, Tracing::Off);
    assert!(run.verdicts.is_empty(), "{:?}", run.verdicts);
    run.stats.events
}

/// How many runs of one length each engine gets in a round, so that all need about as much of the processor.
struct Share {
    span: Duration,
    kernel: u64,
    madsim: u64,
    turmoil: u64,
}

fn compare<S: System>(
    name: &str,
    rounds: u64,
    share: &Share,
    system: &S,
    make: impl Fn(Duration, u64) -> Arc<Plan<S::Op>>,
) {
    let [mut kernel, mut madsim, mut connections, mut turmoil] = std::array::from_fn(|_| Rates::default());
    for round in 0..rounds {
        let plans: Vec<_> = (0..share.kernel).map(|n| make(share.span, round * share.kernel + n)).collect();
        let some = |count: u64| plans.iter().take(count as usize);
        kernel.add(share.span * share.kernel, || {
            some(share.kernel).map(|plan| run(&Kernel, system, plan)).sum()
        });
        madsim.add(share.span * share.madsim, || {
            some(share.madsim).map(|plan| run(&Madsim, system, plan)).sum()
        });
        connections.add(share.span * share.madsim, || {
            some(share.madsim).map(|plan| run(&MadsimConnections, system, plan)).sum()
        });
        turmoil.add(share.span * share.turmoil, || {
            some(share.turmoil).map(|plan| run(&Turmoil, system, plan)).sum()
        });
    }
    println!("{name}");
    let first = kernel.virtual_rate();
    let engines =
        [("kernel", kernel), ("madsim", madsim), ("madsim-connections", connections), ("turmoil", turmoil)];
    for (engine, rates) in engines {
        let rate = rates.virtual_rate();
        println!(
            "  {engine:<18} {rate:9.1} virtual s per processor s   {:9.0} k events/s   kernel {:7.1} ×",
            1e6 / rates.nanos(),
            first / rate
        );
    }
}

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (rounds, part) = if quick { (1, 4) } else { (9, 1) };
    println!(
        "Wanted: the kernel 12 × madsim (datagrams) and 30 × turmoil on Raft, 40 × and 800 × on gossip.\n"
    );
    let share = Share { span: Duration::from_millis(20_000 / part), kernel: 20, madsim: 2, turmoil: 1 };
    let name =
        "Raft: 5 nodes, 8 clients, an operation every 5 ms, a crash every 5 s, a partition of 2 s every 7 s";
    compare(name, rounds, &share, &Raft::default(), raft::stormy);
    println!(
        "Thin adapters of six hosts, for one machine and nothing else, reached 150 (madsim), 350 (its connections) and 120 (turmoil)."
    );
    println!("Wanted of these: 120, 280 and 96. The cost of turmoil is that of its hosts, busy or not.\n");
    let name = "Raft among six hosts: the same with one client, who asks when it has been answered";
    compare(name, rounds, &share, &Raft::default(), |span, seed| raft::stormy_for(1, span, seed));
    let share = Share { span: Duration::from_millis(1_000 / part), kernel: 60, madsim: 4, turmoil: 1 };
    let name = "Gossip: 100 nodes, each tells 3 random peers every 10 ms";
    compare(name, rounds, &share, &gossip::Gossip, |span, seed| Arc::new(plan(100, 0, span, seed)));
}
