//! A key's versions as a graph whose edges lead from older to newer, and what it means if they lead in a circle.

use std::collections::{BTreeMap, VecDeque};

use super::Guarantee;
use crate::histories::finding::Finding;
use crate::histories::registers::{KvHistory, may_store};

/// The versions of one key.
#[derive(Default)]
pub(super) struct Graph {
    versions: BTreeMap<Option<u64>, usize>,
    /// What each node is; `None` between versions.
    labels: Vec<Option<Option<u64>>>,
    edges: Vec<Edge>,
}

/// The node `to` is not older than the node `from`.
#[derive(Clone, Copy)]
struct Edge {
    from: usize,
    to: usize,
    why: Why,
}

/// Why, with the numbers of operations.
#[derive(Clone, Copy)]
pub(super) enum Why {
    /// Nothing was there before anything was written.
    Beginning,
    /// The store said so.
    Known,
    /// A compare-and-swap put one in the place of the other.
    Swapped(usize),
    /// A session did the one, then the other.
    Session(Guarantee, Option<usize>, Option<usize>),
    /// A session saw `seen`, which another one wrote after `first`, and then read `last`.
    Seen { guarantee: Guarantee, first: usize, seen: usize, last: usize },
    /// Whoever served the read `last` had to hold what a session wrote or had read by `first`.
    Held { guarantee: Guarantee, first: usize, last: usize },
}

impl Graph {
    pub(super) fn node(&mut self, version: Option<u64>) -> usize {
        let next = self.labels.len();
        let labels = &mut self.labels;
        *self.versions.entry(version).or_insert_with(|| {
            labels.push(Some(version));
            next
        })
    }

    /// Every version that somebody wrote.
    pub(super) fn written(&self) -> Vec<u64> {
        self.versions.keys().copied().flatten().collect()
    }

    pub(super) fn between(&mut self) -> usize {
        self.labels.push(None);
        self.labels.len() - 1
    }

    pub(super) fn edge(&mut self, from: usize, to: usize, why: Why) {
        if from != to {
            self.edges.push(Edge { from, to, why });
        }
    }

    pub(super) fn versions(&mut self, from: Option<u64>, to: Option<u64>, why: Why) {
        let (from, to) = (self.node(from), self.node(to));
        self.edge(from, to, why);
    }
}

/// Of so many edges on circles the shortest circle is sought; more would only find the same again.
const TRIED: usize = 64;

impl Graph {
    /// The shortest contradiction found, in words.
    pub(super) fn contradiction(
        &self,
        history: &KvHistory,
        key: u64,
        asked: &[Guarantee],
    ) -> Option<Finding> {
        let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); self.labels.len()];
        for (index, edge) in self.edges.iter().enumerate() {
            leaving[edge.from].push(index);
        }
        let left = self.on_circles(&leaving);
        let on_circles = || self.edges.iter().filter(|edge| left[edge.from] && left[edge.to]);
        let shortest = |said: &dyn Fn(&Why) -> bool| {
            let circles = on_circles().filter(|edge| said(&edge.why)).take(TRIED).filter_map(|edge| {
                let back = self.path(edge.to, edge.from, &leaving, &left)?;
                Some((*edge, back))
            });
            circles.min_by_key(|(_, back)| back.len())
        };
        let said = |why: &Why| why.guarantee().is_some() && !matches!(why, Why::Session(_, _, None));
        // Swaps alone can go round in a circle, or contradict what the store says.
        let swapped = |why: &Why| matches!(why, Why::Swapped(_) | Why::Known);
        let (edge, back) = shortest(&said).or_else(|| shortest(&swapped))?;
        Some(self.tell(history, key, asked, edge, &back))
    }

    /// Which nodes are left after all are taken away, again and again, that nothing leads to.
    fn on_circles(&self, leaving: &[Vec<usize>]) -> Vec<bool> {
        let mut entering = vec![0_usize; self.labels.len()];
        self.edges.iter().for_each(|edge| entering[edge.to] += 1);
        let mut left = vec![true; self.labels.len()];
        let mut free: Vec<usize> = (0..left.len()).filter(|&node| entering[node] == 0).collect();
        while let Some(node) = free.pop() {
            left[node] = false;
            for &edge in &leaving[node] {
                let to = self.edges[edge].to;
                entering[to] -= 1;
                if entering[to] == 0 {
                    free.push(to);
                }
            }
        }
        left
    }

    /// The edges of a shortest path.
    fn path(&self, from: usize, to: usize, leaving: &[Vec<usize>], left: &[bool]) -> Option<Vec<usize>> {
        let mut came: Vec<Option<usize>> = vec![None; self.labels.len()];
        let mut queue = VecDeque::from([from]);
        while let Some(node) = queue.pop_front() {
            for &index in &leaving[node] {
                let next = self.edges[index].to;
                if next != from && left[next] && came[next].is_none() {
                    came[next] = Some(index);
                    queue.push_back(next);
                }
            }
            if came[to].is_some() {
                break;
            }
        }
        let (mut path, mut node) = (Vec::new(), to);
        while node != from {
            let edge = came[node]?;
            path.push(edge);
            node = self.edges[edge].from;
        }
        path.reverse();
        Some(path)
    }

    /// The versions of a circle, each with the next one and why that is not older. A version's edges into the nodes between
    /// belong to what follows.
    fn steps(&self, circle: &[Edge]) -> Vec<Step> {
        let label = |node: usize| self.labels[node];
        let start = circle.iter().position(|edge| label(edge.from).is_some()).unwrap_or(0);
        let mut steps: Vec<Step> = Vec::new();
        let mut open: Option<(Option<u64>, Why)> = None;
        for edge in circle.iter().cycle().skip(start).take(circle.len()) {
            let (from, first) = open.unwrap_or((label(edge.from).flatten(), edge.why));
            match label(edge.to) {
                Some(to) => {
                    steps.push((from, to, joined(first, edge.why)));
                    open = None;
                }
                None => open = Some((from, first)),
            }
        }
        steps
    }

    fn tell(
        &self,
        history: &KvHistory,
        key: u64,
        asked: &[Guarantee],
        edge: Edge,
        back: &[usize],
    ) -> Finding {
        // From the edge's end back to its beginning.
        let circle: Vec<Edge> = back.iter().map(|&index| self.edges[index]).chain([edge]).collect();
        let steps = self.steps(&circle);
        let all: Vec<usize> = steps.iter().flat_map(|(_, _, why)| why.operations()).collect();
        // The last thing done is what the others forbid.
        let shown = steps.iter().filter(|(_, _, why)| why.guarantee().is_some());
        let latest = shown.max_by_key(|(_, _, why)| why.operations().into_iter().max());
        let summary = match latest {
            Some(&(newer, older, why)) => {
                let words = say(history, newer, older, why);
                format!("{words}; but {} is older than {}", version(older), version(newer))
            }
            None => "versions were put in the place of one another, in a circle".to_owned(),
        };
        let line = |&(from, to, why): &Step| {
            format!("{} before {}: {}", version(from), version(to), say(history, from, to, why))
        };
        let mut evidence: Vec<String> = steps.iter().map(line).collect();
        evidence.extend(latest.map(|_| format!("broken: {}", broken(&steps, asked))));
        let at = all.iter().filter_map(|&index| history.operations()[index].completed).max();
        Finding::new(summary).about(format!("key {key}")).at(at).by(all).with(evidence)
    }
}

