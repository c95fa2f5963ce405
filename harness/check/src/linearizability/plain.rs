//! The plain search: Wing and Gong's depth-first search (1993) with Lowe's memory of visited configurations (2017).
//!
//! It takes every choice there is, in order of invocation, and none of the shortcuts: it is what the quicker
//! searches are held against.

use crate::fingerprint::{self, Visited};
use crate::linearizability::part::Part;
use crate::model::Model;

/// What a search may still spend.
pub(crate) struct Budget {
    /// Configurations that may still be visited.
    pub(crate) configurations: u64,
    /// Bytes that one search may hold.
    pub(crate) bytes: usize,
}

/// What a search found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Found {
    /// There is a legal order.
    Legal,
    /// There is none.
    Illegal(Within),
    /// The budget ended first.
    Spent(Stuck),
}

/// Where an illegal part becomes so: the events before `least` have a legal order, those up to and including `most` have
/// none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Within {
    pub(crate) least: u32,
    /// Above all events if that is not known better.
    pub(crate) most: u32,
}

/// How far a search came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Stuck {
    /// The last return that could not be passed. The events before it have a legal order; if there is no legal
    /// order at all, those up to and including it have none.
    pub(crate) event: u32,
    /// The most operations that any order tried could hold.
    pub(crate) longest: usize,
    /// Configurations visited.
    pub(crate) visited: u64,
}

/// Searches for a legal order of `part`.
pub(crate) fn search<M: Model>(model: &M, part: &Part<'_, M>, budget: &mut Budget) -> Found {
    let mut pending = Pending::new(part);
    let mut state = model.initial(&part.key);
    let mut linearized = 0u128;
    let mut stack: Vec<(u32, M::State)> = Vec::new();
    let mut visited = Visited::new();
    let mut stuck = Stuck { event: 0, longest: 0, visited: 0 };
    let mut returns_left = part.returns;
    let fixed = pending.bytes();
    let mut at = pending.first();
    while returns_left > 0 {
        let event = part.events[at as usize];
        let index = event.index();
        if event.is_return() {
            stuck.event = stuck.event.max(at);
            let Some((last, before)) = stack.pop() else {
                return Found::Illegal(Within { least: stuck.event, most: stuck.event });
            };
            let entry = &part.entries[last as usize];
            pending.put_back(entry.called, entry.returned);
            returns_left += usize::from(entry.returned != super::part::OPEN);
            linearized ^= fingerprint::operation(last);
            state = before;
            at = pending.after(entry.called);
            continue;
        }
        let entry = &part.entries[index as usize];
        if let Some(after) = part.step(model, &state, index) {
            let with = linearized ^ fingerprint::operation(index);
            if budget.configurations == 0 || visited.bytes() + grown(&stack) + fixed > budget.bytes {
                return Found::Spent(stuck);
            }
            if visited.insert(with ^ fingerprint::state(&after)) {
                budget.configurations -= 1;
                stuck.visited += 1;
                stack.push((index, std::mem::replace(&mut state, after)));
                stuck.longest = stuck.longest.max(stack.len());
                linearized = with;
                returns_left -= usize::from(entry.returned != super::part::OPEN);
                pending.take_out(entry.called, entry.returned);
                at = pending.first();
                continue;
            }
        }
        at = pending.after(at);
    }
    Found::Legal
}

/// Bytes that it takes to put one more onto a stack: while it grows, the old place stands beside the new one.
pub(crate) fn grown<T>(stack: &Vec<T>) -> usize {
    let bytes = stack.capacity() * size_of::<T>();
    if stack.len() == stack.capacity() { 3 * bytes } else { bytes }
}

/// The events of operations not linearized yet: a doubly linked list in arrays.
///
/// Event `i` has node `i + 1`; node 0 is before the first. Taken out nodes keep their links, so the last taken out
/// can be put back (Knuth's dancing links).
struct Pending {
    next: Vec<u32>,
    previous: Vec<u32>,
}

impl Pending {
    fn new<M: Model>(part: &Part<'_, M>) -> Pending {
        let nodes = part.events.len() as u32 + 2;
        Pending {
            next: (1..=nodes).collect(),
            previous: (0..nodes).map(|node| node.saturating_sub(1)).collect(),
        }
    }

    fn bytes(&self) -> usize {
        4 * (self.next.len() + self.previous.len())
    }

    fn first(&self) -> u32 {
        self.next[0] - 1
    }

    fn after(&self, event: u32) -> u32 {
        self.next[event as usize + 1] - 1
    }

    fn take_out(&mut self, called: u32, returned: u32) {
        self.unlink(called);
        if returned != super::part::OPEN {
            self.unlink(returned);
        }
    }

    fn put_back(&mut self, called: u32, returned: u32) {
        if returned != super::part::OPEN {
            self.link(returned);
        }
        self.link(called);
    }

    fn unlink(&mut self, event: u32) {
        let node = event as usize + 1;
        let (previous, next) = (self.previous[node], self.next[node]);
        self.next[previous as usize] = next;
        self.previous[next as usize] = previous;
    }

    fn link(&mut self, event: u32) {
        let node = event as usize + 1;
        let (previous, next) = (self.previous[node], self.next[node]);
        self.next[previous as usize] = node as u32;
        self.previous[next as usize] = node as u32;
    }
}
