//! What every engine does: runs a plan of a system, and leaves what happened.

use std::sync::Arc;

use stormglass_check::availability::{Down, Leadership};
use stormglass_core::history::History;
use stormglass_core::id::NodeId;
use stormglass_core::random::CausalId;
use stormglass_core::system::{Awaited, System};
use stormglass_core::time::{Duration, Time};
use stormglass_core::trace::Trace;
use stormglass_core::verdict::Verdict;

use crate::kind::Kind;
use crate::plan::Plan;

pub use crate::effect::Effect;

/// Whether a run keeps the trace that timelines are made from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tracing {
    /// No: the digest alone identifies the run.
    #[default]
    Off,
    /// What a story is told from: faults, crashes, restarts, what nodes say and what is logged, but no message, timer or
    /// sync. A run of a million events is a story of a few thousand.
    Story,
    /// Yes, every event.
    On,
}

/// What drives nodes and clients through a plan.
pub trait Engine {
    /// What `--engine` calls it.
    const NAME: &'static str;

    /// Whether the same plan is the same run.
    const REPEATS: bool = true;

    /// Why this engine cannot inject faults of this kind; `None` if it can. Asked before a run: a fault is refused
    /// by name, never ignored.
    fn lacks(&self, kind: Kind) -> Option<&'static str>;

    /// Why this engine cannot run at all, as it was built; `None` if it can.
    fn unavailable(&self) -> Option<&'static str> {
        None
    }

    /// Runs `plan` to its end, with the system's own monitors watching.
    fn run<S: System>(&self, system: &S, plan: &Arc<Plan<S::Op>>, tracing: Tracing) -> Run<S::Op, S::Ret>;
}

/// An engine for one system: every [`Engine`] is one for any, and a system whose nodes are no state machines has its own.
pub trait EngineFor<S: System> {
    /// As [`Engine::NAME`].
    const NAME: &'static str;

    /// As [`Engine::REPEATS`].
    const REPEATS: bool = true;

    /// As [`Engine::lacks`].
    fn lacks(&self, kind: Kind) -> Option<&'static str>;

    /// As [`Engine::unavailable`].
    fn unavailable(&self) -> Option<&'static str> {
        None
    }

    /// As [`Engine::run`].
    fn run(&self, system: &S, plan: &Arc<Plan<S::Op>>, tracing: Tracing) -> Run<S::Op, S::Ret>;
}

impl<S: System, E: Engine> EngineFor<S> for E {
    const NAME: &'static str = E::NAME;
    const REPEATS: bool = E::REPEATS;

    fn lacks(&self, kind: Kind) -> Option<&'static str> {
        Engine::lacks(self, kind)
    }

    fn unavailable(&self) -> Option<&'static str> {
        Engine::unavailable(self)
    }

    fn run(&self, system: &S, plan: &Arc<Plan<S::Op>>, tracing: Tracing) -> Run<S::Op, S::Ret> {
        Engine::run(self, system, plan, tracing)
    }
}

/// What one run leaves behind.
#[derive(Clone, Debug)]
pub struct Run<O, R> {
    /// What the clients saw.
    pub history: History<O, R>,
    /// What the monitors said, in the order in which they said it; and the engine, if it had to stop early.
    pub verdicts: Vec<Verdict>,
    /// Equal for equal runs, on every platform.
    pub digest: Digest,
    /// What happened how often.
    pub stats: Stats,
    /// When each fault struck and on whom it fell, in order.
    pub strikes: Vec<Strike>,
    /// When and why losses became expected: faults had destroyed more than the system promises to survive.
    pub beyond_budget: Option<Beyond>,
    /// When nodes were down, in order.
    pub downs: Vec<Down>,
    /// When nodes began to lead or to seek leadership, in order.
    pub leadership: Vec<Leadership>,
    /// How the nodes stood when the time ran out in which the system promises to recover; `None` if it promises
    /// nothing, or the run did not come so far.
    pub recovery: Option<Recovery>,
    /// What the world did, if asked for.
    pub trace: Option<Trace>,
}

/// The moment from which on the system may lose what it likes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beyond {
    /// When the copy was destroyed that was one too many.
    pub at: Time,
    /// What destroyed it, and which copies were destroyed by then.
    pub why: String,
}

/// How the nodes stood when the system should have recovered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// When that was.
    pub by: Time,
    /// How long after heal.
    pub within: Duration,
    /// What nodes still waited for, in order of id, each with the true time since when.
    pub awaited: Vec<(NodeId, Awaited)>,
    /// Which nodes had stopped for good.
    pub stopped: Vec<NodeId>,
}

/// A rolling hash over every event of a run, and over its history.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub u64);

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// Counts over one run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Steps of nodes and clients, and deeds of the world.
    pub events: u64,
    /// Messages sent.
    pub sent: u64,
    /// Messages lost: to chance, to a cut, to a node that was down.
    pub dropped: u64,
    /// Messages that arrived a second time.
    pub duplicated: u64,
    /// Nodes that went down.
    pub crashes: u64,
    /// Bytes that crashes took from disks.
    pub bytes_lost: u64,
    /// Virtual time of the last event.
    pub ended: Time,
}

/// A fault from striking to its end, and what it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strike {
    /// Its place in the plan's list.
    pub fault: usize,
    /// When.
    pub at: Time,
    /// When it was lifted; `None` while it is in force.
    pub until: Option<Time>,
    /// The event, for the trace.
    pub id: CausalId,
    /// On whom it fell, by place in the cluster (nodes first, then clients); nobody, if nobody fitted the target.
    pub on: Vec<usize>,
    /// What it did.
    pub effect: Effect,
}
