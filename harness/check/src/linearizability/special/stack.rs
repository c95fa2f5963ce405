//! Stacks with unique values, by decrease and conquer (after Lee and Mathur, *Efficient Decrease-and-Conquer
//! Linearizability Monitoring*, OOPSLA 2025).
//!
//! A value is certainly inside between the return of its push and the invocation of its pop. If that stretch is empty,
//! push and pop can come right after one another anywhere: the value does not matter. The stretches of the others
//! form *components*, the unions of those that overlap. Then
//!
//! 1. components can be linearized one after the other: leaving a value out of a legal order leaves it legal, and what
//!    belongs to an earlier component never has to come after what belongs to a later one;
//! 2. in a legal order of one component, the first value pushed is popped last or never: otherwise the order would
//!    fall apart into two. So some value can be pushed first and popped last: its push was invoked before the component
//!    begins, its pop returned after the component ends;
//! 3. and any such value can be taken away: it can be put around every legal order of the rest.
//!
//! So a component without such a value is illegal, and otherwise the value goes and the rest is looked at again.
//! An operation that finds nothing needs a moment outside of all components.

use crate::linearizability::special::Answer;
use crate::linearizability::special::values::{NEVER, Value, Values};
use crate::linearizability::special::wild::{self, Rules};

pub(super) fn decide(all: &Values) -> Option<Answer> {
    wild::decide(all, &Rules { disorder: |all| Nesting::new(all).disorder(), deadlines })
}

/// For each value of `left`, the first return of a pop of a value below it: pushed before, and popped afterwards.
fn deadlines(taken: &[Value], left: &[Value]) -> Vec<u32> {
    let last =
        taken.iter().map(|value| value.taken.called).filter(|&called| called != NEVER).max().unwrap_or(0);
    let mut below: Vec<&Value> = taken.iter().filter(|value| value.taken.returned != NEVER).collect();
    below.sort_unstable_by_key(|value| std::cmp::Reverse(value.put.returned));
    let mut by_call: Vec<usize> = (0..left.len()).collect();
    by_call.sort_unstable_by_key(|&index| left[index].put.called);
    // The first return of the pops invoked after each event: a Fenwick tree from the end.
    let mut first = vec![NEVER; last as usize + 2];
    let place = |called: u32| (last - called) as usize + 1;
    let mut deadlines = vec![NEVER; left.len()];
    for index in by_call {
        let value = &left[index];
        while let Some(below) = below.pop_if(|below| below.put.returned < value.put.called) {
            let mut at = place(below.taken.called);
            while at < first.len() {
                first[at] = first[at].min(below.taken.returned);
                at += at & at.wrapping_neg();
            }
        }
        let mut at = if value.put.returned >= last { 0 } else { place(value.put.returned + 1) };
        while at > 0 {
            deadlines[index] = deadlines[index].min(first[at]);
            at -= at & at.wrapping_neg();
        }
    }
    deadlines
}

/// What is left of the values: where they are, and where something is.
struct Nesting {
    /// The value whose push returned at each event.
    pushed: Vec<Option<Value>>,
    /// Of the pushes that returned in each stretch of events, the first invocation: a tree over `pushed`.
    earliest: Vec<u32>,
    cover: Cover,
    /// Events, rounded up to a power of two.
    size: usize,
}

impl Nesting {
    fn new(all: &Values) -> Nesting {
        let size = (all.events as usize + 1).next_power_of_two();
        let mut pushed = vec![None; size];
        let mut cover =
            Cover { count: vec![0; 2 * size], least: vec![0; 2 * size], most: vec![0; 2 * size], size };
        let mut earliest = vec![u32::MAX; 2 * size];
        for value in all.values.iter().filter(|value| value.put.returned < value.taken.called) {
            let from = value.put.returned as usize;
            pushed[from] = Some(*value);
            earliest[size + from] = value.put.called;
            cover.add(from, (value.taken.called as usize).min(size), 1);
        }
        for node in (1..size).rev() {
            earliest[node] = earliest[2 * node].min(earliest[2 * node + 1]);
        }
        Nesting { pushed, earliest, cover, size }
    }

