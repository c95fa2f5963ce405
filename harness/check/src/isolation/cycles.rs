//! Which classes of cycles a graph of dependencies has, and a shortest one of each.
//!
//! The classes are Adya's (1999), as refined by Elle (Kingsbury and Alvaro, VLDB 2020). Each is a regular language
//! of edge kinds, so a small automaton that reads edges decides it: its states times the vertices make a graph whose
//! components hold exactly the walks of that class. So absence is proven in linear time; only to find the *shortest*
//! witness are paths searched, under a budget counted in edges.
//!
//! ```text
//! G0             ww only                      G-nonadjacent  two or more rw, never one after another
//! G1c            ww and wr, at least one wr   G2-item        two or more rw, some one after another
//! G-single       exactly one rw
//! ```
//!
//! It knows no keys and no values: [`explain`](super::explain) puts a cycle in words.

use super::anomaly::{Class, Ties};
use super::components::{Components, Digraph, components};
use super::graph::{Graph, Kind, Kinds};
use super::paths::Paths;
use super::unordered;

/// A cycle: each transaction with the kind of the edge to the next, the last one's leading to the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cycle {
    pub(crate) class: Class,
    pub(crate) ties: Ties,
    pub(crate) steps: Vec<(u32, Kind)>,
}

/// What the search found.
#[derive(Default)]
pub(crate) struct Search {
    /// At most one cycle for each class, with the fewest kinds of ties.
    pub(crate) cycles: Vec<Cycle>,
    /// Classes that the budget did not settle.
    pub(crate) open: Vec<(Class, Ties)>,
    /// The first ties for which the unknown order of some writes leaves open whether there is a cycle in which no two
    /// rw edges are adjacent.
    pub(crate) unordered: Option<Ties>,
}

const WRITES: Kinds = Kinds::of(&[Kind::WriteWrite]);
const READS: Kinds = WRITES.and(Kinds::of(&[Kind::WriteRead]));
/// What the classes with rw edges have beside: an inferred edge stands, or else there is a cycle with one rw edge.
const INFERRED: Kinds = Kinds::of(&[Kind::WriteWriteInferred]);
const MORE: Kinds = Kinds::of(&[Kind::ReadWrite]).and(INFERRED);
const MORE_REALTIME: Kinds = Kinds::of(&[Kind::ReadWriteRealtime, Kind::WriteWriteRealtime]);

/// The kinds that tie transactions together besides reads and writes.
const fn ties(ties: Ties) -> Kinds {
    match ties {
        Ties::Data => Kinds::of(&[]),
        Ties::Process => Kinds::of(&[Kind::Process]),
        Ties::Realtime => Kinds::of(&[Kind::Process, Kind::Realtime]),
    }
}

/// All kinds that a cycle of this class may have.
pub(crate) const fn kinds(class: Class, with: Ties) -> Kinds {
    let more = match with {
        Ties::Realtime => MORE.and(MORE_REALTIME),
        Ties::Data | Ties::Process => MORE,
    };
    let data = match class {
        Class::G0 => WRITES,
        Class::G1c => READS,
        Class::GSingle | Class::GNonadjacent | Class::G2Item => READS.and(more),
    };
    data.and(ties(with))
}

/// How many edges the search for a shortest witness of one class may follow, and how many more for each edge that may
/// be on a cycle.
const LEAST_BUDGET: usize = 20_000_000;
const BUDGET_PER_EDGE: usize = 20;

/// The automaton of a class, started after a *characteristic* edge: one that each cycle of the class has.
#[derive(Clone, Copy)]
pub(crate) struct Automaton {
    class: Class,
    kinds: Kinds,
}

impl Automaton {
    /// Whether a cycle of the class can be found from this edge.
    fn is_characteristic(self, kind: Kind) -> bool {
        self.kinds.has(kind)
            && match self.class {
                Class::G0 => kind == Kind::WriteWrite,
                Class::G1c => kind == Kind::WriteRead,
                Class::GSingle => kind.is_read_write() || kind.is_inferred(),
                Class::GNonadjacent | Class::G2Item => kind.is_read_write(),
            }
    }

    /// The state after a characteristic edge.
    ///
    /// G-nonadjacent: bit 0 says that the last edge was rw, bit 1 that another rw was seen since the first.
    /// G2-item: 0 until the second rw has followed the first at once, then 1.
    fn start(self) -> u32 {
        u32::from(self.class == Class::GNonadjacent)
    }

    /// The state in which the walk may close.
    fn end(self) -> u32 {
        match self.class {
            Class::G0 | Class::G1c | Class::GSingle => 0,
            Class::GNonadjacent => 2,
            Class::G2Item => 1,
        }
    }

