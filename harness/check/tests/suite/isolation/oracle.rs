//! Oracles that try everything: all serial orders, all interleavings of snapshots and commits.
//!
//! They have nothing in common with the checker: no graph, no order of versions, no dependencies.

use stormglass_check::isolation::generate::Value;
use stormglass_core::history::{Operation, Outcome};
use stormglass_core::op::txn::{Reads, Txn};

use super::by_hand::HistoryOf;

/// What an order of transactions must respect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Respect {
    Nothing,
    Sessions,
    Realtime,
}

type OperationOf<V> = Operation<Txn<<V as Value>::Step>, Reads<V>>;

struct Try<'a, V: Value> {
    operations: &'a [OperationOf<V>],
    respect: Respect,
}

/// Writes that have happened, in order.
type Store = Vec<(u64, u64)>;

impl<V: Value> Try<'_, V> {
    /// Whether the order demands `one` before `other`.
    fn before(&self, one: usize, other: usize) -> bool {
        let (one, other) = (&self.operations[one], &self.operations[other]);
        let done = one.completed.filter(|_| one.outcome.ok().is_some());
        let precedes = done.is_some_and(|done| done.rank < other.invoked.rank);
        match self.respect {
            Respect::Nothing => false,
            Respect::Sessions => precedes && one.process == other.process,
            Respect::Realtime => precedes,
        }
    }

    /// The store after a transaction, if its reads are right in this one.
    fn run(&self, index: usize, store: &Store) -> Option<Store> {
        let operation = &self.operations[index];
        let mut reads = operation.outcome.ok().map(|reads| reads.0.iter());
        let mut store = store.clone();
        for &step in &operation.op.0 {
            match (V::parts(step), &mut reads) {
                ((key, Some(value)), _) => store.push((key, value)),
                ((key, None), Some(reads)) => {
                    let written: Vec<u64> =
                        store.iter().filter(|write| write.0 == key).map(|write| write.1).collect();
                    if *reads.next().expect("as many results as reads") != V::shown(&written) {
                        return None;
                    }
                }
                ((_, None), None) => {}
            }
        }
        Some(store)
    }

    fn must(&self) -> Vec<usize> {
        (0..self.operations.len()).filter(|&index| self.operations[index].outcome.ok().is_some()).collect()
    }

    fn may(&self) -> Vec<usize> {
        (0..self.operations.len())
            .filter(|&index| matches!(self.operations[index].outcome, Outcome::Info(_)))
            .collect()
    }

    fn serial(&self, store: &Store, left: &[usize]) -> bool {
        if left.iter().all(|&index| self.operations[index].outcome.ok().is_none()) {
            return true;
        }
        left.iter().any(|&next| {
            let rest: Vec<usize> = left.iter().copied().filter(|&other| other != next).collect();
            !rest.iter().any(|&other| self.before(other, next))
                && self.run(next, store).is_some_and(|store| self.serial(&store, &rest))
        })
    }

    /// Events so far: a transaction begins (and reads its snapshot), later it commits.
    fn snapshots(&self, store: &Store, idle: &[usize], begun: &[(usize, usize)]) -> bool {
        if idle.is_empty() && begun.is_empty() {
            return true;
        }
        let begin = idle.iter().any(|&next| {
            let rest: Vec<usize> = idle.iter().copied().filter(|&other| other != next).collect();
            let waits =
                rest.iter().chain(begun.iter().map(|begun| &begun.0)).any(|&other| self.before(other, next));
            let begun: Vec<(usize, usize)> = begun.iter().copied().chain([(next, store.len())]).collect();
            !waits && self.run(next, store).is_some() && self.snapshots(store, &rest, &begun)
        });
        begin
            || begun.iter().any(|&(next, as_of)| {
                let rest: Vec<(usize, usize)> =
                    begun.iter().copied().filter(|other| other.0 != next).collect();
                let steps = &self.operations[next].op.0;
                let writes: Store =
                    steps.iter().filter_map(|&step| Some((V::parts(step).0, V::parts(step).1?))).collect();
                let conflict = store[as_of..].iter().any(|new| writes.iter().any(|write| write.0 == new.0));
                !conflict && self.snapshots(&[&store[..], &writes[..]].concat(), idle, &rest)
            })
    }
}

/// Whether some serial order of the transactions explains all reads.
pub(crate) fn serializable<V: Value>(history: &HistoryOf<V>, respect: Respect) -> bool {
    let all = Try { operations: history.operations(), respect };
    let left: Vec<usize> = all.must().into_iter().chain(all.may()).collect();
    all.serial(&Vec::new(), &left)
}

