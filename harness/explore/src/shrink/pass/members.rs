//! Nodes and clients that need not take part, and the map they are on.

use std::collections::BTreeSet;

use stormglass_core::cluster::Cluster;
use stormglass_core::id::{Address, ClientId, NodeId};
use stormglass_plan::fault::{Fault, Target};
use stormglass_plan::plan::Plan;

use crate::shrink::search::Search;

/// Takes out the map, clients and nodes, as far as they can go.
pub(super) fn remove<O: Clone + PartialEq + Send + Sync>(search: &mut Search<'_, O>) {
    if search.best.topology.is_some() {
        search.first([Plan { topology: None, ..(*search.best).clone() }]);
    }
    clients(search);
    nodes(search);
}

/// First the clients that ask nothing; then one client's operations are given to another.
fn clients<O: Clone + PartialEq + Send + Sync>(search: &mut Search<'_, O>) {
    let used: BTreeSet<u32> = search.best.operations.iter().map(|operation| operation.client.0).collect();
    let asking: Vec<u32> = used.iter().copied().collect();
    let packed = renamed(&search.best, |client| {
        asking.binary_search(&client).expect("every client that asks is among those that ask") as u32
    });
    search.first([with_clients(packed, used.len() as u32)]);
    let fewest =
        |plan: &Plan<O>| plan.operations.iter().map(|operation| operation.client.0 + 1).max().unwrap_or(0);
    let fewer = with_clients((*search.best).clone(), fewest(&search.best));
    search.first([fewer]);
    // One client for all, then one less at a time.
    if search.best.cluster.clients().count() > 1 {
        search.first([with_clients(renamed(&search.best, |_| 0), 1)]);
    }
    loop {
        let count = search.best.cluster.clients().count() as u32;
        if count < 2 {
            return;
        }
        let best = search.best.clone();
        let candidates = (0..count - 1).map(|heir| {
            let last = count - 1;
            with_clients(renamed(&best, |client| if client == last { heir } else { client }), last)
        });
        if search.first(candidates).is_none() {
            return;
        }
    }
}

fn renamed<O: Clone>(plan: &Plan<O>, name: impl Fn(u32) -> u32) -> Plan<O> {
    let mut plan = plan.clone();
    for operation in &mut plan.operations {
        operation.client = ClientId(name(operation.client.0));
    }
    plan
}

fn with_clients<O>(mut plan: Plan<O>, count: u32) -> Plan<O> {
    let before = plan.cluster.clients().count();
    for place in (count as usize..before).rev() {
        let member = plan.cluster.nodes().len() + place;
        leave(&mut plan, member);
    }
    plan.cluster = Cluster::new(plan.cluster.nodes().to_vec(), count);
    plan.network.links.retain(|link| {
        [link.from, link.to].iter().all(|end| end.client().is_none_or(|client| client.0 < count))
    });
    plan
}

/// Two nodes at once keep an odd number odd, so they are tried before one.
fn nodes<O: Clone + PartialEq + Send + Sync>(search: &mut Search<'_, O>) {
    loop {
        let best = search.best.clone();
        let nodes = best.cluster.nodes();
        if nodes.len() < 2 {
            return;
        }
        let pairs = (0..nodes.len()).rev().flat_map(|two| (0..two).rev().map(move |one| vec![one, two]));
        let pairs = pairs.filter(|_| nodes.len() > 3);
        let ones = (0..nodes.len()).rev().map(|one| vec![one]);
        let candidates = pairs.chain(ones).map(|gone| {
            let gone: Vec<NodeId> = gone.into_iter().map(|place| nodes[place]).collect();
            without(&best, &gone)
        });
        if search.first(candidates).is_none() {
            return;
        }
    }
}

fn without<O: Clone>(plan: &Plan<O>, gone: &[NodeId]) -> Plan<O> {
    let mut plan = plan.clone();
    for &node in gone {
        if let Some(member) = plan.cluster.index_of(node.into()) {
            leave(&mut plan, member);
        }
        let left = plan.cluster.nodes().iter().copied().filter(|&other| other != node).collect::<Vec<_>>();
        plan.cluster = Cluster::new(left, plan.cluster.clients().count() as u32);
    }
    let there = |address: Address| address.node().is_none_or(|node| !gone.contains(&node));
    plan.network.links.retain(|link| there(link.from) && there(link.to));
    for fault in &mut plan.faults {
        forget(&mut fault.inject, gone);
    }
    // A fault that meant nobody else has nobody left to strike.
    plan.faults.retain(|fault| !fault.inject.targets().contains(&&Target::Nodes(Vec::new())));
    plan
}

/// Takes the nodes that are gone out of the fault's lists.
fn forget(fault: &mut Fault, gone: &[NodeId]) {
    for target in fault.targets_mut() {
        if let Target::Nodes(nodes) = target {
            nodes.retain(|node| !gone.contains(node));
        }
    }
}

/// The member at this place leaves its region.
fn leave<O>(plan: &mut Plan<O>, member: usize) {
    let nodes = plan.cluster.nodes().len();
    let Some(topology) = &mut plan.topology else { return };
    let Some(place) = topology.places().get(member).copied() else { return };
    let region = &mut topology.regions[place.region];
    match member < nodes {
        true => region.nodes -= 1,
        false => region.clients -= 1,
    }
    topology.regions.retain(|region| region.nodes > 0 || region.clients > 0);
    let named: BTreeSet<String> = topology.regions.iter().map(|region| region.name.clone()).collect();
    topology.latency.retain(|from, row| {
        row.retain(|to, _| named.contains(to));
        named.contains(from)
    });
}
