//! A scenario: what to try, as data.
//!
//! A scenario is the same value whether it was written in TOML or built in Rust. It leaves to the seed what may
//! differ from run to run; [`plan`](crate::draw::plan) makes those choices. It knows no engine and no system:
//! `[params]` and `bug` are understood only by the system that it names.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stormglass_check::availability::Bounds;
use stormglass_core::time::{Duration, Time};

use crate::count::Count;
use crate::fault::Fault;
use crate::nemesis::{Features, Nemesis};
use crate::plan::{DiskTimes, Limits, Network, Timeline};
use crate::topology::Topology;
use crate::workload::Workload;

/// What to try.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Scenario {
    /// What commands call it: `raft/storm`.
    pub name: String,
    /// What must hold, in one sentence.
    pub about: String,
    /// The system to try it on: `raft`.
    pub system: String,
    /// A defect of the system to plant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bug: Option<String>,
    /// The engine that it runs on if the command does not say: `madsim`. If not given: the kernel, or for a program that cannot
    /// run there, its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// How its runs should end.
    #[serde(default, skip_serializing_if = "Expect::is_ok")]
    #[schemars(!skip_serializing_if)]
    pub expect: Expect,
    /// How many seeds are run if the command does not say.
    #[serde(default = "Scenario::usual_seeds")]
    pub seeds: u64,
    /// The checks that judge it; all that fit the system, if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checks: Option<Vec<String>>,
    /// The system's settings.
    #[serde(default, skip_serializing_if = "toml::Table::is_empty")]
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    pub params: toml::Table,
    /// Who takes part.
    #[serde(default)]
    pub cluster: Members,
    /// Where everybody is; all in one place, if not given. It says how many nodes and clients there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topology: Option<Topology>,
    /// What clients ask for; nothing, if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workload: Option<Workload>,
    /// The network in good weather. If not given: drawn for each seed if there is a nemesis, the usual one if not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<Network>,
    /// The disks in good weather. If not given: as for the network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disk: Option<DiskTimes>,
    /// Whether messages are encoded to bytes and back on their way, so that bits can flip and sizes count.
    #[serde(default, skip_serializing_if = "is_off")]
    #[schemars(!skip_serializing_if)]
    pub wire: bool,
    /// Whether faults may destroy more than the system promises to survive.
    #[serde(default, skip_serializing_if = "Budget::is_declared")]
    #[schemars(!skip_serializing_if)]
    pub budget: Budget,
    /// How long each phase takes.
    #[serde(default)]
    pub phases: Phases,
    /// What must hold of its availability; nothing, if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability: Option<Bounds>,
    /// Where a run stops even if the system never rests.
    #[serde(default)]
    pub limits: Limits,
    /// Faults at fixed times; in files `[[fault]]`.
    #[serde(default, rename = "fault", skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<TimedFault>,
    /// Who draws further faults for each seed; nobody, if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nemesis: Option<Nemesis>,
}

/// How much faults may destroy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Budget {
    /// Never more copies than the system declares it survives.
    #[default]
    Declared,
    /// Any number; what is lost then is an expected loss.
    Unlimited,
}

impl Budget {
    /// Whether the system's own word counts.
    #[must_use]
    pub const fn is_declared(&self) -> bool {
        matches!(self, Budget::Declared)
    }
}

/// What a file need not say.
pub(crate) const fn is_off(switch: &bool) -> bool {
    !*switch
}

/// How the runs of a scenario should end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Expect {
    /// All of them without a violation.
    #[default]
    Ok,
    /// At least one of them with a violation: the planted bug is found.
    Violated,
    /// The same, and one of these checks names it.
    ViolatedBy(Vec<String>),
}

impl Expect {
    /// Whether every run should be ok.
    #[must_use]
    pub const fn is_ok(&self) -> bool {
        matches!(self, Expect::Ok)
    }
}

/// Who takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Members {
    /// How many nodes.
    pub nodes: Count,
    /// How many clients.
    pub clients: Count,
    /// What the nodes are called.
    pub ids: Ids,
}

impl Default for Members {
    /// Three nodes n1 to n3 and three clients.
    fn default() -> Members {
        Members { nodes: Count::from(3), clients: Count::from(3), ids: Ids::Dense }
    }
}

/// What nodes are called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ids {
    /// n1, n2, n3, ….
    #[default]
    Dense,
    /// Numbers with gaps, drawn for each seed: code that takes an id for an index shows itself.
    Sparse,
    /// One or the other, drawn for each seed.
    Either,
}

/// How long each phase takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Phases {
    /// Good weather and traffic.
    pub warm_up: Duration,
    /// Faults and traffic.
    pub chaos: Duration,
    /// Faults but no traffic; at its end all faults are lifted.
    pub idle: Duration,
    /// Time to converge in peace.
    pub settle: Duration,
    /// Fresh traffic, then final reads.
    pub finish: Duration,
}

impl Default for Phases {
    fn default() -> Phases {
        Phases {
            warm_up: Duration::from_secs(1),
            chaos: Duration::from_secs(20),
            idle: Duration::from_secs(2),
            settle: Duration::from_secs(5),
            finish: Duration::from_secs(2),
        }
    }
}

impl Phases {
    /// The moments at which the phases end.
    #[must_use]
    pub fn timeline(&self) -> Timeline {
        let warm_up = Time::ZERO + self.warm_up;
        let chaos = warm_up + self.chaos;
        let heal = chaos + self.idle;
        let settle = heal + self.settle;
        Timeline { warm_up, chaos, heal, settle, end: settle + self.finish }
    }
}

/// A fault at a fixed time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TimedFault {
    /// When it strikes, counted from the beginning of the run; not in warm-up, and before heal.
    pub at: Time,
    /// How long it lasts; until heal, if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Duration>,
    /// Strikes again and again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
    /// What.
    pub inject: Fault,
}

/// How a timed fault strikes more than once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Repeat {
    /// From one strike to the next.
    pub every: Duration,
    /// How many strikes in all.
    pub times: u32,
}

impl TimedFault {
    /// When it strikes, each time.
    pub fn strikes(&self) -> impl Iterator<Item = Time> + '_ {
        let Repeat { every, times } = self.repeat.unwrap_or(Repeat { every: Duration::ZERO, times: 1 });
        (0..times).map(move |strike| self.at + every * u64::from(strike))
    }
}

impl Scenario {
    /// Who takes part: as many as the regions say, if there are any.
    #[must_use]
    pub fn members(&self) -> Members {
        match &self.topology {
            Some(topology) => {
                let (nodes, clients) = topology.members();
                Members { nodes: Count::from(nodes), clients: Count::from(clients), ..self.cluster }
            }
            None => self.cluster,
        }
    }

    /// What it has that some kinds of faults need.
    #[must_use]
    pub fn features(&self) -> Features {
        Features {
            wire: self.wire,
            regions: self.topology.as_ref().is_some_and(|topology| topology.regions.len() > 1),
            clients: self.workload.is_some(),
        }
    }

    /// As many as run in a second or two.
    pub(crate) const fn usual_seeds() -> u64 {
        100
    }
}
