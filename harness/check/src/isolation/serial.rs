//! One order of all transactions that explains every read: the proof that a history of registers is serializable.
//!
//! Where the order of versions is not known, the absence of cycles proves nothing. So an order is looked for: a
//! transaction may come next when all that must come before it has come, and when nobody waits any more to read the
//! versions it replaces. Then no read is ever missed. The one that is due first comes next, which is nearly right for
//! most stores. At a dead end some transactions wait for one another in a circle, which says what was chosen wrongly
//! (see [`learn`]). If in the end nothing is left to choose, there is no order. All of it has a budget.
//!
//! It knows versions by number and nothing of values.

mod learn;

use std::collections::BTreeSet;

use self::learn::Lessons;
use super::graph::{Graph, Kinds};

/// What transactions read and write.
pub(crate) struct Script {
    /// Of each transaction that counts, when it is due; the others are left out.
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
    /// There is none; at the dead end that came furthest, so many had come and these could not come next.
    None {
        /// How many transactions had come.
        done: usize,
        /// Those that could not come next.
        stuck: Vec<u32>,
    },
    /// The budget ended the search.
    BudgetSpent,
}

/// How many candidates may be looked at, and how many more for each transaction.
const LEAST_BUDGET: usize = 500_000;
const BUDGET_PER_TRANSACTION: usize = 50;

/// How many transactions of a dead end are shown.
const MOST_SHOWN: usize = 8;

/// Has not come yet.
const NOT_YET: u32 = u32::MAX;

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
        let transaction = transaction as usize;
        &self.entries[self.starts[transaction] as usize..self.starts[transaction + 1] as usize]
    }
}

struct Search<'a> {
    graph: &'a Graph,
    kinds: Kinds,
    script: &'a Script,
    reads: Lookup<'a>,
    writes: Lookup<'a>,
    /// How many of those that must come before each vertex have yet to come.
    waits_for: Vec<u32>,
    ready: BTreeSet<(u64, u32)>,
    /// The version of each key.
    current: Vec<u32>,
    /// How many readers of each version have yet to come.
    readers: Vec<u32>,
    /// Those that have come, and where the versions they replaced are saved.
    order: Vec<(u32, usize)>,
    places: Vec<u32>,
    saved: Vec<(u32, u32)>,
    lessons: Lessons,
    left: usize,
}

/// Looks for an order that respects the edges of these kinds.
pub(crate) fn order(graph: &Graph, kinds: Kinds, script: &Script) -> Answer {
    let mut search = Search::new(graph, kinds, script);
    let count = script.rank.iter().flatten().count();
    let mut furthest = (0, Vec::new());
    loop {
        if let Some(next) = search.next() {
            search.choose(next);
        } else if search.order.len() == count {
            return Answer::Found;
        } else if search.left == 0 {
            return Answer::BudgetSpent;
        } else {
            if search.order.len() > furthest.0 || furthest.1.is_empty() {
                let stuck = search.ready.iter().take(MOST_SHOWN).map(|ready| ready.1);
                furthest = (search.order.len(), stuck.collect());
            }
            if !search.learn() {
                return match search.left {
                    0 => Answer::BudgetSpent,
                    _ => Answer::None { done: furthest.0, stuck: furthest.1 },
                };
            }
        }
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
        let transactions = script.rank.len();
        let mut search = Search {
            graph,
            kinds,
            script,
            reads: Lookup::new(&script.reads, transactions),
            writes: Lookup::new(&script.writes, transactions),
            waits_for,
            ready: BTreeSet::new(),
            current: script.initial.clone(),
            readers,
            order: Vec::with_capacity(transactions),
            places: vec![NOT_YET; transactions],
            saved: Vec::new(),
            lessons: Lessons::default(),
            left: LEAST_BUDGET + BUDGET_PER_TRANSACTION * transactions,
        };
        let vertices = 0..graph.vertices() as u32;
        let roots: Vec<u32> = vertices.filter(|&vertex| search.waits_for[vertex as usize] == 0).collect();
        for root in roots {
            match script.rank.get(root as usize) {
                Some(rank) => search.ready.extend(rank.map(|rank| (rank, root))),
                None => search.release(root),
            }
        }
        search
    }

    /// The first of those that are ready that may come now.
    fn next(&mut self) -> Option<(u64, u32)> {
        for &candidate in &self.ready {
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
        self.places[transaction as usize] = self.order.len() as u32;
        self.order.push((transaction, self.saved.len()));
        for read in self.reads.of(transaction) {
            self.readers[read.2 as usize] -= 1;
        }
        for write in self.writes.of(transaction) {
            self.saved.push((write.1, std::mem::replace(&mut self.current[write.1 as usize], write.2)));
        }
        self.release(transaction);
    }

    /// Takes back the last choice.
    fn take_back(&mut self) {
        let Some((transaction, saved)) = self.order.pop() else { return };
        self.places[transaction as usize] = NOT_YET;
        self.hold(transaction);
        for (key, version) in self.saved.drain(saved..).rev() {
            self.current[key as usize] = version;
        }
        for read in self.reads.of(transaction) {
            self.readers[read.2 as usize] += 1;
        }
        self.left = self.left.saturating_sub(1);
        if self.waits_for[transaction as usize] == 0 {
            self.now_ready(transaction);
        }
    }

    fn now_ready(&mut self, transaction: u32) {
        self.ready.extend(self.script.rank[transaction as usize].map(|rank| (rank, transaction)));
    }

    fn not_ready(&mut self, transaction: u32) {
        if let Some(rank) = self.script.rank[transaction as usize] {
            self.ready.remove(&(rank, transaction));
        }
    }

    /// What waited for this vertex waits for one less.
    fn release(&mut self, vertex: u32) {
        let mut todo = vec![vertex];
        while let Some(vertex) = todo.pop() {
            for to in self.successors(vertex) {
                self.waits_for[to as usize] -= 1;
                match (self.waits_for[to as usize], self.is_transaction(to)) {
                    (0, true) => self.now_ready(to),
                    (0, false) => todo.push(to),
                    _ => {}
                }
            }
        }
    }

    /// The reverse of [`Search::release`].
    fn hold(&mut self, vertex: u32) {
        let mut todo = vec![vertex];
        while let Some(vertex) = todo.pop() {
            for to in self.successors(vertex) {
                match (self.waits_for[to as usize], self.is_transaction(to)) {
                    (0, true) => self.not_ready(to),
                    (0, false) => todo.push(to),
                    _ => {}
                }
                self.waits_for[to as usize] += 1;
            }
        }
    }

    fn is_transaction(&self, vertex: u32) -> bool {
        (vertex as usize) < self.script.rank.len()
    }

    /// What waits for a vertex.
    fn successors(&self, vertex: u32) -> impl Iterator<Item = u32> + use<'a> {
        let kinds = self.kinds;
        let known = self.graph.edges(vertex).iter().filter(move |edge| kinds.has(edge.kind()));
        known.map(|edge| edge.to()).chain(self.lessons.after(vertex))
    }
}
