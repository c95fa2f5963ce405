//! Causal consistency of a key-value store, for unique values: no read returns what its own causes had overwritten.
//!
//! Cause is session order and reads-from, and what follows from both (Ahamad and others, "Causal memory", 1995). With
//! unique values a history is causally consistent exactly if it has none of the bad patterns of Bouajjani and others,
//! "On verifying causal consistency" (POPL 2017), section 3: a circle of causes; a read of nothing although a write of
//! that key is among its causes; a read of one write although another one lies causally between the two.
//!
//! Causes are kept as vector clocks: a number per operation and session, and one pass over them.

use std::collections::{BTreeMap, VecDeque};

use stormglass_core::history::Outcome;
use stormglass_core::id::ProcessId;
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::verdict::Verdict;

use super::finding::{Finding, some, verdict};
use super::registers::{KvHistory, Writers, observed, stored};

/// The name of this check in verdicts.
const CHECK: &str = "causal";

/// More numbers than this in all clocks together, and the answer is unknown: a gibibyte.
const MOST: usize = 1 << 28;

/// Whether the history is causally consistent. A session is a process.
pub fn causal(history: &KvHistory) -> Verdict {
    let writers = match Writers::of(history) {
        Ok(writers) => writers,
        Err(why) => return Verdict::unknown(CHECK, why),
    };
    let graph = Causes::of(history, &writers);
    if !history.operations().iter().any(|one| observed(one).is_some()) {
        return Verdict::unknown(CHECK, "nothing was ever read");
    }
    let numbers = graph.nodes.len().saturating_mul(graph.sessions.len());
    if numbers > MOST {
        let why = format!(
            "{} operations in {} sessions need {numbers} numbers, more than {MOST}",
            graph.nodes.len(),
            graph.sessions.len()
        );
        return Verdict::unknown(CHECK, why);
    }
    match graph.clocks() {
        Err(circle) => verdict(CHECK, vec![graph.circle(&circle)], None),
        Ok(clocks) => verdict(CHECK, graph.overwritten(&clocks), None),
    }
}

/// An operation that certainly happened.
struct Node {
    index: usize,
    session: usize,
    /// Its place in the session.
    place: u32,
    key: u64,
    /// The node whose write it saw; `Some(None)` saw nothing.
    saw: Option<Option<usize>>,
}

/// What certainly happened, and what caused it.
struct Causes<'a> {
    history: &'a KvHistory,
    nodes: Vec<Node>,
    /// The nodes of each session in order.
    sessions: Vec<Vec<usize>>,
    /// The nodes that write each key, by session, in order.
    writes: BTreeMap<(u64, usize), Vec<usize>>,
}

