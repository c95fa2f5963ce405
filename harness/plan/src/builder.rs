//! Scenarios in Rust: about fifteen readable lines that yield the same value as a file.
//!
//! ```
//! use stormglass_core::time::Duration;
//! use stormglass_plan::fault::{Fault, Target};
//! use stormglass_plan::nemesis::Nemesis;
//! use stormglass_plan::scenario::{Scenario, TimedFault};
//! use stormglass_plan::workload::Kv;
//!
//! let secs = Duration::from_secs;
//! let scenario = Scenario::named("raft/storm")
//!     .about("Whatever the weather, a Raft cluster answers as one machine would.")
//!     .system("raft")
//!     .param("heartbeat", "50ms")
//!     .nodes(3..=7)
//!     .clients(4)
//!     .workload(Kv { keys: 5, rate: 100, ..Kv::default() })
//!     .chaos(secs(20))
//!     .fault(TimedFault::at(secs(3)).lasts(secs(2)).inject(Fault::isolate(Target::Leader)))
//!     .nemesis(Nemesis::default());
//! assert!(scenario.problems().is_empty());
//! ```

use stormglass_check::availability::Bounds;
use stormglass_core::random::Ratio;
use stormglass_core::time::{Duration, Time};

use crate::count::Count;
use crate::fault::{Clients, Fault, Target, Way};
use crate::latency::Latency;
use crate::nemesis::Nemesis;
use crate::plan::{DiskTimes, Limits, Link, Network};
use crate::scenario::{Budget, Expect, Ids, Members, Phases, Repeat, Scenario, TimedFault};
use crate::topology::Topology;
use crate::workload::{Bank, Kv, Lock, Requests, Workload};

impl Scenario {
    /// A scenario of this name, for no system yet; everything else as in a file that says nothing of it.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Scenario {
        Scenario {
            name: name.into(),
            about: String::new(),
            system: String::new(),
            bug: None,
            engine: None,
            expect: Expect::Ok,
            seeds: Scenario::usual_seeds(),
            checks: None,
            params: toml::Table::new(),
            cluster: Members::default(),
            workload: None,
            network: None,
            disk: None,
            phases: Phases::default(),
            wire: false,
            budget: Budget::Declared,
            availability: None,
            topology: None,
            limits: Limits::default(),
            faults: Vec::new(),
            nemesis: None,
        }
    }

    /// What must hold, in one sentence.
    #[must_use]
    pub fn about(mut self, about: impl Into<String>) -> Scenario {
        self.about = about.into();
        self
    }

    /// The engine that it runs on, instead of the kernel.
    #[must_use]
    pub fn engine(mut self, engine: impl Into<String>) -> Scenario {
        self.engine = Some(engine.into());
        self
    }

    /// The system to try it on.
    #[must_use]
    pub fn system(mut self, system: impl Into<String>) -> Scenario {
        self.system = system.into();
        self
    }

    /// Plants a defect. Say [`expect`](Scenario::expect) as well if it should be found.
    #[must_use]
    pub fn bug(mut self, bug: impl Into<String>) -> Scenario {
        self.bug = Some(bug.into());
        self
    }

    /// How its runs should end.
    #[must_use]
    pub fn expect(mut self, expect: Expect) -> Scenario {
        self.expect = expect;
        self
    }

    /// How many seeds are run if the command does not say.
    #[must_use]
    pub fn seeds(mut self, seeds: u64) -> Scenario {
        self.seeds = seeds;
        self
    }

    /// The checks that judge it, and no others.
    #[must_use]
    pub fn checks<C: Into<String>>(mut self, checks: impl IntoIterator<Item = C>) -> Scenario {
        self.checks = Some(checks.into_iter().map(Into::into).collect());
        self
    }

    /// One setting of the system.
    #[must_use]
    pub fn param(mut self, name: impl Into<String>, value: impl Into<toml::Value>) -> Scenario {
        self.params.insert(name.into(), value.into());
        self
    }

    /// How many nodes: `5`, or `3..=7` for a draw by each seed.
    #[must_use]
    pub fn nodes(mut self, nodes: impl Into<Count>) -> Scenario {
        self.cluster.nodes = nodes.into();
        self
    }

    /// How many clients.
    #[must_use]
    pub fn clients(mut self, clients: impl Into<Count>) -> Scenario {
        self.cluster.clients = clients.into();
        self
    }

    /// What nodes are called.
    #[must_use]
    pub fn ids(mut self, ids: Ids) -> Scenario {
        self.cluster.ids = ids;
        self
    }

    /// What clients ask for.
    #[must_use]
    pub fn workload(mut self, workload: impl Into<Workload>) -> Scenario {
        self.workload = Some(workload.into());
        self
    }

    /// The network in good weather.
    #[must_use]
    pub fn network(mut self, network: impl Into<Network>) -> Scenario {
        self.network = Some(network.into());
        self
    }

    /// The disks in good weather.
    #[must_use]
    pub fn disk(mut self, disk: DiskTimes) -> Scenario {
        self.disk = Some(disk);
        self
    }

    /// How long each phase takes.
    #[must_use]
    pub fn phases(mut self, phases: Phases) -> Scenario {
        self.phases = phases;
        self
    }

    /// How long faults and traffic last.
    #[must_use]
    pub fn chaos(mut self, chaos: Duration) -> Scenario {
        self.phases.chaos = chaos;
        self
    }

    /// Encodes messages to bytes and back on their way, so that bits can flip and sizes count.
    #[must_use]
    pub fn wire(mut self) -> Scenario {
        self.wire = true;
        self
    }

    /// Whether faults may destroy more than the system promises to survive.
    #[must_use]
    pub fn budget(mut self, budget: Budget) -> Scenario {
        self.budget = budget;
        self
    }

    /// Where everybody is, and with that how many nodes and clients there are.
    #[must_use]
    pub fn topology(mut self, topology: Topology) -> Scenario {
        self.topology = Some(topology);
        self
    }

    /// What must hold of its availability.
    #[must_use]
    pub fn availability(mut self, bounds: Bounds) -> Scenario {
        self.availability = Some(bounds);
        self
    }

    /// Where a run stops even if the system never rests.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Scenario {
        self.limits = limits;
        self
    }

    /// A fault at a fixed time, beside those already there.
    #[must_use]
    pub fn fault(mut self, fault: TimedFault) -> Scenario {
        self.faults.push(fault);
        self
    }

    /// Who draws further faults for each seed.
    #[must_use]
    pub fn nemesis(mut self, nemesis: Nemesis) -> Scenario {
        self.nemesis = Some(nemesis);
        self
    }
}

