//! A violation in words: what is impossible, about what, since when, and the proof.

use stormglass_core::history::History;
use stormglass_core::verdict::Violation;

use crate::linearizability::part::Part;
use crate::linearizability::picture::{self, words};
use crate::linearizability::plain::Stuck;
use crate::linearizability::{Broken, CHECK, Limits, Options, shrink};
use crate::model::{Model, OperationOf, Window};

/// The violation of a broken key; `others` more keys are broken too.
pub(super) fn violation<M: Model>(
    model: &M,
    history: &History<M::Op, M::Ret>,
    broken: &Broken<'_, M>,
    others: usize,
    options: &Options,
) -> Violation {
    let &Broken { ref part, event, before, all } = broken;
    let shrunk = shrink::smallest_window(model, part, event, options.limits.configurations);
    let ids = shrunk.ids;
    let operations: Vec<_> = ids.iter().map(|&id| history.operation(id)).collect();
    let last = part.operation(part.events[event as usize].index());
    let picture = picture::draw(&operations);
    let window = Window { operations, last, history: history.operations() };
    let summary = model.explain(&window).unwrap_or_else(|| in_general::<M>(&window));
    let mut violation = Violation::new(CHECK, summary);
    violation.subject = model.subject(&part.key);
    violation.at = last.completed.map(|completed| completed.at);
    violation.operations = ids;
    violation.evidence.push(format!("Longest legal order: {before} of {all} operations."));
    violation.evidence.extend(picture);
    if !shrunk.minimal {
        violation
            .evidence
            .push("The operations named may not all be needed: shrinking ran out of budget.".to_owned());
    }
    match others {
        0 => {}
        1 => violation.evidence.push("One more key is broken, later than this one.".to_owned()),
        more => violation.evidence.push(format!("{more} more keys are broken, later than this one.")),
    }
    violation
}

/// What stood in the way of a verdict, and how far the search came.
pub(crate) fn spent<M: Model>(model: &M, part: &Part<'_, M>, stuck: &Stuck, options: &Options) -> String {
    let subject = model.subject(&part.key).map_or(String::new(), |subject| format!("{subject}: "));
    let Limits { configurations, bytes } = options.limits;
    format!(
        "{subject}no answer within {configurations} configurations and {} MiB; {} were visited for it, \
         and the longest legal order held {} of {} operations",
        bytes >> 20,
        stuck.visited,
        stuck.longest,
        part.entries.len()
    )
}

fn in_general<M: Model>(window: &Window<'_, OperationOf<M>>) -> String {
    let last = words(window.last);
    match window.operations.len() {
        0 | 1 => format!("{last}: nothing asked before it ended can explain it"),
        count => format!("{last}: no order of these {count} operations can explain it"),
    }
}