impl<'a> Causes<'a> {
    fn of(history: &'a KvHistory, writers: &Writers) -> Causes<'a> {
        let operations = history.operations();
        let happened = writers.happened(history);
        let mut causes = Causes { history, nodes: Vec::new(), sessions: Vec::new(), writes: BTreeMap::new() };
        let mut numbers: BTreeMap<ProcessId, usize> = BTreeMap::new();
        let mut node_of = vec![None; operations.len()];
        for (index, one) in operations.iter().enumerate().filter(|&(index, _)| happened[index]) {
            let fresh = numbers.len();
            let session = *numbers.entry(one.process).or_insert(fresh);
            if session == causes.sessions.len() {
                causes.sessions.push(Vec::new());
            }
            let node = causes.nodes.len();
            node_of[index] = Some(node);
            let place = causes.sessions[session].len() as u32;
            causes.sessions[session].push(node);
            let key = one.op.key();
            if stored(one).is_some() || matches!(one.outcome, Outcome::Info(_)) {
                causes.writes.entry((key, session)).or_default().push(node);
            }
            causes.nodes.push(Node { index, session, place, key, saw: None });
        }
        for node in &mut causes.nodes {
            let one = &operations[node.index];
            let seen = writers.must_have_seen(one);
            node.saw = seen.map(|writer| writer.and_then(|writer| node_of[writer]));
        }
        causes
    }

    fn before(&self, node: usize) -> Option<usize> {
        let Node { session, place, .. } = self.nodes[node];
        place.checked_sub(1).map(|place| self.sessions[session][place as usize])
    }

    /// How many operations of each session are causes of each node, itself included; or nodes that are on a circle.
    fn clocks(&self) -> Result<Vec<Vec<u32>>, Vec<usize>> {
        let mut waiting: Vec<u8> = Vec::with_capacity(self.nodes.len());
        let mut readers: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for (node, data) in self.nodes.iter().enumerate() {
            let writer = data.saw.flatten();
            if let Some(writer) = writer {
                readers[writer].push(node);
            }
            waiting.push(u8::from(data.place > 0) + u8::from(writer.is_some()));
        }
        let mut clocks = vec![Vec::new(); self.nodes.len()];
        let mut free: Vec<usize> = (0..self.nodes.len()).filter(|&node| waiting[node] == 0).collect();
        let mut done = 0;
        while let Some(node) = free.pop() {
            let Node { session, place, saw, .. } = &self.nodes[node];
            let mut clock =
                self.before(node).map_or(vec![0; self.sessions.len()], |before| clocks[before].clone());
            if let Some(writer) = saw.flatten() {
                let other: &Vec<u32> = &clocks[writer];
                clock.iter_mut().zip(other).for_each(|(mine, theirs)| *mine = (*mine).max(*theirs));
            }
            clock[*session] = place + 1;
            clocks[node] = clock;
            done += 1;
            let next = self.sessions[*session].get(*place as usize + 1);
            for &after in next.into_iter().chain(&readers[node]) {
                waiting[after] -= 1;
                if waiting[after] == 0 {
                    free.push(after);
                }
            }
        }
        if done == self.nodes.len() {
            Ok(clocks)
        } else {
            Err((0..self.nodes.len()).filter(|&node| waiting[node] > 0).collect())
        }
    }

    /// A circle among nodes that each wait for one another.
    fn circle(&self, stuck: &[usize]) -> Finding {
        let is_stuck = |node: &usize| stuck.binary_search(node).is_ok();
        // Each has a cause among them; going back from one, a node comes up twice.
        let back = |node: usize| {
            let causes = [self.nodes[node].saw.flatten(), self.before(node)];
            causes.into_iter().flatten().find(is_stuck).expect("a node that waits has a cause that waits")
        };
        let mut order: BTreeMap<usize, usize> = BTreeMap::new();
        let (mut node, mut walk) = (stuck[0], Vec::new());
        while !order.contains_key(&node) {
            order.insert(node, walk.len());
            walk.push(node);
            node = back(node);
        }
        let mut circle = walk.split_off(order[&node]);
        circle.reverse();
        let at = circle
            .iter()
            .filter_map(|&node| self.history.operations()[self.nodes[node].index].completed)
            .max();
        let lines = circle.iter().map(|&node| self.words(node)).collect::<Vec<_>>();
        let summary = format!("{} operations are each a cause of the next, in a circle", circle.len());
        Finding::new(summary).at(at).by(circle.iter().map(|&node| self.nodes[node].index)).with(lines)
    }

    /// Reads of what one of their causes had overwritten.
    fn overwritten(&self, clocks: &[Vec<u32>]) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (node, data) in self.nodes.iter().enumerate() {
            let Some(saw) = data.saw else { continue };
            let between = |&other: &usize| match saw {
                _ if other == node || Some(other) == saw => false,
                None => true,
                Some(writer) => {
                    let Node { session, place, .. } = self.nodes[writer];
                    clocks[other][session] > place
                }
            };
            let last_write = |session: usize| {
                let writes = self.writes.get(&(data.key, session))?;
                let known = clocks[node][session];
                let count = writes.partition_point(|&write| self.nodes[write].place < known);
                // The node's own write, if it has one, is no cause of its read.
                writes[..count].iter().rev().find(|&&write| write != node).copied()
            };
            if let Some(other) = (0..self.sessions.len()).filter_map(last_write).find(between) {
                findings.push(self.explain(node, saw, other));
            }
        }
        findings
    }

    fn explain(&self, node: usize, saw: Option<usize>, other: usize) -> Finding {
        let operations = self.history.operations();
        let one = &operations[self.nodes[node].index];
        let newer = match operations[self.nodes[other].index].op {
            KvOp::Write { value, .. } | KvOp::Cas { value, .. } => value,
            KvOp::Read { .. } => unreachable!("a node that writes"),
        };
        let saw_words = match observed(one).flatten() {
            Some(value) => value.to_string(),
            None => "nothing".to_owned(),
        };
        let what = if matches!(one.outcome.ok(), Some(KvRet::Swapped(_))) { "swapped" } else { "read" };
        let summary = format!(
            "{} {what} {saw_words} under key {}, although {newer}, {}, was among its causes",
            one.client,
            self.nodes[node].key,
            if saw.is_some() { "which has that among its own" } else { "written since" },
        );
        let mut path = Vec::new();
        if let Some(writer) = saw {
            path.extend(self.path(writer, other));
        }
        let tail = self.path(other, node);
        path.extend(tail.into_iter().skip(usize::from(!path.is_empty())));
        let lines: Vec<String> = path.iter().map(|&node| self.words(node)).collect();
        let evidence = vec![format!("each a cause of the next: {}", some(&lines))];
        Finding::new(summary)
            .about(format!("key {}", self.nodes[node].key))
            .at(one.completed)
            .by(path.iter().map(|&node| self.nodes[node].index))
            .with(evidence)
    }

