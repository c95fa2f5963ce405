//! Raft under crashes and partitions, the same for both loops: five nodes, an operation every five
//! milliseconds, a crash every five seconds, two nodes cut off from three every seven.

use std::sync::Arc;

use stormglass_consensus::raft::Raft;
use stormglass_core::disk::CrashLoss;
use stormglass_core::op::kv::KvOp;
use stormglass_core::prelude::*;
use stormglass_kernel::World;
use stormglass_plan::engine::Tracing;
use stormglass_plan::fault::{Clients, Fault, Target, Way};
use stormglass_plan::plan::{Plan, PlannedFault, PlannedOperation};

pub const NODES: u32 = 5;
/// One client has one operation open at a time, and each takes some 25 ms: eight can begin one every 5 ms.
pub const CLIENTS: u32 = 8;
pub const CRASH_EVERY: Duration = Duration::from_secs(5);
pub const DOWN_FOR: Duration = Duration::from_millis(500);
pub const CUT_EVERY: Duration = Duration::from_secs(7);
pub const CUT_FOR: Duration = Duration::from_secs(2);
pub const UNSYNCED: CrashLoss = CrashLoss::Sectors(Ratio::from_percent(50));

const OPERATION_EVERY: Duration = Duration::from_millis(5);

/// Who asks what, and when.
pub fn operations(span: Duration) -> Vec<PlannedOperation<KvOp>> {
    asked_by(CLIENTS, span)
}

fn asked_by(clients: u32, span: Duration) -> Vec<PlannedOperation<KvOp>> {
    let count = span.as_nanos() / OPERATION_EVERY.as_nanos();
    let planned = |id: u64| {
        let key = id % 7;
        let op = if id.is_multiple_of(3) { KvOp::Read { key } } else { KvOp::Write { key, value: id } };
        let client = ClientId((id % u64::from(clients)) as u32);
        PlannedOperation { id, at: Time::ZERO + OPERATION_EVERY * (id + 1), client, op }
    };
    (0..count).map(planned).collect()
}

fn storm(span: Duration) -> Vec<PlannedFault> {
    let crash = Fault::Crash { target: Target::One, after_effects: None, unsynced: UNSYNCED };
    let cut = Fault::Partition { side: Target::Minority, way: Way::Both, clients: Clients::Reach };
    let mut faults = Vec::new();
    for (every, lasts, inject) in [(CRASH_EVERY, DOWN_FOR, crash), (CUT_EVERY, CUT_FOR, cut)] {
        for round in 1..span.as_nanos() / every.as_nanos() {
            let at = Time::ZERO + every * round;
            faults.push(PlannedFault {
                operations: 0,
                id: faults.len() as u64,
                at,
                until: at + lasts,
                inject: inject.clone(),
            });
        }
    }
    faults
}

/// The plan of a storm.
pub fn stormy(span: Duration, seed: u64) -> Arc<Plan<KvOp>> {
    stormy_for(CLIENTS, span, seed)
}

/// The same with other clients, who ask as often together.
pub fn stormy_for(clients: u32, span: Duration, seed: u64) -> Arc<Plan<KvOp>> {
    let (faults, operations) = (storm(span), asked_by(clients, span));
    Arc::new(Plan { faults, operations, ..crate::plan(NODES, clients, span, seed) })
}

/// Runs the storm in the kernel; answers the number of events.
pub fn kernel(plan: &Arc<Plan<KvOp>>) -> u64 {
    let mut world = World::new(Raft::default(), plan.clone(), Tracing::Off);
    world.run_until(plan.timeline.end);
    std::hint::black_box((world.digest(), world.history().len()));
    world.stats().events
}

/// Five nodes that nobody asks anything of; answers the number of events.
pub fn idle(span: Duration) -> u64 {
    kernel(&Arc::new(crate::plan(NODES, 0, span, 1)))
}

/// How many operations came to an end in the kernel, so that both loops can be seen to do the same work.
pub fn completed(plan: &Arc<Plan<KvOp>>) -> usize {
    let mut world = World::new(Raft::default(), plan.clone(), Tracing::Off);
    world.run_until(plan.timeline.end);
    world.history().operations().iter().filter(|operation| operation.outcome.ok().is_some()).count()
}
