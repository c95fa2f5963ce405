//! What every transaction had to see under causal consistency: a vector clock for each.
//!
//! Processes are chains of transactions; a clock says how far along each chain one had to see. The last writer of a key
//! along a chain stands for the earlier ones, which come before it.
//!
//! A transaction of unknown outcome is a chain of its own: others of its process do not come after it.

use super::weak::{Facts, Overlooked};

/// The most entries of all clocks together: 256 MiB.
const MOST_ENTRIES: usize = 64 << 20;

/// The chain of each transaction and its place there.
struct Chains {
    of: Vec<(u32, u32)>,
    count: usize,
}

/// A write: of a key, by the transaction at a place of a chain.
type Placed = (u32, (u32, u32), u32);

fn chains(facts: &Facts) -> Chains {
    let mut next = vec![None; facts.transactions];
    let mut is_later = vec![false; facts.transactions];
    for &(one, other) in &facts.processes {
        // Of several that follow one, only the first continues its chain.
        if next[one as usize].is_none() {
            next[one as usize] = Some(other);
            is_later[other as usize] = true;
        }
    }
    let mut used = vec![false; facts.transactions];
    let mut use_it = |transaction: u32| used[transaction as usize] = true;
    facts.reads.iter().for_each(|read| use_it(read.0));
    facts.writes.iter().for_each(|write| use_it(write.0));
    facts.processes.iter().flat_map(|&(one, other)| [one, other]).for_each(use_it);
    let mut chains = Chains { of: vec![(0, 0); facts.transactions], count: 0 };
    for start in (0..facts.transactions).filter(|&start| used[start] && !is_later[start]) {
        let (mut at, mut place) = (Some(start as u32), 0);
        while let Some(transaction) = at {
            chains.of[transaction as usize] = (chains.count as u32, place);
            place += 1;
            at = next[transaction as usize];
        }
        chains.count += 1;
    }
    chains
}

/// For each read, what its transaction had to see of the key and did not read; or why that is too much to compute.
pub(super) fn overlooked(
    facts: &Facts,
    infer: &mut impl FnMut(Overlooked, Option<u32>),
) -> Result<(), String> {
    let chains = chains(facts);
    if facts.transactions.saturating_mul(chains.count) > MOST_ENTRIES {
        return Err(format!(
            "{} transactions of {} processes need more memory than this check may use",
            facts.transactions, chains.count
        ));
    }
    let clocks = clocks(facts, &chains);
    let mut placed: Vec<Placed> =
        facts.writes.iter().map(|&(writer, key)| (key, chains.of[writer as usize], writer)).collect();
    placed.sort_unstable();
    for &(reader, key, writer) in &facts.reads {
        let clock = &clocks[reader as usize * chains.count..][..chains.count];
        let first = placed.partition_point(|write| write.0 < key);
        let mut left = &placed[first..];
        while let Some(&(at, (chain, _), _)) = left.first()
            && at == key
        {
            let end = left.partition_point(|write| (write.0, write.1.0) <= (key, chain));
            let seen = left[..end].partition_point(|write| write.1.1 < clock[chain as usize]);
            if let Some(&(_, _, seen)) = left[..seen].last()
                && Some(seen) != writer
                && seen != reader
            {
                infer(Overlooked { reader, key, seen }, writer);
            }
            left = &left[end..];
        }
    }
    Ok(())
}

/// Of each transaction, how many of each chain came before it.
fn clocks(facts: &Facts, chains: &Chains) -> Vec<u32> {
    let width = chains.count;
    let mut edges: Vec<(u32, u32)> = facts.processes.clone();
    edges.extend(facts.reads.iter().filter_map(|read| Some((read.2?, read.0))));
    edges.sort_unstable();
    edges.dedup();
    let mut waits_for = vec![0u32; facts.transactions];
    edges.iter().for_each(|edge| waits_for[edge.1 as usize] += 1);
    let mut ready: Vec<u32> =
        (0..facts.transactions as u32).filter(|&vertex| waits_for[vertex as usize] == 0).collect();
    let mut clocks = vec![0u32; facts.transactions * width];
    let mut own = vec![0u32; width];
    while let Some(vertex) = ready.pop() {
        own.copy_from_slice(&clocks[vertex as usize * width..][..width]);
        let (chain, place) = chains.of[vertex as usize];
        if let Some(entry) = own.get_mut(chain as usize) {
            *entry = (*entry).max(place + 1);
        }
        let first = edges.partition_point(|edge| edge.0 < vertex);
        for &(_, to) in edges[first..].iter().take_while(|edge| edge.0 == vertex) {
            let clock = &mut clocks[to as usize * width..][..width];
            clock.iter_mut().zip(&own).for_each(|(entry, own)| *entry = (*entry).max(*own));
            waits_for[to as usize] -= 1;
            if waits_for[to as usize] == 0 {
                ready.push(to);
            }
        }
    }
    clocks
}
