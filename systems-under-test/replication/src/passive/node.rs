//! A node as the world sees it: nothing before it has read its disk; the arbiter or a replica afterwards.

use stormglass_core::cluster::Cluster;
use stormglass_core::context::Context;
use stormglass_core::disk::{DiskError, SyncId};
use stormglass_core::id::{Address, NodeId};
use stormglass_core::system::{Awaited, Node, Role};
use stormglass_core::time::Duration;
use stormglass_replicated_log::RecoveryError;

use super::Passive;
use super::arbiter::Arbiter;
use super::event::Event;
use super::members::Members;
use super::message::{Message, Timer};
use super::replica::Replica;

/// How long to wait before a disk that refused is asked again.
pub(super) const DISK_RETRY: Duration = Duration::from_millis(20);

/// One node of the cluster.
#[derive(Clone, Debug)]
pub struct PassiveNode {
    passive: Passive,
    members: Members,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    /// It has not read its disk yet.
    Unread,
    /// Its disk holds something that no crash of a sound disk leaves: it stops for good.
    Unreadable,
    Arbiter(Box<Arbiter>),
    Replica(Box<Replica>),
}

impl PassiveNode {
    pub(super) fn new(passive: Passive, id: NodeId, cluster: &Cluster) -> PassiveNode {
        PassiveNode { passive, members: Members::new(id, cluster), state: State::Unread }
    }

    /// The state of a replica, for monitors; `None` while its disk has not been read.
    pub(super) fn replica(&self) -> Option<&Replica> {
        match &self.state {
            State::Replica(replica) => Some(replica),
            _ => None,
        }
    }

    fn recover(&mut self, cx: &mut Context<'_, Passive>) {
        let recovered = match self.members.me == self.members.arbiter {
            true => Arbiter::recover(self.passive, self.members.clone(), cx)
                .map(|arbiter| State::Arbiter(Box::new(arbiter))),
            false => Replica::recover(self.passive, self.members.clone(), cx)
                .map(|replica| State::Replica(Box::new(replica))),
        };
        match recovered {
            Ok(state) => self.state = state,
            Err(RecoveryError::Refused) => cx.set_timer(Timer::Disk, DISK_RETRY),
            Err(RecoveryError::Corrupt) => {
                self.state = State::Unreadable;
                cx.emit(Event::Unreadable);
            }
        }
    }
}

impl Node<Passive> for PassiveNode {
    fn on_start(&mut self, cx: &mut Context<'_, Passive>) {
        self.recover(cx);
    }

    fn on_message(&mut self, from: Address, message: Message, cx: &mut Context<'_, Passive>) {
        match &mut self.state {
            State::Arbiter(arbiter) => arbiter.on_message(from, message, cx),
            State::Replica(replica) => replica.on_message(from, message, cx),
            State::Unread | State::Unreadable => {}
        }
    }

    fn on_timer(&mut self, timer: Timer, cx: &mut Context<'_, Passive>) {
        match &mut self.state {
            State::Arbiter(arbiter) => arbiter.on_timer(timer, cx),
            State::Replica(replica) => replica.on_timer(timer, cx),
            State::Unread => self.recover(cx),
            State::Unreadable => {}
        }
    }

    fn on_synced(&mut self, sync: SyncId, result: Result<(), DiskError>, cx: &mut Context<'_, Passive>) {
        match &mut self.state {
            State::Arbiter(arbiter) => arbiter.on_synced(sync, &result, cx),
            State::Replica(replica) => replica.on_synced(sync, &result, cx),
            State::Unread | State::Unreadable => {}
        }
    }

    fn role(&self) -> Role {
        match &self.state {
            State::Unreadable => Role::STOPPED,
            State::Replica(replica) => replica.role(),
            State::Arbiter(_) => Arbiter::ROLE,
            State::Unread if self.members.me == self.members.arbiter => Arbiter::ROLE,
            State::Unread => Role::FOLLOWER,
        }
    }

    fn awaits(&self) -> Option<Awaited> {
        match &self.state {
            State::Arbiter(arbiter) => arbiter.awaits(),
            State::Replica(replica) => replica.awaits(),
            State::Unread | State::Unreadable => None,
        }
    }
}
