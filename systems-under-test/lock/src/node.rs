//! A node as the world sees it: the lock server, or a resource that locks guard; neither, before it has read its disk.

use stormglass_core::context::Context;
use stormglass_core::disk::{DiskError, SyncId};
use stormglass_core::id::Address;
use stormglass_core::system::{Node, Role};
use stormglass_core::time::Duration;
use stormglass_core::words::Unread;

use crate::Lock;
use crate::event::Event;
use crate::message::{Message, Timer};
use crate::resource::Resource;
use crate::server::Server;

/// How long to wait before a disk that refused is asked again.
pub(crate) const DISK_RETRY: Duration = Duration::from_millis(20);

/// A node of a lock service.
#[derive(Clone, Debug)]
pub struct LockNode {
    system: Lock,
    serves: bool,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    /// The disk has not been read.
    Unread,
    Server(Server),
    Resource(Resource),
    /// The disk holds what was never written so: it stops for good.
    Unreadable,
}

impl LockNode {
    pub(crate) fn new(system: Lock, serves: bool) -> LockNode {
        LockNode { system, serves, state: State::Unread }
    }

    /// The server's state, for monitors.
    pub(crate) fn server(&self) -> Option<&Server> {
        match &self.state {
            State::Server(server) => Some(server),
            _ => None,
        }
    }

    fn recover(&mut self, cx: &mut Context<'_, Lock>) {
        let recovered = match self.serves {
            true => Server::recover(self.system, cx).map(State::Server),
            false => Resource::recover(self.system, cx).map(State::Resource),
        };
        match recovered {
            Ok(state) => self.state = state,
            Err(Unread::Refused) => cx.set_timer(Timer::Disk, DISK_RETRY),
            Err(Unread::Corrupt) => {
                self.state = State::Unreadable;
                cx.emit(Event::Unreadable);
            }
        }
    }
}

impl Node<Lock> for LockNode {
    fn on_start(&mut self, cx: &mut Context<'_, Lock>) {
        self.recover(cx);
    }

    fn on_message(&mut self, from: Address, message: Message, cx: &mut Context<'_, Lock>) {
        match &mut self.state {
            State::Server(server) => server.on_message(from, &message, cx),
            State::Resource(resource) => resource.on_message(from, &message, cx),
            State::Unread | State::Unreadable => {}
        }
    }

    fn on_timer(&mut self, _timer: Timer, cx: &mut Context<'_, Lock>) {
        match &mut self.state {
            State::Server(server) => server.on_timer(cx),
            State::Resource(resource) => resource.on_timer(cx),
            State::Unread => self.recover(cx),
            State::Unreadable => {}
        }
    }

    fn on_synced(&mut self, sync: SyncId, result: Result<(), DiskError>, cx: &mut Context<'_, Lock>) {
        match &mut self.state {
            State::Server(server) => server.on_synced(sync, &result, cx),
            State::Resource(resource) => resource.on_synced(sync, &result, cx),
            State::Unread | State::Unreadable => {}
        }
    }

    fn role(&self) -> Role {
        match (&self.state, self.serves) {
            (State::Unreadable, _) => Role::STOPPED,
            (_, true) => Role::LEADER,
            (_, false) => Role("resource"),
        }
    }
}
