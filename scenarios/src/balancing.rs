//! How the histories of balancers are judged: by how they say they have spread requests.

use std::collections::BTreeMap;

use stormglass::SystemUnderTest;
use stormglass::check::histories::balance::{Share, distribution};
use stormglass::core::history::History;
use stormglass::core::id::NodeId;
use stormglass::core::op::request::{RequestOp, RequestRet, Tally};
use stormglass::core::verdict::Verdict;
use stormglass_balancing::balancer::Balancing;

/// The probability that the test accuses a right balancer. The test's approximation is bad so far out in the tail; with
/// at least [`ENOUGH`] expected requests on each server Chernoff's bound still leaves less than 10⁻¹⁰ for each tally.
const FALSE_ALARM: f64 = 1e-15;
/// Tallies in which some server could expect fewer requests are not judged.
const ENOUGH: u64 = 50;

/// Balancers, judged by their monitors and by their tallies.
pub(crate) fn subject() -> SystemUnderTest<Balancing> {
    SystemUnderTest::unjudged().judged_by(
        "distribution",
        "requests are spread by weight: so uneven a spread comes from a right balancer less than once in 10¹⁰ tallies",
        by_weight,
    )
}

/// Judges the last tally of each generation of each balancer; the earlier ones are parts of it.
fn by_weight(history: &History<RequestOp, RequestRet>) -> Verdict {
    let mut last: BTreeMap<(NodeId, u64, u64), (u64, &Tally)> = BTreeMap::new();
    for operation in history.operations() {
        let Some(RequestRet::Tally(tally)) = operation.outcome.ok() else { continue };
        let total = tally.sent.iter().map(|&(_, _, sent)| sent).sum();
        let judged = last.entry((tally.balancer, tally.boot, tally.generation)).or_insert((total, tally));
        if total > judged.0 {
            *judged = (total, tally);
        }
    }
    last.into_values()
        .filter(|&(total, tally)| tally.by_weight && is_enough(total, tally))
        .map(|(_, tally)| {
            let share = |&(name, weight, got): &(NodeId, u64, u64)| Share { name, weight, got };
            let shares: Vec<Share<NodeId>> = tally.sent.iter().map(share).collect();
            distribution(&shares, FALSE_ALARM).verdict
        })
        .fold(Verdict::Ok, Verdict::and)
}

fn is_enough(total: u64, tally: &Tally) -> bool {
    let weights: u64 = tally.sent.iter().map(|&(_, weight, _)| weight).sum();
    tally.sent.len() > 1 && tally.sent.iter().all(|&(_, weight, _)| total * weight >= ENOUGH * weights)
}
