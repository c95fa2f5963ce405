//! A whole run with everything that can be drawn of it: what happened, whom faults struck, what clients asked, and how
//! everybody stood at many moments.
//!
//! The run is judged first, as ever. Then the same run is gone through once more, step by step, with a look at whoever has
//! just made a step. A panic of the system ends it where it happens, and what led there is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use stormglass_core::clock::EPOCH;
use stormglass_core::history::{OperationId, Outcome};
use stormglass_core::id::{Address, NodeId};
use stormglass_core::system::System;
use stormglass_core::time::{Duration, Time};
use stormglass_core::trace::{Kind, Record, Trace};
use stormglass_kernel::World;
use stormglass_logging::Listener;
use stormglass_plan::engine::Tracing;
use stormglass_plan::plan::{Plan, Timeline};
use stormglass_plan::workload::Operations;

use crate::prepared::{Prepared, Source};
use crate::report::Report;
use crate::sweep::guarded;

/// So many steps are looked at, evenly over the run, if it has more.
const LOOKS: u64 = 4_000;
/// So many more where it broke …
const CLOSE_LOOKS: usize = 2_000;
/// … from so long before the first operation that is part of it.
const LEAD: Duration = Duration::from_millis(500);
/// So many bytes of states are written; then looks become rarer.
const BYTES: usize = 24 << 20;
/// Clocks are read so often, evenly over the run, and when a fault begins or ends.
const READINGS: u64 = 256;

/// One run, recorded.
#[derive(Clone, Debug)]
pub struct Recording {
    /// How it was judged; its own trace is left out.
    pub report: Report,
    /// What happened.
    pub trace: Trace,
    /// Who takes part: nodes first.
    pub members: Vec<Member>,
    /// When each phase ends.
    pub phases: Timeline,
    /// The faults, in the order in which they struck.
    pub faults: Vec<Struck>,
    /// What clients asked, in order of asking.
    pub operations: Vec<Asked>,
    /// Changes of the parts that nodes play.
    pub parts: Vec<Part>,
    /// Readings of clocks that are wrong, or are right again.
    pub clocks: Vec<Reading>,
    /// States, in order.
    pub states: Vec<State>,
    /// One step in so many was looked at; one means all.
    pub every: u64,
}

/// Somebody who takes part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub whom: Address,
    /// Where, if the run has regions.
    pub region: Option<String>,
}

/// A fault that struck.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Struck {
    /// The word for it: `isolate`.
    pub name: String,
    /// As it stands in the plan.
    pub plan: String,
    /// When.
    pub at: Time,
    /// Until when; `None` if the run ended first.
    pub until: Option<Time>,
    /// Whom.
    pub on: Vec<Address>,
    /// What it did.
    pub effect: String,
}

/// An operation of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// By whom.
    pub client: Address,
    /// What.
    pub op: String,
    /// When.
    pub at: Time,
    /// When it ended; `None` if it never did.
    pub until: Option<Time>,
    /// `ok`, `fail` or `info`.
    pub outcome: &'static str,
    /// What it returned, or why it did not.
    pub result: String,
    /// The node that answered.
    pub server: Option<NodeId>,
    /// Whether it is one of those that together are impossible.
    pub guilty: bool,
}

/// A node begins to play a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// When.
    pub at: Time,
    /// Who.
    pub whom: Address,
    /// The part; `None` while it is down.
    pub role: Option<&'static str>,
}

/// By how much the clocks of a machine are wrong, in nanoseconds, until the next reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// When.
    pub at: Time,
    /// Whose.
    pub whom: Address,
    /// The wall clock.
    pub wall: i64,
    /// The monotonic clock.
    pub monotonic: i64,
}

/// How somebody stands after a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// So many records of the trace come before it.
    pub after: usize,
    /// Who.
    pub whom: Address,
    /// The state machine, as its `Debug` says it; `None` while it is down.
    pub text: Option<String>,
}

