//! A plan: exactly what will be tried in one run, as data.
//!
//! Every choice has been made: who takes part, which operation which client asks for and when, which fault
//! strikes when and how hard. Only chances remain (latencies, losses, whom a late target falls on), and those
//! are keyed by the seed. A plan can be printed, saved, edited, cut down and run on every engine.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stormglass_check::availability::Bounds;
use stormglass_core::cluster::Cluster;
use stormglass_core::id::{Address, ClientId};
use stormglass_core::random::{Ratio, Seed};
use stormglass_core::time::{Duration, Time};

use crate::fault::Fault;
use crate::latency::Latency;
use crate::scenario::{Budget, Expect, is_off};
use crate::topology::Topology;

/// The form of saved plans. Raised when an older plan could not be read or would mean something else.
pub const FORMAT: u32 = 1;

/// All of one run, for a system whose operations are `O`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Plan<O> {
    /// [`FORMAT`] when it was made.
    pub format: u32,
    /// The scenario it was drawn from: `raft/storm`.
    pub scenario: String,
    /// The system it is for.
    pub system: String,
    /// The planted bug, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bug: Option<String>,
    /// The engine that it runs on; the system's first, which is the kernel if it can run there, if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// Keys all chances.
    pub seed: Seed,
    /// The system's settings.
    #[serde(default, skip_serializing_if = "toml::Table::is_empty")]
    pub params: toml::Table,
    /// Who takes part.
    pub cluster: Cluster,
    /// Where everybody is; all in one place, if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topology: Option<Topology>,
    /// When each phase ends.
    pub timeline: Timeline,
    /// The network in good weather.
    pub network: Network,
    /// The disks in good weather.
    pub disk: DiskTimes,
    /// Whether messages are encoded to bytes and back on their way.
    #[serde(default, skip_serializing_if = "is_off")]
    pub wire: bool,
    /// Whether faults may destroy more than the system promises to survive.
    #[serde(default, skip_serializing_if = "Budget::is_declared")]
    pub budget: Budget,
    /// What must hold of its availability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability: Option<Bounds>,
    /// The checks that count; all that fit the system, if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checks: Option<Vec<String>>,
    /// How the run must end, if it is kept for that: by the violation that it was kept for, while its bug is planted; or
    /// without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<Expect>,
    /// Where the run stops even if the system never rests.
    pub limits: Limits,
    /// What goes wrong, in order of time.
    pub faults: Vec<PlannedFault>,
    /// What clients ask for, in order of time.
    pub operations: Vec<PlannedOperation<O>>,
}

impl<O> Plan<O> {
    /// A plan in which nothing is asked and nothing goes wrong: everybody is there for `span`. To be filled with
    /// `Plan { faults, ..Plan::quiet(…) }`.
    #[must_use]
    pub fn quiet(system: &str, cluster: Cluster, span: Duration, seed: Seed) -> Plan<O> {
        let end = Time::ZERO + span;
        Plan {
            format: FORMAT,
            scenario: system.to_owned(),
            system: system.to_owned(),
            bug: None,
            engine: None,
            seed,
            params: toml::Table::new(),
            cluster,
            topology: None,
            timeline: Timeline { warm_up: end, chaos: end, heal: end, settle: end, end },
            network: Network::default(),
            disk: DiskTimes::default(),
            wire: false,
            budget: Budget::Declared,
            availability: None,
            checks: None,
            expect: None,
            limits: Limits::default(),
            faults: Vec::new(),
            operations: Vec::new(),
        }
    }

    /// Whether what the check of this name says counts.
    #[must_use]
    pub fn counts(&self, check: &str) -> bool {
        self.checks.as_ref().is_none_or(|names| names.iter().any(|name| name == check))
    }

    /// The region of a client; one word for all if the plan has no regions.
    #[must_use]
    pub fn region_of(&self, client: ClientId) -> &str {
        let topology = self.topology.as_ref();
        topology.and_then(|topology| topology.region_of(&self.cluster, client.into())).unwrap_or("everywhere")
    }
}

