//! A server as the world sees it: nothing before it has read its disk, a replica afterwards.

use stormglass_core::cluster::Cluster;
use stormglass_core::context::Context;
use stormglass_core::disk::{DiskError, SyncId};
use stormglass_core::id::{Address, NodeId};
use stormglass_core::system::{Awaited, Node, Role};
use stormglass_core::time::Duration;
use stormglass_replicated_log::RecoveryError;

use super::Raft;
use super::event::Event;
use super::message::{Message, Timer};
use super::replica::{Members, Replica};

/// How long to wait before a disk that refused is asked again.
pub(super) const DISK_RETRY: Duration = Duration::from_millis(20);

/// One server of a Raft cluster.
#[derive(Clone, Debug)]
pub struct RaftNode {
    raft: Raft,
    members: Members,
    /// What it is once it has read its disk.
    replica: Option<Replica>,
    /// Whether its disk holds something that no crash of a sound disk leaves: it stops for good.
    unreadable: bool,
}

impl RaftNode {
    pub(super) fn new(raft: Raft, id: NodeId, cluster: &Cluster) -> RaftNode {
        RaftNode { raft, members: Members::new(id, cluster), replica: None, unreadable: false }
    }

    /// The protocol's state, for monitors; `None` while the disk has not been read.
    pub(super) fn replica(&self) -> Option<&Replica> {
        self.replica.as_ref()
    }

    fn recover(&mut self, cx: &mut Context<'_, Raft>) {
        match Replica::recover(self.raft, self.members.clone(), cx) {
            Ok(replica) => self.replica = Some(replica),
            Err(RecoveryError::Refused) => cx.set_timer(Timer::Disk, DISK_RETRY),
            Err(RecoveryError::Corrupt) => {
                self.unreadable = true;
                cx.emit(Event::Unreadable);
            }
        }
    }
}

impl Node<Raft> for RaftNode {
    fn on_start(&mut self, cx: &mut Context<'_, Raft>) {
        self.recover(cx);
    }

    fn on_message(&mut self, from: Address, message: Message, cx: &mut Context<'_, Raft>) {
        if let Some(replica) = &mut self.replica {
            replica.on_message(from, message, cx);
        }
    }

    fn on_timer(&mut self, timer: Timer, cx: &mut Context<'_, Raft>) {
        match &mut self.replica {
            Some(replica) => replica.on_timer(timer, cx),
            None => self.recover(cx),
        }
    }

    fn on_synced(&mut self, sync: SyncId, result: Result<(), DiskError>, cx: &mut Context<'_, Raft>) {
        if let Some(replica) = &mut self.replica {
            replica.on_synced(sync, &result, cx);
        }
    }

    fn role(&self) -> Role {
        match &self.replica {
            Some(replica) => replica.role(),
            None if self.unreadable => Role::STOPPED,
            None => Role::FOLLOWER,
        }
    }

    fn awaits(&self) -> Option<Awaited> {
        self.replica.as_ref().and_then(Replica::awaits)
    }
}
