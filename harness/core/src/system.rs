//! What a system under test is made of: state machines for its nodes and for its clients.
//!
//! Both are *sans-IO*: inputs come in through the `on_…` methods, effects go out through the [`Context`].
//! They have no sockets, clocks, threads or randomness of their own, so the same code runs in the simulated
//! world and on real sockets, and can be cloned, snapshotted and explored. A step must be a pure function of
//! the state, the input and the context: iterate ordered collections only, and draw from [`Context::rng`].

use std::fmt::{Debug, Display};
use std::hash::Hash;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::bug::Bug;
use crate::cluster::Cluster;
use crate::context::Context;
use crate::disk::{DiskError, SyncId};
use crate::id::{Address, ClientId, NodeId};
use crate::monitor::Monitor;
use crate::time::{Duration, Time};

/// The family of types that makes up one distributed system. The value itself holds the system's settings:
/// it is what a scenario's `[params]` table is read into.
pub trait System: Clone + Send + Sync + 'static {
    /// What scenarios and lists call it: `raft`.
    const NAME: &'static str;

    /// Whether nodes and clients can be copied in the middle of a run. Async functions cannot: then nobody copies a world,
    /// and whoever needs an earlier moment repeats the run.
    const COPIES: bool = true;

    /// The state machine at one address: an enum where roles differ (replica, coordinator, name server).
    type Node: Node<Self> + Clone + Debug;
    /// The state machine of a workload's client, which turns operations into messages.
    type Client: Client<Self> + Clone + Debug;
    /// What travels. Moved as a value by the kernel, encoded by engines with real or simulated sockets.
    type Message: Clone + Debug + Serialize + DeserializeOwned + Send + 'static;
    /// The names of timers: setting a timer again replaces it.
    type Timer: Copy + Ord + Debug + Send + 'static;
    /// What a node says about itself, for monitors and timelines: became leader, committed.
    type Event: Clone + Debug + Serialize + Send + 'static;
    /// What the workload asks for.
    type Op: Clone + Debug + Display + Hash + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static;
    /// What the system answers.
    type Ret: Clone
        + Debug
        + Display
        + Hash
        + PartialEq
        + Serialize
        + DeserializeOwned
        + Send
        + Sync
        + 'static;

    /// A node as it is before its first boot and before every restart. It takes its past from its disk in
    /// [`Node::on_start`]; volatile state cannot survive a crash, because this value is new.
    fn node(&self, id: NodeId, cluster: &Cluster) -> Self::Node;

    /// A client that has not begun.
    fn client(&self, id: ClientId, cluster: &Cluster) -> Self::Client;

    /// Fresh monitors of this system's own invariants, for one run.
    fn monitors(&self) -> Vec<Box<dyn Monitor<Self>>> {
        Vec::new()
    }

    /// How many copies of its data this system survives the destruction of, at most, among `nodes` nodes: a disk
    /// wiped, rotten or lied about. Faults within their budget never destroy more. The loss of un-synced writes in a
    /// crash destroys no copy. None, if not said.
    fn survives(&self, _nodes: usize) -> usize {
        0
    }

    /// Within how long after all faults have ended every operation completes ok again, if the system promises that
    /// while `stopped` of its `nodes` nodes have stopped for good (see [`Role::STOPPED`]).
    fn recovers_within(&self, _nodes: usize, _stopped: usize) -> Option<Duration> {
        None
    }

    /// The deliberate defects that can be planted, in the order of `list bugs`.
    fn bugs() -> &'static [Bug] {
        &[]
    }

    /// Plants the bug of this name; `false` if there is none.
    fn plant(&mut self, _bug: &str) -> bool {
        false
    }
}

/// A node: a pure state machine.
pub trait Node<S: System> {
    /// First boot, and every restart after a crash: recover from [`Context::disk`] and set the first timers.
    fn on_start(&mut self, cx: &mut Context<'_, S>);

    /// A message arrived. It may be old, doubled, or out of order.
    fn on_message(&mut self, from: Address, message: S::Message, cx: &mut Context<'_, S>);

    /// A timer set by [`Context::set_timer`] ran out.
    fn on_timer(&mut self, timer: S::Timer, cx: &mut Context<'_, S>);

    /// A sync asked for by this incarnation completed. After an error nothing may be assumed durable.
    fn on_synced(&mut self, _sync: SyncId, _result: Result<(), DiskError>, _cx: &mut Context<'_, S>) {}

    /// What this node waits for, so that a verdict can say why nothing goes on; nothing, if not said.
    fn awaits(&self) -> Option<Awaited> {
        None
    }

    /// The part this node believes to play, so that a fault can say `leader`. Checks never read it.
    fn role(&self) -> Role {
        Role::MEMBER
    }
}

/// A client: one operation at a time, from [`Client::on_invoke`] to [`Context::complete`].
pub trait Client<S: System> {
    /// Before the first operation.
    fn on_start(&mut self, _cx: &mut Context<'_, S>) {}

    /// The workload asks for an operation; the one before has completed. The client retries, waits and gives
    /// up by its own rules, and must complete in the end: [`Outcome::Info`](crate::history::Outcome::Info)
    /// when it cannot know.
    fn on_invoke(&mut self, op: S::Op, cx: &mut Context<'_, S>);

    /// A message arrived; it may answer an operation that was given up long ago.
    fn on_message(&mut self, from: Address, message: S::Message, cx: &mut Context<'_, S>);

    /// A timer set by [`Context::set_timer`] ran out.
    fn on_timer(&mut self, _timer: S::Timer, _cx: &mut Context<'_, S>) {}
}

/// What a node waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Awaited {
    /// What: `votes of n2 and n3 in term 7`.
    pub what: String,
    /// Since when, by the node's monotonic clock.
    pub since: Time,
}

/// The part a node plays at the moment, by name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Role(pub &'static str);

impl Role {
    /// One of several equals, or of a system without roles.
    pub const MEMBER: Role = Role("member");
    /// The one that orders the others' work, or believes so.
    pub const LEADER: Role = Role("leader");
    /// One that follows a leader.
    pub const FOLLOWER: Role = Role("follower");
    /// One that has stopped for good, as it should: its disk is unreadable, say.
    pub const STOPPED: Role = Role("stopped");
    /// One that stands for election.
    pub const CANDIDATE: Role = Role("candidate");
}
