//! What a program's hosts have of the harness: their operations, disks, clocks and draws; and how an engine lets them live.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::future::{Future, poll_fn};
use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context as TaskContext, Poll, Waker};

use send_wrapper::SendWrapper;
use stormglass_core::cluster::Cluster;
use stormglass_core::context::{Context, DiskHandle};
use stormglass_core::disk::{DiskError, FileId, SyncId};
use stormglass_core::history::Outcome;
use stormglass_core::id::{Address, ClientId, NodeId};
use stormglass_core::random::{CausalId, Draws, Purpose, Seed};
use stormglass_core::system::{Awaited, Role};
use stormglass_core::time::Time;
use stormglass_core::verdict::Violation;

use crate::application::Application;
use crate::beside::beside;
use crate::clock::Clock;
use crate::hosted::{Caller, Hosted, Resident};
use crate::theatre::Theatre;

/// The address of a host, by place in the cluster.
#[must_use]
pub fn ip(host: usize) -> IpAddr {
    let number = host as u32 + 1;
    IpAddr::V4(Ipv4Addr::from(u32::from(Ipv4Addr::new(10, 0, 0, 0)) + number))
}

/// A run of an application, as its hosts' programs share it: all on one thread.
pub struct Backstage<A: Application> {
    application: A,
    /// The run.
    pub theatre: Theatre<Hosted<A>>,
    cluster: Cluster,
    now: Box<dyn Fn() -> Time>,
    /// By place: who waits for an operation, or for a sync.
    waiting: RefCell<BTreeMap<usize, Vec<Waker>>>,
}

impl<A: Application> Backstage<A> {
    /// A run of `application` on an engine whose time `now` tells.
    #[must_use]
    pub fn new(
        application: &A,
        theatre: Theatre<Hosted<A>>,
        cluster: &Cluster,
        now: impl Fn() -> Time + 'static,
    ) -> Rc<Backstage<A>> {
        Rc::new(Backstage {
            application: application.clone(),
            theatre,
            cluster: cluster.clone(),
            now: Box::new(now),
            waiting: RefCell::default(),
        })
    }

    /// One host's life, from its boot to the end of the run, or to its death. What the program ends with, if that is an error, is a
    /// violation; that it ends is none.
    pub async fn live(self: Rc<Self>, host: usize, clock: &impl Clock) {
        // Nobody acts before the plan's time begins.
        clock.sleep_until(Time::ZERO).await;
        let nothing = self.theatre.turn(host, clock.now());
        debug_assert!(nothing.is_empty(), "programs send by sockets of their own");
        let turns = self.theatre.attend(host, clock, |_| {}, || self.wake(host));
        beside(turns, self.act(host)).await;
    }

    async fn act(self: &Rc<Self>, host: usize) {
        let handle = Handle(SendWrapper::new((self.clone(), host)));
        let ended = match self.cluster.address_at(host) {
            Address::Node(id) => self.application.serve(ServerHost { handle, id }).await,
            Address::Client(id) => self.application.client(ClientHost { handle, id }).await,
        };
        // Between its death and the moment in which its engine takes it away a program may stumble over what is gone.
        if let Err(error) = ended
            && !self.theatre.is_over()
            && !self.theatre.is_gone(host)
        {
            let who = self.cluster.address_at(host);
            let summary = format!("{who} ended with an error: {error}");
            let causes = std::iter::successors(error.source(), |cause| cause.source());
            let evidence = causes.map(|cause| format!("because: {cause}")).collect();
            let at = Some((self.now)());
            self.theatre.accuse(Violation { at, evidence, ..Violation::new("panic", summary) }.into());
        }
    }

    /// What the cluster calls a host.
    #[must_use]
    pub fn name(&self, host: usize) -> Address {
        self.cluster.address_at(host)
    }

    fn wake(&self, host: usize) {
        let woken = self.waiting.borrow_mut().remove(&host);
        woken.into_iter().flatten().for_each(Waker::wake);
    }