    /// The state after one more edge, if it is allowed.
    #[inline]
    pub(crate) fn step(self, state: u32, kind: Kind) -> Option<u32> {
        if !self.kinds.has(kind) {
            return None;
        }
        if kind == Kind::Onward {
            return Some(state);
        }
        match (self.class, kind.is_read_write()) {
            (Class::G0 | Class::G1c, _) => Some(0),
            (Class::GSingle, is_read_write) => (!is_read_write).then_some(0),
            (Class::GNonadjacent, true) => (state & 1 == 0).then_some(3),
            (Class::GNonadjacent, false) => Some(state & 2),
            (Class::G2Item, is_read_write) => (state == 1 || is_read_write).then_some(1),
        }
    }

    /// How many states there are.
    pub(crate) const fn states(self) -> u32 {
        match self.class {
            Class::G0 | Class::G1c | Class::GSingle => 1,
            Class::GNonadjacent => 4,
            Class::G2Item => 2,
        }
    }
}

/// The edges of some kinds.
pub(crate) struct Only<'a>(pub(crate) &'a Graph, pub(crate) Kinds);

impl Digraph for Only<'_> {
    fn vertices(&self) -> usize {
        self.0.vertices()
    }
    fn degree(&self, vertex: u32) -> usize {
        self.0.edges(vertex).len()
    }
    fn follow(&self, vertex: u32, index: usize) -> Option<u32> {
        let edge = self.0.edges(vertex)[index];
        self.1.has(edge.kind()).then_some(edge.to())
    }
}

/// Two vertices for each: the odd one is reached by an rw edge, and no rw edge leaves it.
pub(crate) struct NeverAdjacent<'a>(pub(crate) &'a Graph, pub(crate) Kinds);

impl Digraph for NeverAdjacent<'_> {
    fn vertices(&self) -> usize {
        2 * self.0.vertices()
    }
    fn degree(&self, vertex: u32) -> usize {
        self.0.edges(vertex / 2).len()
    }
    fn follow(&self, vertex: u32, index: usize) -> Option<u32> {
        let edge = self.0.edges(vertex / 2)[index];
        let after_rw = vertex % 2;
        match edge.kind() {
            kind if !self.1.has(kind) => None,
            Kind::Onward => Some(2 * edge.to() + after_rw),
            kind if kind.is_read_write() => (after_rw == 0).then_some(2 * edge.to() + 1),
            _ => Some(2 * edge.to()),
        }
    }
}

/// The classes of cycles that these edges form, the gravest first.
/// Groups of writes whose order nobody knows are tried in an order in which they may be harmless.
pub(crate) fn search(graph: &Graph, groups: &[Vec<u32>]) -> Search {
    let everything = components(&Only(graph, kinds(Class::G2Item, Ties::Realtime)));
    let mut search = Search::default();
    if !everything.any() {
        return search;
    }
    let (knot, names) = graph.within(|vertex| everything.large(vertex));
    let budget = LEAST_BUDGET + BUDGET_PER_EDGE * knot.len();
    // What was inferred stands as long as there is no cycle with one rw edge.
    let mut doubted = Kinds::of(&[]);
    for class in Class::ALL {
        for with in Ties::ALL {
            let automaton = Automaton { class, kinds: kinds(class, with).without(doubted) };
            match shortest(&knot, automaton, Some(with), budget) {
                Shortest::Cycle(steps) => {
                    let steps = steps.iter().map(|&(vertex, kind)| (names[vertex as usize], kind)).collect();
                    search.cycles.push(Cycle { class, ties: with, steps });
                    doubted = match (class, with) {
                        (Class::GSingle, Ties::Data) => INFERRED.and(MORE_REALTIME),
                        (Class::GSingle, _) => MORE_REALTIME,
                        _ => doubted,
                    };
                    break;
                }
                Shortest::None => {}
                Shortest::BudgetSpent => search.open.push((class, with)),
            }
        }
    }
    let unordered = groups.iter().map(|group| {
        group.iter().filter_map(|old| names.binary_search(old).ok().map(|place| place as u32)).collect()
    });
    let unordered: Vec<Vec<u32>> = unordered.collect();
    search.unordered = Ties::ALL
        .into_iter()
        .find(|&with| !unordered::is_harmless(&knot, kinds(Class::GNonadjacent, with), &unordered));
    search
}

/// A shortest cycle of some class: each transaction with the kind of the edge to the next.
pub(crate) enum Shortest {
    None,
    Cycle(Vec<(u32, Kind)>),
    BudgetSpent,
}

