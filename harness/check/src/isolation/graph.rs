//! The graph of dependencies: transactions, what must come before what, and why.
//!
//! A vertex is a transaction, by its place in the history, or *auxiliary*: a point that many transactions come before
//! and many others after. Through it, "each of these before each of those" costs as many edges as there are
//! transactions, not as many as there are pairs.
//!
//! ```text
//!   T1 ──rw──▶         ──onward──▶ T4
//!   T2 ──rw──▶ (point) ──onward──▶ T5       instead of six edges
//!   T3 ──rw──▶
//! ```
//!
//! It does not know keys, values or anomalies.

/// Why one transaction comes before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Kind {
    /// The second overwrote a version that the first installed.
    WriteWrite,
    /// The second read a version that the first installed.
    WriteRead,
    /// The second overwrote a version that the first read.
    ReadWrite,
    /// One process ran the first, then the second.
    Process,
    /// The first was complete before the second was invoked.
    Realtime,
    /// As [`Kind::WriteWriteInferred`], but only if the order of versions respects real time.
    WriteWriteRealtime,
    /// As [`Kind::ReadWrite`], but only if the order of versions respects real time.
    ReadWriteRealtime,
    /// The second overwrote what the first wrote, or else the first lost the second's update: a level that forbids that
    /// may rely on the order.
    WriteWriteInferred,
    /// From an auxiliary vertex to what it stands for: the kind is that of the edge by which it was reached.
    Onward,
}

impl Kind {
    const ALL: [Kind; 9] = [
        Kind::WriteWrite,
        Kind::WriteRead,
        Kind::ReadWrite,
        Kind::Process,
        Kind::Realtime,
        Kind::WriteWriteRealtime,
        Kind::ReadWriteRealtime,
        Kind::WriteWriteInferred,
        Kind::Onward,
    ];

    /// Whether the second overwrote what the first read.
    pub(crate) const fn is_read_write(self) -> bool {
        matches!(self, Kind::ReadWrite | Kind::ReadWriteRealtime)
    }

    /// Whether the order of two writes was inferred from what was read.
    pub(crate) const fn is_inferred(self) -> bool {
        matches!(self, Kind::WriteWriteInferred | Kind::WriteWriteRealtime)
    }
}

/// A set of kinds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kinds(u16);

impl Kinds {
    pub(crate) const fn of(kinds: &[Kind]) -> Kinds {
        let mut bits = 1 << Kind::Onward as u8;
        let mut index = 0;
        while index < kinds.len() {
            bits |= 1 << kinds[index] as u8;
            index += 1;
        }
        Kinds(bits)
    }

    pub(crate) const fn and(self, other: Kinds) -> Kinds {
        Kinds(self.0 | other.0)
    }

    /// These without those; what leads onward stays.
    pub(crate) const fn without(self, other: Kinds) -> Kinds {
        Kinds(self.0 & !other.0 | 1 << Kind::Onward as u16)
    }

    #[inline]
    pub(crate) const fn has(self, kind: Kind) -> bool {
        self.0 & (1 << kind as u8) != 0
    }
}

/// Where an edge leads and of what kind it is, in 32 bits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Edge(u32);

/// The bits that name the vertex of an edge.
const VERTEX_BITS: u32 = 28;

impl Edge {
    fn new(to: u32, kind: Kind) -> Edge {
        Edge(to | (kind as u32) << VERTEX_BITS)
    }

    #[inline]
    pub(crate) const fn to(self) -> u32 {
        self.0 & ((1 << VERTEX_BITS) - 1)
    }

    #[inline]
    pub(crate) const fn kind(self) -> Kind {
        Kind::ALL[(self.0 >> VERTEX_BITS) as usize]
    }
}

/// The most vertices a graph can hold.
pub(crate) const MOST: usize = 1 << VERTEX_BITS;

/// Edges being collected.
pub(crate) struct Links {
    transactions: u32,
    vertices: u32,
    list: Vec<(u32, Edge)>,
    /// Groups of transactions whose writes to one key have some order that nobody knows, each in a likely one.
    pub(crate) unordered: Vec<Vec<u32>>,
}

impl Links {
    /// No edges yet among so many transactions, fewer than [`MOST`].
    pub(crate) fn new(transactions: usize) -> Links {
        assert!(transactions < MOST, "{transactions} transactions are too many to number");
        Links {
            transactions: transactions as u32,
            vertices: transactions as u32,
            list: Vec::with_capacity(8 * transactions),
            unordered: Vec::new(),
        }
    }

    /// `from` comes before `to`; nothing comes before itself.
    #[inline]
    pub(crate) fn add(&mut self, from: u32, to: u32, kind: Kind) {
        if from != to {
            self.list.push((from, Edge::new(to, kind)));
        }
    }

    /// A new auxiliary vertex.
    pub(crate) fn point(&mut self) -> u32 {
        self.vertices += 1;
        assert!(self.vertices < 1 << VERTEX_BITS, "a history with too many steps is refused before");
        self.vertices - 1
    }