    fn wait<T>(&self, host: usize, cx: &TaskContext<'_>) -> Poll<T> {
        let mut waiting = self.waiting.borrow_mut();
        let wakers = waiting.entry(host).or_default();
        if !wakers.iter().any(|waker| waker.will_wake(cx.waker())) {
            wakers.push(cx.waker().clone());
        }
        Poll::Pending
    }
}

/// A run and a place in it. A run is one thread, which the wrapper watches over: so handles may lie in what must be `Send`.
struct Handle<A: Application>(SendWrapper<(Rc<Backstage<A>>, usize)>);

impl<A: Application> Clone for Handle<A> {
    fn clone(&self) -> Self {
        Handle(self.0.clone())
    }
}

impl<A: Application> Handle<A> {
    fn backstage(&self) -> &Backstage<A> {
        &self.0.0
    }

    fn host(&self) -> usize {
        self.0.1
    }

    fn servers(&self) -> Vec<(NodeId, IpAddr)> {
        let nodes = self.backstage().cluster.nodes().iter().enumerate();
        nodes.map(|(place, &id)| (id, ip(place))).collect()
    }

    /// A step of the server in this place. A program that has been killed does nothing.
    fn node<T>(&self, act: impl FnOnce(&mut Resident, &mut Context<'_, Hosted<A>>) -> T) -> Option<T> {
        let (backstage, host) = (self.backstage(), self.host());
        backstage.theatre.node_acts(host, (backstage.now)(), act)
    }

    fn client<T>(&self, act: impl FnOnce(&mut Caller<A::Op>, &mut Context<'_, Hosted<A>>) -> T) -> Option<T> {
        let (backstage, host) = (self.backstage(), self.host());
        backstage.theatre.client_acts(host, (backstage.now)(), act)
    }
}

/// Those of a program that has been killed: nothing comes of what it does.
fn nobodys_draws() -> Draws {
    Draws::new(CausalId::root(Seed(0), Purpose::Node), Purpose::Node)
}

/// What a server has of the harness. Clones are handles to the same.
pub struct ServerHost<A: Application> {
    handle: Handle<A>,
    id: NodeId,
}

impl<A: Application> Clone for ServerHost<A> {
    fn clone(&self) -> Self {
        ServerHost { handle: self.handle.clone(), id: self.id }
    }
}

impl<A: Application> ServerHost<A> {
    /// Which node it is.
    #[must_use]
    pub fn id(&self) -> NodeId {
        self.id
    }

    /// Its own address.
    #[must_use]
    pub fn address(&self) -> IpAddr {
        ip(self.handle.host())
    }

    /// All servers, itself among them, and where they are.
    #[must_use]
    pub fn servers(&self) -> Vec<(NodeId, IpAddr)> {
        self.handle.servers()
    }

    /// Its disk, as the plan's faults leave it.
    #[must_use]
    pub fn disk(&self) -> HostDisk<A> {
        HostDisk { handle: self.handle.clone() }
    }

    /// Tells timelines what the server has done.
    pub fn say(&self, what: impl Display) {
        self.handle.node(|_, cx| cx.emit(what.to_string()));
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

    /// The local time of day, in nanoseconds since 1970. It may be wrong, and may jump.
    #[must_use]
    pub fn wall_clock(&self) -> Time {
        self.handle.node(|_, cx| cx.wall_clock()).unwrap_or_default()
    }

    /// The local monotonic clock. It may run fast or slow.
    #[must_use]
    pub fn elapsed(&self) -> Time {
        self.handle.node(|_, cx| cx.elapsed()).unwrap_or_default()
    }

    /// Random draws of its own, others at every call.
    #[must_use]
    pub fn draws(&self) -> Draws {
        self.handle.node(|_, cx| cx.rng().clone()).unwrap_or_else(nobodys_draws)
    }
}

/// What a client has of the harness. Clones are handles to the same.
pub struct ClientHost<A: Application> {
    handle: Handle<A>,
    id: ClientId,
}

impl<A: Application> Clone for ClientHost<A> {
    fn clone(&self) -> Self {
        ClientHost { handle: self.handle.clone(), id: self.id }
    }
}

impl<A: Application> ClientHost<A> {
    /// Which client it is.
    #[must_use]
    pub fn id(&self) -> ClientId {
        self.id
    }

    /// Its own address.
    #[must_use]
    pub fn address(&self) -> IpAddr {
        ip(self.handle.host())
    }

    /// All servers, and where they are.
    #[must_use]
    pub fn servers(&self) -> Vec<(NodeId, IpAddr)> {
        self.handle.servers()
    }

    /// The next operation that the workload asks of this client; it never comes when there is no more. An operation that was taken
    /// before and not completed counts as one whose outcome nobody knows.
    pub async fn next(&self) -> A::Op {
        if self.with(|caller| caller.taken).unwrap_or(false) {
            self.complete(Outcome::Info("its client asked for the next one".into()));
        }
        poll_fn(|cx| {
            let asked = self.with(|caller| {
                caller.taken = caller.asked.is_some();
                caller.asked.take()
            });
            match asked.flatten() {
                Some(op) => Poll::Ready(op),
                None => self.handle.backstage().wait(self.handle.host(), cx),
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

    /// The local time of day, in nanoseconds since 1970. It may be wrong, and may jump.
    #[must_use]
    pub fn wall_clock(&self) -> Time {
        self.handle.client(|_, cx| cx.wall_clock()).unwrap_or_default()
    }

    /// The local monotonic clock. It may run fast or slow.
    #[must_use]
    pub fn elapsed(&self) -> Time {
        self.handle.client(|_, cx| cx.elapsed()).unwrap_or_default()
    }

    /// Random draws of its own, others at every call.
    #[must_use]
    pub fn draws(&self) -> Draws {
        self.handle.client(|_, cx| cx.rng().clone()).unwrap_or_else(nobodys_draws)
    }

    fn with<T>(&self, look: impl FnOnce(&mut Caller<A::Op>) -> T) -> Option<T> {
        self.handle.backstage().theatre.client_in(self.handle.host(), look)
    }
}

/// A server's disk: files whose content a crash takes back to what was last synced, or to something between.
pub struct HostDisk<A: Application> {
    handle: Handle<A>,
}

impl<A: Application> Clone for HostDisk<A> {
    fn clone(&self) -> Self {
        HostDisk { handle: self.handle.clone() }
    }
}

impl<A: Application> HostDisk<A> {
    /// Does something with the disk at once: opens, reads, writes, renames. The closure sees all earlier writes; only a completed
    /// [`sync`](HostDisk::sync) makes them durable.
    ///
    /// # Errors
    /// What the closure answers.
    pub fn with<T>(
        &self,
        work: impl FnOnce(&mut DiskHandle<'_, Hosted<A>>) -> Result<T, DiskError>,
    ) -> Result<T, DiskError> {
        self.handle.node(|_, cx| work(&mut cx.disk())).unwrap_or(Err(DiskError::Io))
    }

    /// Makes the content of `file` durable as it is now.
    ///
    /// # Errors
    /// If the disk says so: then nothing may be assumed durable.
    pub fn sync(&self, file: FileId) -> impl Future<Output = Result<(), DiskError>> + Send + 'static {
        let sync = self.handle.node(|_, cx| cx.disk().sync(file));
        Syncing { handle: self.handle.clone(), sync }
    }

    /// Makes all names durable as they are now.
    ///
    /// # Errors
    /// As of [`HostDisk::sync`].
    pub fn sync_directory(&self) -> impl Future<Output = Result<(), DiskError>> + Send + 'static {
        let sync = self.handle.node(|_, cx| cx.disk().sync_directory());
        Syncing { handle: self.handle.clone(), sync }
    }
}

/// A sync that has begun.
struct Syncing<A: Application> {
    handle: Handle<A>,
    sync: Option<SyncId>,
}

impl<A: Application> Future for Syncing<A> {
    type Output = Result<(), DiskError>;

    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        let (backstage, host) = (self.handle.backstage(), self.handle.host());
        let result = backstage.theatre.node_in(host, |node| {
            let place = node.synced.iter().position(|&(other, _)| Some(other) == self.sync)?;
            node.synced.remove(place).map(|(_, result)| result)
        });
        match result.flatten() {
            Some(result) => Poll::Ready(result),
            None => backstage.wait(host, cx),
        }
    }
}
