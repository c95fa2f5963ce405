//! A node as the world sees it: whichever part it plays, or none before it has read its disk.

use stormglass_core::cluster::Cluster;
use stormglass_core::context::Context;
use stormglass_core::disk::{DiskError, SyncId};
use stormglass_core::id::{Address, NodeId};
use stormglass_core::system::{Awaited, Node, Role};
use stormglass_core::time::Duration;
use stormglass_core::words::Unread;

use crate::Failover;
use crate::controller::Controller;
use crate::detector::Observer;
use crate::event::Event;
use crate::message::{Message, Timer};
use crate::parts::Parts;
use crate::replica::Replica;
use crate::resource::Resource;

/// How long to wait before a disk that refused is asked again.
pub(crate) const DISK_RETRY: Duration = Duration::from_millis(20);

/// A node of a failover group.
#[derive(Clone, Debug)]
pub struct FailoverNode {
    system: Failover,
    id: NodeId,
    parts: Parts,
    part: Part,
}

#[derive(Clone, Debug)]
enum Part {
    /// The disk has not been read.
    Unread,
    Controller(Controller),
    Observer(Observer),
    Replica(Replica),
    Resource(Resource),
    /// The disk holds what was never written so: it stops for good.
    Unreadable,
}

impl FailoverNode {
    pub(crate) fn new(system: Failover, id: NodeId, cluster: &Cluster) -> FailoverNode {
        FailoverNode { system, id, parts: Parts::of(cluster), part: Part::Unread }
    }

    fn begin(&mut self, cx: &mut Context<'_, Failover>) {
        let (system, parts) = (self.system, self.parts.clone());
        let begun = if self.id == parts.resource {
            Resource::recover(system, cx).map(Part::Resource).map_err(|_| Unread::Refused)
        } else if self.id == parts.controller {
            Controller::recover(system, parts, cx).map(Part::Controller)
        } else if parts.replicas.contains(&self.id) {
            Ok(Part::Replica(Replica::begin(system, parts, cx)))
        } else {
            Ok(Part::Observer(Observer::begin(*system.settings(), parts, cx)))
        };
        match begun {
            Ok(part) => self.part = part,
            Err(Unread::Refused) => cx.set_timer(Timer::Disk, DISK_RETRY),
            Err(Unread::Corrupt) => {
                self.part = Part::Unreadable;
                cx.emit(Event::Unreadable);
            }
        }
    }
}

impl Node<Failover> for FailoverNode {
    fn on_start(&mut self, cx: &mut Context<'_, Failover>) {
        self.begin(cx);
    }

    fn on_message(&mut self, from: Address, message: Message, cx: &mut Context<'_, Failover>) {
        match &mut self.part {
            Part::Controller(controller) => controller.on_message(from, message, cx),
            Part::Observer(observer) => observer.on_message(from, &message, cx),
            Part::Replica(replica) => replica.on_message(from, message, cx),
            Part::Resource(resource) => resource.on_message(from, message, cx),
            Part::Unread | Part::Unreadable => {}
        }
    }

    fn on_timer(&mut self, timer: Timer, cx: &mut Context<'_, Failover>) {
        match &mut self.part {
            Part::Controller(controller) => controller.on_timer(cx),
            Part::Observer(observer) => observer.on_timer(cx),
            Part::Replica(replica) => replica.on_timer(timer, cx),
            Part::Resource(resource) => resource.on_timer(cx),
            Part::Unread => self.begin(cx),
            Part::Unreadable => {}
        }
    }

    fn on_synced(&mut self, sync: SyncId, result: Result<(), DiskError>, cx: &mut Context<'_, Failover>) {
        match &mut self.part {
            Part::Controller(controller) => controller.on_synced(sync, &result, cx),
            Part::Resource(resource) => resource.on_synced(sync, &result, cx),
            Part::Observer(_) | Part::Replica(_) | Part::Unread | Part::Unreadable => {}
        }
    }

    fn awaits(&self) -> Option<Awaited> {
        match &self.part {
            Part::Controller(controller) => controller.awaits(),
            _ => None,
        }
    }

    fn role(&self) -> Role {
        match &self.part {
            Part::Replica(replica) => replica.role(),
            Part::Unreadable => Role::STOPPED,
            _ if self.id == self.parts.resource => Role("resource"),
            _ if self.id == self.parts.controller => Role("controller"),
            _ if self.parts.replicas.contains(&self.id) => Role::FOLLOWER,
            _ => Role("observer"),
        }
    }
}