    /// By when it is certain that the values cannot nest.
    fn disorder(&mut self) -> Option<u32> {
        let mut left = vec![(0, self.size)];
        while let Some((from, to)) = left.pop() {
            let Some(begin) = self.cover.next(from, to, Covered::Yes) else { continue };
            let end = self.cover.next(begin, to, Covered::No).unwrap_or(to);
            left.push((end, to));
            let Some(outer) = self.outermost(begin, end) else { return Some(self.last_return(begin, end)) };
            self.remove(&outer);
            left.push((begin, end));
        }
        None
    }

    /// The last return of the operations on the values of a component.
    fn last_return(&self, begin: usize, end: usize) -> u32 {
        let values = self.pushed[begin..end].iter().flatten();
        let returns = values.flat_map(|value| [value.put.returned, value.taken.returned]);
        returns.filter(|&returned| returned != NEVER).max().unwrap_or(u32::MAX)
    }

    /// A value of the component that can be pushed first and popped last.
    fn outermost(&self, begin: usize, end: usize) -> Option<Value> {
        let is_last = |value: &Value| value.taken.returned as usize > end;
        let mut nodes = vec![(1, 0, self.size)];
        while let Some((node, from, to)) = nodes.pop() {
            if to <= begin || end <= from || self.earliest[node] as usize >= begin {
                continue;
            }
            if to - from == 1 {
                match self.pushed[from].filter(is_last) {
                    Some(value) => return Some(value),
                    None => continue,
                }
            }
            let middle = (from + to) / 2;
            nodes.push((2 * node + 1, middle, to));
            nodes.push((2 * node, from, middle));
        }
        None
    }

    fn remove(&mut self, value: &Value) {
        let from = value.put.returned as usize;
        self.pushed[from] = None;
        let mut node = self.size + from;
        self.earliest[node] = u32::MAX;
        while node > 1 {
            node /= 2;
            self.earliest[node] = self.earliest[2 * node].min(self.earliest[2 * node + 1]);
        }
        self.cover.add(from, (value.taken.called as usize).min(self.size), -1);
    }
}

/// How many values are certainly inside after each event: a tree with counts to be added to all below.
struct Cover {
    count: Vec<i32>,
    least: Vec<i32>,
    most: Vec<i32>,
    size: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Covered {
    Yes,
    No,
}

impl Cover {
    /// Adds to the count after each event in `from..to`.
    fn add(&mut self, from: usize, to: usize, change: i32) {
        let (mut low, mut high) = (from + self.size, to + self.size);
        while low < high {
            if low & 1 == 1 {
                self.change(low, change);
                low += 1;
            }
            if high & 1 == 1 {
                high -= 1;
                self.change(high, change);
            }
            low /= 2;
            high /= 2;
        }
        self.refresh(from + self.size);
        self.refresh(to - 1 + self.size);
    }

    fn change(&mut self, node: usize, change: i32) {
        self.count[node] += change;
        self.least[node] += change;
        self.most[node] += change;
    }

    fn refresh(&mut self, mut node: usize) {
        while node > 1 {
            node /= 2;
            self.least[node] = self.least[2 * node].min(self.least[2 * node + 1]) + self.count[node];
            self.most[node] = self.most[2 * node].max(self.most[2 * node + 1]) + self.count[node];
        }
    }

    /// The first event in `from..to` after which something is inside, or nothing is.
    fn next(&self, from: usize, to: usize, wanted: Covered) -> Option<usize> {
        let mut nodes = vec![(1, 0, self.size, 0)];
        while let Some((node, begin, end, above)) = nodes.pop() {
            let found = match wanted {
                Covered::Yes => above + self.most[node] > 0,
                Covered::No => above + self.least[node] == 0,
            };
            if end <= from || to <= begin || !found {
                continue;
            }
            if end - begin == 1 {
                return Some(begin);
            }
            let (middle, above) = ((begin + end) / 2, above + self.count[node]);
            nodes.push((2 * node + 1, middle, end, above));
            nodes.push((2 * node, begin, middle, above));
        }
        None
    }
}
