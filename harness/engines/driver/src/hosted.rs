//! An application in the place of a system: nodes and clients that do nothing of their own, and keep what befalls the program.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use stormglass_core::bug::Bug;
use stormglass_core::cluster::Cluster;
use stormglass_core::context::Context;
use stormglass_core::disk::{DiskError, SyncId};
use stormglass_core::id::{Address, ClientId, NodeId};
use stormglass_core::system::{Awaited, Client, Node, Role, System};
use stormglass_core::time::Duration;

use crate::application::Application;

/// An [`Application`] as a [`System`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hosted<A>(pub A);

/// What befell a server.
#[derive(Clone, Debug)]
pub struct Resident {
    pub(crate) role: Role,
    pub(crate) awaits: Option<Awaited>,
    /// Syncs that have completed, and nobody has asked for yet.
    pub(crate) synced: VecDeque<(SyncId, Result<(), DiskError>)>,
}

/// What is asked of a client.
#[derive(Clone, Debug)]
pub struct Caller<O> {
    pub(crate) asked: Option<O>,
    /// Whether the program has taken an operation, and not completed it.
    pub(crate) taken: bool,
}

/// Nothing of this kind exists: programs send bytes, and have their own timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Never {}

impl<A: Application> System for Hosted<A> {
    const NAME: &'static str = A::NAME;
    const COPIES: bool = false;

    type Node = Resident;
    type Client = Caller<A::Op>;
    type Message = Never;
    type Timer = Never;
    type Event = String;
    type Op = A::Op;
    type Ret = A::Ret;

    fn node(&self, _id: NodeId, _cluster: &Cluster) -> Resident {
        Resident { role: Role::MEMBER, awaits: None, synced: VecDeque::new() }
    }

    fn client(&self, _id: ClientId, _cluster: &Cluster) -> Caller<A::Op> {
        Caller { asked: None, taken: false }
    }

    fn survives(&self, nodes: usize) -> usize {
        self.0.survives(nodes)
    }

    fn recovers_within(&self, nodes: usize, stopped: usize) -> Option<Duration> {
        self.0.recovers_within(nodes, stopped)
    }

    fn bugs() -> &'static [Bug] {
        A::bugs()
    }

    fn plant(&mut self, bug: &str) -> bool {
        self.0.plant(bug)
    }
}

impl<A: Application> Node<Hosted<A>> for Resident {
    fn on_start(&mut self, _cx: &mut Context<'_, Hosted<A>>) {}

    fn on_message(&mut self, _from: Address, message: Never, _cx: &mut Context<'_, Hosted<A>>) {
        match message {}
    }

    fn on_timer(&mut self, timer: Never, _cx: &mut Context<'_, Hosted<A>>) {
        match timer {}
    }

    fn on_synced(&mut self, sync: SyncId, result: Result<(), DiskError>, _cx: &mut Context<'_, Hosted<A>>) {
        self.synced.push_back((sync, result));
    }

    fn awaits(&self) -> Option<Awaited> {
        self.awaits.clone()
    }

    fn role(&self) -> Role {
        self.role
    }
}

impl<A: Application> Client<Hosted<A>> for Caller<A::Op> {
    fn on_invoke(&mut self, op: A::Op, _cx: &mut Context<'_, Hosted<A>>) {
        self.asked = Some(op);
    }

    fn on_message(&mut self, _from: Address, message: Never, _cx: &mut Context<'_, Hosted<A>>) {
        match message {}
    }
}