    /// Each source comes before each target; but one that is both comes before no other that is both.
    ///
    /// Both are sorted and hold nothing twice. The exception is a *lost update*, which has a name of its own.
    pub(crate) fn fan(&mut self, sources: &[u32], targets: &[u32], kind: Kind) {
        if sources.is_empty() || targets.is_empty() {
            return;
        }
        let is_source = |vertex: &u32| sources.binary_search(vertex).is_ok();
        let is_target = |vertex: &u32| targets.binary_search(vertex).is_ok();
        if sources.len() == 1 || targets.len() == 1 {
            for &from in sources {
                for to in targets.iter().filter(|to| !(is_target(&from) && is_source(to))) {
                    self.add(from, *to, kind);
                }
            }
            return;
        }
        let all = self.point();
        targets.iter().for_each(|&to| self.add(all, to, Kind::Onward));
        let mut others = None;
        for from in sources {
            if !is_target(from) {
                self.add(*from, all, kind);
                continue;
            }
            let point = *others.get_or_insert_with(|| {
                let point = self.point();
                targets.iter().filter(|to| !is_source(to)).for_each(|&to| self.add(point, to, Kind::Onward));
                point
            });
            self.add(*from, point, kind);
        }
    }

    /// The graph of these edges; edges of one vertex keep the order in which they were added.
    pub(crate) fn graph(&mut self) -> Graph {
        let mut starts = vec![0u32; self.vertices as usize + 1];
        for &(from, _) in &self.list {
            starts[from as usize] += 1;
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut edges = vec![Edge(0); self.list.len()];
        for (from, edge) in std::mem::take(&mut self.list).into_iter().rev() {
            starts[from as usize] -= 1;
            edges[starts[from as usize] as usize] = edge;
        }
        Graph { transactions: self.transactions, starts, edges }
    }
}

/// Edges sorted by their first vertex: compressed sparse rows.
pub(crate) struct Graph {
    /// Vertices below this are transactions.
    pub(crate) transactions: u32,
    starts: Vec<u32>,
    edges: Vec<Edge>,
}

impl Graph {
    pub(crate) fn vertices(&self) -> usize {
        self.starts.len() - 1
    }

    /// How many edges there are.
    pub(crate) fn len(&self) -> usize {
        self.edges.len()
    }

    #[inline]
    pub(crate) fn edges(&self, vertex: u32) -> &[Edge] {
        &self.edges[self.starts[vertex as usize] as usize..self.starts[vertex as usize + 1] as usize]
    }

    /// The vertices for which `keep` names a group, and the edges inside groups; with the old name of each vertex.
    /// Transactions come first and keep their order.
    pub(crate) fn within(&self, keep: impl Fn(u32) -> Option<u32>) -> (Graph, Vec<u32>) {
        let names: Vec<u32> = (0..self.vertices() as u32).filter(|&vertex| keep(vertex).is_some()).collect();
        let new_name = |old: u32| names.binary_search(&old).map(|place| place as u32);
        let transactions = names.partition_point(|&old| old < self.transactions) as u32;
        let mut starts = Vec::with_capacity(names.len() + 1);
        let mut edges = Vec::new();
        starts.push(0);
        for &old in &names {
            for edge in self.edges(old).iter().filter(|edge| keep(edge.to()) == keep(old)) {
                edges.extend(new_name(edge.to()).map(|to| Edge::new(to, edge.kind())));
            }
            starts.push(edges.len() as u32);
        }
        (Graph { transactions, starts, edges }, names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What can be reached from `from` through auxiliary vertices alone.
    fn reached(graph: &Graph, from: u32) -> Vec<u32> {
        let mut found = Vec::new();
        let mut todo = vec![from];
        while let Some(vertex) = todo.pop() {
            for edge in graph.edges(vertex) {
                if edge.to() < graph.transactions {
                    found.push(edge.to());
                } else {
                    todo.push(edge.to());
                }
            }
        }
        found.sort_unstable();
        found
    }

    /// A fan orders each source before each target, except itself and the other ones that are both.
    #[test]
    fn a_fan_spares_those_that_are_source_and_target() {
        /// Sources, targets, and what each source should reach.
        type Case = (&'static [u32], &'static [u32], &'static [&'static [u32]]);
        let cases: [Case; 4] = [
            (&[0, 1], &[2, 3], &[&[2, 3], &[2, 3]]),
            (&[0, 1, 2], &[2, 3], &[&[2, 3], &[2, 3], &[3]]),
            (&[0, 1, 2], &[1, 2, 3], &[&[1, 2, 3], &[3], &[3]]),
            (&[0, 1], &[1], &[&[1], &[]]),
        ];
        for (sources, targets, expected) in cases {
            let mut links = Links::new(4);
            links.fan(sources, targets, Kind::ReadWrite);
            let graph = links.graph();
            for (source, expected) in sources.iter().zip(expected) {
                assert_eq!(reached(&graph, *source), *expected, "{source} of {sources:?} before {targets:?}");
            }
        }
    }

    /// An edge gives back what it was made of.
    #[test]
    fn edges_keep_their_target_and_their_kind() {
        for kind in Kind::ALL {
            let edge = Edge::new(12_345, kind);
            assert_eq!((edge.to(), edge.kind()), (12_345, kind));
        }
    }
}
