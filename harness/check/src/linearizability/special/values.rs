//! The operations of a queue or a stack, value by value.

use std::collections::BTreeMap;

use crate::linearizability::part::Part;
use crate::model::{Model, Transfer};

/// An operation's invocation and return, as events of its part; a return of [`NEVER`] is still to come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Span {
    pub(super) called: u32,
    pub(super) returned: u32,
}

/// After every event.
pub(super) const NEVER: u32 = u32::MAX;

/// What was put in at some time, and taken out at another or never.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Value {
    pub(super) put: Span,
    pub(super) taken: Span,
}

/// All that a queue or a stack went through.
pub(super) struct Values {
    /// The values that matter; a put of unknown outcome that nobody took out does not.
    pub(super) values: Vec<Value>,
    /// The operations that found nothing.
    pub(super) nothings: Vec<Span>,
    /// How many events there are.
    pub(super) events: u32,
    /// When first something was taken out that had not been put in, or a second time.
    absurd: Option<u32>,
    /// When takes of unknown outcome were invoked, in order: each may have taken anything, at any time since, or nothing.
    pub(super) wild: Vec<u32>,
}

impl Values {
    /// Sorts the operations by value, unless a value is put in twice.
    pub(super) fn new<M: Model>(
        part: &Part<'_, M>,
        transfer: fn(&M::Op, Option<&M::Ret>) -> Option<Transfer>,
    ) -> Option<Values> {
        const NO: Span = Span { called: NEVER, returned: NEVER };
        let mut found: BTreeMap<u64, Value> = BTreeMap::new();
        let events = part.events.len() as u32;
        let mut all =
            Values { values: Vec::new(), nothings: Vec::new(), events, absurd: None, wild: Vec::new() };
        for index in part.indexes() {
            let entry = part.entries[index as usize];
            let span = Span { called: entry.called, returned: entry.returned };
            match transfer(part.op(index), part.result(index))? {
                Transfer::Puts(value) => {
                    let value = found.entry(value).or_insert(Value { put: NO, taken: NO });
                    if value.put != NO {
                        return None;
                    }
                    value.put = span;
                }
                Transfer::Takes(value) => {
                    let value = found.entry(value).or_insert(Value { put: NO, taken: NO });
                    if value.taken.returned != NEVER && span.returned != NEVER {
                        all.is_absurd_at(span.returned.max(value.taken.returned));
                    }
                    // A take that never returned need not have happened.
                    if value.taken.returned == NEVER && (value.taken == NO || span.returned != NEVER) {
                        value.taken = span;
                    }
                }
                Transfer::FindsNothing if part.is_open(index) => {}
                Transfer::FindsNothing => all.nothings.push(span),
                Transfer::TakesSomething => all.wild.push(span.called),
            }
        }
        for value in found.into_values() {
            let taken = if value.put == NO && value.taken.returned == NEVER { NO } else { value.taken };
            if taken.returned < value.put.called {
                all.is_absurd_at(taken.returned);
            }
            if value.put.returned != NEVER || taken.returned != NEVER {
                all.values.push(Value { taken, ..value });
            }
        }
        Some(all)
    }

    /// When first something was taken out that had not been put in, or a second time.
    pub(super) fn absurd(&self) -> Option<u32> {
        self.absurd
    }

    fn is_absurd_at(&mut self, event: u32) {
        self.absurd = Some(self.absurd.map_or(event, |first| first.min(event)));
    }

    /// The same object with other values, and no takes of unknown outcome.
    pub(super) fn with(&self, values: Vec<Value>) -> Values {
        Values { values, nothings: self.nothings.clone(), wild: Vec::new(), ..*self }
    }
}

/// The stretches of time in which some value was certainly inside: between the return of its put and the invocation of
/// its take. Stretches that overlap are one.
pub(super) struct Occupied {
    /// Begin and end, in order.
    stretches: Vec<(u32, u32)>,
}

impl Occupied {
    pub(super) fn new(values: &[Value]) -> Occupied {
        let inside = |value: &Value| (value.put.returned, value.taken.called);
        let mut sorted: Vec<(u32, u32)> = values.iter().map(inside).filter(|(from, to)| from < to).collect();
        sorted.sort_unstable();
        let mut stretches: Vec<(u32, u32)> = Vec::new();
        for (from, to) in sorted {
            match stretches.last_mut() {
                Some((_, end)) if from < *end => *end = to.max(*end),
                _ => stretches.push((from, to)),
            }
        }
        Occupied { stretches }
    }

    /// Whether something was inside all the time of an operation.
    pub(super) fn throughout(&self, span: &Span) -> bool {
        let after = self.stretches.partition_point(|&(from, _)| from < span.called);
        after > 0 && span.returned < self.stretches[after - 1].1
    }
}
