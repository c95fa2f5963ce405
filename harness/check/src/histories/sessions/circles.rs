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
    pub(super) fn contradiction(&self, history: &KvHistory, key: u64) -> Option<Finding> {
        let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); self.labels.len()];
        for (index, edge) in self.edges.iter().enumerate() {
            leaving[edge.from].push(index);
        }
        let left = self.on_circles(&leaving);
        let said = |edge: &&Edge| matches!(edge.why, Why::Session(_, _, Some(_)) | Why::Seen { .. });
        let candidates = self.edges.iter().filter(|edge| left[edge.from] && left[edge.to]).filter(said);
        let circles = candidates.take(TRIED).filter_map(|edge| {
            let back = self.path(edge.to, edge.from, &leaving, &left)?;
            Some((*edge, back))
        });
        let (edge, back) = circles.min_by_key(|(_, back)| back.len())?;
        Some(self.tell(history, key, edge, &back))
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

    fn tell(&self, history: &KvHistory, key: u64, edge: Edge, back: &[usize]) -> Finding {
        // From the edge's end back to its beginning; a version's edges into the nodes between belong to what follows.
        let circle: Vec<Edge> = back.iter().map(|&index| self.edges[index]).chain([edge]).collect();
        let mut steps: Vec<(Option<u64>, Option<u64>, Why)> = Vec::new();
        let label = |node: usize| self.labels[node];
        let start = circle.iter().position(|edge| label(edge.from).is_some()).unwrap_or(0);
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
        let operations = |why: &Why| match *why {
            Why::Beginning | Why::Known => vec![],
            Why::Swapped(one) => vec![one],
            Why::Session(_, first, last) => first.into_iter().chain(last).collect(),
            Why::Seen { first, seen, last, .. } => vec![first, seen, last],
        };
        let all: Vec<usize> = steps.iter().flat_map(|(_, _, why)| operations(why)).collect();
        // The last thing done is what the others forbid.
        let latest = |(_, _, why): &&(Option<u64>, Option<u64>, Why)| operations(why).into_iter().max();
        let shown = steps.iter().filter(|(_, _, why)| matches!(why, Why::Session(..) | Why::Seen { .. }));
        let (newer, older, why) =
            shown.max_by_key(latest).expect("a guarantee says something on every circle");
        let words = say(history, *newer, *older, *why);
        let summary = format!("{words}; but {} is older than {}", version(*older), version(*newer));
        let mut evidence: Vec<String> = steps
            .iter()
            .map(|&(from, to, why)| {
                format!("{} before {}: {}", version(from), version(to), say(history, from, to, why))
            })
            .collect();
        let mut guarantees: Vec<Guarantee> = steps
            .iter()
            .filter_map(|(_, _, why)| match *why {
                Why::Session(guarantee, ..) | Why::Seen { guarantee, .. } => Some(guarantee),
                _ => None,
            })
            .collect();
        if steps.iter().any(|(_, _, why)| matches!(why, Why::Seen { .. })) {
            guarantees.push(Guarantee::MonotonicReads);
        }
        guarantees.sort_unstable();
        guarantees.dedup();
        let names: Vec<String> = guarantees.iter().map(ToString::to_string).collect();
        evidence.push(format!("broken: {}", names.join(", or ")));
        let at = all.iter().filter_map(|&index| history.operations()[index].completed).max();
        Finding::new(summary).about(format!("key {key}")).at(at).by(all).with(evidence)
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
    }
}
