//! Regions that fail and recover for thousands of virtual years, as nodes of a world: what theory predicts, measured
//! on the very kernel that runs everything else.
//!
//! A region is a node that does nothing; its outages are crashes at the moments that the renewal process draws, and
//! what is measured is when the kernel saw it down. A world's clock ends after some five hundred years, so a long time
//! is cut into centuries, each a run of its own.

use std::sync::Arc;

use stormglass_check::availability::Down;
use stormglass_check::availability::model::Structure;
use stormglass_check::availability::probability::Senseless;
use stormglass_check::availability::renewal::{Outage, Renewal, Simulated, affordable, observe};
use stormglass_check::availability::span::Span;
use stormglass_core::cluster::Cluster;
use stormglass_core::context::Context;
use stormglass_core::disk::CrashLoss;
use stormglass_core::id::{Address, ClientId, NodeId};
use stormglass_core::random::Seed;
use stormglass_core::system::{Client, Node, System};
use stormglass_core::time::Time;
use stormglass_kernel::Kernel;
use stormglass_plan::engine::{Engine, Tracing};
use stormglass_plan::fault::{Fault, Target};
use stormglass_plan::plan::{Limits, Plan, PlannedFault, Timeline};
use stormglass_plan::scenario::Budget;

/// A region as far as availability asks: it is up or down.
#[derive(Clone, Copy, Debug)]
struct Region;

impl Node<Region> for Region {
    fn on_start(&mut self, _cx: &mut Context<'_, Region>) {}
    fn on_message(&mut self, _from: Address, (): (), _cx: &mut Context<'_, Region>) {}
    fn on_timer(&mut self, (): (), _cx: &mut Context<'_, Region>) {}
}

impl Client<Region> for Region {
    fn on_invoke(&mut self, _op: u8, _cx: &mut Context<'_, Region>) {}
    fn on_message(&mut self, _from: Address, (): (), _cx: &mut Context<'_, Region>) {}
}

impl System for Region {
    const NAME: &'static str = "region";
    type Node = Region;
    type Client = Region;
    type Message = ();
    type Timer = ();
    type Event = ();
    type Op = u8;
    type Ret = u8;
    fn node(&self, _id: NodeId, _cluster: &Cluster) -> Region {
        Region
    }
    fn client(&self, _id: ClientId, _cluster: &Cluster) -> Region {
        Region
    }
}

/// How long one run is.
const CENTURY: Span = Span::from_years(100);

/// Lets regions fail and recover in the kernel for `observed` of virtual time, independently.
///
/// # Errors
/// If there is no region or no time, more are needed than there are, or it would take hundreds of millions of changes.
pub fn simulate(
    regions: &[Renewal],
    structure: Structure,
    seed: Seed,
    observed: Span,
) -> Result<Simulated, Senseless> {
    affordable(regions, observed)?;
    let mut outages: Vec<_> =
        (0..).zip(regions).map(|(place, region)| region.outages(seed, place).peekable()).collect();
    let mut seen: Vec<Vec<Outage>> = vec![Vec::new(); regions.len()];
    let mut begin = Span::ZERO;
    while begin < observed {
        let end = (begin + CENTURY).min(observed);
        let mut faults = Vec::new();
        for (place, outages) in outages.iter_mut().enumerate() {
            while let Some(&Outage { from, until }) = outages.peek() {
                if from >= end {
                    break;
                }
                faults.push(crash(place, within(from.max(begin), begin), within(until.min(end), begin)));
                // An outage that reaches into the next century begins that one too.
                if until > end {
                    break;
                }
                outages.next();
            }
        }
        for Down { node, from, until } in run(faults, regions.len(), seed, within(end, begin)) {
            let at = |time: Time| begin + Span::from_nanos(time.as_nanos().into());
            let down = Outage { from: at(from), until: until.map_or(end, at) };
            let seen = &mut seen[node.0 as usize - 1];
            match seen.last_mut() {
                Some(last) if last.until == down.from => last.until = down.until,
                _ => seen.push(down),
            }
        }
        begin = end;
    }
    observe(seen.into_iter().map(Vec::into_iter).collect(), structure, observed)
}

/// A moment of all time as a moment of the century that begins at `begin`.
fn within(at: Span, begin: Span) -> Time {
    let into = at.saturating_sub(begin).as_nanos();
    Time::from_nanos(u64::try_from(into).expect("a century is shorter than five hundred years"))
}

fn crash(place: usize, at: Time, until: Time) -> PlannedFault {
    let target = Target::Nodes(vec![NodeId(place as u32 + 1)]);
    let inject = Fault::Crash { target, after_effects: None, unsynced: CrashLoss::Nothing };
    PlannedFault { id: 0, at, until, operations: 0, inject }
}

/// One run: when the kernel saw which node down.
fn run(mut faults: Vec<PlannedFault>, nodes: usize, seed: Seed, end: Time) -> Vec<Down> {
    faults.sort_by_key(|fault| fault.at);
    for (id, fault) in (0..).zip(&mut faults) {
        fault.id = id;
    }
    let cluster = Cluster::dense(nodes as u32, 0);
    let plan = Plan {
        timeline: Timeline { warm_up: Time::ZERO, chaos: end, heal: end, settle: end, end },
        budget: Budget::Unlimited,
        limits: Limits { events: u64::MAX },
        faults,
        ..Plan::quiet(Region::NAME, cluster, end.since(Time::ZERO), seed)
    };
    Kernel.run(&Region, &Arc::new(plan), Tracing::Off).downs
}

#[cfg(test)]
mod tests {
    use stormglass_check::availability::renewal;

    use super::*;

    /// What the kernel saw is what the renewal process drew, to the nanosecond, across the borders of centuries.
    #[test]
    fn the_kernel_sees_every_outage_as_it_was_drawn() {
        let region = Renewal::new(Span::from_hours(24 * 365 * 30), Span::from_hours(24 * 365 * 5)).unwrap();
        let regions = [region; 3];
        for structure in [Structure::Parallel, Structure::Series] {
            let observed = Span::from_years(5_050);
            let expected = renewal::simulate(&regions, structure, Seed(3), observed).unwrap();
            assert_eq!(simulate(&regions, structure, Seed(3), observed).unwrap(), expected);
        }
    }
}