impl<S: System> Prepared<S>
where
    S::Op: Operations,
{
    pub(crate) fn recorded(
        &self,
        plan: &Arc<Plan<S::Op>>,
    ) -> Result<Recording, stormglass_plan::problem::Problem> {
        let case = Prepared { measures: true, source: Source::Plan(plan.clone()), ..self.clone() };
        let report = guarded(&case, plan.seed, Tracing::On)?;
        let mut camera = Camera::new(plan, &report);
        let new = || World::new(self.system.clone(), plan.clone(), Tracing::On);
        let world = match self.logs.as_ref().map(Listener::new) {
            Some(listener) => listener.hear(|| {
                let mut world = new();
                world.listen(listener.logs());
                camera.follow(world, plan)
            }),
            None => camera.follow(new(), plan),
        };
        let violation = report.verdict.violation();
        let guilty: BTreeSet<OperationId> =
            violation.map(|violation| violation.operations.iter().copied().collect()).unwrap_or_default();
        Ok(Recording {
            report: Report { trace: None, ..report },
            members: members(plan),
            phases: plan.timeline,
            faults: struck(plan, &world),
            operations: asked(&world, &guilty),
            trace: Trace { records: camera.records },
            parts: camera.parts,
            clocks: camera.clocks,
            states: camera.states,
            every: camera.every,
        })
    }
}

fn members<O>(plan: &Plan<O>) -> Vec<Member> {
    let region = |whom| plan.topology.as_ref().and_then(|topology| topology.region_of(&plan.cluster, whom));
    let member = |whom| Member { whom, region: region(whom).map(str::to_owned) };
    (0..plan.cluster.len()).map(|place| member(plan.cluster.address_at(place))).collect()
}

fn struck<S: System>(plan: &Plan<S::Op>, world: &World<S>) -> Vec<Struck> {
    let struck = world.strikes().iter().map(|strike| Struck {
        name: plan.faults[strike.fault].inject.name().to_owned(),
        plan: plan.faults[strike.fault].inject.to_string(),
        at: strike.at,
        until: strike.until,
        on: strike.on.iter().map(|&place| plan.cluster.address_at(place)).collect(),
        effect: strike.effect.to_string(),
    });
    struck.collect()
}

fn asked<S: System>(world: &World<S>, guilty: &BTreeSet<OperationId>) -> Vec<Asked> {
    let operations = world.history().operations().iter().enumerate();
    let asked = operations.map(|(place, operation)| Asked {
        client: operation.client.into(),
        op: operation.op.to_string(),
        at: operation.invoked.at,
        until: operation.completed.map(|moment| moment.at),
        outcome: operation.outcome.word(),
        result: match &operation.outcome {
            Outcome::Ok(ret) => ret.to_string(),
            Outcome::Fail(why) | Outcome::Info(why) => why.to_string(),
        },
        server: operation.server,
        guilty: guilty.contains(&OperationId(place)),
    });
    asked.collect()
}

/// What looks on while a run happens.
struct Camera {
    records: Vec<Record>,
    parts: Vec<Part>,
    clocks: Vec<Reading>,
    states: Vec<State>,
    every: u64,
    /// Where the run broke: there every step is looked at.
    close: Option<(Time, Time)>,
    close_looks: usize,
    steps: u64,
    bytes: usize,
    /// The part that each node plays.
    playing: BTreeMap<Address, Option<&'static str>>,
    /// The last state of each, by place in `states`.
    last: BTreeMap<Address, usize>,
    /// The last reading of each clock.
    read: BTreeMap<Address, (i64, i64)>,
    next_reading: Time,
    between_readings: Duration,
}