/// Whether some order of snapshots and commits explains all reads, with no two writers of a key at the same time.
pub(crate) fn snapshot_isolated<V: Value>(history: &HistoryOf<V>, respect: Respect) -> bool {
    let all = Try { operations: history.operations(), respect };
    let (must, may) = (all.must(), all.may());
    // Of those that may have happened each set is tried.
    (0..1 << may.len()).any(|chosen: usize| {
        let chosen =
            may.iter().enumerate().filter(|(bit, _)| chosen & (1 << bit) != 0).map(|(_, &index)| index);
        let idle: Vec<usize> = must.iter().copied().chain(chosen).collect();
        all.snapshots(&Vec::new(), &idle, &[])
    })
}

/// What a read must see, for the levels that [`committed`] decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MustSee {
    /// What its transaction read from before.
    Earlier,
    /// What its transaction read from.
    All,
    /// What came before by reads and sessions, at any distance.
    Causes,
}

/// Whether there is an order of commits in which each read shows the last version of those it must see: all orders are
/// tried. For registers whose reads show only final versions of others, or what the transaction itself wrote.
pub(crate) fn committed(history: &HistoryOf<Option<u64>>, level: MustSee) -> bool {
    let operations = history.operations();
    let wrote = |index: usize, wanted: u64| {
        operations[index]
            .op
            .0
            .iter()
            .rev()
            .map(|&step| <Option<u64>>::parts(step))
            .find_map(|(key, value)| value.filter(|_| key == wanted))
    };
    let writer = |key: u64, value: u64| (0..operations.len()).find(|&index| wrote(index, key) == Some(value));
    // Reader, key and writer of each external read, in order.
    let mut reads: Vec<(usize, u64, Option<usize>)> = Vec::new();
    for (index, operation) in operations.iter().enumerate() {
        let Some(returned) = operation.outcome.ok() else { continue };
        let (mut touched, mut returned) = (Vec::new(), returned.0.iter());
        for &step in &operation.op.0 {
            let (key, value) = <Option<u64>>::parts(step);
            let shown = if value.is_none() { returned.next() } else { None };
            if let Some(shown) = shown.filter(|_| !touched.contains(&key)) {
                reads.push((index, key, shown.and_then(|shown| writer(key, shown))));
            }
            touched.push(key);
        }
    }
    let counts = |index: usize| {
        operations[index].outcome.ok().is_some() || reads.iter().any(|read| read.2 == Some(index))
    };
    let all: Vec<usize> = (0..operations.len()).filter(|&index| counts(index)).collect();
    let sessions = Try { operations, respect: Respect::Sessions };
    let mut before: Vec<Vec<bool>> = all
        .iter()
        .map(|&one| {
            let reads_from = |other| reads.iter().any(|read| read.0 == other && read.2 == Some(one));
            let session = |other| level == MustSee::Causes && sessions.before(one, other);
            (0..operations.len()).map(|other| reads_from(other) || session(other)).collect()
        })
        .collect();
    let place = |index: usize| all.iter().position(|&other| other == index).expect("it counts");
    if level == MustSee::Causes {
        for via in 0..all.len() {
            for from in 0..all.len() {
                for to in 0..operations.len() {
                    before[from][to] |= before[from][all[via]] && before[via][to];
                }
            }
        }
    }
    // Each pair: the first must commit before the second.
    let mut orders: Vec<(usize, usize)> = Vec::new();
    for (read, &(reader, key, from)) in reads.iter().enumerate() {
        for &seen in
            all.iter().filter(|&&seen| seen != reader && Some(seen) != from && wrote(seen, key).is_some())
        {
            let earlier = reads[..read].iter().any(|other| other.0 == reader && other.2 == Some(seen));
            let must = if level == MustSee::Earlier { earlier } else { before[place(seen)][reader] };
            match from {
                Some(from) if must => orders.push((seen, from)),
                None if must => return false,
                _ => {}
            }
        }
    }
    for &one in &all {
        orders.extend(all.iter().filter(|&&other| before[place(one)][other]).map(|&other| (one, other)));
    }
    linear(&all, &orders)
}

/// Whether some order of `left` respects all pairs: each that could be first is tried.
fn linear(left: &[usize], orders: &[(usize, usize)]) -> bool {
    left.is_empty()
        || left.iter().any(|&first| {
            let is_free = !orders.iter().any(|&(one, other)| other == first && left.contains(&one));
            let rest: Vec<usize> = left.iter().copied().filter(|&other| other != first).collect();
            is_free && linear(&rest, orders)
        })
}
