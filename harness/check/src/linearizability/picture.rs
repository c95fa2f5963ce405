//! A picture of a window in text: one line for each operation, with a bar from its invocation to its completion.
//!
//! ```text
//! c0 write 1 ← 41  ├──┤
//! c0 write 1 ← 58        ├──┤
//! c2 read 1 → 41               ├──┤
//! ```
//!
//! Only the order of invocations and completions is to scale: bars that overlap were concurrent.

use std::collections::BTreeSet;
use std::fmt::Display;

use stormglass_core::history::{Operation, Outcome};

/// More operations than this do not fit a screen.
const MOST: usize = 12;

/// The lines of the picture.
pub(crate) fn draw<O: Display, R: Display>(operations: &[&Operation<O, R>]) -> Vec<String> {
    let shown = &operations[..operations.len().min(MOST)];
    let end = |operation: &Operation<O, R>| match (&operation.outcome, operation.completed) {
        (Outcome::Ok(_), Some(completed)) => Some(completed.rank),
        _ => None,
    };
    let moments: BTreeSet<u64> =
        shown.iter().flat_map(|one| [Some(one.invoked.rank), end(one)]).flatten().collect();
    let column = |rank: u64| 3 * moments.range(..rank).count();
    let labels: Vec<String> = shown.iter().map(|one| format!("{} {}", one.client, words(one))).collect();
    let widest = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
    let mut lines: Vec<String> = Vec::new();
    for (operation, label) in shown.iter().zip(&labels) {
        let (from, to) = (column(operation.invoked.rank), end(operation).map(column));
        let bar = "─".repeat(to.unwrap_or(3 * moments.len()) - from - 1);
        let cap = if to.is_some() { "┤" } else { "┄" };
        lines.push(format!("{label:widest$}  {}├{bar}{cap}", " ".repeat(from)));
    }
    match operations.len() - shown.len() {
        0 => {}
        more => lines.push(format!("… and {more} more")),
    }
    lines
}

/// An operation with its result: `read 1 → 41`.
pub(crate) fn words<O: Display, R: Display>(operation: &Operation<O, R>) -> String {
    match operation.outcome.ok().map(ToString::to_string) {
        Some(ret) if !ret.is_empty() => format!("{} {ret}", operation.op),
        _ => operation.op.to_string(),
    }
}
