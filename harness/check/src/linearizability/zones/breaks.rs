//! Where registers with unique values break: the first return that makes a history illegal.
//!
//! The clusters are built once more, return by return. Until the first conflict all forward zones are disjoint, so
//! each new end of a zone is held against its neighbours only.

use stormglass_core::history::{History, Outcome};

use crate::linearizability::zones::{Answer, Cluster, Clusters, NEVER, Survey};
use crate::linearizability::{Broken, split};
use crate::model::{Access, Kind, Model};

/// A cluster as it is at some moment.
struct Live {
    cluster: Cluster,
    /// Where it is in the order of first returns, once it is.
    place: u32,
}

/// A return, or nothing at this moment.
#[derive(Clone, Copy)]
struct Return {
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

/// The first return that makes an illegal key of the survey illegal.
pub(crate) fn first<'a, M: Model>(
    model: &M,
    history: &'a History<M::Op, M::Ret>,
    survey: &Survey<M::Key>,
) -> Result<Broken<'a, M>, String> {
    let Kind::Register(access) = model.kind() else { return Err("only registers have zones".to_owned()) };
    let operations = history.operations();
    let mut clusters = Clusters::new();
    // The returns in real time, each with its cluster.
    let last = operations.iter().filter_map(|one| one.completed).map(|end| end.rank).max().unwrap_or(0);
    let mut returns = vec![Return { operation: NEVER, cluster: NEVER }; last as usize + 1];
    // The write of each cluster.
    let mut writers: Vec<u32> = Vec::new();
    for (index, operation) in operations.iter().enumerate() {
        if matches!(operation.outcome, Outcome::Fail(_)) {
            continue;
        }
        let Some(key) = survey.number(&model.key(&operation.op)) else { continue };
        if survey.keys[key as usize].answer != Answer::Illegal {
            continue;
        }
        let (value, writes) = match access(&operation.op, operation.outcome.ok()) {
            Some(Access::Reads(value)) => (value, false),
            Some(Access::Writes(value)) => (value, true),
            _ => continue,
        };
        let number = clusters.number(key, value);
        writers.resize(clusters.all.len(), NEVER);
        if writes {
            clusters.all[number as usize].written = operation.invoked.rank as u32 + 1;
            writers[number as usize] = index as u32;
        }
        if let (Some(_), Some(end)) = (operation.outcome.ok(), operation.completed) {
            returns[end.rank as usize] = Return { operation: index as u32, cluster: number };
        }
    }
    let mut live: Vec<Live> = clusters.all.iter().map(|&cluster| Live { cluster, place: NEVER }).collect();
    let mut zones: Vec<Zones> = survey.keys.iter().map(|_| Zones::default()).collect();
    for (number, live) in live.iter_mut().enumerate().filter(|(_, live)| live.cluster.written == 0) {
        zones[live.cluster.key as usize].enter(live, number as u32);
    }
    let broken = returns.iter().enumerate().find_map(|(rank, it)| {
        let invoked = operations.get(it.operation as usize)?.invoked.rank as u32 + 1;
        let key = clusters.all[it.cluster as usize].key;
        let other = zones[key as usize].pass(&mut live, it.cluster, invoked, rank as u32 + 1)?;
        Some((rank, key, *it, other))
    });
    let (rank, key, at, other) =
        broken.ok_or("the zones of a register contradict each other, but at no moment")?;
    let of_key = |it: &&Return| clusters.all.get(it.cluster as usize).is_some_and(|it| it.key == key);
    let before = returns[..rank].iter().filter(of_key).count();
    // Operations on other values are left out: each value is written once, so they cannot help.
    let both = [at.cluster, other];
    let mut involved: Vec<u32> =
        returns.iter().filter(|it| both.contains(&it.cluster)).map(|it| it.operation).collect();
    involved.extend(both.map(|cluster| writers[cluster as usize]).iter().filter(|&&it| it != NEVER));
    involved.sort_unstable();
    involved.dedup();
    let part = split::part_of(model, operations, &involved)?;
    let event = part.indexes().find(|&index| part.id(index).0 == at.operation as usize);
    let event =
        event.map(|index| part.entries[index as usize].returned).ok_or("a break without its operation")?;
    Ok(Broken { part, event, before, all: survey.keys[key as usize].operations })
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
