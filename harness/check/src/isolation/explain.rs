//! A cycle and other findings in words.
//!
//! ```text
//! T1 is operation 3: c0 ok {append 5 ← 1, read 6} → []
//! T2 is operation 4: c1 ok {append 6 ← 1, read 5} → []
//! T1 < T2, because T1 did not observe T2's append of 1 to key 6
//! T2 < T1, because T2 did not observe T1's append of 1 to key 5: a contradiction
//! ```
//!
//! It knows neither lists nor registers: they say the reasons of their own edges.

use std::fmt::Display;

use stormglass_core::history::{Operation, OperationId};

use super::analysis::Finding;
use super::anomaly::Anomaly;
use super::findings::Instance;
use super::graph::Kind;
use super::weak::{Facts, Overlooked};

/// Lines longer than this are cut: a list may have any length.
const LONGEST_LINE: usize = 240;

/// Why one transaction comes before another by what they read and wrote: the edge, and what to call the two.
pub(crate) type Reason<'a> = &'a dyn Fn((u32, u32), Kind, (&str, &str)) -> Option<String>;

/// A finding that names its transactions T1, T2 … in this order.
pub(crate) fn finding<O: Display, R: Display>(
    operations: &[Operation<O, R>],
    anomaly: Anomaly,
    instance: Instance,
) -> Finding {
    let Instance { transactions, reasons, count } = instance;
    let end = |&transaction: &u32| {
        let operation = &operations[transaction as usize];
        operation.completed.unwrap_or(operation.invoked).at
    };
    let named = transactions.iter().enumerate().map(|(index, &transaction)| {
        let line = format!("T{} is operation {transaction}: {}", index + 1, operations[transaction as usize]);
        shortened(line)
    });
    Finding {
        anomaly,
        count,
        named: named.collect(),
        reasons: reasons.into_iter().map(shortened).collect(),
        at: transactions.iter().map(end).max(),
        transactions: transactions.into_iter().map(|transaction| OperationId(transaction as usize)).collect(),
    }
}

fn shortened(line: String) -> String {
    match line.char_indices().nth(LONGEST_LINE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// A cycle, edge by edge.
pub(crate) fn cycle<O, R>(
    operations: &[Operation<O, R>],
    steps: &[(u32, Kind)],
    reason: Reason<'_>,
) -> Instance {
    let steps = best_told(steps);
    let count = steps.len();
    let reasons = (0..count).map(|index| {
        let next = (index + 1) % count;
        let edge = (steps[index].0, steps[next].0);
        let (first, second) = (format!("T{}", index + 1), format!("T{}", next + 1));
        let why = because(operations, edge, steps[index].1, (&first, &second), reason);
        let end = if next == 0 { ": a contradiction" } else { "" };
        format!("{first} < {second}, because {why}{end}")
    });
    Instance { reasons: reasons.collect(), transactions: steps.iter().map(|step| step.0).collect(), count: 1 }
}

/// A cycle of commits, of which some follow from what a reader overlooked. The readers are named after the others.
pub(crate) fn commits<O, R>(
    operations: &[Operation<O, R>],
    (steps, overlooked): (&[(u32, Kind)], &[Overlooked]),
    facts: &Facts,
    reason: Reason<'_>,
) -> Instance {
    let with_readers = |edge: (u32, u32), kind: Kind, names: (&str, &str)| {
        if kind != Kind::WriteWriteInferred {
            return reason(edge, kind, names);
        }
        let Overlooked { reader, key, .. } =
            overlooked.iter().find(|overlooked| overlooked.seen == edge.0)?;
        let (first, second) = names;
        let key = facts.keys[*key as usize];
        Some(format!(
            "both wrote key {key}, and operation {reader}, which had to see {first}, read it from {second}"
        ))
    };
    let mut instance = cycle(operations, steps, &with_readers);
    for overlooked in overlooked {
        if !instance.transactions.contains(&overlooked.reader) {
            instance.transactions.push(overlooked.reader);
        }
    }
    instance
}

/// A reader that had to see a write and read the initial version.
pub(crate) fn missed(anomaly: Anomaly, missed: &Overlooked, facts: &Facts) -> Instance {
    let why = match anomaly {
        Anomaly::NonMonotonicView => "T2 observed T1 in an earlier read",
        Anomaly::FracturedRead => "T2 observed T1 in another read",
        _ => "T1 comes before T2 by reads and the order of processes",
    };
    let key = facts.keys[missed.key as usize];
    let reasons = vec![
        why.to_owned(),
        format!("T1 wrote key {key}, but T2 read it as if nobody ever had: a contradiction"),
    ];
    Instance { transactions: vec![missed.seen, missed.reader], reasons, count: 1 }
}

/// The cycle from where it is best told: what happened first, and what was not observed last.
fn best_told(steps: &[(u32, Kind)]) -> Vec<(u32, Kind)> {
    let count = steps.len();
    let start = (0..count).min_by_key(|&start| {
        let last = steps[(start + count - 1) % count].1;
        (!last.is_read_write(), steps[start].0)
    });
    let start = start.unwrap_or(0);
    (start..start + count).map(|index| steps[index % count]).collect()
}

fn because<O, R>(
    operations: &[Operation<O, R>],
    edge: (u32, u32),
    kind: Kind,
    names: (&str, &str),
    reason: Reason<'_>,
) -> String {
    let (first, second) = names;
    let (from, to) = (&operations[edge.0 as usize], &operations[edge.1 as usize]);
    match (kind, from.completed) {
        (Kind::Process, _) => format!("{} ran {first} before {second}", from.process),
        (Kind::Realtime, Some(completed)) => {
            let before = to.invoked.at.since(completed.at);
            format!("{first} was complete {before} before {second} was invoked")
        }
        // The fallback says no less than is certain; a test sees to it that it is never needed.
        _ => reason(edge, kind, names).unwrap_or_else(|| "of what they read and wrote".to_owned()),
    }
}
