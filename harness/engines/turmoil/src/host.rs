//! One host on turmoil: its socket, what it reads, its turns.

use std::cell::RefCell;
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::time::Duration as StdDuration;

use stormglass_core::system::System;
use stormglass_core::time::Time;
use stormglass_engine_driver::{Clock, PROLOGUE, Parcel, Theatre, beside, encode, ip};
use turmoil::net::UdpSocket;

const PORT: u16 = 700;
/// Larger than any datagram.
const LARGEST: usize = 1 << 16;

/// turmoil's clock, as hosts see it.
#[derive(Clone, Copy)]
pub(crate) struct TurmoilClock;

/// The plan's time, so long after the simulation began.
pub(crate) fn plan_time(elapsed: StdDuration) -> Time {
    let prologue = StdDuration::from_nanos(PROLOGUE.as_nanos());
    Time::from_nanos(u64::try_from(elapsed.saturating_sub(prologue).as_nanos()).unwrap_or(u64::MAX))
}

impl Clock for TurmoilClock {
    fn now(&self) -> Time {
        plan_time(turmoil::sim_elapsed().expect("only hosts look at this clock"))
    }

    fn sleep_until(&self, at: Time) -> impl Future<Output = ()> {
        let until = StdDuration::from_nanos(at.as_nanos().saturating_add(PROLOGUE.as_nanos()));
        let elapsed = turmoil::sim_elapsed().expect("only hosts look at this clock");
        tokio::time::sleep(until.saturating_sub(elapsed))
    }
}

/// What hosts share.
pub(crate) struct Company<S: System> {
    pub(crate) theatre: Theatre<S>,
    /// By sender: what others have made it send, to be posted at its next turn.
    outboxes: RefCell<Vec<Vec<Parcel>>>,
}

impl<S: System> Company<S> {
    pub(crate) fn new(theatre: Theatre<S>) -> Company<S> {
        let outboxes = RefCell::new((0..theatre.hosts()).map(|_| Vec::new()).collect());
        Company { theatre, outboxes }
    }

    /// The host's life, from its boot to its end or to its death.
    pub(crate) async fn live(self: Rc<Self>, host: usize) -> turmoil::Result {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, PORT)).await?;
        // Nobody acts before the plan's time begins.
        TurmoilClock.sleep_until(Time::ZERO).await;
        let post = |parcel| post(&socket, &parcel);
        let between = || {
            let left = std::mem::take(&mut self.outboxes.borrow_mut()[host]);
            left.into_iter().for_each(post);
        };
        let turns = self.theatre.attend(host, &TurmoilClock, post, between);
        beside(turns, self.read(host, &socket)).await;
        Ok(())
    }

    async fn read(&self, host: usize, socket: &UdpSocket) {
        let mut buffer = vec![0; LARGEST];
        while let Ok((length, _)) = socket.recv_from(&mut buffer).await {
            let parcels = self.theatre.hear(host, &buffer[..length], TurmoilClock.now());
            parcels.iter().for_each(|parcel| post(socket, parcel));
        }
    }

    /// Lets hosts send what came of a turn that was not their own.
    pub(crate) fn leave(&self, parcels: Vec<Parcel>) {
        for parcel in parcels {
            let sender = parcel.from as usize;
            self.outboxes.borrow_mut()[sender].push(parcel);
            self.theatre.rouse(sender);
        }
    }
}

fn post(socket: &UdpSocket, parcel: &Parcel) {
    // A receiver that is down has no socket: what is sent there is lost.
    drop(socket.try_send_to(&encode(parcel), SocketAddr::new(ip(parcel.to as usize), PORT)));
}
