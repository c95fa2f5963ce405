//! The fate of a message, and what faults do to it: this function, and the one below it that knows of cuts.
//!
//! A message's fate is settled when it is sent. All draws are keyed by the message's own causal id, so no other
//! message's fate can shift it. The network knows hosts by place (nodes first, then clients), not by name.

use fixedbitset::FixedBitSet;
use stormglass_core::cluster::Cluster;
use stormglass_core::random::{CausalId, Draws, Purpose, Ratio};
use stormglass_core::time::{Duration, Time};
use stormglass_plan::latency::Latency;
use stormglass_plan::plan::{Link, Network as Settings};
use stormglass_plan::topology::{Place, Topology};

pub(crate) use meter::Meter;

mod meter;

/// What becomes of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Arrives(Duration),
    /// The copy comes later, or at the same time.
    ArrivesTwice(Duration, Duration),
    /// It arrives, but so many of its bits flip on the way.
    Garbled(Duration, Garble),
    /// It waits until this fault lets it go.
    Held(usize),
    Lost(Loss),
}

/// How a message is garbled: by which fault, and how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Garble {
    pub(crate) fault: usize,
    pub(crate) bits: u32,
}

/// Why a message was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    Chance,
    Cut,
    /// The queue before the link was full.
    Overflow,
}

#[derive(Clone, Debug)]
pub(crate) struct Network {
    /// The shortest delay and the number of delays, in nanoseconds, while every link delays uniformly and does
    /// nothing else: then a message's fate is one draw. Only speed hangs on it.
    calm: Option<(u64, u64)>,
    link: Link,
    /// Links of their own kind, ordered by (from, to).
    own: Vec<((u32, u32), Link)>,
    /// Where everybody is, and how long a message takes from region to region.
    map: Option<Map>,
    weather: Vec<Weather>,
    /// How many faults limit what links carry: only then a message's size counts.
    metered: u32,
}

/// Regions as the network needs them.
#[derive(Clone, Debug)]
struct Map {
    /// By place in the cluster.
    places: Vec<Place>,
    regions: usize,
    /// One way, from region to region, row by row.
    between: Vec<Duration>,
    within_zone: Duration,
    jitter: Ratio,
}

impl Map {
    fn new(topology: &Topology) -> Map {
        let regions = topology.regions.len();
        let pair = |index: usize| topology.between(index / regions, index % regions);
        Map {
            places: topology.places(),
            regions,
            between: (0..regions * regions)
                .map(|index| pair(index).expect("a sound plan says how long every way takes"))
                .collect(),
            within_zone: topology.within_zone,
            jitter: topology.jitter,
        }
    }

    fn delay(&self, from: u32, to: u32, draws: &mut Draws) -> Duration {
        let (from, to) = (self.places[from as usize], self.places[to as usize]);
        let least =
            if from == to { self.within_zone } else { self.between[from.region * self.regions + to.region] };
        least + Duration::from_nanos(draws.below(self.jitter.of(least.as_nanos()) + 1))
    }
}

/// One network fault in force.
#[derive(Clone, Debug)]
pub(crate) struct Weather {
    /// The fault's place in the plan, by which it is lifted.
    pub(crate) fault: usize,
    /// The fault's id, which keys its chances.
    key: u64,
    pub(crate) from: FixedBitSet,
    pub(crate) to: FixedBitSet,
    pub(crate) kind: WeatherKind,
    /// Messages it has lost so far.
    pub(crate) dropped: u64,
    /// Messages it has made late, doubled, held or garbled so far.
    pub(crate) disturbed: u64,
}

impl Weather {
    pub(crate) fn new(
        (fault, key): (usize, u64),
        from: FixedBitSet,
        to: FixedBitSet,
        kind: WeatherKind,
    ) -> Weather {
        Weather { fault, key, from, to, kind, dropped: 0, disturbed: 0 }
    }
}

#[derive(Clone, Debug)]
pub(crate) enum WeatherKind {
    Cut,
    Loss(Ratio),
    Duplicate(Ratio),
    Delay(Ratio, Latency),
    /// So many times as long.
    Slow(u32),
    /// So many are held until the fault lets them go.
    Hold(Ratio),
    /// In so many so many bits flip.
    Garble(Ratio, u32),
    Bandwidth(Meter),
}

/// What the faults in force make of one message.
#[derive(Default)]
struct Disturbance {
    delay: Duration,
    copies: u32,
    held: Option<usize>,
    garble: Option<Garble>,
}

