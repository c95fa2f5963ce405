//! The kernel beside bare event loops, in one run, on the same state machines.
//!
//! ```text
//! cargo bench -p stormglass-kernel                 everything, with instruction counts where valgrind is found
//! cargo bench -p stormglass-kernel -- --quick      a smoke run of some seconds
//! cargo bench -p stormglass-kernel -- --once CASE  one case once, for a profiler
//! ```
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark reads real clocks and prints"
)]

mod async_gossip;
mod bare_gossip;
mod bare_raft;
mod gossip;
mod measure;
mod raft;
mod stream;
mod weather;
#[path = "../../src/queue.rs"]
#[allow(dead_code, unused_imports, reason = "the bare loops need only a part of it")]
mod queue;
#[path = "../../src/timers.rs"]
#[allow(dead_code, unused_imports, reason = "the bare loops need only a part of it")]
mod timers;

use std::sync::Arc;

use stormglass_consensus::raft::Raft;
use stormglass_core::prelude::*;
use stormglass_kernel::World;
use stormglass_plan::engine::Tracing;
use stormglass_plan::nemesis::Profile;
use stormglass_plan::plan::Plan;

use measure::{Comparison, Rates};

/// A plan of good weather and no traffic.
fn plan<O>(nodes: u32, clients: u32, span: Duration, seed: u64) -> Plan<O> {
    Plan::quiet("bench", Cluster::dense(nodes, clients), span, Seed(seed))
}

/// How much work a run does.
struct Effort {
    rounds: u64,
    /// Virtual time of Raft's storm.
    storm: Duration,
    /// Events of each gossip.
    gossip: u64,
    idle: Duration,
    worlds: u64,
    /// Seeds of each weather in a round.
    seeds: u64,
}

const FULL: Effort = Effort {
    rounds: 15,
    storm: Duration::from_secs(60),
    gossip: 4_000_000,
    idle: Duration::from_secs(36_000),
    worlds: 20_000,
    seeds: 100,
};

const QUICK: Effort = Effort {
    rounds: 3,
    storm: Duration::from_secs(16),
    gossip: 1_000_000,
    idle: Duration::from_secs(3_600),
    worlds: 2_000,
    seeds: 20,
};

type Case = (&'static str, fn() -> u64);

/// What can be run once, by name.
const CASES: [Case; 7] = [
    ("gossip-async", || async_gossip::kernel(100, Duration::from_secs(2), 1)),
    ("gossip-kernel", || gossip::kernel(100, Duration::from_secs(2), 1)),
    ("gossip-bare", || bare_gossip::gossip(100, Duration::from_secs(2), 1)),
    ("raft-kernel", || raft::kernel(&raft::stormy(Duration::from_secs(20), 1))),
    ("raft-bare", || {
        let span = Duration::from_secs(20);
        bare_raft::raft(&raft::operations(span), span, 1).0
    }),
    ("idle", || raft::idle(FULL.idle)),
    ("idle-quick", || raft::idle(QUICK.idle)),
];

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let has = |flag: &str| args.iter().any(|arg| arg == flag);
    if let Some(place) = args.iter().position(|arg| arg == "--once") {
        return once(args.get(place + 1).map_or("", String::as_str));
    }
    let effort = if has("--quick") { QUICK } else { FULL };
    gossips(&effort);
    functions(&effort);
    storms(&effort);
    weathers(&effort);
    worlds(&effort);
    idle(if has("--quick") { "idle-quick" } else { "idle" });
    if !has("--quick") {
        instructions();
    }
}

/// Runs one case and says how many events it had, how long it took, and how much memory at its peak.
fn once(name: &str) {
    let Some((_, run)) = CASES.iter().find(|(case, _)| *case == name) else {
        let names: Vec<&str> = CASES.iter().map(|(case, _)| *case).collect();
        panic!("no case is called {name:?}; there are {}", names.join(", "));
    };
    let (events, seconds) = measure::timed(run);
    println!("{events} {seconds:.3} {:.1}", measure::peak_mebibytes());
}

/// Gossip at four sizes, all sizes in every round, so that the machine's moods fall on all alike.
fn gossips(effort: &Effort) {
    println!(
        "Gossip: every node tells 3 random peers every 10 ms. Wanted: 0.6 of the bare loop at 100 nodes;"
    );
    println!("an event among 1,000 and 10,000 nodes at most twice as dear as among 10.\n");
    let sizes = [10, 100, 1_000, 10_000];
    let mut comparisons = sizes.map(|_| Comparison::default());
    for seed in 0..effort.rounds {
        for (&nodes, comparison) in sizes.iter().zip(&mut comparisons) {
            // Each node has four events in 10 ms.
            let span = Duration::from_millis(effort.gossip * 10 / (4 * u64::from(nodes)));
            comparison.kernel.add(span, || gossip::kernel(nodes, span, seed));
            comparison.bare.add(span, || bare_gossip::gossip(nodes, span, seed));
        }
    }
    for (nodes, comparison) in sizes.iter().zip(&comparisons) {
        let dearer = comparison.kernel.times_slower_than(&comparisons[0].kernel);
        comparison.print(&format!("{nodes:>6} nodes"), &format!("   {dearer:.2} × an event among 10"));
    }
}

