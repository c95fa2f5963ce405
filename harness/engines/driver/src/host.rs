//! What a program's hosts have of the harness: operations, disks, clocks, draws, words.
//!
//! A server and a client differ in what they are called, and in what only one of them may do; the rest is one. How they are scheduled,
//! and by what they talk to each other, is their engine's.

use std::fmt::Display;
use std::future::poll_fn;
use std::net::IpAddr;
use std::rc::Rc;
use std::task::Poll;

use send_wrapper::SendWrapper;
use stormglass_core::context::Context;
use stormglass_core::history::Outcome;
use stormglass_core::id::{Address, ClientId, NodeId};
use stormglass_core::random::{CausalId, Draws, Purpose, Seed};
use stormglass_core::system::{Awaited, Role};
use stormglass_core::time::Time;

use crate::application::Application;
use crate::backstage::{Backstage, ip};
use crate::disk::HostDisk;
use crate::hosted::{Caller, Hosted, Resident};

/// What a server has of the harness.
pub type ServerHost<A> = Host<A, NodeId>;
/// What a client has of the harness.
pub type ClientHost<A> = Host<A, ClientId>;

/// What a server or a client has of the harness: its name says which of the two it is. Clones are handles to the same.
pub struct Host<A: Application, Id> {
    handle: Handle<A>,
    id: Id,
}

impl<A: Application, Id: Copy> Clone for Host<A, Id> {
    fn clone(&self) -> Self {
        Host { handle: self.handle.clone(), id: self.id }
    }
}

impl<A: Application, Id: Copy> Host<A, Id> {
    pub(crate) fn new(handle: Handle<A>, id: Id) -> Self {
        Host { handle, id }
    }

    /// Which node or client it is.
    #[must_use]
    pub fn id(&self) -> Id {
        self.id
    }

    /// Its own address.
    #[must_use]
    pub fn address(&self) -> IpAddr {
        ip(self.handle.place())
    }

    /// All servers (itself among them, if it is one), and where they are.
    #[must_use]
    pub fn servers(&self) -> Vec<(NodeId, IpAddr)> {
        self.handle.backstage().servers()
    }

    /// The local time of day, in nanoseconds since 1970. It may be wrong, and may jump.
    #[must_use]
    pub fn wall_clock(&self) -> Time {
        self.handle.acts(|cx| cx.wall_clock()).unwrap_or_default()
    }

    /// The local monotonic clock. It may run fast or slow.
    #[must_use]
    pub fn elapsed(&self) -> Time {
        self.handle.acts(|cx| cx.elapsed()).unwrap_or_default()
    }

    /// Random draws of its own, others at every call.
    #[must_use]
    pub fn draws(&self) -> Draws {
        // Nothing comes of what a program draws that has been killed.
        let nobodys = || Draws::new(CausalId::root(Seed(0), Purpose::Node), Purpose::Node);
        self.handle.acts(|cx| cx.rng().clone()).unwrap_or_else(nobodys)
    }
}

impl<A: Application> Host<A, NodeId> {
    /// Its disk, as the plan's faults leave it.
    #[must_use]
    pub fn disk(&self) -> HostDisk<A> {
        HostDisk::of(self.handle.clone())
    }

    /// Tells timelines what the server has done.
    pub fn say(&self, what: impl Display) {
        self.handle.acts(|cx| cx.emit(what.to_string()));
    }

    /// Names a place in the server's code, where the plan's `crash-at-point` may let it crash. A server that crashes there goes no
    /// further: this does not return.
    ///
    /// What it sent within the same moment of its engine's time may not have left it.
    pub async fn point(&self, label: &'static str) {
        self.handle.acts(|cx| cx.point(label));
        if self.handle.is_gone() {
            std::future::pending::<()>().await;
        }
    }

    /// The part that it plays from now on, so that a fault can say `leader`; said on the timeline if it is another than before.
    pub fn plays(&self, role: Role) {
        self.handle.node(|node, cx| {
            if node.role != role {
                node.role = role;
                cx.emit(format!("is {}", role.0));
            }
        });
    }

    /// What it waits for, so that a verdict can say why nothing goes on.
    pub fn awaits(&self, what: Option<&str>) {
        self.handle.node(|node, cx| {
            node.awaits = what.map(|what| Awaited { what: what.to_owned(), since: cx.elapsed() });
        });
    }
}

impl<A: Application> Host<A, ClientId> {
    /// The next operation that the workload asks of this client; it never comes when there is no more. An operation that was taken
    /// before and not completed counts as one whose outcome nobody knows.
    pub async fn next(&self) -> A::Op {
        if self.look(|caller| caller.taken).unwrap_or(false) {
            self.complete(Outcome::Info("its client asked for the next one".into()));
        }
        poll_fn(|cx| {
            let asked = self.look(|caller| {
                caller.taken = caller.asked.is_some();
                caller.asked.take()
            });
            match asked.flatten() {
                Some(op) => Poll::Ready(op),
                None => self.handle.backstage().wait(self.handle.place(), cx),
            }
        })
        .await
    }

    /// Ends the operation that was taken last.
    ///
    /// # Panics
    /// If none was taken, or it has been completed.
    pub fn complete(&self, outcome: Outcome<A::Ret>) {
        let id = self.id;
        self.handle.client(|caller, cx| {
            assert!(caller.taken, "{id} completes an operation, but has taken none");
            caller.taken = false;
            cx.complete(outcome);
        });
    }

    fn look<T>(&self, look: impl FnOnce(&mut Caller<A::Op>) -> T) -> Option<T> {
        self.handle.backstage().theatre.client_in(self.handle.place(), look)
    }
}

/// A run and a place in it. A run is one thread, which the wrapper watches over: so handles may lie in what must be `Send`.
pub(crate) struct Handle<A: Application>(SendWrapper<(Rc<Backstage<A>>, usize)>);

impl<A: Application> Clone for Handle<A> {
    fn clone(&self) -> Self {
        Handle(self.0.clone())
    }
}

impl<A: Application> Handle<A> {
    pub(crate) fn new(backstage: Rc<Backstage<A>>, place: usize) -> Handle<A> {
        Handle(SendWrapper::new((backstage, place)))
    }

    pub(crate) fn backstage(&self) -> &Backstage<A> {
        &self.0.0
    }

    /// By place in the cluster.
    pub(crate) fn place(&self) -> usize {
        self.0.1
    }

    /// A step of whoever is in this place. A program that has been killed does nothing.
    pub(crate) fn acts<T>(&self, act: impl FnOnce(&mut Context<'_, Hosted<A>>) -> T) -> Option<T> {
        match self.backstage().name(self.place()) {
            Address::Node(_) => self.node(|_, cx| act(cx)),
            Address::Client(_) => self.client(|_, cx| act(cx)),
        }
    }

    fn node<T>(&self, act: impl FnOnce(&mut Resident, &mut Context<'_, Hosted<A>>) -> T) -> Option<T> {
        let backstage = self.backstage();
        backstage.theatre.node_acts(self.place(), backstage.now(), act)
    }

    fn client<T>(&self, act: impl FnOnce(&mut Caller<A::Op>, &mut Context<'_, Hosted<A>>) -> T) -> Option<T> {
        let backstage = self.backstage();
        backstage.theatre.client_acts(self.place(), backstage.now(), act)
    }

    fn is_gone(&self) -> bool {
        self.backstage().theatre.is_gone(self.place())
    }
}
