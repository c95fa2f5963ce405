//! Knobs: sizes and good-weather settings of a run, drawn for each seed where the scenario leaves them open.

use stormglass_core::cluster::Cluster;
use stormglass_core::id::NodeId;
use stormglass_core::random::{Draws, Purpose, Ratio, Seed};
use stormglass_core::time::Duration;

use crate::count::Count;
use crate::keyed::{self, log_uniform, log_uniform_span, weighted};
use crate::latency::Latency;
use crate::plan::{DiskTimes, Link, Network};
use crate::scenario::{Ids, Members, Scenario};

fn draws(seed: Seed, knob: &str) -> Draws {
    keyed::draws(seed, Purpose::Knobs, knob)
}

/// Who takes part.
pub(crate) fn cluster(members: &Members, seed: Seed) -> Cluster {
    let count = |range: Count, knob| draws(seed, knob).between(range.min.into(), range.max.into()) as u32;
    let nodes = count(members.nodes, "nodes");
    let clients = count(members.clients, "clients");
    let sparse = match members.ids {
        Ids::Dense => false,
        Ids::Sparse => true,
        Ids::Either => draws(seed, "ids").below(2) == 1,
    };
    match sparse {
        false => Cluster::dense(nodes, clients),
        true => Cluster::new(sparse_ids(nodes, seed), clients),
    }
}

/// Ascending ids with gaps of up to twenty.
fn sparse_ids(nodes: u32, seed: Seed) -> impl Iterator<Item = NodeId> {
    let mut draws = draws(seed, "sparse-ids");
    let mut last = 0;
    (0..nodes).map(move |_| {
        last += 1 + draws.below(20) as u32;
        NodeId(last)
    })
}

/// The network in good weather.
pub(crate) fn network(scenario: &Scenario, seed: Seed) -> Network {
    match (&scenario.network, &scenario.nemesis) {
        (Some(network), _) => network.clone(),
        (None, None) => Network::default(),
        (None, Some(_)) => Network {
            link: Link {
                latency: latency(&mut draws(seed, "latency")),
                loss: small_rate(&mut draws(seed, "loss"), 20_000),
                duplicate: small_rate(&mut draws(seed, "duplicate"), 50_000),
                reorder: small_rate(&mut draws(seed, "reorder"), 50_000),
            },
            links: Vec::new(),
        },
    }
}

/// The disks in good weather.
pub(crate) fn disk(scenario: &Scenario, seed: Seed) -> DiskTimes {
    match (&scenario.disk, &scenario.nemesis) {
        (Some(disk), _) => disk.clone(),
        (None, None) => DiskTimes::default(),
        (None, Some(_)) => {
            let mut draws = draws(seed, "sync");
            let (fast, slow) = (Duration::from_micros(50), Duration::from_millis(10));
            let typical = log_uniform_span(&mut draws, fast, slow);
            let sync = *weighted(&mut draws, &[(3, Shape::Uniform), (1, Shape::Bimodal)]);
            DiskTimes { sync: sync.around(typical) }
        }
    }
}

/// The shapes among which a knob draws.
#[derive(Clone, Copy)]
enum Shape {
    Constant,
    Uniform,
    Exponential,
    Bimodal,
}

impl Shape {
    fn around(self, typical: Duration) -> Latency {
        // In steps of 20 µs, so that the half of it has few digits too.
        let typical = Duration::from_micros(typical.as_nanos() / 20_000 * 20);
        match self {
            Shape::Constant => Latency::Constant(typical),
            Shape::Uniform => Latency::Uniform { min: typical / 2, max: typical * 2 },
            Shape::Exponential => Latency::Exponential { min: typical / 2, mean: typical, max: typical * 10 },
            Shape::Bimodal => {
                Latency::Bimodal { fast: typical, slow: typical * 8, slow_share: Ratio::from_percent(5) }
            }
        }
    }
}

/// From a rack to a busy data centre: short enough for a leader to live in peace.
fn latency(draws: &mut Draws) -> Latency {
    let typical = log_uniform_span(draws, Duration::from_micros(200), Duration::from_millis(8));
    let shape = *weighted(
        draws,
        &[(1, Shape::Constant), (4, Shape::Uniform), (2, Shape::Exponential), (1, Shape::Bimodal)],
    );
    shape.around(typical)
}

/// Half of the time nothing, else up to `max_ppm`.
fn small_rate(draws: &mut Draws, max_ppm: u64) -> Ratio {
    match draws.below(2) {
        0 => Ratio::ZERO,
        _ => Ratio::from_ppm(log_uniform(draws, 10, max_ppm / 100) as u32 * 100),
    }
}