impl Network {
    pub(crate) fn new(settings: &Settings, topology: Option<&Topology>, cluster: &Cluster) -> Network {
        let place = |address| {
            let index = cluster.index_of(address).expect("a plan's links name members of its cluster");
            u32::try_from(index).expect("fewer than four billion hosts")
        };
        let mut own: Vec<_> = settings
            .links
            .iter()
            .map(|directed| ((place(directed.from), place(directed.to)), directed.link.clone()))
            .collect();
        own.sort_by_key(|(ends, _)| *ends);
        let mut network = Network {
            calm: None,
            link: settings.link.clone(),
            own,
            map: topology.map(Map::new),
            weather: Vec::new(),
            metered: 0,
        };
        network.calm = network.calm();
        network
    }

    /// The region that a host is in, by place in the topology.
    pub(crate) fn region(&self, host: usize) -> Option<usize> {
        Some(self.map.as_ref()?.places.get(host)?.region)
    }

    /// Whether the size of messages counts at present.
    #[inline]
    pub(crate) const fn metered(&self) -> bool {
        self.metered > 0
    }

    /// Settles what becomes of the message `id` from host `from` to host `to`, of so many bytes if sizes count.
    #[inline(always)]
    pub(crate) fn fate(&mut self, from: u32, to: u32, id: CausalId, size: u64, now: Time) -> Fate {
        match self.calm {
            Some((shortest, delays)) => {
                let delay = shortest + Draws::new(id, Purpose::Network).below(delays);
                Fate::Arrives(Duration::from_nanos(delay))
            }
            None => self.fate_in_weather(from, to, id, size, now),
        }
    }

    #[inline(never)]
    fn fate_in_weather(&mut self, from: u32, to: u32, id: CausalId, size: u64, now: Time) -> Fate {
        let mut draws = Draws::new(id, Purpose::Network);
        let link = self.link_between(from, to);
        if !link.loss.is_zero() && draws.chance(link.loss) {
            return Fate::Lost(Loss::Chance);
        }
        let mut delay = self.good_delay(from, to, &mut draws);
        if !link.reorder.is_zero() && draws.chance(link.reorder) {
            let longest = (link.latency.longest() * 10).as_nanos();
            delay += Duration::from_nanos(draws.below(longest + 1));
        }
        let copies = u32::from(!link.duplicate.is_zero() && draws.chance(link.duplicate));
        let mut sum = Disturbance { delay, copies, ..Disturbance::default() };
        if !self.weather.is_empty()
            && let Some(loss) = self.weather_on((from, to), id, size, now, &mut sum)
        {
            return Fate::Lost(loss);
        }
        match sum {
            Disturbance { held: Some(fault), .. } => Fate::Held(fault),
            Disturbance { garble: Some(garble), delay, .. } => Fate::Garbled(delay, garble),
            Disturbance { delay, copies: 0, .. } => Fate::Arrives(delay),
            Disturbance { delay, .. } => {
                Fate::ArrivesTwice(delay, delay + self.good_delay(from, to, &mut draws))
            }
        }
    }

    /// What the faults in force do to the message; each draws under its own key, so that one fault less does
    /// not change what the others do.
    fn weather_on(
        &mut self,
        link: (u32, u32),
        id: CausalId,
        size: u64,
        now: Time,
        sum: &mut Disturbance,
    ) -> Option<Loss> {
        for weather in &mut self.weather {
            if !weather.from.contains(link.0 as usize) || !weather.to.contains(link.1 as usize) {
                continue;
            }
            let mut draws = Draws::new(id.child(weather.key), Purpose::Network);
            let mut lost = None;
            let touched = match &mut weather.kind {
                WeatherKind::Cut => {
                    lost = Some(Loss::Cut);
                    false
                }
                WeatherKind::Loss(rate) => {
                    lost = draws.chance(*rate).then_some(Loss::Chance);
                    false
                }
                WeatherKind::Duplicate(rate) => {
                    let twice = draws.chance(*rate);
                    sum.copies += u32::from(twice);
                    twice
                }
                WeatherKind::Delay(rate, add) => {
                    let late = draws.chance(*rate);
                    if late {
                        sum.delay += add.sample(&mut draws);
                    }
                    late
                }
                WeatherKind::Slow(factor) => {
                    sum.delay = sum.delay * u64::from(*factor);
                    true
                }
                WeatherKind::Hold(rate) => {
                    let held = sum.held.is_none() && draws.chance(*rate);
                    if held {
                        sum.held = Some(weather.fault);
                    }
                    held
                }
                WeatherKind::Garble(rate, bits) => {
                    let garbled = sum.garble.is_none() && draws.chance(*rate);
                    if garbled {
                        sum.garble = Some(Garble { fault: weather.fault, bits: *bits });
                    }
                    garbled
                }
                WeatherKind::Bandwidth(meter) => match meter.take(link, size, now) {
                    Some(takes) => {
                        sum.delay += takes;
                        true
                    }
                    None => {
                        lost = Some(Loss::Overflow);
                        false
                    }
                },
            };
            weather.disturbed += u64::from(touched);
            weather.dropped += u64::from(lost.is_some());
            if lost.is_some() {
                return lost;
            }
        }
        None
    }

