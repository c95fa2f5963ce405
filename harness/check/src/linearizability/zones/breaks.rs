//! Where registers with unique values break: the first return that makes a history illegal.
//!
//! The clusters that contradict another one in the end are built once more, return by return. Until the first conflict all forward zones are disjoint, so
//! each new end of a zone is held against its neighbours only.

use stormglass_core::history::{History, Outcome};

use super::Survey;
use super::clusters::{Cluster, NEVER};
use crate::linearizability::{Broken, split};
use crate::model::{Access, Kind, Model, OperationOf};

/// A cluster as it is at some moment.
struct Live {
    cluster: Cluster,
    /// Where it is in the order of first returns, once it is.
    place: u32,
    /// The operation that writes it.
    writer: u32,
}

/// A return of an operation on a cluster.
#[derive(Clone, Copy)]
struct Return {
    rank: u64,
    operation: u32,
    cluster: u32,
}

/// What one key's clusters look like at some moment.
#[derive(Default)]
struct Zones {
    /// Clusters in order of their first returns.
    clusters: Vec<u32>,
    /// One bit for each of them: whether its zone is forward.
    forward: Vec<u64>,
}

/// The first break of all.
struct Found {
    /// When it was.
    rank: u64,
    key: u32,
    /// The operation that returned then.
    returned: u32,
    /// The operations on its value and on the one that it contradicts.
    ids: Vec<u32>,
}

/// The first return that makes an illegal key of the survey illegal.
pub(crate) fn first<'a, M: Model>(
    model: &M,
    history: &'a History<M::Op, M::Ret>,
    survey: &Survey<M::Key>,
) -> Result<Broken<'a, M>, String> {
    let operations = history.operations();
    let Found { rank, key, returned, ids } = find(model, operations, survey)?;
    // Operations on other values are left out: each value is written once, so they cannot help.
    let part = split::part_of(model, operations, &ids)?;
    let event = part.indexes().find(|&index| part.id(index).0 == returned as usize);
    let event =
        event.map(|index| part.entries[index as usize].returned).ok_or("a break without its operation")?;
    let (name, known) = &survey.keys.all[key as usize];
    let is_before = |operation: &&OperationOf<M>| {
        let completed = operation.completed.is_some_and(|completed| completed.rank < rank);
        completed && operation.outcome.ok().is_some() && model.key(&operation.op) == *name
    };
    let invoked_before = operations.iter().take_while(|operation| operation.invoked.rank < rank);
    Ok(Broken { part, event, before: invoked_before.filter(is_before).count(), all: known.operations })
}
/// Goes through the returns of the clusters involved until two of them contradict each other.
fn find<M: Model>(
    model: &M,
    operations: &[OperationOf<M>],
    survey: &Survey<M::Key>,
) -> Result<Found, String> {
    let Kind::Register(access) = model.kind() else { return Err("only registers have zones".to_owned()) };
    let mut live: Vec<Live> =
        survey.involved.all.iter().map(|&cluster| Live { cluster, place: NEVER, writer: NEVER }).collect();
    let mut returns: Vec<Return> = Vec::new();
    for (index, operation) in operations.iter().enumerate() {
        if matches!(operation.outcome, Outcome::Fail(_)) {
            continue;
        }
        let (value, writes) = match access(&operation.op, operation.outcome.ok()) {
            Some(Access::Reads(value)) => (value, false),
            Some(Access::Writes(value)) => (value, true),
            _ => continue,
        };
        let Some(key) = survey.keys.find(&model.key(&operation.op)) else { continue };
        let Some(cluster) = survey.involved.number(key, value) else { continue };
        if writes {
            live[cluster as usize].cluster.written = moment(operation.invoked.rank);
            live[cluster as usize].writer = index as u32;
        }
        if let (Some(_), Some(end)) = (operation.outcome.ok(), operation.completed) {
            returns.push(Return { rank: end.rank, operation: index as u32, cluster });
        }
    }
    returns.sort_unstable_by_key(|it| it.rank);
    let mut zones: Vec<Zones> = survey.keys.all.iter().map(|_| Zones::default()).collect();
    for (number, live) in live.iter_mut().enumerate().filter(|(_, live)| live.cluster.written == 0) {
        zones[live.cluster.key as usize].enter(live, number as u32);
    }
    for &Return { rank, operation, cluster } in &returns {
        let key = live[cluster as usize].cluster.key;
        let invoked = moment(operations[operation as usize].invoked.rank);
        let Some(other) = zones[key as usize].pass(&mut live, cluster, invoked, moment(rank)) else {
            continue;
        };
        let both = [cluster, other];
        let of_both = returns.iter().filter(|it| both.contains(&it.cluster));
        let mut ids: Vec<u32> = of_both.map(|it| it.operation).collect();
        ids.extend(both.map(|cluster| live[cluster as usize].writer).iter().filter(|&&it| it != NEVER));
        ids.sort_unstable();
        ids.dedup();
        return Ok(Found { rank, key, returned: operation, ids });
    }
    Err("the zones of a register contradict each other, but at no moment".to_owned())
}

/// The moment of a rank: zero is before everything.
fn moment(rank: u64) -> u32 {
    rank as u32 + 1
}

impl Zones {
    /// Accounts for a return; says which cluster contradicts that of the operation then, or itself if it alone does.
    fn pass(&mut self, all: &mut [Live], number: u32, invoked: u32, returned: u32) -> Option<u32> {
        let live = &mut all[number as usize];
        let cluster = &mut live.cluster;
        if cluster.written > returned {
            return Some(number);
        }
        if live.place == NEVER {
            (cluster.first, cluster.last) = (returned, cluster.written);
            self.enter(live, number);
        }
        live.cluster.last = live.cluster.last.max(invoked);
        let (this, place) = (live.cluster, live.place as usize);
        let contradicts = |other: &u32| {
            let other = &all[*other as usize].cluster;
            other.first < this.last && this.first < other.last
        };
        // Of the forward zones that begin earlier, the last one ends last.
        let before = self.forward_before(place).filter(contradicts);
        if this.first > this.last {
            return before;
        }
        self.forward[place / 64] |= 1 << (place % 64);
        let later = self.clusters[place + 1..]
            .iter()
            .take_while(|&&other| all[other as usize].cluster.first < this.last);
        before.or_else(|| later.copied().find(contradicts))
    }

    /// Puts a cluster after those whose first return was earlier.
    fn enter(&mut self, live: &mut Live, number: u32) {
        live.place = self.clusters.len() as u32;
        self.clusters.push(number);
        self.forward.resize(self.clusters.len().div_ceil(64), 0);
    }

    /// The last cluster before `place` whose zone is forward.
    fn forward_before(&self, place: usize) -> Option<u32> {
        let mut bits = self.forward[place / 64] & ((1 << (place % 64)) - 1);
        let mut word = place / 64;
        while bits == 0 {
            word = word.checked_sub(1)?;
            bits = self.forward[word];
        }
        Some(self.clusters[word * 64 + bits.ilog2() as usize])
    }
}