/// One operation: asked at `at`, or as soon after as its client is free.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PlannedOperation<O> {
    /// Keys its chances; never reused, so that removing others changes nothing for it.
    pub id: u64,
    /// When.
    pub at: Time,
    /// By whom.
    pub client: ClientId,
    /// What.
    pub op: O,
}

/// The ids of faults at fixed times begin here, above all that a nemesis draws: a range for each of the scenario's list.
pub(crate) const TIMED: u64 = 1_000_000;

impl PlannedFault {
    /// Its place in the scenario's list of faults at fixed times; `None` if the nemesis drew it.
    #[must_use]
    pub const fn timed(&self) -> Option<u64> {
        (self.id / TIMED).checked_sub(1)
    }
}

/// One fault.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PlannedFault {
    /// Keys its chances; never reused.
    pub id: u64,
    /// When it strikes.
    pub at: Time,
    /// When it is lifted. Heal lifts whatever is left.
    pub until: Time,
    /// How many operations it added or moved, if it is a fault of load: they stand among the others.
    #[serde(default, skip_serializing_if = "is_none")]
    pub operations: u64,
    /// What.
    pub inject: Fault,
}

const fn is_none(count: &u64) -> bool {
    *count == 0
}

/// The phases of a run, each ending where the next begins. All begin at zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Timeline {
    /// Good weather and traffic, until here.
    pub warm_up: Time,
    /// Faults and traffic, until here.
    pub chaos: Time,
    /// Faults, but no traffic, until here: several real stalls show only in the silence. Then all faults end.
    pub heal: Time,
    /// Time to converge in peace, until here.
    pub settle: Time,
    /// Final reads and fresh traffic, until here.
    pub end: Time,
}

/// A network without faults.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Network {
    /// Every link that `links` does not name.
    pub link: Link,
    /// Directed links of their own kind.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<DirectedLink>,
}

/// What one direction of one link does to messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Link {
    /// How long a message takes.
    pub latency: Latency,
    /// How many are lost.
    #[serde(skip_serializing_if = "Ratio::is_zero")]
    #[schemars(!skip_serializing_if)]
    pub loss: Ratio,
    /// How many arrive twice.
    #[serde(skip_serializing_if = "Ratio::is_zero")]
    #[schemars(!skip_serializing_if)]
    pub duplicate: Ratio,
    /// How many are held back by up to ten times the longest latency, so that later ones overtake them.
    #[serde(skip_serializing_if = "Ratio::is_zero")]
    #[schemars(!skip_serializing_if)]
    pub reorder: Ratio,
}

/// A link that differs from the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DirectedLink {
    /// Whose messages.
    pub from: Address,
    /// To whom.
    pub to: Address,
    /// What happens to them.
    pub link: Link,
}

/// How long disks take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct DiskTimes {
    /// From the request of a sync to its completion.
    pub sync: Latency,
}

/// Where a run stops. Reaching a limit is a named stop and the verdict `unknown`, never silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Limits {
    /// So many events.
    pub events: u64,
}

impl Default for Network {
    /// A busy data centre: 1 to 10 ms, nothing lost.
    fn default() -> Network {
        Network { link: Link::default(), links: Vec::new() }
    }
}

impl Default for Link {
    fn default() -> Link {
        let (min, max) = (Duration::from_millis(1), Duration::from_millis(10));
        Link {
            latency: Latency::Uniform { min, max },
            loss: Ratio::ZERO,
            duplicate: Ratio::ZERO,
            reorder: Ratio::ZERO,
        }
    }
}

impl Default for DiskTimes {
    /// A healthy solid-state disk: 1 to 5 ms.
    fn default() -> DiskTimes {
        DiskTimes { sync: Latency::Uniform { min: Duration::from_millis(1), max: Duration::from_millis(5) } }
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { events: 100_000_000 }
    }
}
