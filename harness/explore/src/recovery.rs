//! Whether the system served again in time after all faults had ended; and if not, what was still awaited, by whom.

use std::fmt::Display;

use stormglass_core::history::{History, Operation, OperationId, Outcome};
use stormglass_core::system::System;
use stormglass_core::time::{Duration, Time};
use stormglass_core::verdict::{Verdict, Violation};
use stormglass_plan::engine::Recovery;
use stormglass_plan::plan::Plan;

/// What `list checks` calls it.
pub(crate) const CHECK: &str = "recovers";
/// What it is about.
pub(crate) const ABOUT: &str =
    "once all faults have ended, operations complete ok within the time that the system promises";

/// So many unanswered operations are named.
const SHOWN: usize = 3;
/// An operation that has been open for this part of the promised time when the run ends is unanswered.
const PATIENCE: u64 = 4;

/// Judges the operations asked after the promised time.
pub(crate) fn judge<S: System>(
    system: &S,
    plan: &Plan<S::Op>,
    history: &History<S::Op, S::Ret>,
    recovery: &Recovery,
) -> Verdict {
    let nodes = plan.cluster.nodes().len();
    // With too many nodes stopped for good there is no promise left.
    if system.recovers_within(nodes, recovery.stopped.len()).is_none() {
        return Verdict::Ok;
    }
    let late: Vec<OperationId> = (0..history.operations().len())
        .map(OperationId)
        .filter(|&id| {
            let operation = history.operation(id);
            operation.invoked.at >= recovery.by
                && unserved(operation, plan.timeline.end, recovery.within / PATIENCE)
        })
        .collect();
    // In a network that loses messages or holds them up in good weather too, one operation may be out of luck again and
    // again.
    let network = &plan.network;
    let mut links = std::iter::once(&network.link).chain(network.links.iter().map(|link| &link.link));
    if late.len() == 1 && links.any(|link| !link.loss.is_zero() || !link.reorder.is_zero()) {
        return Verdict::Ok;
    }
    let Some(&first) = late.first() else { return Verdict::Ok };
    let first = history.operation(first);
    let mut evidence: Vec<String> = late.iter().take(SHOWN).map(|&id| fate(history.operation(id))).collect();
    if late.len() > SHOWN {
        evidence.push(format!("and {} more operations", late.len() - SHOWN));
    }
    evidence.push(format!("awaited at {}:", recovery.by));
    match &recovery.awaited[..] {
        [] => evidence.push("  nothing, as far as the nodes say".to_owned()),
        some => evidence.extend(
            some.iter().map(|(node, awaited)| format!("  {node}: {}, since {}", awaited.what, awaited.since)),
        ),
    }
    for node in &recovery.stopped {
        evidence.push(format!("  {node} has stopped for good"));
    }
    Violation {
        at: Some(first.invoked.at),
        evidence,
        operations: late.iter().copied().take(SHOWN).collect(),
        ..Violation::new(
            CHECK,
            format!(
                "all faults ended at {}, and {} {} asked more than {} later did not complete ok",
                plan.timeline.heal,
                late.len(),
                if late.len() == 1 { "operation" } else { "operations" },
                recovery.within
            ),
        )
    }
    .into()
}

/// `fail` and unknown are no service (a refusal by the rules completes ok); an operation that the end of the run cut
/// short says nothing, unless it had waited for long.
fn unserved<O, R>(operation: &Operation<O, R>, end: Time, patience: Duration) -> bool {
    match operation.completed {
        Some(_) => operation.outcome.ok().is_none(),
        None => end.since(operation.invoked.at) >= patience,
    }
}

fn fate<O: Display, R: Display>(operation: &Operation<O, R>) -> String {
    let asked = operation.invoked.at;
    match (&operation.outcome, operation.completed) {
        (Outcome::Fail(why) | Outcome::Info(why), Some(completed)) => format!(
            "{} of {}, asked at {asked}: {why} after {}",
            operation.op,
            operation.client,
            completed.at.since(asked).rounded()
        ),
        _ => format!("{} of {}, asked at {asked}: never answered", operation.op, operation.client),
    }
}