/// Two versions, the older one first, and why they are in this order.
type Step = (Option<u64>, Option<u64>, Why);

/// The guarantees that a circle is made of. What is held may be so by any of those that were asked for.
fn broken(steps: &[Step], asked: &[Guarantee]) -> String {
    let mut guarantees: Vec<Guarantee> = steps.iter().filter_map(|(_, _, why)| why.guarantee()).collect();
    if steps.iter().any(|(_, _, why)| matches!(why, Why::Seen { .. })) {
        guarantees.push(Guarantee::MonotonicReads);
    }
    if steps.iter().any(|(_, _, why)| matches!(why, Why::Held { .. })) {
        guarantees.extend(asked);
    }
    guarantees.sort_unstable();
    guarantees.dedup();
    let names: Vec<String> = guarantees.iter().map(ToString::to_string).collect();
    names.join(", or ")
}

impl Why {
    /// The operations that show it.
    fn operations(&self) -> Vec<usize> {
        match *self {
            Why::Beginning | Why::Known => vec![],
            Why::Swapped(one) => vec![one],
            Why::Session(_, first, last) => first.into_iter().chain(last).collect(),
            Why::Seen { first, seen, last, .. } => vec![first, seen, last],
            Why::Held { first, last, .. } => vec![first, last],
        }
    }

    /// The guarantee that demands it.
    fn guarantee(&self) -> Option<Guarantee> {
        match *self {
            Why::Session(guarantee, ..) | Why::Seen { guarantee, .. } | Why::Held { guarantee, .. } => {
                Some(guarantee)
            }
            Why::Beginning | Why::Known | Why::Swapped(_) => None,
        }
    }
}

/// The reason of a way through nodes between versions: who came in first and who went out last.
fn joined(first: Why, last: Why) -> Why {
    match (first, last) {
        (Why::Session(guarantee, first, _), Why::Session(_, _, last)) => Why::Session(guarantee, first, last),
        (_, last) => last,
    }
}

fn version(value: Option<u64>) -> String {
    value.map_or_else(|| "nothing".to_owned(), |value| value.to_string())
}

fn say(history: &KvHistory, from: Option<u64>, to: Option<u64>, why: Why) -> String {
    let one = |index: usize| &history.operations()[index];
    let (from, to) = (version(from), version(to));
    match why {
        Why::Beginning => "it was there in the beginning".to_owned(),
        Why::Known => "the store ordered them so".to_owned(),
        Why::Swapped(index) => format!("{} swapped {from} for {to}", one(index).client),
        Why::Session(guarantee, first, last) => {
            let client = first.or(last).map(|index| one(index).client.to_string()).unwrap_or_default();
            let (before, after) = match guarantee {
                Guarantee::ReadYourWrites => ("wrote", "read"),
                Guarantee::MonotonicReads => ("read", "read"),
                Guarantee::MonotonicWrites => ("wrote", "wrote"),
                Guarantee::WritesFollowReads => ("read", "wrote"),
            };
            format!("{client} {before} {from}, then {after} {to}")
        }
        Why::Seen { guarantee, first, seen, last } => {
            let did = if guarantee == Guarantee::MonotonicWrites { "wrote" } else { "had read" };
            let value = may_store(one(seen)).unwrap_or_default();
            format!(
                "{} read {value} under key {}, which {} wrote after it {did} {from}, then read {to}",
                one(last).client,
                one(seen).op.key(),
                one(first).client
            )
        }
        Why::Held { guarantee, first, last } => {
            let did = if guarantee == Guarantee::MonotonicWrites { "wrote" } else { "read" };
            format!(
                "{} {did} {from}, which came with what {} had read or written by then, and that read {to}",
                one(first).client,
                one(last).client
            )
        }
    }
}
