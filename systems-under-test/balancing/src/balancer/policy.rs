//! Whom to choose: the policies. Each is asked for the first server of a request; a retry goes to the next other one and
//! leaves the policy's state alone.

use std::collections::BTreeMap;

use stormglass_core::id::NodeId;
use stormglass_core::random::Draws;
use stormglass_core::time::Time;

use super::bugs::BalancingBug;
use super::load::Loads;
use super::settings::Policy;
use super::system::Balancing;

/// A policy and what it remembers.
#[derive(Clone, Debug)]
pub(super) enum Chooser {
    Random,
    /// Who was chosen last; the next one is the next by id, whoever has come and gone.
    RoundRobin {
        last: Option<NodeId>,
        /// The place of the next one in the list as it was.
        cursor: usize,
    },
    /// How much each server is owed, in shares of a request.
    SmoothWeighted {
        owed: BTreeMap<NodeId, i64>,
    },
    LeastOutstanding,
}

impl Chooser {
    pub(super) fn new(policy: Policy) -> Chooser {
        match policy {
            Policy::RoundRobin => Chooser::RoundRobin { last: None, cursor: 0 },
            Policy::SmoothWeighted => Chooser::SmoothWeighted { owed: BTreeMap::new() },
            Policy::LeastOutstanding => Chooser::LeastOutstanding,
            Policy::Random | Policy::Each => Chooser::Random,
        }
    }

    /// Whether choices follow weights alone, and not the servers' load.
    pub(super) fn is_by_weight(&self) -> bool {
        !matches!(self, Chooser::LeastOutstanding)
    }

    /// The weight that counts for this policy.
    pub(super) fn weight(&self, weight: u64) -> u64 {
        match self {
            Chooser::RoundRobin { .. } => 1,
            _ => weight,
        }
    }

    /// Whom to choose from has changed: those who stay are owed what they were owed.
    pub(super) fn changed(&mut self, among: &[(NodeId, u64)], system: &Balancing) {
        if let Chooser::SmoothWeighted { owed } = self {
            if system.has(BalancingBug::WeightedRebuilt) {
                owed.clear();
            }
            owed.retain(|server, _| among.iter().any(|(one, _)| one == server));
        }
    }

    /// One of `among`; nobody of an empty list.
    pub(super) fn choose(
        &mut self,
        among: &[(NodeId, u64)],
        loads: &Loads,
        now: Time,
        system: &Balancing,
        draws: &mut Draws,
    ) -> Option<NodeId> {
        match self {
            Chooser::Random => random(among, system, draws),
            Chooser::RoundRobin { last, cursor } => {
                let next = in_turn(among, *last, *cursor, system)?;
                (*last, *cursor) = (Some(among[next].0), next + 1);
                *last
            }
            Chooser::SmoothWeighted { owed } => smooth_weighted(among, owed),
            Chooser::LeastOutstanding => least_of_two(among, loads, now, draws),
        }
    }
}

/// At random by weight: the server at a random point of all weights laid end to end.
fn random(among: &[(NodeId, u64)], system: &Balancing, draws: &mut Draws) -> Option<NodeId> {
    let weights: u64 = among.iter().map(|&(_, weight)| weight).sum();
    let mut point = draws.below(points(weights, among, system));
    for &(server, weight) in among {
        match point.checked_sub(weight) {
            None => return Some(server),
            Some(rest) => point = rest,
        }
    }
    None
}

/// How many points there are to draw from.
fn points(weights: u64, among: &[(NodeId, u64)], system: &Balancing) -> u64 {
    if system.has(BalancingBug::RandomSpareLast) && among.len() > 1 {
        return weights - among[among.len() - 1].1;
    }
    weights
}

/// The place of whose turn it is: of the first one after `last` by id, or else of the first one.
fn in_turn(
    among: &[(NodeId, u64)],
    last: Option<NodeId>,
    cursor: usize,
    system: &Balancing,
) -> Option<usize> {
    if system.has(BalancingBug::TurnByPlace) {
        return cursor.checked_rem(among.len());
    }
    let next = among.partition_point(|&(server, _)| Some(server) <= last);
    next.checked_rem(among.len())
}

/// Smooth weighted round robin: everybody is owed its weight more, whoever is owed most is chosen and owes the sum.
fn smooth_weighted(among: &[(NodeId, u64)], owed: &mut BTreeMap<NodeId, i64>) -> Option<NodeId> {
    let mut most: Option<(i64, NodeId)> = None;
    let mut weights = 0;
    for &(server, weight) in among {
        let owed = owed.entry(server).or_default();
        *owed += weight as i64;
        weights += weight as i64;
        if most.is_none_or(|(most, _)| *owed > most) {
            most = Some((*owed, server));
        }
    }
    let (_, chosen) = most?;
    *owed.entry(chosen).or_default() -= weights;
    Some(chosen)
}

/// Of two different random servers the one with less waiting for its weight; of equals the first drawn.
fn least_of_two(among: &[(NodeId, u64)], loads: &Loads, now: Time, draws: &mut Draws) -> Option<NodeId> {
    let first = draws.below(among.len() as u64) as usize;
    let &(one, weight) = among.get(first)?;
    if among.len() == 1 {
        return Some(one);
    }
    let second = (first + 1 + draws.below(among.len() as u64 - 1) as usize) % among.len();
    let (other, other_weight) = among[second];
    let less = match (loads.waiting(one, now), loads.waiting(other, now)) {
        // What nobody has heard of lately is not idle: it is avoided.
        (Some(_), None) => true,
        (None, Some(_)) => false,
        (Some(mine), Some(theirs)) => mine * other_weight <= theirs * weight,
        (None, None) => loads.under_way(one) * other_weight <= loads.under_way(other) * weight,
    };
    Some(if less { one } else { other })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::balancer::Settings;

    fn system() -> Balancing {
        Balancing::new(Settings::default()).unwrap()
    }

    /// The example of the policy's source: weights 5, 1, 1 give a, a, b, a, c, a, a.
    #[test]
    fn smooth_weighted_spreads_the_heavy_between_the_light() {
        let among = [(NodeId(1), 5), (NodeId(2), 1), (NodeId(3), 1)];
        let mut owed = BTreeMap::new();
        let chosen: Vec<u32> =
            (0..7).filter_map(|_| smooth_weighted(&among, &mut owed)).map(|server| server.0).collect();
        assert_eq!(chosen, [1, 1, 2, 1, 3, 1, 1]);
        assert!(owed.values().all(|&owed| owed == 0), "a cycle leaves nothing owed");
    }

    /// Whoever comes or goes, the turn goes on by id.
    #[test]
    fn a_turn_goes_on_by_id() {
        let among = |ids: &[u32]| ids.iter().map(|&id| (NodeId(id), 1)).collect::<Vec<_>>();
        let next = |last: u32, ids: &[u32]| {
            in_turn(&among(ids), Some(NodeId(last)), 0, &system()).map(|place| ids[place])
        };
        assert_eq!(next(2, &[2, 3, 4]), Some(3));
        assert_eq!(next(2, &[3, 4]), Some(3));
        assert_eq!(next(4, &[2, 3, 4]), Some(2));
        assert_eq!(next(4, &[]), None);
    }
}