    /// A shortest chain of causes from one node to another, found backwards.
    fn path(&self, from: usize, to: usize) -> Vec<usize> {
        let mut after: BTreeMap<usize, usize> = BTreeMap::new();
        let mut queue = VecDeque::from([to]);
        while let Some(node) = queue.pop_front() {
            if node == from {
                break;
            }
            for cause in [self.nodes[node].saw.flatten(), self.before(node)].into_iter().flatten() {
                after.entry(cause).or_insert_with(|| {
                    queue.push_back(cause);
                    node
                });
            }
        }
        let (mut path, mut node) = (vec![from], from);
        while let Some(&next) = after.get(&node).filter(|_| node != to) {
            path.push(next);
            node = next;
        }
        path
    }

    fn words(&self, node: usize) -> String {
        let one = &self.history.operations()[self.nodes[node].index];
        match one.outcome.ok().map(ToString::to_string).filter(|ret| !ret.is_empty()) {
            Some(ret) => format!("{} {} {ret}", one.client, one.op),
            None => format!("{} {}", one.client, one.op),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::hand::{history, info, serial};
    use super::*;

    type Line = (u64, KvOp, Outcome<KvRet>);
    const fn write(process: u64, key: u64, value: u64) -> Line {
        (process, KvOp::Write { key, value }, Outcome::Ok(KvRet::Written))
    }
    const fn read(process: u64, key: u64, value: Option<u64>) -> Line {
        (process, KvOp::Read { key }, Outcome::Ok(KvRet::Value(value)))
    }

    fn judge(lines: &[Line]) -> Verdict {
        causal(&serial(lines))
    }

    /// Writes without a cause between them may be seen in any order, by each reader its own.
    #[test]
    fn independent_writes_may_be_seen_in_any_order() {
        let ran = [
            write(0, 1, 1),
            write(1, 1, 2),
            read(2, 1, Some(1)),
            read(3, 1, Some(2)),
            read(2, 1, Some(2)),
            read(3, 1, Some(1)),
            read(4, 1, None),
        ];
        assert_eq!(judge(&ran), Verdict::Ok);
    }

    /// An answer is not seen without the question.
    #[test]
    fn a_read_that_misses_a_cause_is_named_with_the_chain() {
        let ran =
            [write(0, 1, 1), read(1, 1, Some(1)), write(1, 2, 5), read(2, 2, Some(5)), read(2, 1, None)];
        let violation = judge(&ran).violation().unwrap().clone();
        let words = "c2 read nothing under key 1, although 1, written since, was among its causes";
        assert_eq!(violation.summary, words);
        let chain = "each a cause of the next: c0 write 1 ← 1, c1 read 1 → 1, c1 write 2 ← 5, c2 read 2 → 5, c2 read 1 → nothing";
        assert_eq!(violation.evidence, [chain]);
    }

    /// What was causally overwritten does not come back.
    #[test]
    fn a_read_of_what_a_cause_overwrote_is_named() {
        let ran =
            [write(0, 1, 1), read(1, 1, Some(1)), write(1, 1, 2), read(2, 1, Some(2)), read(2, 1, Some(1))];
        let words = "c2 read 1 under key 1, although 2, which has that among its own, was among its causes";
        assert_eq!(judge(&ran).violation().unwrap().summary, words);
        let back = [write(0, 1, 1), write(0, 1, 2), read(0, 1, Some(1))];
        assert!(judge(&back).violation().is_some(), "a session's own writes are causes");
    }

    /// Causes do not go round in a circle, whatever real time says.
    #[test]
    fn a_circle_of_causes_is_named() {
        let ran = history(&[
            (0, KvOp::Read { key: 1 }, Outcome::Ok(KvRet::Value(Some(1))), 0, 9),
            (1, KvOp::Read { key: 2 }, Outcome::Ok(KvRet::Value(Some(2))), 1, 9),
            (0, KvOp::Write { key: 2, value: 2 }, Outcome::Ok(KvRet::Written), 10, 11),
            (1, KvOp::Write { key: 1, value: 1 }, Outcome::Ok(KvRet::Written), 12, 13),
        ]);
        let violation = causal(&ran).violation().unwrap().clone();
        assert_eq!(violation.summary, "4 operations are each a cause of the next, in a circle");
    }

    /// A write of unknown outcome is a cause once it is seen; a history that tells nothing is unknown.
    #[test]
    fn unknown_outcomes_and_unclear_histories() {
        let unknown =
            |value| [(0, KvOp::Write { key: 1, value: 1 }, info()), read(1, 1, Some(1)), read(1, 1, value)];
        assert_eq!(judge(&unknown(Some(1))), Verdict::Ok);
        assert!(judge(&unknown(None)).violation().is_some());
        assert!(matches!(judge(&[write(0, 1, 1), write(0, 1, 1)]), Verdict::Unknown(_)));
        assert!(matches!(judge(&[write(0, 1, 1)]), Verdict::Unknown(_)));
    }
}
