//! Shortest paths through the states of an automaton, within a budget.
//!
//! The length of a path is the number of transactions it meets: what leads onward from an auxiliary vertex is free.
//! It does not know what the automaton accepts.

use std::collections::VecDeque;

use super::cycles::Automaton;
use super::graph::{Graph, Kind};

/// A vertex and the state in which a path reaches it.
type Position = (u32, u32);

/// A search that can be used again and again without clearing its memory.
pub(crate) struct Paths<'a> {
    graph: &'a Graph,
    automaton: Automaton,
    places: Vec<Place>,
    search: u32,
    left: usize,
}

/// How a position was reached by the search of that number.
#[derive(Clone, Copy)]
struct Place {
    search: u32,
    length: u32,
    before: u32,
    kind: Kind,
}

impl<'a> Paths<'a> {
    /// Searches that together follow at most `budget` edges.
    pub(crate) fn new(graph: &'a Graph, automaton: Automaton, budget: usize) -> Paths<'a> {
        let unseen = Place { search: 0, length: 0, before: 0, kind: Kind::Onward };
        let places = vec![unseen; graph.vertices() * automaton.states() as usize];
        Paths { graph, automaton, places, search: 0, left: budget }
    }

    /// Whether the budget has ended a search.
    pub(crate) fn is_spent(&self) -> bool {
        self.left == 0
    }

    /// A shortest path from `start` to `goal`, through vertices that are `within`, that meets fewer than `limit`
    /// transactions: each vertex with the kind of the edge that leaves it, the goal not among them.
    pub(crate) fn shortest(
        &mut self,
        start: Position,
        goal: Position,
        limit: u32,
        within: impl Fn(u32) -> bool,
    ) -> Option<Vec<(u32, Kind)>> {
        self.search += 1;
        let states = self.automaton.states();
        let place = |(vertex, state): Position| (vertex * states + state) as usize;
        let is_transaction = |vertex| vertex < self.graph.transactions;
        let (start, goal) = (place(start), place(goal));
        let met = u32::from(is_transaction(start as u32 / states));
        self.places[start] = Place { search: self.search, length: met, before: u32::MAX, kind: Kind::Onward };
        let mut todo = VecDeque::from([(start, met)]);
        while let Some((here, length)) = todo.pop_front() {
            if here == goal {
                return Some(self.walk_back(start, goal));
            }
            if self.places[here].length < length {
                continue;
            }
            for edge in self.graph.edges(here as u32 / states) {
                if self.left == 0 {
                    return None;
                }
                self.left -= 1;
                let (to, kind) = (edge.to(), edge.kind());
                let state = self.automaton.step(here as u32 % states, kind);
                let Some(state) = state.filter(|_| within(to)) else { continue };
                let next = place((to, state));
                // The goal closes the cycle: its transaction is counted by the caller.
                let cost = u32::from(is_transaction(to) && next != goal);
                let known = &mut self.places[next];
                let is_shorter = known.search != self.search || known.length > length + cost;
                if is_shorter && length + cost < limit {
                    let before = here as u32;
                    *known = Place { search: self.search, length: length + cost, before, kind };
                    match cost {
                        0 => todo.push_front((next, length)),
                        _ => todo.push_back((next, length + 1)),
                    }
                }
            }
        }
        None
    }

    fn walk_back(&self, start: usize, goal: usize) -> Vec<(u32, Kind)> {
        let mut path = Vec::new();
        let mut at = goal;
        while at != start {
            let Place { before, kind, .. } = self.places[at];
            at = before as usize;
            path.push((before / self.automaton.states(), kind));
        }
        path.reverse();
        path
    }
}
