//! A violation in words: what is impossible, about what, since when, and the proof.

use stormglass_core::history::History;
use stormglass_core::verdict::Violation;

use crate::linearizability::part::Part;
use crate::linearizability::plain::Stuck;
use crate::linearizability::shrink::Window;
use crate::linearizability::{CHECK, Limits};
use crate::model::{self, Model, OperationOf};

/// The violation that `window` proves; `others` more keys are broken too.
pub(crate) fn violation<M: Model>(
    model: &M,
    history: &History<M::Op, M::Ret>,
    part: &Part<'_, M>,
    stuck: &Stuck,
    window: &Window,
    others: usize,
) -> Violation {
    let ids: Vec<_> = window
        .entries
        .iter()
        .map(|&index| part.entries[index].id)
        .collect();
    let operations: Vec<_> = ids.iter().map(|&id| history.operation(id)).collect();
    let last_index = part.events[stuck.event as usize].index() as usize;
    let last = history.operation(part.entries[last_index].id);
    let case = model::Window {
        operations,
        last,
        history: history.operations(),
    };
    let summary = model.explain(&case).unwrap_or_else(|| in_general::<M>(&case));
    let mut violation = Violation::new(CHECK, summary);
    violation.subject = model.subject(&part.key);
    violation.at = last.completed.map(|completed| completed.at);
    violation.operations = ids;
    violation.evidence.push(format!(
        "Longest legal order: {} of {} operations.",
        stuck.longest,
        part.entries.len()
    ));
    if !window.minimal {
        violation
            .evidence
            .push("The operations named may not all be needed: shrinking ran out of budget.".to_owned());
    }
    match others {
        0 => {}
        1 => violation
            .evidence
            .push("One more key is broken, later than this one.".to_owned()),
        more => violation
            .evidence
            .push(format!("{more} more keys are broken, later than this one.")),
    }
    violation
}

/// What stood in the way of a verdict, and how far the search came.
pub(crate) fn spent<M: Model>(model: &M, part: &Part<'_, M>, stuck: &Stuck, limits: Limits) -> String {
    let subject = model
        .subject(&part.key)
        .map_or(String::new(), |subject| format!("{subject}: "));
    format!(
        "{subject}no answer within {} configurations and {} MiB; after {} of them, the longest legal order held {} of {} operations",
        limits.configurations,
        limits.bytes >> 20,
        stuck.visited,
        stuck.longest,
        part.entries.len()
    )
}

fn in_general<M: Model>(window: &model::Window<'_, OperationOf<M>>) -> String {
    let last = words::<M>(window.last);
    match window.operations.len() {
        0 | 1 => format!("{last}: nothing asked before it ended can explain it"),
        count => format!("{last}: no order of these {count} operations can explain it"),
    }
}

/// An operation with its result: `read 1 → 41`.
fn words<M: Model>(operation: &OperationOf<M>) -> String {
    match operation.outcome.ok().map(ToString::to_string) {
        Some(ret) if !ret.is_empty() => format!("{} {ret}", operation.op),
        _ => operation.op.to_string(),
    }
}
