//! A history taken apart into one part for each key.

use std::collections::BTreeMap;

use stormglass_core::history::{History, Operation, Outcome};

use crate::linearizability::part::{Event, OPEN, Part};
use crate::model::{Effect, Model, OperationOf};

/// The parts of `history` that `wanted` wants, in order of their keys; or why it is no history.
pub(crate) fn split<'a, M: Model>(
    model: &M,
    history: &'a History<M::Op, M::Ret>,
    wanted: impl Fn(usize) -> bool,
) -> Result<Vec<Part<'a, M>>, String> {
    let operations = history.operations();
    let events = sequence(operations, wanted)?;
    let mut numbers: BTreeMap<M::Key, u32> = BTreeMap::new();
    let mut parts: Vec<Part<'a, M>> = Vec::new();
    let mut places = vec![(0, OPEN); operations.len()];
    for event in events {
        let index = event.index() as usize;
        if event.is_return() {
            let (part, place): (u32, u32) = places[index];
            parts[part as usize].ret(place);
            continue;
        }
        let operation = &operations[index];
        let firm = operation.outcome.ok().is_some();
        if !firm && model.effect(&operation.op, None) == Effect::ReadOnly {
            continue;
        }
        let key = model.key(&operation.op);
        let part = match numbers.get(&key) {
            Some(&part) => part,
            None => {
                let next = parts.len() as u32;
                parts.push(Part::new(key.clone(), operations));
                numbers.insert(key, next);
                next
            }
        };
        places[index] = (part, parts[part as usize].call(index, firm));
    }
    parts.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(parts)
}

/// The part that consists of these operations, which are of one key and did not fail, in order of invocation.
pub(crate) fn part_of<'a, M: Model>(
    model: &M,
    operations: &'a [OperationOf<M>],
    ids: &[u32],
) -> Result<Part<'a, M>, String> {
    let first = ids.first().ok_or("no operations")?;
    let mut part = Part::new(model.key(&operations[*first as usize].op), operations);
    let mut events: Vec<(u64, Event)> = Vec::new();
    for (place, &id) in ids.iter().enumerate() {
        let (invoked, returned) = span(id as usize, &operations[id as usize])?.ok_or("a failed operation")?;
        events.push((invoked, Event::call(place as u32)));
        events.extend(returned.map(|rank| (rank, Event::ret(place as u32))));
    }
    events.sort_unstable_by_key(|&(rank, _)| rank);
    for (_, event) in events {
        let id = ids[event.index() as usize] as usize;
        if event.is_return() {
            part.ret(event.index());
        } else {
            part.call(id, operations[id].outcome.ok().is_some());
        }
    }
    Ok(part)
}

/// What one operation contributes to the order of events: the rank of its invocation and of its return.
pub(crate) type Span = (u64, Option<u64>);

/// When an operation was invoked and when it returned; nothing of one that failed.
pub(crate) fn span<O, R>(index: usize, operation: &Operation<O, R>) -> Result<Option<Span>, String> {
    let invoked = operation.invoked.rank;
    match (&operation.outcome, operation.completed) {
        (_, Some(completed)) if completed.rank <= invoked => {
            Err(format!("operation {index} ends before it begins: the history is malformed"))
        }
        (Outcome::Ok(_), None) => {
            Err(format!("operation {index} is ok but has no completion: the history is malformed"))
        }
        (Outcome::Ok(_), Some(completed)) => Ok(Some((invoked, Some(completed.rank)))),
        (Outcome::Fail(_), _) => Ok(None),
        (Outcome::Info(_), _) => Ok(Some((invoked, None))),
    }
}

/// The moments of a history whose ranks are dense, each to be used once.
pub(crate) struct Moments {
    used: Vec<u64>,
    count: usize,
}

impl Moments {
    /// No moment used yet; nothing if the ranks have large gaps, as no recorded history has.
    pub(crate) fn new<O, R>(operations: &[Operation<O, R>]) -> Option<Moments> {
        let end = |operation: &Operation<O, R>| operation.completed.unwrap_or(operation.invoked).rank;
        let last = operations.iter().map(end).max().unwrap_or(0);
        let count = last as usize + 1;
        (last < 4 * operations.len() as u64 + 64)
            .then(|| Moments { used: vec![0; count.div_ceil(64)], count })
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Uses a moment, which nothing else may have used.
    #[inline]
    pub(crate) fn mark(&mut self, rank: u64) -> Result<(), String> {
        let (word, bit) = (&mut self.used[rank as usize / 64], 1 << (rank % 64));
        if *word & bit != 0 {
            return Err(twice(rank));
        }
        *word |= bit;
        Ok(())
    }
}

fn twice(rank: u64) -> String {
    format!("two moments of the history have rank {rank}: it is malformed")
}

/// The invocations, and the returns of known outcome, of the wanted operations in real time; none that failed.
fn sequence<O, R>(
    operations: &[Operation<O, R>],
    wanted: impl Fn(usize) -> bool,
) -> Result<Vec<Event>, String> {
    let moments = Moments::new(operations);
    // Ranks are dense in a recorded history: every event has its slot. In others they are sorted.
    let mut slots = vec![Event::NONE; moments.as_ref().map_or(0, Moments::count)];
    let mut sparse: Vec<(u64, Event)> = Vec::new();
    for (index, operation) in operations.iter().enumerate() {
        let Some((invoked, returned)) = span(index, operation)?.filter(|_| wanted(index)) else { continue };
        let call = (invoked, Event::call(index as u32));
        let ret = returned.map(|rank| (rank, Event::ret(index as u32)));
        for (rank, event) in std::iter::once(call).chain(ret) {
            if moments.is_none() {
                sparse.push((rank, event));
            } else if std::mem::replace(&mut slots[rank as usize], event) != Event::NONE {
                return Err(twice(rank));
            }
        }
    }
    if moments.is_some() {
        slots.retain(|&event| event != Event::NONE);
        return Ok(slots);
    }
    sparse.sort_unstable_by_key(|&(rank, _)| rank);
    match sparse.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(pair) => Err(twice(pair[0].0)),
        None => Ok(sparse.into_iter().map(|(_, event)| event).collect()),
    }
}
