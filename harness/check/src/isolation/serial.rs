//! One order of all transactions that explains every read: the proof that a history of registers is serializable.
//!
//! Where the order of versions is not known, the absence of cycles proves nothing. So an order is looked for: a
//! transaction may come next when all that must come before it has come, and when nobody waits any more to read the
//! versions it replaces. Then no read is ever missed, and a dead end is a choice of writers that was wrong. The choice
//! goes by the order of completion, which is right for most stores, and is taken back at a dead end, within a budget.
//!
//! It knows versions by number and nothing of values.

use std::collections::BTreeSet;
use std::ops::Bound;

use super::graph::{Graph, Kinds};

/// What transactions read and write.
pub(crate) struct Script {
    /// Of each transaction that counts, when it should come if it can; the others are left out.
    pub(crate) rank: Vec<Option<u64>>,
    /// Transaction, key and version of each external read, in order of transactions.
    pub(crate) reads: Vec<(u32, u32, u32)>,
    /// Transaction, key and version of each final write, in order of transactions.
    pub(crate) writes: Vec<(u32, u32, u32)>,
    /// The initial version of each key.
    pub(crate) initial: Vec<u32>,
    /// All versions are numbered below this.
    pub(crate) versions: usize,
}

/// What the search found.
pub(crate) enum Answer {
    /// An order.
    Found,
    /// All orders were tried; at the dead end that came furthest, so many had come and these could not come next.
    None {
        /// How many transactions had come.
        done: usize,
        /// Those that could not come next.
        stuck: Vec<u32>,
    },
    /// The budget ended the search.
    BudgetSpent,
}

/// How many transactions of a dead end are shown.
const MOST_SHOWN: usize = 8;

/// How many candidates may be looked at, and how many more for each transaction.
const LEAST_BUDGET: usize = 200_000;
const BUDGET_PER_TRANSACTION: usize = 16;

/// A choice that was made.
struct Choice {
    candidate: (u64, u32),
    /// A transaction that writes nothing can come as soon as it may: there is no other choice to try.
    is_free: bool,
    /// The versions it replaced are saved from here on.
    saved: usize,
}

struct Search<'a> {
    graph: &'a Graph,
    kinds: Kinds,
    script: &'a Script,
    reads: Lookup<'a>,
    writes: Lookup<'a>,
    waits_for: Vec<u32>,
    ready: BTreeSet<(u64, u32)>,
    current: Vec<u32>,
    /// How many readers of each version have yet to come.
    readers: Vec<u32>,
    choices: Vec<Choice>,
    saved: Vec<(u32, u32)>,
    left: usize,
}

/// Looks for an order that respects the edges of these kinds.
pub(crate) fn order(graph: &Graph, kinds: Kinds, script: &Script) -> Answer {
    let mut search = Search::new(graph, kinds, script);
    let count = script.rank.iter().flatten().count();
    let mut furthest = (0, Vec::new());
    let mut after = None;
    loop {
        match search.next(after) {
            Some(candidate) => {
                search.choose(candidate);
                after = None;
            }
            None if search.choices.len() == count => return Answer::Found,
            None if search.left == 0 => return Answer::BudgetSpent,
            None => {
                if search.choices.len() > furthest.0 || furthest.1.is_empty() {
                    let stuck = search.ready.iter().take(MOST_SHOWN).map(|ready| ready.1);
                    furthest = (search.choices.len(), stuck.collect());
                }
                match search.take_back() {
                    Some(candidate) => after = Some(candidate),
                    None => return Answer::None { done: furthest.0, stuck: furthest.1 },
                }
            }
        }
    }
}

/// Reads or writes, with the place where those of each transaction begin.
struct Lookup<'a> {
    entries: &'a [(u32, u32, u32)],
    starts: Vec<u32>,
}

impl<'a> Lookup<'a> {
    fn new(entries: &'a [(u32, u32, u32)], transactions: usize) -> Lookup<'a> {
        let mut starts = vec![0; transactions + 1];
        entries.iter().for_each(|entry| starts[entry.0 as usize + 1] += 1);
        for index in 0..transactions {
            starts[index + 1] += starts[index];
        }
        Lookup { entries, starts }
    }

    #[inline]
    fn of(&self, transaction: u32) -> &'a [(u32, u32, u32)] {
        &self.entries
            [self.starts[transaction as usize] as usize..self.starts[transaction as usize + 1] as usize]
    }
}