impl From<Bank> for Workload {
    fn from(bank: Bank) -> Workload {
        Workload::Bank(bank)
    }
}

impl From<Lock> for Workload {
    fn from(lock: Lock) -> Workload {
        Workload::Lock(lock)
    }
}

impl From<Kv> for Workload {
    fn from(kv: Kv) -> Workload {
        Workload::Kv(kv)
    }
}

impl From<Requests> for Workload {
    fn from(requests: Requests) -> Workload {
        Workload::Requests(requests)
    }
}

impl From<Link> for Network {
    /// All links alike.
    fn from(link: Link) -> Network {
        Network { link, links: Vec::new() }
    }
}

/// When a fault strikes, before it is said which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a moment is no fault: say what to inject"]
pub struct Moment {
    at: Time,
    lasts: Option<Duration>,
    repeat: Option<Repeat>,
}

impl TimedFault {
    /// A fault so long after the beginning of the run, until heal if nothing else is said.
    pub const fn at(after: Duration) -> Moment {
        Moment { at: Time::from_nanos(after.as_nanos()), lasts: None, repeat: None }
    }
}

impl Moment {
    /// How long the fault lasts.
    pub const fn lasts(mut self, lasts: Duration) -> Moment {
        self.lasts = Some(lasts);
        self
    }

    /// How often it strikes in all, and how long it takes from one strike to the next.
    pub const fn repeat(mut self, every: Duration, times: u32) -> Moment {
        self.repeat = Some(Repeat { every, times });
        self
    }

    /// What strikes.
    #[must_use]
    pub fn inject(self, fault: Fault) -> TimedFault {
        let Moment { at, lasts, repeat } = self;
        TimedFault { at, lasts, repeat, inject: fault }
    }
}

/// Faults as a file describes them that says only what has no default; the other fields are public.
impl Fault {
    /// Cuts the nodes of `side` off from all others, both ways; clients reach both sides.
    #[must_use]
    pub fn partition(side: Target) -> Fault {
        Fault::Partition { side, way: Way::Both, clients: Clients::Reach }
    }

    /// Cuts each target off from all other nodes, both ways; clients reach it.
    #[must_use]
    pub fn isolate(target: Target) -> Fault {
        Fault::Isolate { target, way: Way::Both, clients: Clients::Reach }
    }

    /// Loses so many of all messages.
    #[must_use]
    pub fn loss(rate: Ratio) -> Fault {
        Fault::Loss { rate, from: Target::All, to: Target::All }
    }

    /// Lets so many of all messages arrive twice.
    #[must_use]
    pub fn duplicate(rate: Ratio) -> Fault {
        Fault::Duplicate { rate, from: Target::All, to: Target::All }
    }

    /// Lets every message take so much longer.
    #[must_use]
    pub fn delay(add: Latency) -> Fault {
        Fault::Delay { add, rate: Fault::every(), from: Target::All, to: Target::All }
    }

    /// Takes the power from the target, between two steps, in the middle of its disk's work.
    #[must_use]
    pub fn crash(target: Target) -> Fault {
        Fault::Crash { target, after_effects: None, unsynced: Fault::power_loss() }
    }
}