    /// Whether nothing that one host sends to another arrives, whatever it is.
    pub(crate) fn is_cut(&self, from: u32, to: u32) -> bool {
        self.weather.iter().any(|weather| {
            matches!(weather.kind, WeatherKind::Cut)
                && weather.from.contains(from as usize)
                && weather.to.contains(to as usize)
        })
    }

    /// A fresh delay for a message that was held.
    pub(crate) fn delay(&self, from: u32, to: u32, id: CausalId) -> Duration {
        self.good_delay(from, to, &mut Draws::new(id, Purpose::Network))
    }

    /// How long a message takes in good weather: by the link's own settings, or else by the map, or else as usual.
    fn good_delay(&self, from: u32, to: u32, draws: &mut Draws) -> Duration {
        match &self.map {
            Some(map) if !self.is_own(from, to) => map.delay(from, to, draws),
            _ => self.link_between(from, to).latency.sample(draws),
        }
    }

    fn is_own(&self, from: u32, to: u32) -> bool {
        self.own.binary_search_by_key(&(from, to), |(ends, _)| *ends).is_ok()
    }

    pub(crate) fn add(&mut self, weather: Weather) {
        self.metered += u32::from(matches!(weather.kind, WeatherKind::Bandwidth(_)));
        self.weather.push(weather);
        self.calm = None;
    }

    /// Takes a fault's weather away; answers how many messages it lost, and how many it disturbed.
    pub(crate) fn lift(&mut self, fault: usize) -> (u64, u64) {
        let (mut dropped, mut disturbed) = (0, 0);
        for weather in self.weather.iter().filter(|weather| weather.fault == fault) {
            dropped += weather.dropped;
            disturbed += weather.disturbed;
            self.metered -= u32::from(matches!(weather.kind, WeatherKind::Bandwidth(_)));
        }
        self.weather.retain(|weather| weather.fault != fault);
        self.calm = self.calm();
        (dropped, disturbed)
    }

    fn calm(&self) -> Option<(u64, u64)> {
        let link = &self.link;
        let plain = link.loss.is_zero() && link.reorder.is_zero() && link.duplicate.is_zero();
        match link.latency {
            Latency::Uniform { min, max }
                if plain && self.own.is_empty() && self.weather.is_empty() && self.map.is_none() =>
            {
                let delays = max.as_nanos().checked_sub(min.as_nanos())?.checked_add(1)?;
                Some((min.as_nanos(), delays))
            }
            _ => None,
        }
    }

    #[inline]
    fn link_between(&self, from: u32, to: u32) -> &Link {
        if self.own.is_empty() {
            return &self.link;
        }
        match self.own.binary_search_by_key(&(from, to), |(ends, _)| *ends) {
            Ok(place) => &self.own[place].1,
            Err(_) => &self.link,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stormglass_core::random::Seed;

    fn weather(fault: usize, kind: WeatherKind) -> Weather {
        let mut everybody = FixedBitSet::with_capacity(3);
        everybody.insert_range(..);
        Weather::new((fault, fault as u64), everybody.clone(), everybody, kind)
    }

    fn fate(network: &mut Network, id: CausalId) -> Fate {
        network.fate(0, 1, id, 0, Time::ZERO)
    }

    /// In calm weather one draw settles what the long way would, and weather that has passed leaves no trace.
    #[test]
    fn calm_is_a_shorter_way_to_the_same_fate() {
        let mut network = Network::new(&Settings::default(), None, &Cluster::dense(3, 0));
        assert!(network.calm.is_some());
        let root = CausalId::root(Seed(1), Purpose::Network);
        let fates =
            |network: &mut Network| (0..1_000).map(|n| fate(network, root.child(n))).collect::<Vec<_>>();
        let calm = fates(&mut network);
        for (n, &fate) in calm.iter().enumerate() {
            assert_eq!(network.fate_in_weather(0, 1, root.child(n as u64), 0, Time::ZERO), fate);
        }
        network.add(weather(4, WeatherKind::Cut));
        assert_eq!(fate(&mut network, root), Fate::Lost(Loss::Cut));
        network.add(weather(5, WeatherKind::Loss(Ratio::ZERO)));
        network.lift(4);
        assert_eq!((network.calm, fates(&mut network)), (None, calm.clone()));
        network.lift(5);
        assert!(network.calm.is_some() && fates(&mut network) == calm);
    }
}
