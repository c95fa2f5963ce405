//! What the plan's network does to an application's own segments and datagrams.
//!
//! ```text
//!  a host writes ──▶ turmoil's link, held ──look──▶ Waiting { due, lost, held back } ──deliver──▶ turmoil, at the next tick
//!                                              └── carry: the plan's latency, loss, cuts, regions
//! ```
//!
//! turmoil never sends anything twice, so a lost segment would leave its connection waiting for ever. Here it is asked about again
//! after a timeout that doubles, as TCP's sender would send it again ([RFC 6298]); the receiver's order of segments is turmoil's.
//! A datagram that is lost is lost. turmoil answers a handshake without a message: a first segment therefore takes the way there
//! and back. A host that goes down falls silent, as a machine does that lost its power: nothing it had still to send again is sent,
//! and its connections end when the others write to them after it is back.
//!
//! [RFC 6298]: https://www.rfc-editor.org/rfc/rfc6298

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;

use stormglass_core::time::{Duration, Time};
use stormglass_engine_driver::Carriage;
use turmoil::{LinksIter, Protocol, Segment};

/// So long a sender waits for an acknowledgement before it sends a segment again; twice as long after every time.
const RETRY_FIRST: Duration = Duration::from_millis(200);
/// The same for a handshake, of which it knows no round trip.
const RETRY_HANDSHAKE: Duration = Duration::from_secs(1);
/// Never longer than this.
const RETRY_LAST: Duration = Duration::from_millis(3_200);
/// Bytes of headers around what a segment or a datagram carries.
const HEADERS: u64 = 40;

/// The hosts and the plan's network, as the roads see them.
pub(crate) trait Country {
    /// Which host has this address.
    fn host(&self, address: IpAddr) -> usize;
    /// Whether it is down.
    fn is_gone(&self, host: usize) -> bool;
    /// How often it has gone down.
    fn deaths(&self, host: usize) -> u64;
    /// What becomes of so many bytes.
    fn carry(&self, from: usize, to: usize, bytes: u64) -> Carriage;
    /// Whether the fault at this place still holds back what it holds.
    fn still_holds(&self, fault: usize) -> bool;
}

/// Everything that is on its way, by link, in turmoil's order.
#[derive(Default)]
pub(crate) struct Roads {
    links: BTreeMap<(IpAddr, IpAddr), VecDeque<Waiting>>,
}

#[derive(Clone, Copy)]
struct Waiting {
    from: usize,
    to: usize,
    kind: Kind,
    bytes: u64,
    /// Which of its sender's lives sent it.
    life: u64,
    /// How long until it is sent again, if it is lost now.
    patience: Duration,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Handshake,
    Segment,
    Datagram,
}

#[derive(Clone, Copy)]
enum State {
    Arrives(Time),
    Again(Time),
    Held(usize),
    Lost,
    Delivered,
}

impl Roads {
    /// Looks at everything that is on its way now, and lets turmoil deliver what has arrived.
    pub(crate) fn look(&mut self, links: LinksIter<'_>, now: Time, country: &impl Country) {
        for link in links {
            let road = self.links.entry(link.pair()).or_default();
            // turmoil takes at its tick what it was told to deliver, and keeps all the rest in order.
            road.retain(|waiting| !matches!(waiting.state, State::Delivered));
            let mut known = road.len();
            for (place, sent) in link.enumerate() {
                if place == road.len() {
                    let (from, to) = sent.pair();
                    let (from, to) = (country.host(from.ip()), country.host(to.ip()));
                    road.push_back(Waiting::new(from, to, sent.protocol(), now, country));
                }
                known = known.saturating_sub(1);
                if road[place].arrives(now, country) {
                    road[place].state = State::Delivered;
                    sent.deliver();
                }
            }
            assert_eq!(known, 0, "turmoil lost what was on its way without being told to");
        }
    }
}

impl Waiting {
    fn new(from: usize, to: usize, protocol: &Protocol, now: Time, country: &impl Country) -> Waiting {
        let (kind, bytes) = match protocol {
            Protocol::Tcp(Segment::Syn(_)) => (Kind::Handshake, 0),
            Protocol::Tcp(Segment::Data(_, bytes)) => (Kind::Segment, bytes.len()),
            Protocol::Tcp(Segment::Fin(_) | Segment::Rst) => (Kind::Segment, 0),
            Protocol::Udp(datagram) => (Kind::Datagram, datagram.0.len()),
        };
        let patience = if kind == Kind::Handshake { RETRY_HANDSHAKE } else { RETRY_FIRST };
        let (bytes, life) = (bytes as u64 + HEADERS, country.deaths(from));
        let mut waiting = Waiting { from, to, kind, bytes, life, patience, state: State::Lost };
        // What a host does between its death and the moment in which its engine takes its tasks away reaches nobody.
        if !country.is_gone(from) {
            waiting.set_out(now, country);
        }
        waiting
    }

    /// Asks the plan's network what becomes of it, sent now.
    fn set_out(&mut self, now: Time, country: &impl Country) {
        let there = country.carry(self.from, self.to, self.bytes);
        let back = (self.kind == Kind::Handshake).then(|| country.carry(self.to, self.from, HEADERS));
        self.state = match (fate(there), back.map_or(Ok(Duration::ZERO), fate)) {
            (Ok(there), Ok(back)) => State::Arrives(now + there + back),
            (Err(Some(fault)), _) | (_, Err(Some(fault))) => State::Held(fault),
            _ => self.lost(now),
        };
    }

    /// A datagram is lost for good; TCP sends again, later every time.
    fn lost(&mut self, now: Time) -> State {
        if self.kind == Kind::Datagram {
            return State::Lost;
        }
        let again = now + self.patience;
        self.patience = (self.patience + self.patience).min(RETRY_LAST);
        State::Again(again)
    }

    /// Goes on as time has; whether it has arrived.
    fn arrives(&mut self, now: Time, country: &impl Country) -> bool {
        match self.state {
            State::Again(at) if at <= now => {
                if self.life == country.deaths(self.from) {
                    self.set_out(now, country);
                } else {
                    self.state = State::Lost;
                }
            }
            State::Held(fault) if !country.still_holds(fault) => self.state = State::Arrives(now),
            _ => {}
        }
        match self.state {
            // Nobody is there to take it.
            State::Arrives(at) if at <= now && country.is_gone(self.to) => {
                self.state = self.lost(now);
                false
            }
            State::Arrives(at) => at <= now,
            State::Again(_) | State::Held(_) | State::Lost | State::Delivered => false,
        }
    }
}

/// The time it takes; or, if it does not arrive, the fault that holds it back, if one does.
fn fate(carriage: Carriage) -> Result<Duration, Option<usize>> {
    match carriage {
        Carriage::After(delay) => Ok(delay),
        Carriage::Twice(one, other) => Ok(one.min(other)),
        Carriage::Held(fault) => Err(Some(fault)),
        Carriage::Lost => Err(None),
    }
}
