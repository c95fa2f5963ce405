//! Raft on real sockets, in real time: no false alarm, through kills and partitions.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../../common/raft.rs"]
mod common;

use common::{answered, isolated_leaders, plan, run, wrong};
use stormglass_core::prelude::*;
use stormglass_plan::nemesis::Profile;
use stormglass_tokio::Tokio;

/// Nodes are killed and cut off while clients ask; Raft holds, and clients are served.
#[test]
fn raft_holds_through_kills_and_partitions() {
    let runs = [
        plan(Profile::Process, 3, Duration::from_secs(2)),
        plan(Profile::Network, 4, Duration::from_secs(2)),
        isolated_leaders(1),
    ];
    // All at once: they wait more than they work.
    let done: Vec<_> = std::thread::scope(|scope| {
        let started: Vec<_> = runs.iter().map(|plan| scope.spawn(|| run(&Tokio, plan))).collect();
        started.into_iter().map(|run| run.join().unwrap()).collect()
    });
    for run in &done {
        assert_eq!(wrong(run).map(|verdict| verdict.to_string()), None);
        assert!(answered(run) > 100, "{} answers", answered(run));
    }
    assert!(done.iter().map(|run| run.stats.crashes).sum::<u64>() > 0);
}
