//! The weaker levels, exactly: monotonic atomic view, read atomic, causal.
//!
//! A history satisfies such a level if there is one order of commits in which every read shows the last version among
//! those that its transaction had to see (Biswas and Enea, OOPSLA 2019). The levels differ in what it had to see:
//!
//! * monotonic atomic view: transactions that it had read from before;
//! * read atomic: transactions that it read from at all;
//! * causal: all that came before by reads and by the order of processes, at any distance.
//!
//! If T3 reads key x from T1, and had to see T2, which wrote x as well, then T2 committed before T1. These orders and
//! the known ones form a cycle exactly if there is no order of commits (as in AWDIT, PLDI 2025). The cost is linear but
//! for the length of transactions and, for causal, the number of processes.

use std::collections::BTreeMap;

use super::anomaly::Anomaly;
use super::causes;
use super::cycles::{Shortest, shortest_inferred};
use super::graph::{Kind, Kinds, Links};
use super::level::Level;

/// Who read what from whom, and who wrote what.
pub(crate) struct Facts {
    /// The names of the keys.
    pub(crate) keys: Vec<u64>,
    /// How many transactions the history has.
    pub(crate) transactions: usize,
    /// Reader, key and writer of each external read, in order of transactions and of steps. Nobody wrote the initial
    /// version.
    pub(crate) reads: Vec<(u32, u32, Option<u32>)>,
    /// Transaction and key of each final write that counts, sorted.
    pub(crate) writes: Vec<(u32, u32)>,
    /// Known orders of writes.
    pub(crate) versions: Vec<(u32, u32)>,
    /// The order in which processes ran transactions.
    pub(crate) processes: Vec<(u32, u32)>,
}

/// `reader` had to see `seen` and read `key` from somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Overlooked {
    pub(crate) reader: u32,
    pub(crate) key: u32,
    pub(crate) seen: u32,
}

/// What was found of a level.
pub(crate) enum Answer {
    /// It is satisfied.
    Ok,
    /// It is violated: the initial version was read though another one had to be seen.
    MissedAll(Overlooked),
    /// It is violated: these follow one another in a circle; with the reasons of the inferred edges in their order.
    Cycle(Vec<(u32, Kind)>, Vec<Overlooked>),
    /// It could not be decided.
    Open(String),
}

/// The anomaly that shows that a level is violated, for the levels that this file decides.
pub(crate) const LEVELS: [(Level, Anomaly); 3] = [
    (Level::MonotonicAtomicView, Anomaly::NonMonotonicView),
    (Level::ReadAtomic, Anomaly::FracturedRead),
    (Level::Causal, Anomaly::CausalityViolation),
];

/// An order of two commits that follows from what somebody read.
type Inferred = (u32, u32, Overlooked);

/// Whether the facts satisfy one of [`LEVELS`], given that they satisfy read committed; for causal, also given that
/// reads and the order of processes form no cycle.
pub(crate) fn judge(facts: &Facts, anomaly: Anomaly) -> Answer {
    let mut missed_all = None;
    let mut inferred: Vec<Inferred> = Vec::new();
    let mut infer = |overlooked: Overlooked, writer: Option<u32>| match writer {
        Some(writer) => inferred.push((overlooked.seen, writer, overlooked)),
        None => missed_all = missed_all.or(Some(overlooked)),
    };
    match anomaly {
        Anomaly::CausalityViolation => match causes::overlooked(facts, &mut infer) {
            Ok(()) => {}
            Err(why) => return Answer::Open(why),
        },
        Anomaly::NonMonotonicView => overlooked(facts, When::Before, &mut infer),
        _ => overlooked(facts, When::Ever, &mut infer),
    }
    if let Some(missed) = missed_all {
        return Answer::MissedAll(missed);
    }
    let mut links = Links::new(facts.transactions);
    for &(reader, _, writer) in &facts.reads {
        writer.iter().for_each(|&writer| links.add(writer, reader, Kind::WriteRead));
    }
    facts.versions.iter().for_each(|&(one, other)| links.add(one, other, Kind::WriteWrite));
    if anomaly == Anomaly::CausalityViolation {
        facts.processes.iter().for_each(|&(one, other)| links.add(one, other, Kind::Process));
    }
    inferred.iter().for_each(|&(one, other, _)| links.add(one, other, Kind::WriteWriteInferred));
    let kinds = Kinds::of(&[Kind::WriteRead, Kind::WriteWrite, Kind::Process, Kind::WriteWriteInferred]);
    match shortest_inferred(&links.graph(), kinds) {
        Shortest::None => Answer::Ok,
        Shortest::BudgetSpent => Answer::Open("the search for a shortest cycle spent its budget".to_owned()),
        Shortest::Cycle(steps) => {
            let reasons = reasons(&steps, &inferred);
            Answer::Cycle(steps, reasons)
        }
    }
}

/// The reason of each inferred edge of a cycle.
fn reasons(steps: &[(u32, Kind)], inferred: &[Inferred]) -> Vec<Overlooked> {
    let edges = (0..steps.len()).map(|index| (steps[index], steps[(index + 1) % steps.len()].0));
    let wanted = edges.filter(|((_, kind), _)| *kind == Kind::WriteWriteInferred);
    wanted
        .filter_map(|((from, _), to)| inferred.iter().find(|edge| (edge.0, edge.1) == (from, to)))
        .map(|edge| edge.2)
        .collect()
}

/// Which of the transactions that it read from a transaction had to see in a read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    /// Those that earlier reads were from.
    Before,
    /// All of them.
    Ever,
}

/// For each read all that its transaction had to see of the key and did not read.
fn overlooked(facts: &Facts, when: When, infer: &mut impl FnMut(Overlooked, Option<u32>)) {
    let writes = |transaction: u32, key: u32| facts.writes.binary_search(&(transaction, key)).is_ok();
    let mut seen: Vec<u32> = Vec::new();
    // The keys that the transactions seen wrote; only for transactions with many reads.
    let mut wrote: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for reads in facts.reads.chunk_by(|one, other| one.0 == other.0) {
        let is_long = reads.len() > 16;
        seen.clear();
        wrote.clear();
        let see = |seen: &mut Vec<u32>, wrote: &mut BTreeMap<u32, Vec<u32>>, writer: Option<u32>| {
            let Some(writer) = writer.filter(|writer| !seen.contains(writer)) else { return };
            seen.push(writer);
            if is_long {
                let first = facts.writes.partition_point(|write| write.0 < writer);
                let keys = facts.writes[first..].iter().take_while(|write| write.0 == writer);
                keys.for_each(|write| wrote.entry(write.1).or_default().push(writer));
            }
        };
        if when == When::Ever {
            reads.iter().for_each(|read| see(&mut seen, &mut wrote, read.2));
        }
        for &(reader, key, writer) in reads {
            let is_other = |&&other: &&u32| Some(other) != writer;
            if is_long {
                let seen = wrote.get(&key).into_iter().flatten().filter(is_other);
                seen.for_each(|&seen| infer(Overlooked { reader, key, seen }, writer));
            } else {
                let seen = seen.iter().filter(is_other).filter(|&&other| writes(other, key));
                seen.for_each(|&seen| infer(Overlooked { reader, key, seen }, writer));
            }
            if when == When::Before {
                see(&mut seen, &mut wrote, writer);
            }
        }
    }
}
