//! How a parcel travels from one host's endpoint to another's: as a datagram, or on a connection.
//!
//! What becomes of it has been decided before: both carry everything, at once, to whoever listens.

mod connections;
mod datagrams;

use std::net::SocketAddr;
use std::rc::Rc;

use madsim::net::Endpoint;
use stormglass_engine_driver::{Parcel, encode, ip};

use connections::Connections;
use datagrams::Datagrams;

const PORT: u16 = 700;
/// madsim's endpoints take a millisecond to receive a datagram or to accept a connection: so many are done at a time.
const RECEIVERS: usize = 4;

/// Which of madsim's ways to send is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Each parcel by itself. Sender and receiver each need a millisecond or more for it.
    Datagrams,
    /// One connection from each host to each, opened when it is first needed.
    Connections,
}

/// The hosts' endpoints, and what lies between them.
pub(crate) enum Transport {
    Datagrams(Datagrams),
    Connections(Rc<Connections>),
}

impl Transport {
    pub(crate) fn new(way: Way, hosts: usize) -> Transport {
        match way {
            Way::Datagrams => Transport::Datagrams(Datagrams::new(hosts)),
            Way::Connections => Transport::Connections(Rc::new(Connections::new(hosts))),
        }
    }

    /// The host has booted; its life goes on while `hear` is called with all that comes.
    pub(crate) async fn open(&self, host: usize, hear: impl Fn(&[u8]) + Clone + 'static) {
        let endpoint =
            Endpoint::bind((ip(host), PORT)).await.expect("a host's own address is free when it boots");
        let endpoint = Rc::new(endpoint);
        for _ in 0..RECEIVERS {
            match self {
                Transport::Datagrams(_) => {
                    madsim::task::spawn_local(datagrams::read(endpoint.clone(), hear.clone()))
                }
                Transport::Connections(_) => {
                    madsim::task::spawn_local(connections::accept(endpoint.clone(), hear.clone()))
                }
            };
        }
        match self {
            Transport::Datagrams(datagrams) => datagrams.open(host, endpoint),
            Transport::Connections(connections) => connections.open(host, endpoint),
        }
    }

    /// Sends a parcel; what is sent to a host that is down is lost.
    pub(crate) fn post(&self, parcel: &Parcel) {
        let (from, to, bytes) = (parcel.from as usize, parcel.to as usize, encode(parcel));
        match self {
            Transport::Datagrams(datagrams) => datagrams.send(from, to, bytes),
            Transport::Connections(connections) => connections.send(from, to, bytes),
        }
    }

    /// The host is about to be killed: its endpoint is gone.
    pub(crate) fn close(&self, host: usize) {
        match self {
            Transport::Datagrams(datagrams) => datagrams.close(host),
            Transport::Connections(connections) => connections.close(host),
        }
    }
}

fn address(host: usize) -> SocketAddr {
    SocketAddr::new(ip(host), PORT)
}
