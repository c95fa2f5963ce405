//! One host on madsim: what it hears, and its turns.

use std::rc::Rc;
use std::time::Duration as StdDuration;

use madsim::time::{Instant, TimeHandle, sleep_until};
use stormglass_core::system::System;
use stormglass_core::time::Time;
use stormglass_engine_driver::{Clock, PROLOGUE, Theatre};

use crate::transport::{Transport, Way};

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
    pub(crate) transport: Transport,
}

impl<S: System> Company<S> {
    pub(crate) fn new(theatre: Theatre<S>, clock: MadsimClock, way: Way) -> Company<S> {
        let transport = Transport::new(way, theatre.hosts());
        Company { theatre, clock, transport }
    }

    /// The host's life, from its boot to its end or to its death.
    pub(crate) async fn live(self: Rc<Self>, host: usize) {
        let company = self.clone();
        let hear = move |bytes: &[u8]| {
            let parcels = company.theatre.hear(host, bytes, company.clock.now());
            parcels.iter().for_each(|parcel| company.transport.post(parcel));
        };
        self.transport.open(host, hear).await;
        // Nobody acts before the plan's time begins.
        self.clock.sleep_until(Time::ZERO).await;
        self.theatre.attend(host, &self.clock, |parcel| self.transport.post(&parcel), || {}).await;
    }
}
