//! How an engine lets a program's hosts live, and who of them waits for what. It knows no socket, and not what hosts do.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::error::Error;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;
use std::task::{Context as TaskContext, Poll, Waker};

use stormglass_core::cluster::Cluster;
use stormglass_core::id::{Address, NodeId};
use stormglass_core::system::Awaited;
use stormglass_core::time::Time;
use stormglass_core::verdict::{Verdict, Violation};

use crate::application::Application;
use crate::beside::beside;
use crate::clock::Clock;
use crate::host::{Handle, Host};
use crate::hosted::Hosted;
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

/// What an error says. Those of sockets often say no more than an address.
fn words(error: &(dyn Error + 'static)) -> String {
    let said = error.to_string();
    let kind = error.downcast_ref::<io::Error>().map(|error| error.kind().to_string());
    match kind.filter(|kind| !said.to_lowercase().contains(kind)) {
        Some(kind) => format!("{kind}: {said}"),
        None => said,
    }
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
    /// violation; that a server ends is none, and that a client does leaves the run undecided.
    pub async fn live(self: Rc<Self>, host: usize, clock: &impl Clock) {
        // Nobody acts before the plan's time begins.
        clock.sleep_until(Time::ZERO).await;
        let nothing = self.theatre.turn(host, clock.now());
        debug_assert!(nothing.is_empty(), "programs send by sockets of their own");
        let turns = self.theatre.attend(host, clock, |_| {}, || self.wake(host));
        beside(turns, self.act(host)).await;
    }

    async fn act(self: &Rc<Self>, host: usize) {
        let handle = Handle::new(self.clone(), host);
        let ended = match self.cluster.address_at(host) {
            Address::Node(id) => self.application.serve(Host::new(handle, id)).await,
            Address::Client(id) => self.application.client(Host::new(handle, id)).await,
        };
        match ended {
            // Between its death and the moment in which its engine takes it away a program may stumble over what is gone.
            _ if self.theatre.is_over() || self.theatre.is_gone(host) => {}
            Ok(()) => self.ended(host),
            Err(error) => self.accuse_of(host, &*error),
        }
    }

    /// A server may have done all that it has to do; a client that takes no more operations leaves the rest of the workload undone.
    fn ended(&self, host: usize) {
        let now = self.now();
        match self.name(host) {
            Address::Node(_) => {
                self.theatre.node_acts(host, now, |node, cx| {
                    let what = "nothing any more: its program has ended".to_owned();
                    node.awaits = Some(Awaited { what, since: cx.elapsed() });
                    cx.emit("its program has ended".to_owned());
                });
            }
            who @ Address::Client(_) => {
                let reason = format!(
                    "the program of {who} ended at {now}, and takes no further operations: a client waits in `next()` when there \
                     are no more"
                );
                self.theatre.accuse(Verdict::unknown("ended", reason));
            }
        }
    }

    fn accuse_of(&self, host: usize, error: &(dyn Error + 'static)) {
        let who = self.name(host);
        let summary = format!("{who} ended with an error: {}", words(error));
        let causes = std::iter::successors(error.source(), |&cause| cause.source());
        let evidence = causes.map(|cause| format!("because: {}", words(cause))).collect();
        let at = Some(self.now());
        self.theatre.accuse(Violation { at, evidence, ..Violation::new("panic", summary) }.into());
    }

    /// What the cluster calls a host.
    #[must_use]
    pub fn name(&self, host: usize) -> Address {
        self.cluster.address_at(host)
    }

    /// What time it is.
    pub(crate) fn now(&self) -> Time {
        (self.now)()
    }

    /// The servers' names and addresses.
    pub(crate) fn servers(&self) -> Vec<(NodeId, IpAddr)> {
        let nodes = self.cluster.nodes().iter().enumerate();
        nodes.map(|(place, &id)| (id, ip(place))).collect()
    }

    fn wake(&self, host: usize) {
        let woken = self.waiting.borrow_mut().remove(&host);
        woken.into_iter().flatten().for_each(Waker::wake);
    }

    /// Whoever is in this place goes on after its next turn.
    pub(crate) fn wait<T>(&self, host: usize, cx: &TaskContext<'_>) -> Poll<T> {
        let mut waiting = self.waiting.borrow_mut();
        let wakers = waiting.entry(host).or_default();
        if !wakers.iter().any(|waker| waker.will_wake(cx.waker())) {
            wakers.push(cx.waker().clone());
        }
        Poll::Pending
    }
}
