//! What both kinds of objects have in common: which transactions count, the order of processes and of real time.
//!
//! A transaction counts if it is known to have committed: it is ok, or its outcome is unknown but somebody read what
//! it wrote. It does not know keys or values.

use stormglass_core::history::{Operation, Outcome};

use super::graph::{Kind, Links, MOST};
use super::intern::Interner;

/// What is known of a transaction's fate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Committed,
    Unknown,
    Failed,
}

/// Whether all vertices of the graph can be numbered: two for each transaction, and at most four for each step, for
/// the readers of a version, its writers and its key.
pub(crate) fn check_size(transactions: usize, steps: usize) -> Result<(), String> {
    match transactions.saturating_mul(2).saturating_add(steps.saturating_mul(4)) < MOST {
        true => Ok(()),
        false => {
            Err(format!("{transactions} transactions of {steps} steps are more than this checker can number"))
        }
    }
}

/// The fate of each transaction as its client knew it; or why this is no history.
pub(crate) fn standings<O, R>(operations: &[Operation<O, R>]) -> Result<Vec<Standing>, String> {
    let mut before = None;
    let mut standings = Vec::with_capacity(operations.len());
    for (index, operation) in operations.iter().enumerate() {
        let invoked = operation.invoked.rank;
        if before.is_some_and(|before| before >= invoked) {
            return Err(format!("operation {index} is not in order of invocation: the history is malformed"));
        }
        before = Some(invoked);
        if operation.completed.is_some_and(|completed| completed.rank <= invoked) {
            return Err(format!("operation {index} ends before it begins: the history is malformed"));
        }
        standings.push(match (&operation.outcome, operation.completed) {
            (Outcome::Ok(_), None) => {
                return Err(format!(
                    "operation {index} is ok but has no completion: the history is malformed"
                ));
            }
            (Outcome::Ok(_), Some(_)) => Standing::Committed,
            (Outcome::Fail(_), _) => Standing::Failed,
            (Outcome::Info(_), _) => Standing::Unknown,
        });
    }
    Ok(standings)
}

/// Adds the order in which each process ran its transactions, and the order of real time.
///
/// A transaction of unknown outcome comes after others, but nothing comes after it: it may take effect at any time.
pub(crate) fn add_orders<O, R>(operations: &[Operation<O, R>], standings: &[Standing], links: &mut Links) {
    let counts = |&index: &usize| standings[index] == Standing::Committed;
    process_order(operations, standings)
        .iter()
        .for_each(|&(one, other)| links.add(one, other, Kind::Process));
    let mut completions: Vec<(u64, u32)> = (0..operations.len())
        .filter(counts)
        .filter_map(|index| Some((returned(&operations[index])?, index as u32)))
        .collect();
    completions.sort_unstable();
    let mut completions = completions.into_iter().peekable();
    // The newest point in time: what completed before it leads to it, and it leads to what was invoked after it.
    let mut point = None;
    for index in (0..operations.len()).filter(counts) {
        let invoked = operations[index].invoked.rank;
        let mut fresh = None;
        while let Some((_, done)) = completions.next_if(|&(rank, _)| rank < invoked) {
            let fresh = *fresh.get_or_insert_with(|| links.point());
            links.add(done, fresh, Kind::Realtime);
        }
        if let (Some(old), Some(new)) = (point, fresh) {
            links.add(old, new, Kind::Onward);
        }
        point = fresh.or(point);
        if let Some(point) = point {
            links.add(point, index as u32, Kind::Onward);
        }
    }
}

/// The rank at which a transaction was known to be complete.
pub(crate) fn returned<O, R>(operation: &Operation<O, R>) -> Option<u64> {
    operation.completed.filter(|_| operation.outcome.ok().is_some()).map(|moment| moment.rank)
}

/// The order in which each process ran its transactions: of each the next one.
pub(crate) fn process_order<O, R>(operations: &[Operation<O, R>], standings: &[Standing]) -> Vec<(u32, u32)> {
    let mut processes = Interner::new();
    let mut last: Vec<Option<u32>> = Vec::new();
    let mut order = Vec::new();
    for (index, operation) in operations.iter().enumerate() {
        if standings[index] != Standing::Committed {
            continue;
        }
        let process = processes.number(operation.process.0) as usize;
        last.resize(processes.len(), None);
        let is_sequential =
            |&before: &u32| returned(&operations[before as usize]) < Some(operation.invoked.rank);
        order.extend(last[process].filter(is_sequential).map(|before| (before, index as u32)));
        if returned(operation).is_some() {
            last[process] = Some(index as u32);
        }
    }
    order
}
