//! The plan as a page that a person reads: who, where, when, the weather, and the first operations.

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use crate::describe::WhoTakesPart;
use crate::plan::{Plan, PlannedFault, Timeline};
use crate::topology::Topology;
use crate::workload::Operations;

/// So many faults are shown, and so many operations; the rest is counted.
const FAULTS_SHOWN: usize = 32;
const OPERATIONS_SHOWN: usize = 8;
/// So many links of their own kind are shown.
const LINKS_SHOWN: usize = 6;

/// A plan on its way to paper; made by [`Plan::page`].
#[derive(Clone, Copy, Debug)]
pub struct Page<'p, O>(&'p Plan<O>);

impl<O: Operations + Display> Plan<O> {
    /// At most about sixty lines that say everything that was chosen.
    #[must_use]
    pub const fn page(&self) -> Page<'_, O> {
        Page(self)
    }
}

impl<O: Operations + Display> Display for Page<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plan = self.0;
        write!(f, "{}   seed {}   {}", plan.scenario, plan.seed, plan.system)?;
        match &plan.bug {
            Some(bug) => writeln!(f, " with bug {bug}\n")?,
            None => writeln!(f, "\n")?,
        }
        writeln!(f, "cluster   {}", WhoTakesPart(&plan.cluster))?;
        for (place, (name, value)) in plan.params.iter().enumerate() {
            let heading = if place == 0 { "params" } else { "" };
            writeln!(f, "{heading:<9} {name} = {value}")?;
        }
        if let Some(topology) = &plan.topology {
            regions(topology, f)?;
        }
        self.good_weather(f)?;
        phases(&plan.timeline, f)?;
        weather(&plan.faults, f)?;
        self.operations(f)
    }
}

impl<O: Operations + Display> Page<'_, O> {
    fn good_weather(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plan = self.0;
        writeln!(f, "network   {}", plan.network.link)?;
        for link in plan.network.links.iter().take(LINKS_SHOWN) {
            writeln!(f, "          {} → {}: {}", link.from, link.to, link.link)?;
        }
        let more = plan.network.links.len().saturating_sub(LINKS_SHOWN);
        if more > 0 {
            writeln!(f, "          … {more} more links of their own kind")?;
        }
        writeln!(f, "disk      sync {}", plan.disk.sync)
    }

    fn operations(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operations = &self.0.operations;
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        for planned in operations {
            *kinds.entry(planned.op.kind()).or_default() += 1;
        }
        let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        match operations.len() {
            0 => return f.write_str("workload  none"),
            count => write!(f, "workload  {count} operations: {}", kinds.join(", "))?,
        }
        for planned in operations.iter().take(OPERATIONS_SHOWN) {
            write!(f, "\n{:>10}  {}  {}", planned.at, planned.client, planned.op)?;
        }
        match operations.len().saturating_sub(OPERATIONS_SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n            … {more} more"),
        }
    }
}

/// Who is where, and how far apart.
fn regions(topology: &Topology, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (place, region) in topology.regions.iter().enumerate() {
        let heading = if place == 0 { "regions" } else { "" };
        write!(
            f,
            "{heading:<9} {}: {} nodes in {} zones, {} clients",
            region.name, region.nodes, region.zones, region.clients
        )?;
        for to in place + 1..topology.regions.len() {
            let far = topology.between(place, to).unwrap_or_default();
            write!(f, "; {far} to {}", topology.regions[to].name)?;
        }
        writeln!(f)?;
    }
    Ok(())
}

fn phases(timeline: &Timeline, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Timeline { warm_up, chaos, heal, settle, end } = timeline;
    writeln!(
        f,
        "phases    warm-up to {warm_up}, chaos to {chaos}, idle to heal at {heal}, settle to {settle}, finish to {end}"
    )
}

fn weather(faults: &[PlannedFault], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match faults.len() {
        0 => writeln!(f, "weather   calm")?,
        1 => writeln!(f, "weather   1 fault")?,
        count => writeln!(f, "weather   {count} faults")?,
    }
    for PlannedFault { at, until, inject, .. } in faults.iter().take(FAULTS_SHOWN) {
        match until > at {
            true => writeln!(f, "{at:>10} –{until:>8}  {inject}")?,
            false => writeln!(f, "{at:>10}            {inject}")?,
        }
    }
    match faults.len().saturating_sub(FAULTS_SHOWN) {
        0 => Ok(()),
        more => writeln!(f, "            … {more} more"),
    }
}
