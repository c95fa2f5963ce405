//! How large a plan is, in the numbers that a person compares before and after.

use std::fmt;

use stormglass_core::time::{Duration, Time};
use stormglass_plan::plan::Plan;

/// The size of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// How many operations clients ask for.
    pub operations: usize,
    /// How many faults strike.
    pub faults: usize,
    /// How many nodes take part.
    pub nodes: usize,
    /// How many clients take part.
    pub clients: usize,
    /// From the beginning to the end of the run.
    pub span: Duration,
}

impl Size {
    /// The size of this plan.
    #[must_use]
    pub fn of<O>(plan: &Plan<O>) -> Size {
        Size {
            operations: plan.operations.len(),
            faults: plan.faults.len(),
            nodes: plan.cluster.nodes().len(),
            clients: plan.cluster.clients().count(),
            span: plan.timeline.end.since(Time::ZERO),
        }
    }
}

/// From one size to another: `412 operations → 2, 11 faults → 1, 5 nodes → 3, 20s → 2.2s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The size of what failed first.
    pub before: Size,
    /// The size of what is left of it.
    pub after: Size,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Change { before, after } = self;
        let counts = [
            ("operations", before.operations, after.operations),
            ("faults", before.faults, after.faults),
            ("nodes", before.nodes, after.nodes),
            ("clients", before.clients, after.clients),
        ];
        for (what, before, after) in counts {
            let what = if before == 1 { &what[..what.len() - 1] } else { what };
            match before == after {
                true => write!(f, "{before} {what}, ")?,
                false => write!(f, "{before} {what} → {after}, ")?,
            }
        }
        write!(f, "{} → {}", before.span.rough(), after.span.rough())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What did not change is said once.
    #[test]
    fn a_change_reads_as_a_line() {
        let second = Duration::from_secs(1);
        let before = Size { operations: 412, faults: 11, nodes: 5, clients: 1, span: second * 20 };
        let after =
            Size { operations: 2, faults: 1, nodes: 3, clients: 1, span: Duration::from_millis(2200) };
        let line = Change { before, after }.to_string();
        assert_eq!(line, "412 operations → 2, 11 faults → 1, 5 nodes → 3, 1 client, 20s → 2.2s");
    }
}
