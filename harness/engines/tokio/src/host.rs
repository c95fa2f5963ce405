//! One host on real sockets: its socket, what it reads, its turns.

use std::any::Any;
use std::cell::RefCell;
use std::future::poll_fn;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use stormglass_core::system::System;
use stormglass_core::time::Time;
use stormglass_engine_driver::{Clock, Parcel, Theatre, beside, encode};
use tokio::net::UdpSocket;

use crate::clock::RealClock;

/// Larger than any datagram.
const LARGEST: usize = 1 << 16;

/// A host's socket, and where it can be reached.
type Bound = (Rc<UdpSocket>, SocketAddr);

/// What hosts share.
pub(crate) struct Company<S: System> {
    pub(crate) theatre: Theatre<S>,
    pub(crate) clock: RealClock,
    /// By place: who is up, and where it can be reached.
    sockets: RefCell<Vec<Option<Bound>>>,
    /// What a host panicked with.
    panic: RefCell<Option<Box<dyn Any + Send>>>,
}

impl<S: System> Company<S> {
    pub(crate) fn new(theatre: Theatre<S>, clock: RealClock) -> Company<S> {
        let sockets = RefCell::new((0..theatre.hosts()).map(|_| None).collect());
        Company { theatre, clock, sockets, panic: RefCell::new(None) }
    }

    /// The host's life, from its boot to its end or to its death. Nobody waits for its task: what it panics with is kept.
    pub(crate) async fn live(self: Rc<Self>, host: usize) {
        let mut life = pin!(self.act(host));
        let lived = poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| life.as_mut().poll(cx))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(())) => Poll::Ready(Ok(())),
            Err(panic) => Poll::Ready(Err(panic)),
        });
        if let Err(panic) = lived.await {
            *self.panic.borrow_mut() = Some(panic);
            self.theatre.rouse(self.theatre.nemesis());
        }
    }

    /// What a host panicked with, if one has.
    pub(crate) fn panicked(&self) -> Option<Box<dyn Any + Send>> {
        self.panic.borrow_mut().take()
    }

    async fn act(&self, host: usize) {
        let bound = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let socket = Rc::new(bound.expect("the loopback device has a free port"));
        let address = socket.local_addr().expect("a bound socket has an address");
        self.sockets.borrow_mut()[host] = Some((socket.clone(), address));
        // Nobody acts before the plan's time begins.
        self.clock.sleep_until(Time::ZERO).await;
        let turns = self.theatre.attend(host, &self.clock, |parcel| self.post(&parcel), || {});
        beside(turns, self.read(host, &socket)).await;
    }

    async fn read(&self, host: usize, socket: &UdpSocket) {
        let mut buffer = vec![0; LARGEST];
        loop {
            // A datagram to a port that is closed by now may come back as an error of this socket: no reason to stop.
            let Ok((length, _)) = socket.recv_from(&mut buffer).await else { continue };
            let parcels = self.theatre.hear(host, &buffer[..length], self.clock.now());
            parcels.iter().for_each(|parcel| self.post(parcel));
        }
    }

    /// Sends a parcel; what is sent to or by a host without a socket is lost.
    pub(crate) fn post(&self, parcel: &Parcel) {
        let sockets = self.sockets.borrow();
        let Some((socket, _)) = &sockets[parcel.from as usize] else { return };
        let Some((_, to)) = sockets[parcel.to as usize] else { return };
        let bytes = encode(parcel);
        match socket.try_send_to(&bytes, to) {
            Err(error)
                if error.kind() != ErrorKind::WouldBlock && error.kind() != ErrorKind::ConnectionRefused =>
            {
                panic!("a message of {} bytes cannot be sent as a datagram: {error}", bytes.len());
            }
            _ => {}
        }
    }

    /// The host's socket is gone.
    pub(crate) fn forget(&self, host: usize) {
        self.sockets.borrow_mut()[host] = None;
    }
}
