//! One host on madsim: its endpoint, its readers, its turns.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration as StdDuration;

use madsim::net::Endpoint;
use madsim::time::{Instant, TimeHandle, sleep_until};
use stormglass_core::system::System;
use stormglass_core::time::Time;
use stormglass_engine_driver::{Clock, PROLOGUE, Parcel, Theatre, encode, ip};

const PORT: u16 = 700;
/// All parcels are of one kind.
const TAG: u64 = 0;
/// Each receive takes its reader a millisecond: so many messages a millisecond get through.
const READERS: usize = 4;

/// madsim's clock.
#[derive(Clone)]
pub(crate) struct MadsimClock {
    time: TimeHandle,
    zero: Instant,
}

impl MadsimClock {
    /// Time zero is a prologue away.
    pub(crate) fn new() -> MadsimClock {
        let time = TimeHandle::current();
        let zero = time.now_instant() + StdDuration::from_nanos(PROLOGUE.as_nanos());
        MadsimClock { time, zero }
    }
}

impl Clock for MadsimClock {
    fn now(&self) -> Time {
        let passed = self.time.now_instant().saturating_duration_since(self.zero);
        Time::from_nanos(u64::try_from(passed.as_nanos()).unwrap_or(u64::MAX))
    }

    fn sleep_until(&self, at: Time) -> impl Future<Output = ()> {
        sleep_until(self.zero + StdDuration::from_nanos(at.as_nanos()))
    }
}

/// What hosts share.
pub(crate) struct Company<S: System> {
    pub(crate) theatre: Theatre<S>,
    pub(crate) clock: MadsimClock,
    /// By place; none while the host is down.
    endpoints: RefCell<Vec<Option<Rc<Endpoint>>>>,
}

impl<S: System> Company<S> {
    pub(crate) fn new(theatre: Theatre<S>, clock: MadsimClock) -> Company<S> {
        let endpoints = RefCell::new((0..theatre.hosts()).map(|_| None).collect());
        Company { theatre, clock, endpoints }
    }

    /// The host's life, from its boot to its end or to its death.
    pub(crate) async fn live(self: Rc<Self>, host: usize) {
        let endpoint =
            Endpoint::bind((ip(host), PORT)).await.expect("a host's own address is free when it boots");
        let endpoint = Rc::new(endpoint);
        self.endpoints.borrow_mut()[host] = Some(endpoint.clone());
        for _ in 0..READERS {
            madsim::task::spawn_local(self.clone().read(host, endpoint.clone()));
        }
        // Nobody acts before the plan's time begins.
        self.clock.sleep_until(Time::ZERO).await;
        self.theatre.attend(host, &self.clock, |parcel| self.post(&parcel), || {}).await;
    }

    async fn read(self: Rc<Self>, host: usize, endpoint: Rc<Endpoint>) {
        while let Ok((payload, _)) = endpoint.recv_from_raw(TAG).await {
            if let Ok(bytes) = payload.downcast::<Vec<u8>>() {
                let parcels = self.theatre.hear(host, &bytes, self.clock.now());
                parcels.iter().for_each(|parcel| self.post(parcel));
            }
        }
    }

    /// Sends a parcel, in a task of its own: a sender that waited for each would send one in a millisecond.
    pub(crate) fn post(&self, parcel: &Parcel) {
        let Some(endpoint) = self.endpoints.borrow()[parcel.from as usize].clone() else { return };
        let to = SocketAddr::new(ip(parcel.to as usize), PORT);
        let bytes = encode(parcel);
        madsim::task::spawn_local(async move {
            // A receiver that is down has no socket: what is sent there is lost.
            drop(endpoint.send_to_raw(to, TAG, Box::new(bytes)).await);
        });
    }

    /// The host's socket is gone.
    pub(crate) fn forget(&self, host: usize) {
        self.endpoints.borrow_mut()[host] = None;
    }
}
