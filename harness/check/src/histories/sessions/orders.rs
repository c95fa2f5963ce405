//! What guarantees say of the order of a key's versions.
//!
//! A session's own earlier writes are gathered in nodes between versions, one after another, so that the graph grows with
//! the history and not with its square.

use std::collections::{BTreeMap, BTreeSet};

use stormglass_core::op::kv::KvOp;

use super::circles::{Graph, Why};
use super::holdings::{Clock, Holdings};
use super::log::Log;
use super::{Guarantee, VersionOrder};
use crate::histories::registers::observed;

/// What a session has done with one key so far.
#[derive(Default)]
struct Past {
    wrote: Option<(u64, usize)>,
    read: Option<(Option<u64>, usize)>,
    /// Its writes: what, which operation, and the node behind that and all writes before.
    writes: Vec<(u64, usize, usize)>,
    /// The node behind all that it read, and what that was, with an operation that read it.
    reads: Option<usize>,
    values: BTreeMap<Option<u64>, usize>,
}

/// How far a session has come.
struct Progress {
    past: BTreeMap<u64, Past>,
    /// Of each other session, the place and operation of the last of its writes that this one has seen.
    seen: BTreeMap<usize, (u32, usize)>,
    /// What whoever serves it must hold.
    held: Clock,
}

/// The graphs of all keys; or why there are none.
pub(super) fn graphs(
    log: &Log<'_>,
    asked: &[Guarantee],
    known: Option<&VersionOrder>,
) -> Result<BTreeMap<u64, Graph>, String> {
    let mut graphs: BTreeMap<u64, Graph> = BTreeMap::new();
    for (&key, versions) in known.into_iter().flatten() {
        let graph = graphs.entry(key).or_default();
        for pair in versions.windows(2) {
            graph.versions(Some(pair[0]), Some(pair[1]), Why::Known);
        }
    }
    let holdings = Holdings::of(log, asked)?;
    let mut builder = Builder { log, asked, holdings: &holdings, graphs };
    let begin = || Progress { past: BTreeMap::new(), seen: BTreeMap::new(), held: holdings.nothing() };
    let mut sessions: Vec<Progress> = log.sessions.iter().map(|_| begin()).collect();
    // In order of invocation each session's operations are in their order.
    for (index, &(session, _)) in log.places.iter().enumerate() {
        builder.add(index, &mut sessions[session]);
    }
    for graph in builder.graphs.values_mut() {
        let versions = graph.written();
        versions.into_iter().for_each(|version| graph.versions(None, Some(version), Why::Beginning));
    }
    Ok(builder.graphs)
}

struct Builder<'a> {
    log: &'a Log<'a>,
    asked: &'a [Guarantee],
    holdings: &'a Holdings,
    graphs: BTreeMap<u64, Graph>,
}

