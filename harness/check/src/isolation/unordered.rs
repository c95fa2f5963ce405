//! Writes whose order nobody knows, because nobody read them: is there an order that adds no cycle?
//!
//! Serializable levels do not ask: where there is no cycle at all, any order will do that agrees with the rest of the
//! graph. But where there are cycles with adjacent rw edges, which snapshot isolation allows, each order of two writes
//! may lead to a cycle that it forbids. Then an order is looked for, and if it is found, it is the proof.
//!
//! It does not know which transactions wrote what: it gets them in groups, each in a likely order.

use std::collections::{BTreeMap, BTreeSet};

use super::components::{Digraph, components};
use super::cycles::{NeverAdjacent, Only};
use super::graph::{Graph, Kinds};

/// A group with more members on cycles than this is taken in the order it has.
const MOST_COMPARED: usize = 64;

/// The graph in which no two rw edges are adjacent, with more ww edges.
struct Tried<'a> {
    known: NeverAdjacent<'a>,
    more: BTreeMap<u32, Vec<u32>>,
}

impl Digraph for Tried<'_> {
    fn vertices(&self) -> usize {
        self.known.vertices()
    }
    fn degree(&self, vertex: u32) -> usize {
        self.known.degree(vertex) + self.more.get(&(vertex / 2)).map_or(0, Vec::len)
    }
    fn follow(&self, vertex: u32, index: usize) -> Option<u32> {
        let known = self.known.degree(vertex);
        match index.checked_sub(known) {
            None => self.known.follow(vertex, index),
            Some(more) => Some(2 * self.more[&(vertex / 2)][more]),
        }
    }
}

impl Tried<'_> {
    /// Which of `wanted` can be reached from `start`, without adjacent rw edges.
    fn reached(&self, start: u32, wanted: &[u32]) -> BTreeSet<u32> {
        let mut seen = BTreeSet::from([2 * start]);
        let mut todo = vec![2 * start];
        while let Some(vertex) = todo.pop() {
            let next = (0..self.degree(vertex)).filter_map(|index| self.follow(vertex, index));
            todo.extend(next.filter(|&next| seen.insert(next)));
        }
        let is_reached = |&&vertex: &&u32| seen.contains(&(2 * vertex)) || seen.contains(&(2 * vertex + 1));
        wanted.iter().filter(|&&vertex| vertex != start).filter(is_reached).copied().collect()
    }

    /// Adds the edges of an order of these writes in which each comes before those it reaches.
    fn order(&mut self, group: &[u32]) {
        let mut left = group.to_vec();
        if group.len() <= MOST_COMPARED {
            let reached: Vec<BTreeSet<u32>> = group.iter().map(|&one| self.reached(one, group)).collect();
            // One that nobody left reaches comes next; if there is none, the order does not matter: it fails.
            let mut order = Vec::new();
            while !left.is_empty() {
                let is_free = |&one: &u32| {
                    group
                        .iter()
                        .zip(&reached)
                        .all(|(other, reached)| !left.contains(other) || !reached.contains(&one))
                };
                let next = left.iter().copied().position(|one| is_free(&one)).unwrap_or(0);
                order.push(left.remove(next));
            }
            left = order;
        }
        for pair in left.windows(2) {
            self.more.entry(pair[0]).or_default().push(pair[1]);
        }
    }
}

/// Whether the groups can be ordered without a cycle of these kinds in which no two rw edges are adjacent; true only if
/// an order was found.
pub(crate) fn is_harmless(knot: &Graph, kinds: Kinds, groups: &[Vec<u32>]) -> bool {
    // Writes in different components have the order of the components.
    let together = components(&Only(knot, kinds));
    let mut tried = Tried { known: NeverAdjacent(knot, kinds), more: BTreeMap::new() };
    for group in groups {
        let mut parts: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for &writer in group {
            if let Some(component) = together.large(writer) {
                parts.entry(component).or_default().push(writer);
            }
        }
        parts.values().filter(|part| part.len() > 1).for_each(|part| tried.order(part));
    }
    tried.more.is_empty() || !components(&tried).any()
}