impl<'a> Search<'a> {
    fn new(graph: &'a Graph, kinds: Kinds, script: &'a Script) -> Search<'a> {
        let mut waits_for = vec![0; graph.vertices()];
        for vertex in 0..graph.vertices() as u32 {
            for edge in graph.edges(vertex).iter().filter(|edge| kinds.has(edge.kind())) {
                waits_for[edge.to() as usize] += 1;
            }
        }
        let mut readers = vec![0; script.versions];
        script.reads.iter().for_each(|read| readers[read.2 as usize] += 1);
        let mut search = Search {
            graph,
            kinds,
            script,
            reads: Lookup::new(&script.reads, script.rank.len()),
            writes: Lookup::new(&script.writes, script.rank.len()),
            waits_for,
            ready: BTreeSet::new(),
            current: script.initial.clone(),
            readers,
            choices: Vec::new(),
            saved: Vec::new(),
            left: LEAST_BUDGET + BUDGET_PER_TRANSACTION * script.rank.len(),
        };
        let roots: Vec<u32> =
            (0..graph.vertices() as u32).filter(|&vertex| search.waits_for[vertex as usize] == 0).collect();
        roots.into_iter().for_each(|root| search.now_ready(root));
        search
    }

    /// The first candidate after this one that may come next.
    fn next(&mut self, after: Option<(u64, u32)>) -> Option<(u64, u32)> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        for &candidate in self.ready.range((from, Bound::Unbounded)) {
            if self.left == 0 {
                return None;
            }
            self.left -= 1;
            if self.may_come(candidate.1) {
                return Some(candidate);
            }
        }
        None
    }

    fn may_come(&self, transaction: u32) -> bool {
        let reads = self.reads.of(transaction);
        reads.iter().all(|read| self.current[read.1 as usize] == read.2)
            && self.writes.of(transaction).iter().all(|write| {
                let reads_it = reads.iter().any(|read| read.1 == write.1);
                self.readers[self.current[write.1 as usize] as usize] == u32::from(reads_it)
            })
    }

    fn choose(&mut self, candidate: (u64, u32)) {
        let transaction = candidate.1;
        self.ready.remove(&candidate);
        let writes = self.writes.of(transaction);
        self.choices.push(Choice { candidate, is_free: writes.is_empty(), saved: self.saved.len() });
        for read in self.reads.of(transaction) {
            self.readers[read.2 as usize] -= 1;
        }
        for write in writes {
            self.saved.push((write.1, std::mem::replace(&mut self.current[write.1 as usize], write.2)));
        }
        self.release(transaction);
    }

    /// What waited for this vertex waits for one less.
    fn release(&mut self, vertex: u32) {
        let mut todo = vec![vertex];
        while let Some(vertex) = todo.pop() {
            for edge in self.graph.edges(vertex).iter().filter(|edge| self.kinds.has(edge.kind())) {
                self.waits_for[edge.to() as usize] -= 1;
                if self.waits_for[edge.to() as usize] == 0 {
                    match self.script.rank.get(edge.to() as usize) {
                        Some(rank) => self.ready.extend(rank.map(|rank| (rank, edge.to()))),
                        None => todo.push(edge.to()),
                    }
                }
            }
        }
    }

    fn now_ready(&mut self, root: u32) {
        match self.script.rank.get(root as usize) {
            Some(rank) => self.ready.extend(rank.map(|rank| (rank, root))),
            None => self.release(root),
        }
    }

    /// Takes back choices up to one for which there may be another; gives that one.
    fn take_back(&mut self) -> Option<(u64, u32)> {
        loop {
            let Choice { candidate, is_free, saved } = self.choices.pop()?;
            self.hold(candidate.1);
            for (key, version) in self.saved.drain(saved..).rev() {
                self.current[key as usize] = version;
            }
            for read in self.reads.of(candidate.1) {
                self.readers[read.2 as usize] += 1;
            }
            self.ready.insert(candidate);
            self.left = self.left.saturating_sub(1);
            if !is_free {
                return Some(candidate);
            }
        }
    }

    /// The reverse of [`Search::release`].
    fn hold(&mut self, vertex: u32) {
        let mut todo = vec![vertex];
        while let Some(vertex) = todo.pop() {
            for edge in self.graph.edges(vertex).iter().filter(|edge| self.kinds.has(edge.kind())) {
                if self.waits_for[edge.to() as usize] == 0 {
                    match self.script.rank.get(edge.to() as usize) {
                        Some(rank) => {
                            if let Some(rank) = *rank {
                                self.ready.remove(&(rank, edge.to()));
                            }
                        }
                        None => todo.push(edge.to()),
                    }
                }
                self.waits_for[edge.to() as usize] += 1;
            }
        }
    }
}
