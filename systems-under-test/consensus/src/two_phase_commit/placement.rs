//! Which participant holds which accounts, and so what an operation takes of whom.
//!
//! It knows nothing of transactions.

use std::collections::BTreeMap;

use stormglass_core::cluster::Cluster;
use stormglass_core::id::NodeId;
use stormglass_core::op::bank::BankOp;

use super::types::{Change, Work};

/// A set of participants, by their places among all: one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Places(pub(super) u64);

impl Places {
    /// How many participants can be told apart.
    pub(super) const MOST: usize = 64;

    pub(super) fn insert(&mut self, place: usize) {
        self.0 |= 1 << place;
    }

    pub(super) fn remove(&mut self, place: usize) {
        self.0 &= !(1 << place);
    }

    pub(super) fn contains(self, place: usize) -> bool {
        self.0 >> place & 1 == 1
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn iter(self) -> impl Iterator<Item = usize> {
        (0..Places::MOST).filter(move |&place| self.contains(place))
    }
}

/// The participants, in the order in which accounts are dealt out to them.
#[derive(Clone, Debug)]
pub(super) struct Placement {
    participants: Vec<NodeId>,
    accounts: u64,
}

impl Placement {
    /// Everyone but the coordinator takes part.
    pub(super) fn new(cluster: &Cluster, accounts: u64) -> Placement {
        let participants = cluster.nodes()[1..].iter().copied().take(Places::MOST).collect();
        Placement { participants, accounts }
    }

    /// The participant at a place.
    pub(super) fn name(&self, place: usize) -> Option<NodeId> {
        self.participants.get(place).copied()
    }

    /// The place of a participant.
    pub(super) fn place_of(&self, name: NodeId) -> Option<usize> {
        self.participants.iter().position(|&participant| participant == name)
    }

    /// The participants at these places.
    pub(super) fn names(&self, places: Places) -> impl Iterator<Item = NodeId> + '_ {
        places.iter().filter_map(|place| self.name(place))
    }

    /// The accounts of one participant.
    pub(super) fn accounts_of(&self, name: NodeId) -> impl Iterator<Item = u64> + use<> {
        let shards = self.participants.len().max(1);
        let first = self.place_of(name).map_or(self.accounts, |place| place as u64);
        (first..self.accounts).step_by(shards)
    }

    /// What an operation takes, by participant; `None` if the bank cannot have to do with it.
    pub(super) fn works(&self, op: &BankOp) -> Option<BTreeMap<usize, Work>> {
        let shards = self.participants.len();
        let place = |account: u64| (account % shards as u64) as usize;
        match *op {
            _ if shards == 0 => None,
            BankOp::Read => Some((0..shards).map(|place| (place, Work::Read)).collect()),
            BankOp::Transfer { from, to, amount } => {
                if from.max(to) >= self.accounts || from == to || amount <= 0 {
                    return None;
                }
                let (pays, gains) =
                    (Change { account: from, by: -amount }, Change { account: to, by: amount });
                if place(from) == place(to) {
                    return Some(BTreeMap::from([(place(from), Work::Move(pays, Some(gains)))]));
                }
                let [pays, gains] = [pays, gains].map(|change| Work::Move(change, None));
                Some(BTreeMap::from([(place(from), pays), (place(to), gains)]))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every account is at one participant, and a transfer asks exactly those of its two accounts.
    #[test]
    fn a_transfer_goes_where_its_accounts_are() {
        let placement = Placement::new(&Cluster::dense(4, 1), 8);
        let mut all: Vec<u64> =
            [2, 3, 4].into_iter().flat_map(|id| placement.accounts_of(NodeId(id))).collect();
        all.sort_unstable();
        assert_eq!(all, (0..8).collect::<Vec<_>>());
        for (from, to) in [(0, 1), (0, 3), (7, 2)] {
            let works = placement.works(&BankOp::Transfer { from, to, amount: 2 }).unwrap();
            let mut moved = 0;
            for (place, work) in works {
                let here: Vec<u64> = placement.accounts_of(placement.name(place).unwrap()).collect();
                for change in work.changes() {
                    assert!(here.contains(&change.account));
                    moved += change.by;
                }
            }
            assert_eq!(moved, 0);
        }
        assert_eq!(placement.works(&BankOp::Transfer { from: 1, to: 8, amount: 2 }), None);
    }
}
