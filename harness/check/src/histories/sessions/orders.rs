//! What guarantees say of the order of a key's versions.
//!
//! A session's own earlier writes are gathered in nodes between versions, one after another, so that the graph grows with
//! the history and not with its square.

use std::collections::{BTreeMap, BTreeSet};

use stormglass_core::id::ProcessId;

use super::circles::{Graph, Why};
use super::{Guarantee, VersionOrder};
use crate::histories::registers::{KvHistory, Writers, may_store, observed};

/// What a session has done with one key so far.
#[derive(Default)]
struct Past {
    wrote: Option<(u64, usize)>,
    read: Option<(Option<u64>, usize)>,
    /// Its writes: what, which operation, and the node behind that and all writes before.
    writes: Vec<(u64, usize, usize)>,
    /// The node behind all that it read, and what that was.
    reads: Option<usize>,
    values: BTreeSet<u64>,
}

/// What a session did under one key, by its place in the session: what it wrote or read, and the operation.
type Done = Vec<(usize, Option<u64>, usize)>;

/// A session.
#[derive(Default)]
struct Session {
    past: BTreeMap<u64, Past>,
    wrote: BTreeMap<u64, Done>,
    read: BTreeMap<u64, Done>,
    /// Of each other session, the place and operation of the last of its writes that this one has seen.
    seen: BTreeMap<ProcessId, (usize, usize)>,
    length: usize,
}

/// The graphs of all keys.
pub(super) fn graphs(
    history: &KvHistory,
    writers: &Writers,
    guarantees: &[Guarantee],
    known: Option<&VersionOrder>,
) -> BTreeMap<u64, Graph> {
    let mut graphs: BTreeMap<u64, Graph> = BTreeMap::new();
    for (&key, versions) in known.into_iter().flatten() {
        let graph = graphs.entry(key).or_default();
        for pair in versions.windows(2) {
            graph.versions(Some(pair[0]), Some(pair[1]), Why::Known);
        }
    }
    let sessions = sessions(history);
    let mut builder = Builder { history, writers, guarantees, done: &sessions, graphs };
    let mut pasts: BTreeMap<ProcessId, Session> = BTreeMap::new();
    // In order of invocation each session's operations are in their order.
    for index in 0..history.len() {
        builder.add(index, &mut pasts);
    }
    for graph in builder.graphs.values_mut() {
        let versions = graph.written();
        versions.into_iter().for_each(|version| graph.versions(None, Some(version), Why::Beginning));
    }
    builder.graphs
}

/// What every session did, for those who have seen its writes; and the place of each operation in its session.
fn sessions(history: &KvHistory) -> (BTreeMap<ProcessId, Session>, Vec<usize>) {
    let mut sessions: BTreeMap<ProcessId, Session> = BTreeMap::new();
    let mut places = Vec::with_capacity(history.len());
    for (index, one) in history.operations().iter().enumerate() {
        let session = sessions.entry(one.process).or_default();
        let place = session.length;
        session.length += 1;
        places.push(place);
        if let Some(seen) = observed(one) {
            session.read.entry(one.op.key()).or_default().push((place, seen, index));
        }
        if let Some(value) = may_store(one) {
            session.wrote.entry(one.op.key()).or_default().push((place, Some(value), index));
        }
    }
    (sessions, places)
}

struct Builder<'a> {
    history: &'a KvHistory,
    writers: &'a Writers,
    guarantees: &'a [Guarantee],
    done: &'a (BTreeMap<ProcessId, Session>, Vec<usize>),
    graphs: BTreeMap<u64, Graph>,
}

