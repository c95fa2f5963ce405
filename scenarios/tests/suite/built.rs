//! Scenarios built in Rust, as ordinary tests.

use stormglass::plan::fault::{Fault, Target};
use stormglass::plan::scenario::TimedFault;
use stormglass::plan::workload::Kv;
use stormglass::prelude::Duration;
use stormglass::{Scenario, testing};
use stormglass_scenarios::registry;

fn isolated_leader() -> Scenario {
    let (millis, secs) = (Duration::from_millis, Duration::from_secs);
    Scenario::named("built/isolated-leader")
        .about("A leader cut off from the majority must not answer reads.")
        .system("raft")
        .nodes(5)
        .clients(4)
        .seeds(50)
        .workload(Kv { keys: 2, rate: 100, ..Kv::default() })
        .chaos(secs(6))
        .fault(
            TimedFault::at(millis(1500))
                .lasts(millis(800))
                .repeat(millis(1100), 4)
                .inject(Fault::isolate(Target::Leader)),
        )
}

/// The correct system passes.
#[test]
fn an_isolated_leader_answers_no_reads() {
    testing::check(&registry(), &isolated_leader());
}

/// The same scenario sees a leader that reads from its own state without asking a quorum.
#[test]
#[should_panic(expected = "VIOLATED  built/isolated-leader")]
fn an_isolated_leader_that_answers_reads_is_found() {
    testing::check(&registry(), &isolated_leader().bug("read-local-leader"));
}
