//! Workloads: what clients ask for, and when.
//!
//! A scenario's `[workload.…]` section names a kind; the type of the system's operations says how operations
//! of that kind are drawn, by implementing [`Operations`]. Every draw of an operation is keyed by the
//! operation's own id, so taking one out of a plan changes no other.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use stormglass_core::id::ClientId;
use stormglass_core::random::{CausalId, Draws, Purpose, Ratio, Seed};
use stormglass_core::time::{Duration, Time};

use crate::configure::settings;
use crate::fault::Fault;
use crate::keyed::exponential;
use crate::plan::{PlannedFault, PlannedOperation, Timeline};
use crate::problem::Problem;

pub use bank::{Bank, BankMix};
pub use kv::{Keys, Kv, Mix};
pub use lock::Lock;
pub use requests::Requests;

use numbers::Numbers;

mod kv;
mod bank;
mod lock;
mod numbers;
mod requests;

/// What clients ask for. In files externally tagged: `[workload.kv]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Workload {
    /// Reads, writes and compare-and-swaps of a key-value register.
    Kv(Kv),
    /// Transfers between the accounts of a bank, and reads of all of them.
    Bank(Bank),
    /// Acquires, uses and releases of locks.
    Lock(Lock),
    /// Requests to a service behind balancers, and the hands of its operators.
    Requests(Requests),
    /// Operations of a kind that only the system knows, with its own settings.
    Custom(#[schemars(with = "serde_json::Map<String, serde_json::Value>")] toml::Table),
}

impl Workload {
    /// The kind, as in `[workload.kv]`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Workload::Kv(_) => "kv",
            Workload::Bank(_) => "bank",
            Workload::Lock(_) => "lock",
            Workload::Requests(_) => "requests",
            Workload::Custom(_) => "custom",
        }
    }

    /// The settings of `[workload.custom]`, for operations that only their system knows.
    ///
    /// # Errors
    /// If the workload is of another kind, or a setting cannot be read.
    pub fn custom<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        match self {
            Workload::Custom(table) => settings("workload.custom", table),
            other => Err(Problem::wrong_workload("custom", other.name())),
        }
    }
}

/// Operations that a plan can be drawn from.
///
/// A system whose operations are its own asks for `[workload.custom]` and reads its own settings there:
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use stormglass_core::random::Seed;
/// use stormglass_plan::plan::Plan;
/// use stormglass_plan::problem::Problem;
/// use stormglass_plan::source::Source;
/// use stormglass_plan::workload::{Operations, Schedule, Workload};
///
/// #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
/// enum Echo { Say(String) }
///
/// #[derive(Deserialize)]
/// #[serde(deny_unknown_fields)]
/// struct Settings { rate: u32, word: String }
///
/// impl Operations for Echo {
///     const WORKLOAD: &'static str = "custom";
///     fn draw(workload: &Workload, schedule: &mut Schedule<'_, Echo>) -> Result<(), Problem> {
///         let Settings { rate, word } = workload.custom()?;
///         schedule.traffic(rate, |asked, _draws| Echo::Say(format!("{word} {}", asked.id)));
///         Ok(())
///     }
///     fn kind(&self) -> &'static str { "say" }
/// }
///
/// let file = Source::new("echo.toml", r#"
/// name = "echo/calm"
/// about = "Whatever is said comes back."
/// system = "echo"
/// [workload.custom]
/// rate = 10
/// word = "hello"
/// "#);
/// let scenario = file.scenario(&["echo"]).unwrap_or_else(|mistakes| panic!("{mistakes}"));
/// let plan: Plan<Echo> = stormglass_plan::plan(&scenario, Seed(1)).unwrap();
/// assert_eq!(plan.operations[0].op, Echo::Say("hello 1".into()));
/// ```
pub trait Operations: Sized {
    /// The kind of workload that asks for them, as in `[workload.kv]`.
    const WORKLOAD: &'static str;

    /// Draws all operations of one run.
    ///
    /// # Errors
    /// If the section is of another kind, or says something that cannot be.
    fn draw(workload: &Workload, schedule: &mut Schedule<'_, Self>) -> Result<(), Problem>;

    /// The kind of one operation: `read`. A run in which no operation of some kind succeeded proves nothing.
    fn kind(&self) -> &'static str;

    /// Makes all operations of a plan easier to read without making them fewer: small keys, small values. Whatever were
    /// equal stay equal, and whatever differed goes on to differ. What cannot be simpler stays as it is.
    fn simplify(operations: &mut [Self]) {
        let _ = operations;
    }
}

/// Where the operations of one run are put down, in order of time.
pub struct Schedule<'p, O> {
    root: CausalId,
    timeline: &'p Timeline,
    clients: u32,
    next_id: u64,
    operations: Vec<PlannedOperation<O>>,
    pressures: Vec<Pressure>,
}

/// A fault of load while operations are drawn.
#[derive(Clone, Copy)]
struct Pressure {
    /// Its place among the plan's faults, and its id.
    place: usize,
    fault: u64,
    from: Time,
    until: Time,
    kind: Press,
    /// How many operations it has added or moved so far.
    changed: u64,
}

#[derive(Clone, Copy)]
enum Press {
    Surge(u32),
    HotKey(Ratio),
}

/// Operations that a surge adds have ids of their own from here on, so that a plan without it keeps all others.
const SURGES: u64 = 1 << 32;

/// An operation before anybody knows what it will ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its id, from 1: no other operation of the run has it.
    pub id: u64,
    /// Who asks.
    pub client: ClientId,
    /// Whether it should be about the one key on which all gather at present.
    pub hot: bool,
}

