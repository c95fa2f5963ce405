//! The part of a history that is about one key, as arrays: its operations, and their invocations and returns in
//! order of real time.
//!
//! It knows the model only to ask for keys, initial states and which operations can change nothing.

use std::collections::BTreeMap;

use stormglass_core::history::{History, OperationId, Outcome};

use crate::model::{Effect, Model};

/// Stands for the return of an operation that never returned.
pub(crate) const OPEN: u32 = u32::MAX;

/// One operation of a part.
pub(crate) struct Entry<'a, M: Model> {
    /// Its place in the whole history.
    pub(crate) id: OperationId,
    /// What was asked.
    pub(crate) op: &'a M::Op,
    /// What it returned, if that is known.
    pub(crate) ret: Option<&'a M::Ret>,
    /// The event at which it was invoked.
    pub(crate) called: u32,
    /// The event at which it returned, or [`OPEN`]: then it may take effect at any time, or never.
    pub(crate) returned: u32,
}

impl<M: Model> Clone for Entry<'_, M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: Model> Copy for Entry<'_, M> {}

/// An invocation or a return of an operation, by its index in the part.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Event(u32);

impl Event {
    pub(crate) fn call(index: u32) -> Event {
        Event(index << 1)
    }

    pub(crate) fn ret(index: u32) -> Event {
        Event(index << 1 | 1)
    }

    #[inline]
    pub(crate) fn index(self) -> u32 {
        self.0 >> 1
    }

    #[inline]
    pub(crate) fn is_return(self) -> bool {
        self.0 & 1 == 1
    }
}

/// Everything that concerns one key.
pub(crate) struct Part<'a, M: Model> {
    /// The key.
    pub(crate) key: M::Key,
    /// Its operations in order of invocation.
    pub(crate) entries: Vec<Entry<'a, M>>,
    /// Their invocations and returns in real time.
    pub(crate) events: Vec<Event>,
    /// How many of them returned.
    pub(crate) returns: usize,
    ranks: Vec<u64>,
}

impl<'a, M: Model> Part<'a, M> {
    fn new(key: M::Key) -> Self {
        Part { key, entries: Vec::new(), events: Vec::new(), returns: 0, ranks: Vec::new() }
    }

    fn call(&mut self, id: OperationId, op: &'a M::Op, ret: Option<&'a M::Ret>, rank: u64) -> u32 {
        let index = self.entries.len() as u32;
        self.entries.push(Entry { id, op, ret, called: self.events.len() as u32, returned: OPEN });
        self.events.push(Event::call(index));
        self.ranks.push(rank);
        index
    }

    fn ret(&mut self, index: u32, rank: u64) {
        self.entries[index as usize].returned = self.events.len() as u32;
        self.events.push(Event::ret(index));
        self.ranks.push(rank);
        self.returns += 1;
    }

    /// The rank of an event in the whole history.
    pub(crate) fn rank(&self, event: u32) -> u64 {
        self.ranks[event as usize]
    }

    /// This part up to and including `until`, with everything forgotten that `firm` does not keep.
    ///
    /// An operation that is not firm becomes one of unknown outcome: nobody knows what it returned or when it
    /// ended, or whether it happened at all. What is legal stays legal. Operations of unknown outcome that
    /// can change nothing are left out.
    pub(crate) fn forgetting(&self, model: &M, until: u32, firm: &[bool]) -> Part<'a, M> {
        let mut part = Part::new(self.key.clone());
        let mut place = vec![OPEN; self.entries.len()];
        for (at, &event) in self.events[..=until as usize].iter().enumerate() {
            let (index, rank) = (event.index() as usize, self.ranks[at]);
            let entry = &self.entries[index];
            if !event.is_return() {
                let ret = entry.ret.filter(|_| firm[index]);
                let returns = firm[index] && entry.returned <= until;
                if returns || model.effect(entry.op, ret) != Effect::ReadOnly {
                    place[index] = part.call(entry.id, entry.op, ret, rank);
                }
            } else if firm[index] {
                part.ret(place[index], rank);
            }
        }
        part
    }
}

/// The parts of `history`, in order of their keys; or why it is no history.
pub(crate) fn split<'a, M: Model>(
    model: &M,
    history: &'a History<M::Op, M::Ret>,
) -> Result<Vec<Part<'a, M>>, String> {
    let operations = history.operations();
    let mut numbers: BTreeMap<M::Key, usize> = BTreeMap::new();
    let mut parts: Vec<Part<'a, M>> = Vec::new();
    let mut places = vec![(0, OPEN); operations.len()];
    for (rank, event) in sequence(history)? {
        let index = event.index() as usize;
        let operation = &operations[index];
        if event.is_return() {
            let (part, place): (usize, u32) = places[index];
            parts[part].ret(place, rank);
            continue;
        }
        let key = model.key(&operation.op);
        let part = *numbers.entry(key.clone()).or_insert_with(|| {
            parts.push(Part::new(key));
            parts.len() - 1
        });
        let ret = operation.outcome.ok();
        if ret.is_some() || model.effect(&operation.op, None) != Effect::ReadOnly {
            places[index] = (part, parts[part].call(OperationId(index), &operation.op, ret, rank));
        }
    }
    parts.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(parts)
}

/// All invocations and the returns of known outcome in real time, without the operations that failed.
fn sequence<O, R>(history: &History<O, R>) -> Result<Vec<(u64, Event)>, String> {
    let operations = history.operations();
    if operations.len() >= (u32::MAX >> 2) as usize {
        return Err(format!("{} operations are more than this checker can number", operations.len()));
    }
    let mut events = Vec::with_capacity(2 * operations.len());
    for (index, operation) in operations.iter().enumerate() {
        match (&operation.outcome, operation.completed) {
            (_, Some(completed)) if completed.rank <= operation.invoked.rank => {
                return Err(format!("operation {index} ends before it begins: the history is malformed"));
            }
            (Outcome::Ok(_), None) => {
                return Err(format!(
                    "operation {index} is ok but has no completion: the history is malformed"
                ));
            }
            (Outcome::Ok(_), Some(completed)) => {
                events.push((operation.invoked.rank, Event::call(index as u32)));
                events.push((completed.rank, Event::ret(index as u32)));
            }
            (Outcome::Fail(_), _) => {}
            (Outcome::Info(_), _) => events.push((operation.invoked.rank, Event::call(index as u32))),
        }
    }
    events.sort_unstable_by_key(|&(rank, _)| rank);
    match events.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(pair) => Err(format!("two moments of the history have rank {}: it is malformed", pair[0].0)),
        None => Ok(events),
    }
}
