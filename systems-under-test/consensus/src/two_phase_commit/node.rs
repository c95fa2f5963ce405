//! A node as the world sees it: nothing before it has read its disk, the coordinator or a participant afterwards.

use stormglass_core::cluster::Cluster;
use stormglass_core::context::Context;
use stormglass_core::disk::{DiskError, SyncId};
use stormglass_core::id::{Address, NodeId};
use stormglass_core::system::{Awaited, Node, Role};
use stormglass_core::time::Duration;

use super::TwoPhaseCommit;
use super::coordinator::Coordinator;
use super::event::Event;
use super::journal::RecoveryError;
use super::message::{Message, Timer};
use super::participant::Participant;

/// How long to wait before a disk that refused is asked again.
pub(super) const DISK_RETRY: Duration = Duration::from_millis(20);

/// One node of the bank.
#[derive(Clone, Debug)]
pub struct CommitNode {
    bank: TwoPhaseCommit,
    id: NodeId,
    cluster: Cluster,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    /// It has not read its disk.
    Unread,
    /// Its disk holds something that no crash of a sound disk leaves: it stops for good.
    Unreadable,
    Coordinator(Coordinator),
    Participant(Participant),
}

impl CommitNode {
    pub(super) fn new(bank: TwoPhaseCommit, id: NodeId, cluster: &Cluster) -> CommitNode {
        CommitNode { bank, id, cluster: cluster.clone(), state: State::Unread }
    }

    /// The participant's state, for monitors.
    pub(super) fn participant(&self) -> Option<&Participant> {
        match &self.state {
            State::Participant(participant) => Some(participant),
            _ => None,
        }
    }

    fn recover(&mut self, cx: &mut Context<'_, TwoPhaseCommit>) {
        let recovered = if self.id == self.cluster.nodes()[0] {
            Coordinator::recover(self.bank, &self.cluster, cx).map(State::Coordinator)
        } else {
            Participant::recover(self.bank, self.id, &self.cluster, cx).map(State::Participant)
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

impl Node<TwoPhaseCommit> for CommitNode {
    fn on_start(&mut self, cx: &mut Context<'_, TwoPhaseCommit>) {
        self.recover(cx);
    }

    fn on_message(&mut self, from: Address, message: Message, cx: &mut Context<'_, TwoPhaseCommit>) {
        match &mut self.state {
            State::Coordinator(coordinator) => coordinator.on_message(from, message, cx),
            State::Participant(participant) => participant.on_message(&message, cx),
            State::Unread | State::Unreadable => {}
        }
    }

    fn on_timer(&mut self, timer: Timer, cx: &mut Context<'_, TwoPhaseCommit>) {
        match &mut self.state {
            State::Coordinator(coordinator) => coordinator.on_timer(timer, cx),
            State::Participant(participant) => participant.on_timer(timer, cx),
            State::Unread => self.recover(cx),
            State::Unreadable => {}
        }
    }

    fn on_synced(
        &mut self,
        sync: SyncId,
        result: Result<(), DiskError>,
        cx: &mut Context<'_, TwoPhaseCommit>,
    ) {
        match &mut self.state {
            State::Coordinator(coordinator) => coordinator.on_synced(sync, &result, cx),
            State::Participant(participant) => participant.on_synced(sync, &result, cx),
            State::Unread | State::Unreadable => {}
        }
    }

    /// A fault on the leader falls on the coordinator.
    fn role(&self) -> Role {
        match &self.state {
            State::Unreadable => Role::STOPPED,
            _ if self.id == self.cluster.nodes()[0] => Role::LEADER,
            _ => Role::FOLLOWER,
        }
    }

    fn awaits(&self) -> Option<Awaited> {
        match &self.state {
            State::Coordinator(coordinator) => coordinator.awaits(),
            State::Participant(participant) => participant.awaits(),
            State::Unread | State::Unreadable => None,
        }
    }
}