impl Camera {
    fn new<O>(plan: &Plan<O>, report: &Report) -> Camera {
        let guilty = report.story.iter().filter(|line| line.guilty).map(|line| line.at);
        let broke = guilty.chain(report.verdict.violation().and_then(|violation| violation.at));
        let close = broke
            .clone()
            .min()
            .zip(broke.max())
            .map(|(first, last)| (Time::ZERO + first.since(Time::ZERO).saturating_sub(LEAD), last));
        let end = plan.timeline.end.since(Time::ZERO);
        Camera {
            records: Vec::new(),
            parts: Vec::new(),
            clocks: Vec::new(),
            states: Vec::new(),
            every: report.stats.events.div_ceil(LOOKS).max(1),
            close,
            close_looks: 0,
            steps: 0,
            bytes: 0,
            playing: BTreeMap::new(),
            last: BTreeMap::new(),
            read: BTreeMap::new(),
            next_reading: Time::ZERO,
            between_readings: end / READINGS,
        }
    }

    /// Lets everything happen and looks on; answers the world as it ended.
    fn follow<S: System>(&mut self, mut world: World<S>, plan: &Plan<S::Op>) -> World<S> {
        loop {
            // A panic is a verdict already. Whatever was traced before it is told; the broken world is asked no more.
            let stepped = catch_unwind(AssertUnwindSafe(|| world.step(plan.timeline.end)));
            let records = world.take_records();
            let Ok(true) = stepped else {
                self.records.extend(records);
                return world;
            };
            self.see(&world, plan, records);
            if world.stats().events >= plan.limits.events {
                return world;
            }
        }
    }

    fn see<S: System>(&mut self, world: &World<S>, plan: &Plan<S::Op>, records: Vec<Record>) {
        let stepped = |record: &Record| match record.kind {
            Kind::Start | Kind::Deliver | Kind::Timer | Kind::Sync | Kind::Invoke | Kind::Crash => {
                record.whom
            }
            _ => None,
        };
        let touched: BTreeSet<Address> = records.iter().filter_map(stepped).collect();
        let turned = records.iter().any(|record| matches!(record.kind, Kind::Fault | Kind::Phase));
        self.records.extend(records);
        for whom in touched {
            self.note_part(world, whom);
            self.steps += 1;
            if self.looks(world.now()) {
                self.look(world, whom);
            }
        }
        if turned || world.now() >= self.next_reading {
            self.next_reading = world.now() + self.between_readings;
            for &node in plan.cluster.nodes() {
                self.read_clocks(world, node.into());
            }
        }
    }

    fn note_part<S: System>(&mut self, world: &World<S>, whom: Address) {
        if let Address::Node(_) = whom {
            let role = world.role(whom).map(|role| role.0);
            if self.playing.insert(whom, role) != Some(role) {
                self.parts.push(Part { at: world.now(), whom, role });
            }
        }
    }

    /// Whether this step is one to look at.
    fn looks(&mut self, now: Time) -> bool {
        let near = self.close.is_some_and(|(first, last)| first <= now && now <= last);
        if near && self.close_looks < CLOSE_LOOKS && self.bytes < BYTES * 2 {
            self.close_looks += 1;
            return true;
        }
        let rarer = 1 + (self.bytes / BYTES) as u64 * 8;
        self.steps.is_multiple_of(self.every * rarer)
    }

    fn look<S: System>(&mut self, world: &World<S>, whom: Address) {
        let text = world.state(whom);
        self.bytes += text.as_ref().map_or(0, String::len);
        if self.last.get(&whom).is_none_or(|&last| self.states[last].text != text) {
            self.last.insert(whom, self.states.len());
            self.states.push(State { after: self.records.len(), whom, text });
        }
    }

    fn read_clocks<S: System>(&mut self, world: &World<S>, whom: Address) {
        let Some(clock) = world.clock(whom) else { return };
        let now = world.now();
        let off = |shown: Time, zero: u64| {
            let right = i128::from(zero) + i128::from(now.as_nanos());
            i64::try_from(i128::from(shown.as_nanos()) - right).unwrap_or(i64::MAX)
        };
        let (wall, monotonic) = (off(clock.wall(now), EPOCH.as_nanos()), off(clock.elapsed(now), 0));
        if self.read.insert(whom, (wall, monotonic)).unwrap_or_default() != (wall, monotonic) {
            self.clocks.push(Reading { at: now, whom, wall, monotonic });
        }
    }
}