impl Builder<'_> {
    fn asks(&self, guarantee: Guarantee) -> bool {
        self.asked.contains(&guarantee)
    }

    fn add(&mut self, index: usize, session: &mut Progress) {
        let one = self.log.one(index);
        let key = one.op.key();
        if let Some(seen) = observed(one) {
            self.bring(index, key, seen, session);
            self.own(index, key, seen, session);
            self.read(index, key, seen, session);
        }
        if let Some(value) = self.log.wrote(index) {
            if let KvOp::Cas { expect, .. } = one.op {
                let graph = self.graphs.entry(key).or_default();
                graph.versions(Some(expect), Some(value), Why::Swapped(index));
            }
            self.write(index, key, value, session);
        }
    }

    /// A read sees the session's own writes: one of them, or something that comes after all of them. A version is not
    /// held against itself, so the writes after that one are held against it one by one.
    fn own(&mut self, index: usize, key: u64, seen: Option<u64>, session: &mut Progress) {
        if !self.asks(Guarantee::ReadYourWrites) {
            return;
        }
        let graph = self.graphs.entry(key).or_default();
        let node = graph.node(seen);
        let past = session.past.entry(key).or_default();
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

    /// A read sees no less than the session's reads before.
    fn read(&mut self, index: usize, key: u64, seen: Option<u64>, session: &mut Progress) {
        let (monotonic, follow) =
            (self.asks(Guarantee::MonotonicReads), self.asks(Guarantee::WritesFollowReads));
        let graph = self.graphs.entry(key).or_default();
        let node = graph.node(seen);
        let past = session.past.entry(key).or_default();
        if let Some((before, earlier)) = past.read.filter(|_| monotonic) {
            let why = Why::Session(Guarantee::MonotonicReads, Some(earlier), Some(index));
            graph.versions(before, seen, why);
        }
        if follow {
            past.values.entry(seen).or_insert(index);
            let why = Why::Session(Guarantee::WritesFollowReads, Some(index), None);
            past.reads = Some(gather(graph, past.reads, node, why));
        }
        past.read = Some((seen, index));
        if let Some(writer) = self.log.saw[index] {
            let (process, place) = self.log.places[writer];
            let last = session.seen.entry(process).or_insert((place, writer));
            *last = (*last).max((place, writer));
            if monotonic {
                self.holdings.add(&mut session.held, writer);
            }
        }
    }

    /// A write comes after the session's writes and reads before.
    fn write(&mut self, index: usize, key: u64, value: u64, session: &mut Progress) {
        let (own, monotonic) = (self.asks(Guarantee::ReadYourWrites), self.asks(Guarantee::MonotonicWrites));
        let graph = self.graphs.entry(key).or_default();
        let node = graph.node(Some(value));
        let past = session.past.entry(key).or_default();
        if let Some((before, earlier)) = past.wrote.filter(|_| monotonic) {
            let why = Why::Session(Guarantee::MonotonicWrites, Some(earlier), Some(index));
            graph.versions(Some(before), Some(value), why);
        }
        // Only a session that asks for it has gathered its reads.
        let follow = Guarantee::WritesFollowReads;
        if past.values.contains_key(&Some(value)) {
            // Who read what it wrote only later breaks causality, not the order of versions.
            for (&seen, &read) in past.values.iter().filter(|&(&seen, _)| seen != Some(value)) {
                graph.versions(seen, Some(value), Why::Session(follow, Some(read), Some(index)));
            }
        } else if let Some(reads) = past.reads {
            graph.edge(reads, node, Why::Session(follow, None, Some(index)));
        }
        if own {
            let before = past.writes.last().map(|&(.., behind)| behind);
            let why = Why::Session(Guarantee::ReadYourWrites, Some(index), None);
            let behind = gather(graph, before, node, why);
            past.writes.push((value, index, behind));
            self.holdings.add(&mut session.held, index);
        }
        past.wrote = Some((value, index));
    }

    /// Whoever serves the read holds what comes with the version it shows, and with what the session is promised.
    fn bring(&mut self, index: usize, key: u64, seen: Option<u64>, session: &Progress) {
        let mut clock = session.held.clone();
        if let Some(writer) = self.log.saw[index] {
            self.holdings.add(&mut clock, writer);
        }
        let (own, place) = self.log.places[index];
        for (number, &reach) in clock.iter().enumerate().filter(|&(_, &reach)| reach > 0) {
            let other = &self.log.sessions[number];
            // What the session itself wrote or read before is held against it anyway, if that is asked for.
            let told = number == own && reach <= place;
            if self.asks(Guarantee::MonotonicWrites) && !(told && self.asks(Guarantee::ReadYourWrites)) {
                // Its earlier writes come before its last one anyway.
                let done = other.wrote.get(&key).map_or(&[][..], Vec::as_slice);
                let last = done[..done.partition_point(|&(place, ..)| place < reach)].last();
                self.hold(Guarantee::MonotonicWrites, number, last, index, seen, session);
            }
            if self.asks(Guarantee::WritesFollowReads) && !(told && self.asks(Guarantee::MonotonicReads)) {
                let done = other.read.get(&key).map_or(&[][..], Vec::as_slice);
                let done = &done[..done.partition_point(|&(place, ..)| place < reach)];
                if self.asks(Guarantee::MonotonicReads) {
                    self.hold(Guarantee::WritesFollowReads, number, done.last(), index, seen, session);
                    continue;
                }
                let mut told = BTreeSet::new();
                for act in done.iter().filter(|act| told.insert(act.1)) {
                    self.hold(Guarantee::WritesFollowReads, number, Some(act), index, seen, session);
                }
            }
        }
    }

    /// The read `last` of `seen` was served by somebody who holds what `act` of the session `number` wrote or read.
    fn hold(
        &mut self,
        guarantee: Guarantee,
        number: usize,
        act: Option<&(u32, Option<u64>, usize)>,
        last: usize,
        seen: Option<u64>,
        session: &Progress,
    ) {
        let Some(&(place, version, first)) = act.filter(|act| act.1.is_some()) else { return };
        let told = session.seen.get(&number).filter(|&&(told, _)| place < told);
        let why = match told.filter(|_| self.asks(Guarantee::MonotonicReads)) {
            Some(&(_, seen)) => Why::Seen { guarantee, first, seen, last },
            None => Why::Held { guarantee, first, last },
        };
        self.graphs.entry(self.log.one(last).op.key()).or_default().versions(version, seen, why);
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
