//! Good weather made better: no loss, no jitter, no bytes; everything that the scenario did not mean as a fault.

use stormglass_core::random::Ratio;
use stormglass_core::time::Duration;
use stormglass_plan::latency::Latency;
use stormglass_plan::plan::{DirectedLink, DiskTimes, Link, Network, Plan};

use crate::shrink::search::Search;

/// Calms the network and the disks, as far as the violation can do without their moods.
pub(super) fn calm<O: Clone + PartialEq + Send + Sync>(search: &mut Search<'_, O>) {
    let millisecond = Latency::Constant(Duration::from_millis(1));
    let change = |plan: &Plan<O>, change: &dyn Fn(&mut Plan<O>)| {
        let mut plan = plan.clone();
        change(&mut plan);
        plan
    };
    let best = search.best.clone();
    let plain = Link { latency: millisecond.clone(), ..reliable(&best.network.link) };
    let disk = DiskTimes { sync: millisecond.clone() };
    // All at once; if that is too much, one thing after the other.
    let all =
        Plan { network: Network { link: plain, links: Vec::new() }, disk, wire: false, ..(*best).clone() };
    if search.first([all]).is_some() {
        return;
    }
    for what in STEPS {
        let best = search.best.clone();
        search.first([change(&best, &|plan| what(&mut plan.network, &mut plan.disk))]);
    }
    let best = search.best.clone();
    search.first([change(&best, &|plan| plan.wire = false)]);
    let best = search.best.clone();
    search.first(constants(&best.disk.sync).map(|sync| Plan { disk: DiskTimes { sync }, ..(*best).clone() }));
    let best = search.best.clone();
    search.first(
        constants(&best.network.link.latency)
            .map(|latency| change(&best, &|plan| plan.network.link.latency = latency.clone())),
    );
    let best = search.best.clone();
    if best.topology.as_ref().is_some_and(|topology| !topology.jitter.is_zero()) {
        search.first([change(&best, &|plan| {
            plan.topology.iter_mut().for_each(|topology| topology.jitter = Ratio::ZERO);
        })]);
    }
}

type Step = fn(&mut Network, &mut DiskTimes);

/// What can be calmed by itself.
const STEPS: [Step; 4] = [
    |network, _| network.links.clear(),
    |network, _| each(network, |link| *link = reliable(link)),
    |network, _| each(network, |link| link.loss = Ratio::ZERO),
    |network, _| each(network, |link| link.reorder = Ratio::ZERO),
];

fn each(network: &mut Network, change: impl Fn(&mut Link)) {
    change(&mut network.link);
    for DirectedLink { link, .. } in &mut network.links {
        change(link);
    }
}

/// The link without losses, doubles and overtaking.
fn reliable(link: &Link) -> Link {
    let zero = Ratio::ZERO;
    Link { latency: link.latency.clone(), loss: zero, duplicate: zero, reorder: zero }
}

/// Constants that may stand for a distribution: a round one, its longest, its usual.
fn constants(latency: &Latency) -> impl Iterator<Item = Latency> + use<> {
    let usual = match latency {
        Latency::Constant(_) => None,
        Latency::Uniform { min, max } => Some((*min + *max) / 2),
        Latency::Exponential { min, mean, .. } => Some(*min + *mean),
        Latency::Bimodal { fast, .. } => Some(*fast),
        Latency::Table(quantiles) => quantiles.get(quantiles.len() / 2).copied(),
    };
    let longest = (!matches!(latency, Latency::Constant(_))).then(|| latency.longest());
    let already = matches!(latency, Latency::Constant(_));
    let round = (!already).then(|| [1, 5, 20].map(Duration::from_millis)).into_iter().flatten();
    round.chain(usual).chain(longest).map(Latency::Constant)
}
