//! From a history and what befell the world to numbers: the one place that assembles a measurement.

use std::collections::BTreeMap;

use stormglass_core::history::{History, Operation, OperationId};
use stormglass_core::time::Time;
use stormglass_core::verdict::Undecided;

use super::demand::Demand;
use super::failover::{Failover, failovers};
use super::happenings::Happenings;
use super::latency::{Faults, Latency, Percentiles, latencies};
use super::sample::{Label, Sample, samples};
use super::service::{Scope, Service};
use super::yardstick::Yardstick;

/// What was measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// How operations were served: the whole first, then each region, kind and client.
    pub services: Vec<Service>,
    /// The failovers, in order of loss.
    pub failovers: Vec<Failover>,
    /// Acknowledged writes that were lost although no failover came after them.
    pub lost_without_failover: Vec<OperationId>,
    /// Latencies by region and weather.
    pub latencies: Vec<Latency>,
    /// Latencies by region over the whole run; regions in which nothing was served are left out.
    pub percentiles: BTreeMap<String, Percentiles>,
    /// What befell the world, for words about it.
    pub world: Happenings,
}

impl Measured {
    /// How all operations together were served.
    #[must_use]
    pub fn whole(&self) -> &Service {
        &self.services[0]
    }

    /// How the operations of a scope were served; `None` if there were none.
    #[must_use]
    pub fn service(&self, scope: &Scope) -> Option<&Service> {
        self.services.iter().find(|service| service.scope == *scope)
    }
}

/// Measures the availability of a system as its clients saw it.
///
/// `label` says of each operation in which region its client is and of which kind it is.
///
/// # Errors
/// If the history says nothing about availability: nothing was asked, nothing ever succeeded, no time passed, or time
/// ran backwards.
pub fn measure<O, R>(
    history: &History<O, R>,
    label: impl Fn(&Operation<O, R>) -> Label,
    world: &Happenings,
    yardstick: &Yardstick,
) -> Result<Measured, Undecided> {
    let samples = samples(history, label)?;
    let end =
        samples.iter().map(|sample| sample.completed.unwrap_or(sample.invoked)).max().unwrap_or(Time::ZERO);
    let mut scopes: BTreeMap<Scope, Vec<&Sample>> = BTreeMap::new();
    for sample in &samples {
        let Label { region, kind } = sample.label.clone();
        for scope in [Scope::Whole, Scope::Region(region), Scope::Kind(kind), Scope::Client(sample.client)] {
            scopes.entry(scope).or_default().push(sample);
        }
    }
    let demand_of = |samples: &[&Sample]| Demand::of(samples.iter().copied(), yardstick.quiet, end);
    let demand = Demand::of(samples.iter(), yardstick.quiet, end);
    let (failovers, lost_without_failover) = failovers(&samples, &demand, world, yardstick);
    let faults = Faults::of(world);
    let mut measured = Measured {
        services: Vec::with_capacity(scopes.len()),
        failovers,
        lost_without_failover,
        latencies: Vec::new(),
        percentiles: BTreeMap::new(),
        world: world.clone(),
    };
    for (scope, samples) in scopes {
        if let Scope::Region(region) = &scope {
            measured.latencies.extend(latencies(region, &samples, &faults, end));
            let all = samples.iter().filter_map(|sample| sample.latency()).collect();
            measured.percentiles.extend(Percentiles::of(all).map(|all| (region.clone(), all)));
        }
        measured.services.push(Service::of(scope, &samples, &demand_of(&samples), world, yardstick));
    }
    Ok(measured)
}
