//! Where everybody is: regions, their zones, and how long a message takes between them.
//!
//! A scenario says how many nodes and clients each region has, and the latency of each pair of regions, by hand or
//! from a preset with published figures. A plan holds the same, with everybody placed. Latencies are one way.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stormglass_core::cluster::Cluster;
use stormglass_core::id::Address;
use stormglass_core::random::Ratio;
use stormglass_core::time::Duration;

use crate::problem::Problem;

pub use preset::Preset;

mod preset;

/// From here to Pluto and more is a slip of the keyboard.
const LATENCY_MAX: Duration = Duration::from_secs(86_400);

/// Regions, zones, and the latencies between them. In files `[topology]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Topology {
    /// Published latencies, looked up by the names of regions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<Preset>,
    /// The regions: nodes and clients are handed out in this order.
    pub regions: Vec<Region>,
    /// One way between two machines of one zone.
    #[serde(default = "Topology::usual_within_zone")]
    pub within_zone: Duration,
    /// One way between two zones of one region.
    #[serde(default = "Topology::usual_between_zones")]
    pub between_zones: Duration,
    /// One way between two regions: `latency.east.west = "40ms"` is meant both ways unless the way back is said too.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub latency: BTreeMap<String, BTreeMap<String, Duration>>,
    /// Each message takes up to so much longer than the latency says.
    #[serde(default = "Topology::usual_jitter")]
    pub jitter: Ratio,
}

/// One region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Region {
    /// Its name: `eu-west-1`.
    pub name: String,
    /// How many zones it has, called `a`, `b`, …; nodes are spread over them in turn.
    #[serde(default = "Region::one_zone")]
    pub zones: u32,
    /// How many nodes.
    pub nodes: u32,
    /// How many clients.
    #[serde(default)]
    pub clients: u32,
}

/// Where one member is: the places of its region and of its zone in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The region's place in the list.
    pub region: usize,
    /// The zone's number in its region.
    pub zone: u32,
}

impl Region {
    const fn one_zone() -> u32 {
        1
    }
}

impl Topology {
    const fn usual_within_zone() -> Duration {
        Duration::from_micros(250)
    }

    const fn usual_between_zones() -> Duration {
        Duration::from_millis(1)
    }

    const fn usual_jitter() -> Ratio {
        Ratio::from_percent(10)
    }

    /// These regions, with the usual latencies within them and none between them yet.
    #[must_use]
    pub fn of(regions: Vec<Region>) -> Topology {
        Topology {
            preset: None,
            regions,
            within_zone: Topology::usual_within_zone(),
            between_zones: Topology::usual_between_zones(),
            latency: BTreeMap::new(),
            jitter: Topology::usual_jitter(),
        }
    }

    /// How many nodes and how many clients there are in all.
    #[must_use]
    pub fn members(&self) -> (u32, u32) {
        let sum = |count: fn(&Region) -> u32| self.regions.iter().map(count).fold(0, u32::saturating_add);
        (sum(|region| region.nodes), sum(|region| region.clients))
    }

    /// Where each member of the cluster is, by its place there: nodes first, then clients.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        let spread = |count: fn(&Region) -> u32| {
            self.regions.iter().enumerate().flat_map(move |(region, this)| {
                (0..count(this)).map(move |one| Place { region, zone: one % this.zones.max(1) })
            })
        };
        spread(|region| region.nodes).chain(spread(|region| region.clients)).collect()
    }

    /// The region of a member, by name.
    #[must_use]
    pub fn region_of(&self, cluster: &Cluster, address: Address) -> Option<&str> {
        let place = self.places().get(cluster.index_of(address)?).copied()?;
        Some(&self.regions[place.region].name)
    }

    /// One way from one region to another, from the file or the preset; within a region between its zones.
    #[must_use]
    pub fn between(&self, from: usize, to: usize) -> Option<Duration> {
        if from == to {
            return Some(self.between_zones);
        }
        let (from, to) = (&self.regions[from].name, &self.regions[to].name);
        let said = |from: &str, to: &str| self.latency.get(from).and_then(|row| row.get(to)).copied();
        said(from, to).or_else(|| said(to, from)).or_else(|| self.preset?.one_way(from, to))
    }

    /// The name of a zone: `eu-west-1/a`.
    #[must_use]
    pub fn zone_name(&self, place: Place) -> String {
        let letter = char::from(b'a' + (place.zone % 26) as u8);
        format!("{}/{letter}", self.regions[place.region].name)
    }

    /// Everything in it that cannot be.
    pub(crate) fn problems(&self, problems: &mut Vec<Problem>) {
        if self.regions.is_empty() {
            problems.push(
                Problem::new("topology.regions", "a topology without regions places nobody")
                    .expected("at least one region"),
            );
        }
        for (place, region) in self.regions.iter().enumerate() {
            let path = format!("topology.regions[{place}]");
            if region.nodes == 0 && region.clients == 0 {
                problems.push(
                    Problem::new(format!("{path}.nodes"), format!("nobody is in region {}", region.name))
                        .expected("at least one node or client")
                        .help("take the region out, or give it nodes"),
                );
            }
            if region.zones == 0 || region.zones > 26 {
                problems.push(
                    Problem::new(format!("{path}.zones"), format!("{} zones cannot be", region.zones))
                        .expected("from 1 to 26"),
                );
            }
            if region.name.is_empty() || region.name.contains('/') {
                problems.push(
                    Problem::new(format!("{path}.name"), "this is no name of a region")
                        .expected("a word without `/`, which stands before a zone"),
                );
            }
            if self.regions[..place].iter().any(|other| other.name == region.name) {
                problems.push(Problem::new(
                    format!("{path}.name"),
                    format!("there are two regions {}", region.name),
                ));
            }
        }
        self.latency_problems(problems);
    }

    fn latency_problems(&self, problems: &mut Vec<Problem>) {
        let names: Vec<&str> = self.regions.iter().map(|region| &region.name[..]).collect();
        for (from, row) in &self.latency {
            let ends = std::iter::once((format!("topology.latency.{from}"), from))
                .chain(row.keys().map(|to| (format!("topology.latency.{from}.{to}"), to)));
            for (path, name) in ends {
                if !names.contains(&&name[..]) {
                    problems.push(Problem::unknown(path, "region", name, &names));
                }
            }
        }
        let said = self.latency.iter().flat_map(|(from, row)| {
            row.iter().map(move |(to, &latency)| (format!("latency.{from}.{to}"), latency))
        });
        let within = [("within-zone", self.within_zone), ("between-zones", self.between_zones)]
            .map(|(field, latency)| (field.to_owned(), latency));
        for (field, latency) in said.chain(within) {
            if latency > LATENCY_MAX {
                problems.push(
                    Problem::new(format!("topology.{field}"), format!("{latency} one way cannot be"))
                        .expected(format!("at most {LATENCY_MAX}")),
                );
            }
        }
        for from in 0..self.regions.len() {
            for to in from + 1..self.regions.len() {
                if self.between(from, to).is_none() {
                    let (from, to) = (names[from], names[to]);
                    let mut problem = Problem::new(
                        "topology.regions",
                        format!("nothing says how long a message takes between {from} and {to}"),
                    )
                    .expected(format!("`latency.{from}.{to} = \"40ms\"`, one way"));
                    if let Some(preset) = self.preset {
                        problem =
                            problem.help(format!("the preset {preset} knows: {}", preset.names().join(", ")));
                    }
                    problems.push(problem);
                }
            }
        }
    }
}