/// The gossip of 100 nodes as async functions, beside the state machines.
fn functions(effort: &Effort) {
    println!(
        "\nAsync nodes: the same gossip, each node one async function. Wanted: 0.25 of the state machine.\n"
    );
    let (mut machine, mut function) = (Rates::default(), Rates::default());
    let span = Duration::from_millis(effort.gossip / 40);
    for seed in 0..effort.rounds {
        machine.add(span, || gossip::kernel(100, span, seed));
        function.add(span, || async_gossip::kernel(100, span, seed));
    }
    println!(
        "   100 nodes   state machine {:.1} M events/s   async {:.1}   ratio {:.2}",
        1e3 / machine.nanos(),
        1e3 / function.nanos(),
        machine.times_slower_than(&function)
    );
}

fn storms(effort: &Effort) {
    println!("\nRaft: 5 nodes, an operation every 5 ms, a crash every 5 s, a partition of 2 s every 7 s.");
    println!("Wanted: 0.6 of the bare loop.\n");
    let operations = raft::operations(effort.storm);
    let mut comparison = Comparison::default();
    let (mut ours, mut theirs) = (0, 0);
    for seed in 0..effort.rounds {
        let plan = raft::stormy(effort.storm, seed);
        comparison.kernel.add(effort.storm, || raft::kernel(&plan));
        comparison.bare.add(effort.storm, || bare_raft::raft(&operations, effort.storm, seed).0);
        if seed == 0 {
            ours = raft::completed(&plan);
            theirs = bare_raft::raft(&operations, effort.storm, seed).1;
        }
    }
    comparison.print("       storm", "");
    let (kernel, bare) = (comparison.kernel.virtual_rate(), comparison.bare.virtual_rate());
    println!("virtual seconds per processor second: kernel {kernel:.0}, bare loop {bare:.0}");
    println!("operations that succeeded, of {}: kernel {ours}, bare loop {theirs}", operations.len());
}

/// What the weather costs: events per second with all kinds of faults, beside those of calm.
fn weathers(effort: &Effort) {
    println!("\nRaft: 5 nodes, a swarm of seeds, calm and with every kind of fault. Wanted: 0.6 of calm.\n");
    let (mut calm, mut every) = (Rates::default(), Rates::default());
    for round in 0..effort.rounds {
        let seeds = round * effort.seeds..(round + 1) * effort.seeds;
        for (profile, rates) in [(Profile::Calm, &mut calm), (Profile::Everything, &mut every)] {
            let plans = weather::plans(profile, seeds.clone());
            rates.add(Duration::ZERO, || weather::run(&plans));
        }
    }
    println!(
        "       swarm   calm {:.1} M events/s   everything {:.1}   ratio {:.2}",
        1e3 / calm.nanos(),
        1e3 / every.nanos(),
        calm.times_slower_than(&every)
    );
}

/// What a world costs beside the nodes and clients in it.
fn worlds(effort: &Effort) {
    println!("\nBuilding and dropping a world. Wanted: under 3 µs beside the system's own state.\n");
    let raft_plan = Arc::new(plan(5, 1, Duration::from_secs(1), 1));
    let gossip_plan = Arc::new(plan(5, 1, Duration::from_secs(1), 1));
    world_of("five-node Raft", effort, &Raft::default(), &raft_plan);
    world_of("five-node gossip", effort, &gossip::Gossip, &gossip_plan);
}

fn world_of<S: System>(name: &str, effort: &Effort, system: &S, plan: &Arc<Plan<S::Op>>) {
    let (mut whole, mut state) = (Rates::default(), Rates::default());
    for _ in 0..effort.rounds {
        whole.add(Duration::ZERO, || {
            for _ in 0..effort.worlds {
                std::hint::black_box(World::new(system.clone(), plan.clone(), Tracing::Off));
            }
            effort.worlds
        });
        state.add(Duration::ZERO, || {
            for _ in 0..effort.worlds {
                let cluster = &plan.cluster;
                let nodes: Vec<_> = cluster.nodes().iter().map(|&id| system.node(id, cluster)).collect();
                let clients: Vec<_> = cluster.clients().map(|id| system.client(id, cluster)).collect();
                std::hint::black_box((nodes, clients));
            }
            effort.worlds
        });
    }
    let (whole, state) = (1e-3 * whole.nanos(), 1e-3 * state.nanos());
    println!(
        "{name:<18} {whole:5.2} µs, of which the system's own state {state:5.2} µs, the world {:5.2} µs",
        whole - state
    );
}

/// In a process of its own, whose peak of memory is that of this run.
fn idle(case: &str) {
    println!(
        "\nTen virtual hours (or one, if quick) of an idle five-node Raft. Wanted: under 3 s and 64 MiB.\n"
    );
    match measure::itself(&[], case).as_deref().map(|words| words.split(' ').collect::<Vec<_>>()).as_deref() {
        Some([events, seconds, mebibytes]) => {
            println!("{events} events in {seconds} s of processor time, at most {mebibytes} MiB");
        }
        _ => println!("the run did not end well"),
    }
}

fn instructions() {
    println!("\nInstructions per event (callgrind), which do not depend on the machine's mood.\n");
    for case in ["gossip-kernel", "gossip-async", "gossip-bare", "raft-kernel", "raft-bare"] {
        match measure::instructions(case) {
            Some(count) => println!("{case:<14} {count:6.0}"),
            None => return println!("not counted: valgrind is not installed"),
        }
    }
}
