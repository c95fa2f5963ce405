//! What befell the world during a run, in the words in which availability is measured.

use std::collections::BTreeSet;

use stormglass_check::availability::{FaultSpan, Happenings, Label, Measured, measure};
use stormglass_core::history::{Operation, OperationId};
use stormglass_core::verdict::Undecided;
use stormglass_plan::engine::Run;
use stormglass_plan::plan::Plan;
use stormglass_plan::workload::Operations;

/// What happened, from what the engine wrote down.
pub(crate) fn happenings<O, R>(plan: &Plan<O>, run: &Run<O, R>) -> Happenings {
    let nodes = plan.cluster.nodes();
    let faults = run.strikes.iter().filter(|strike| !strike.on.is_empty()).map(|strike| FaultSpan {
        name: plan.faults[strike.fault].inject.name().to_owned(),
        begin: strike.at,
        end: strike.until.unwrap_or(run.stats.ended),
        victims: strike.on.iter().filter_map(|&place| nodes.get(place).copied()).collect(),
    });
    Happenings {
        faults: faults.collect(),
        downs: run.downs.clone(),
        leadership: run.leadership.clone(),
        ..Happenings::default()
    }
}

/// The availability of one run, as its clients saw it.
///
/// # Errors
/// If the history says nothing about it.
pub(crate) fn measured<O: Operations, R>(
    plan: &Plan<O>,
    run: &Run<O, R>,
    lost: BTreeSet<OperationId>,
) -> Result<Measured, Undecided> {
    let label = |operation: &Operation<O, R>| Label {
        region: plan.region_of(operation.client).to_owned(),
        kind: operation.op.kind().to_owned(),
    };
    let yardstick = plan.availability.as_ref().map(|bounds| bounds.measured).unwrap_or_default();
    let world = Happenings { lost, ..happenings(plan, run) };
    measure(&run.history, label, &world, &yardstick)
}