impl Builder<'_> {
    fn asks(&self, guarantee: Guarantee) -> bool {
        self.guarantees.contains(&guarantee)
    }

    fn add(&mut self, index: usize, pasts: &mut BTreeMap<ProcessId, Session>) {
        let one = &self.history.operations()[index];
        let key = one.op.key();
        let session = pasts.entry(one.process).or_default();
        if let Some(seen) = observed(one) {
            self.bring(index, key, seen, session);
            self.read(index, key, seen, session);
        }
        if let Some(value) = may_store(one) {
            if let Some(Some(expect)) = observed(one) {
                let graph = self.graphs.entry(key).or_default();
                graph.versions(Some(expect), Some(value), Why::Swapped(index));
            }
            self.write(index, key, value, session);
        }
    }

    /// A read sees the session's own writes and no less than its reads before.
    fn read(&mut self, index: usize, key: u64, seen: Option<u64>, session: &mut Session) {
        let (own, monotonic) = (self.asks(Guarantee::ReadYourWrites), self.asks(Guarantee::MonotonicReads));
        let follow = self.asks(Guarantee::WritesFollowReads);
        let graph = self.graphs.entry(key).or_default();
        let node = graph.node(seen);
        let past = session.past.entry(key).or_default();
        if own {
            // What the session reads is one of its own writes, or comes after all of them. A version is not held against
            // itself, so the writes after that one are held against it one by one.
            let place = past.writes.iter().rposition(|&(value, ..)| Some(value) == seen);
            let before = place.unwrap_or(past.writes.len());
            if let Some(&(.., behind)) = before.checked_sub(1).and_then(|last| past.writes.get(last)) {
                graph.edge(behind, node, Why::Session(Guarantee::ReadYourWrites, None, Some(index)));
            }
            for &(value, write, _) in past.writes.iter().skip(before + 1) {
                let why = Why::Session(Guarantee::ReadYourWrites, Some(write), Some(index));
                graph.versions(Some(value), seen, why);
            }
        }
        if let Some((before, earlier)) = past.read.filter(|_| monotonic) {
            let why = Why::Session(Guarantee::MonotonicReads, Some(earlier), Some(index));
            graph.versions(before, seen, why);
        }
        if follow {
            let guarantee = Guarantee::WritesFollowReads;
            past.values.extend(seen);
            past.reads = Some(gather(graph, past.reads, node, Why::Session(guarantee, Some(index), None)));
        }
        past.read = Some((seen, index));
        if let Some(writer) = seen.and_then(|seen| self.writers.of_value(key, seen)) {
            let place = (self.done.1[writer], writer);
            let process = self.history.operations()[writer].process;
            let last = session.seen.entry(process).or_insert(place);
            *last = (*last).max(place);
        }
    }

    /// A write comes after the session's writes and reads before.
    fn write(&mut self, index: usize, key: u64, value: u64, session: &mut Session) {
        let (own, monotonic) = (self.asks(Guarantee::ReadYourWrites), self.asks(Guarantee::MonotonicWrites));
        let follow = self.asks(Guarantee::WritesFollowReads);
        let graph = self.graphs.entry(key).or_default();
        let node = graph.node(Some(value));
        let past = session.past.entry(key).or_default();
        if let Some((before, earlier)) = past.wrote.filter(|_| monotonic) {
            let why = Why::Session(Guarantee::MonotonicWrites, Some(earlier), Some(index));
            graph.versions(Some(before), Some(value), why);
        }
        // Who read what it wrote only later breaks causality, not the order of versions.
        if let Some(reads) = past.reads.filter(|_| follow && !past.values.contains(&value)) {
            graph.edge(reads, node, Why::Session(Guarantee::WritesFollowReads, None, Some(index)));
        }
        if own {
            let guarantee = Guarantee::ReadYourWrites;
            let before = past.writes.last().map(|&(.., behind)| behind);
            let behind = gather(graph, before, node, Why::Session(guarantee, Some(index), None));
            past.writes.push((value, index, behind));
        }
        past.wrote = Some((value, index));
    }

    /// What the session has seen of others brings with it what they had written, or read, before.
    fn bring(&mut self, index: usize, key: u64, seen: Option<u64>, session: &Session) {
        if !self.asks(Guarantee::MonotonicReads) {
            return;
        }
        for (process, &(place, by)) in &session.seen {
            let Some(other) = self.done.0.get(process) else { continue };
            let kinds =
                [(Guarantee::MonotonicWrites, &other.wrote), (Guarantee::WritesFollowReads, &other.read)];
            for (guarantee, done) in kinds {
                if !self.asks(guarantee) {
                    continue;
                }
                let done = done.get(&key).map_or(&[][..], Vec::as_slice);
                let Some(&(_, version, first)) =
                    done[..done.partition_point(|&(one, ..)| one < place)].last()
                else {
                    continue;
                };
                let why = Why::Seen { guarantee, first, seen: by, last: index };
                self.graphs.entry(key).or_default().versions(version, seen, why);
            }
        }
    }
}

/// A node behind `node` and all that was gathered before.
fn gather(graph: &mut Graph, before: Option<usize>, node: usize, why: Why) -> usize {
    let behind = graph.between();
    graph.edge(node, behind, why);
    if let Some(before) = before {
        graph.edge(before, behind, why);
    }
    behind
}
