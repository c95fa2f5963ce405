//! The part of a history that is about one key, as arrays: its operations, and their invocations and returns in
//! order of real time.
//!
//! It knows the model only to ask which operations can change nothing.

use stormglass_core::history::OperationId;

use crate::model::{Effect, Model, OperationOf};

/// Stands for the return of an operation that never returned.
pub(crate) const OPEN: u32 = u32::MAX;

/// One operation of a part.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    /// Its place in the whole history.
    id: u32,
    /// Whether its result, if there is one, counts.
    firm: bool,
    /// The event at which it was invoked.
    pub(crate) called: u32,
    /// The event at which it returned, or [`OPEN`]: then it may take effect at any time, or never.
    pub(crate) returned: u32,
}

/// An invocation or a return of an operation, by its index in the part.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Event(u32);

impl Event {
    /// Stands for no event.
    pub(crate) const NONE: Event = Event(u32::MAX);

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
    pub(crate) entries: Vec<Entry>,
    /// Their invocations and returns in real time.
    pub(crate) events: Vec<Event>,
    /// How many of them returned.
    pub(crate) returns: usize,
    /// The whole history.
    operations: &'a [OperationOf<M>],
}

impl<'a, M: Model> Part<'a, M> {
    pub(crate) fn new(key: M::Key, operations: &'a [OperationOf<M>]) -> Self {
        Part { key, entries: Vec::new(), events: Vec::new(), returns: 0, operations }
    }

    /// Adds an invocation; says its index in the part.
    pub(crate) fn call(&mut self, id: usize, firm: bool) -> u32 {
        let index = self.entries.len() as u32;
        self.entries.push(Entry { id: id as u32, firm, called: self.events.len() as u32, returned: OPEN });
        self.events.push(Event::call(index));
        index
    }

    /// Adds the return of an operation of this part.
    pub(crate) fn ret(&mut self, index: u32) {
        self.entries[index as usize].returned = self.events.len() as u32;
        self.events.push(Event::ret(index));
        self.returns += 1;
    }

    /// The place of an operation of the whole history, if it is in this part.
    pub(crate) fn find(&self, id: OperationId) -> Option<u32> {
        let place = self.entries.binary_search_by_key(&id.0, |entry| entry.id as usize);
        place.ok().map(|place| place as u32)
    }

    /// The name of an operation in the whole history.
    pub(crate) fn id(&self, index: u32) -> OperationId {
        OperationId(self.entries[index as usize].id as usize)
    }

    /// An operation, as the history has it.
    pub(crate) fn operation(&self, index: u32) -> &'a OperationOf<M> {
        &self.operations[self.entries[index as usize].id as usize]
    }

    /// What was asked.
    #[inline]
    pub(crate) fn op(&self, index: u32) -> &'a M::Op {
        &self.operation(index).op
    }

    /// What it returned, if that is known.
    #[inline]
    pub(crate) fn result(&self, index: u32) -> Option<&'a M::Ret> {
        self.operation(index).outcome.ok().filter(|_| self.entries[index as usize].firm)
    }

    /// Whether it never returned.
    #[inline]
    pub(crate) fn is_open(&self, index: u32) -> bool {
        self.entries[index as usize].returned == OPEN
    }

    /// The indexes of all operations.
    pub(crate) fn indexes(&self) -> std::ops::Range<u32> {
        0..self.entries.len() as u32
    }

    /// The state after an operation, if it is legal.
    #[inline]
    pub(crate) fn step(&self, model: &M, state: &M::State, index: u32) -> Option<M::State> {
        model.step(state, self.op(index), self.result(index))
    }

    /// Whether an operation never changes the state.
    pub(crate) fn is_read_only(&self, model: &M, index: u32) -> bool {
        model.effect(self.op(index), self.result(index)) == Effect::ReadOnly
    }

    /// Whether an operation is legal in every state and leaves nothing of it.
    pub(crate) fn overwrites(&self, model: &M, index: u32) -> bool {
        model.effect(self.op(index), self.result(index)) == Effect::Overwrites
    }

    /// The rank of an event in the whole history.
    pub(crate) fn rank(&self, event: u32) -> u64 {
        let event = self.events[event as usize];
        let operation = self.operation(event.index());
        match operation.completed {
            Some(completed) if event.is_return() => completed.rank,
            _ => operation.invoked.rank,
        }
    }

    /// This part up to and including `until`, with everything forgotten that `firm` does not keep.
    ///
    /// An operation that is not firm becomes one of unknown outcome: nobody knows what it returned or when it
    /// ended, or whether it happened at all. What is legal stays legal. Operations of unknown outcome that
    /// can change nothing are left out, and those that are `useless`.
    pub(crate) fn forgetting(
        &self,
        model: &M,
        until: u32,
        firm: impl Fn(u32) -> bool,
        useless: impl Fn(&M::Op) -> bool,
    ) -> Part<'a, M> {
        let mut part = Part::new(self.key.clone(), self.operations);
        let mut place = vec![OPEN; self.entries.len()];
        for &event in &self.events[..=until as usize] {
            let index = event.index();
            let entry = &self.entries[index as usize];
            let firm = entry.firm && firm(index);
            if event.is_return() {
                if firm {
                    part.ret(place[index as usize]);
                }
                continue;
            }
            let is_kept = firm && entry.returned <= until || {
                let result = self.result(index).filter(|_| firm);
                model.effect(self.op(index), result) != Effect::ReadOnly
                    && (result.is_some() || !useless(self.op(index)))
            };
            if is_kept {
                place[index as usize] = part.call(entry.id as usize, firm);
            }
        }
        part
    }
}