/// A shortest cycle of edges of these kinds, not rw, among them one that was inferred.
pub(crate) fn shortest_inferred(graph: &Graph, kinds: Kinds) -> Shortest {
    if !components(&Only(graph, kinds)).any() {
        return Shortest::None;
    }
    let budget = LEAST_BUDGET + BUDGET_PER_EDGE * graph.len();
    shortest(graph, Automaton { class: Class::GSingle, kinds }, None, budget)
}

/// Which edges may lie on a cycle of a class.
struct Filter {
    vertices: Components,
    /// For the classes in which no two rw edges are adjacent: the components of [`NeverAdjacent`].
    states: Option<Components>,
}

impl Filter {
    fn new(graph: &Graph, automaton: Automaton) -> Filter {
        let states = matches!(automaton.class, Class::GSingle | Class::GNonadjacent)
            .then(|| components(&NeverAdjacent(graph, automaton.kinds)));
        Filter { vertices: components(&Only(graph, automaton.kinds)), states }
    }

    fn may_close(&self, from: u32, to: u32, kind: Kind) -> bool {
        match &self.states {
            Some(states) => states.together(2 * from, 2 * to + u32::from(kind.is_read_write())),
            None => self.vertices.together(from, to),
        }
    }
}

/// A shortest cycle of the automaton's class.
fn shortest(graph: &Graph, automaton: Automaton, with: Option<Ties>, budget: usize) -> Shortest {
    let filter = Filter::new(graph, automaton);
    let mut paths = Paths::new(graph, automaton, budget);
    let mut best: Option<Vec<(u32, Kind)>> = None;
    for from in 0..graph.transactions {
        for edge in graph.edges(from) {
            let (to, kind) = (edge.to(), edge.kind());
            if !automaton.is_characteristic(kind) || !filter.may_close(from, to, kind) {
                continue;
            }
            let limit = best.as_ref().map_or(u32::MAX, |best| best.len() as u32 - 1);
            let same = |vertex| filter.vertices.together(vertex, from);
            let (start, goal) = ((to, automaton.start()), (from, automaton.end()));
            let Some(path) = paths.shortest(start, goal, limit, same) else {
                continue;
            };
            let steps = transactions_only(graph, from, kind, &path);
            if is_of_class(&steps, automaton.class, with) && limit as usize >= steps.len() {
                best = Some(steps);
            }
            if best.as_ref().is_some_and(|best| best.len() == 2) {
                return best.map_or(Shortest::None, Shortest::Cycle);
            }
        }
    }
    match best {
        Some(best) => Shortest::Cycle(best),
        None if paths.is_spent() => Shortest::BudgetSpent,
        None => Shortest::None,
    }
}

/// The cycle without its auxiliary vertices: each transaction with the kind of the edge by which it is left.
fn transactions_only(graph: &Graph, from: u32, first: Kind, path: &[(u32, Kind)]) -> Vec<(u32, Kind)> {
    let is_transaction = |step: &&(u32, Kind)| step.0 < graph.transactions;
    std::iter::once(&(from, first)).chain(path.iter().filter(is_transaction)).copied().collect()
}

/// Whether this is a cycle that meets no transaction twice, of exactly this class.
fn is_of_class(steps: &[(u32, Kind)], class: Class, with: Option<Ties>) -> bool {
    let mut met: Vec<u32> = steps.iter().map(|step| step.0).collect();
    met.sort_unstable();
    let is_simple = met.windows(2).all(|pair| pair[0] != pair[1]);
    is_simple && class_of(steps) == class && with.is_none_or(|with| ties_of(steps) == with)
}

/// The class of a cycle by its kinds of edges.
fn class_of(steps: &[(u32, Kind)]) -> Class {
    let is_rw = |index: usize| steps[index % steps.len()].1.is_read_write();
    let has_wr = steps.iter().any(|step| step.1 == Kind::WriteRead);
    let adjacent = (0..steps.len()).any(|index| is_rw(index) && is_rw(index + 1));
    match (0..steps.len()).filter(|&index| is_rw(index)).count() {
        0 if steps.iter().any(|step| step.1.is_inferred()) => Class::GSingle,
        0 if has_wr => Class::G1c,
        0 => Class::G0,
        1 => Class::GSingle,
        _ if adjacent => Class::G2Item,
        _ => Class::GNonadjacent,
    }
}

/// What else than reads and writes ties a cycle together.
fn ties_of(steps: &[(u32, Kind)]) -> Ties {
    let has = |wanted: &[Kind]| steps.iter().any(|step| wanted.contains(&step.1));
    if has(&[Kind::Realtime, Kind::WriteWriteRealtime, Kind::ReadWriteRealtime]) {
        Ties::Realtime
    } else if has(&[Kind::Process]) {
        Ties::Process
    } else {
        Ties::Data
    }
}