impl<'p, O> Schedule<'p, O> {
    pub(crate) fn new(
        seed: Seed,
        timeline: &'p Timeline,
        clients: u32,
        faults: &[PlannedFault],
    ) -> Schedule<'p, O> {
        let pressure = |(place, fault): (usize, &PlannedFault)| {
            let kind = match fault.inject {
                Fault::Surge { factor } => Press::Surge(factor),
                Fault::HotKey { share } => Press::HotKey(share),
                _ => return None,
            };
            let (from, until) = (fault.at, fault.until);
            Some(Pressure { place, fault: fault.id, from, until, kind, changed: 0 })
        };
        Schedule {
            root: CausalId::root(seed, Purpose::Workload),
            timeline,
            clients,
            next_id: 1,
            operations: Vec::new(),
            pressures: faults.iter().enumerate().filter_map(pressure).collect(),
        }
    }

    /// The operations in order of time; and of each fault of load, by place, how many it added or moved.
    pub(crate) fn into_operations(mut self) -> (Vec<PlannedOperation<O>>, Vec<(usize, u64)>) {
        if !self.pressures.is_empty() {
            self.operations.sort_by_key(|operation| (operation.at, operation.id));
        }
        let changed = self.pressures.iter().map(|pressure| (pressure.place, pressure.changed));
        (self.operations, changed.collect())
    }

    /// How many clients there are.
    #[must_use]
    pub const fn clients(&self) -> u32 {
        self.clients
    }

    /// The operations put down so far.
    #[must_use]
    pub fn operations(&self) -> &[PlannedOperation<O>] {
        &self.operations
    }

    /// Traffic of `rate` operations per second of all clients together, as a Poisson process: through warm-up
    /// and chaos, and again in the first half of the last phase. `op` says what each one asks.
    pub fn traffic(&mut self, rate: u32, mut op: impl FnMut(Asked, &mut Draws) -> O) {
        let Timeline { chaos, settle, end, .. } = *self.timeline;
        let fresh = end.since(settle) / 2;
        let expected = (chaos.since(Time::ZERO) + fresh).as_nanos() as f64 * f64::from(rate) / 1e9;
        // Room for four standard deviations more, so that the list almost never grows.
        self.operations.reserve((expected + 4.0 * libm::sqrt(expected)) as usize + 1);
        self.poisson(rate, Time::ZERO, chaos, &mut op);
        self.poisson(rate, settle, settle + fresh, &mut op);
        self.surges(rate, &mut op);
    }

    /// What surges add: the usual rate, so many times more, while they last and there is traffic at all.
    fn surges(&mut self, rate: u32, op: &mut impl FnMut(Asked, &mut Draws) -> O) {
        let usual = self.next_id;
        for place in 0..self.pressures.len() {
            let Pressure { fault, from, until, kind: Press::Surge(factor), .. } = self.pressures[place]
            else {
                continue;
            };
            self.next_id = (fault + 1) * SURGES;
            let before = self.operations.len();
            let rate = rate.saturating_mul(factor.saturating_sub(1));
            self.poisson(rate, from, until.min(self.timeline.chaos), op);
            self.pressures[place].changed = (self.operations.len() - before) as u64;
        }
        self.next_id = usual;
    }

    /// Whether a fault gathers the operation `id`, asked at `at`, on one key. Drawn under keys of its own.
    fn is_hot(&mut self, id: u64, at: Time) -> bool {
        let mut hot = false;
        for pressure in &mut self.pressures {
            let Press::HotKey(share) = pressure.kind else { continue };
            let key = self.root.child(id).child(pressure.fault + 1);
            if (pressure.from..pressure.until).contains(&at)
                && Draws::new(key, Purpose::Workload).chance(share)
            {
                hot = true;
                pressure.changed += 1;
            }
        }
        hot
    }

    fn poisson(&mut self, rate: u32, from: Time, until: Time, op: &mut impl FnMut(Asked, &mut Draws) -> O) {
        if rate == 0 || self.clients == 0 {
            return;
        }
        let mean = 1e9 / f64::from(rate);
        let mut exact = from;
        loop {
            let mut draws = Draws::new(self.root.child(self.next_id), Purpose::Workload);
            exact += Duration::from_nanos((exponential(&mut draws) * mean) as u64);
            // Asked at whole microseconds, so that a saved plan is no wall of digits.
            let at = Time::from_nanos(exact.as_nanos() / 1_000 * 1_000);
            if at >= until {
                return;
            }
            let client = ClientId(draws.below(u64::from(self.clients)) as u32);
            let hot = !self.pressures.is_empty() && self.is_hot(self.next_id, at);
            let asked = Asked { id: self.next_id, client, hot };
            let op = op(asked, &mut draws);
            self.push(at, client, op);
        }
    }

    /// Operations after all traffic, such as final reads: evenly through the third quarter of the last phase,
    /// so that the last one has a quarter of it to complete.
    pub fn last(&mut self, operations: impl ExactSizeIterator<Item = (ClientId, O)>) {
        let Timeline { settle, end, .. } = *self.timeline;
        let quarter = end.since(settle) / 4;
        let count = operations.len() as u64;
        for (place, (client, op)) in operations.enumerate() {
            let into = u128::from(quarter.as_nanos()) * place as u128 / u128::from(count.max(1));
            self.push(settle + quarter * 2 + Duration::from_nanos(into as u64), client, op);
        }
    }

    fn push(&mut self, at: Time, client: ClientId, op: O) {
        self.operations.push(PlannedOperation { id: self.next_id, at, client, op });
        self.next_id += 1;
    }
}
