//! The fate of a message, and what faults do to it: this function, and the one below it that knows of cuts.
//!
//! A message's fate is settled when it is sent. All draws are keyed by the message's own causal id, so no other
//! message's fate can shift it. The network knows hosts by place (nodes first, then clients), not by name.

use fixedbitset::FixedBitSet;
use stormglass_core::cluster::Cluster;
use stormglass_core::random::{CausalId, Draws, Purpose, Ratio};
use stormglass_core::time::Duration;
use stormglass_plan::latency::Latency;
use stormglass_plan::plan::{Link, Network as Settings};

/// What becomes of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Arrives(Duration),
    /// The copy comes later, or at the same time.
    ArrivesTwice(Duration, Duration),
    Lost(Loss),
}

/// Why a message was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    Chance,
    Cut,
}

#[derive(Clone, Debug)]
pub(crate) struct Network {
    /// The shortest delay and the number of delays, in nanoseconds, while every link delays uniformly and does
    /// nothing else: then a message's fate is one draw. Only speed hangs on it.
    calm: Option<(u64, u64)>,
    link: Link,
    /// Links of their own kind, ordered by (from, to).
    own: Vec<((u32, u32), Link)>,
    weather: Vec<Weather>,
}

/// One network fault in force.
#[derive(Clone, Debug)]
pub(crate) struct Weather {
    /// The fault's place in the plan, by which it is lifted.
    pub(crate) fault: usize,
    pub(crate) from: FixedBitSet,
    pub(crate) to: FixedBitSet,
    pub(crate) kind: WeatherKind,
}

#[derive(Clone, Debug)]
pub(crate) enum WeatherKind {
    Cut,
    Loss(Ratio),
    Duplicate(Ratio),
    Delay(Ratio, Latency),
}

impl Network {
    pub(crate) fn new(settings: &Settings, cluster: &Cluster) -> Network {
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
        let mut network = Network { calm: None, link: settings.link.clone(), own, weather: Vec::new() };
        network.calm = network.calm();
        network
    }

    /// Settles what becomes of the message `id` from host `from` to host `to`.
    #[inline(always)]
    pub(crate) fn fate(&self, from: u32, to: u32, id: CausalId) -> Fate {
        match self.calm {
            Some((shortest, delays)) => {
                let delay = shortest + Draws::new(id, Purpose::Network).below(delays);
                Fate::Arrives(Duration::from_nanos(delay))
            }
            None => self.fate_in_weather(from, to, id),
        }
    }

    #[inline(never)]
    fn fate_in_weather(&self, from: u32, to: u32, id: CausalId) -> Fate {
        let mut draws = Draws::new(id, Purpose::Network);
        let link = self.link_between(from, to);
        if !link.loss.is_zero() && draws.chance(link.loss) {
            return Fate::Lost(Loss::Chance);
        }
        let mut delay = link.latency.sample(&mut draws);
        if !link.reorder.is_zero() && draws.chance(link.reorder) {
            let longest = (link.latency.longest() * 10).as_nanos();
            delay += Duration::from_nanos(draws.below(longest + 1));
        }
        let mut copies = u32::from(!link.duplicate.is_zero() && draws.chance(link.duplicate));
        if !self.weather.is_empty()
            && let Some(loss) = self.weather_on(from, to, id, &mut delay, &mut copies)
        {
            return Fate::Lost(loss);
        }
        if copies == 0 {
            return Fate::Arrives(delay);
        }
        Fate::ArrivesTwice(delay, delay + link.latency.sample(&mut draws))
    }

    /// What the faults in force do to the message; each draws under its own key, so that one fault less does
    /// not change what the others do.
    fn weather_on(
        &self,
        from: u32,
        to: u32,
        id: CausalId,
        delay: &mut Duration,
        copies: &mut u32,
    ) -> Option<Loss> {
        for weather in &self.weather {
            if !weather.from.contains(from as usize) || !weather.to.contains(to as usize) {
                continue;
            }
            let mut draws = Draws::new(id.child(weather.fault as u64), Purpose::Network);
            match &weather.kind {
                WeatherKind::Cut => return Some(Loss::Cut),
                WeatherKind::Loss(rate) if draws.chance(*rate) => return Some(Loss::Chance),
                WeatherKind::Duplicate(rate) if draws.chance(*rate) => *copies += 1,
                WeatherKind::Delay(rate, add) if draws.chance(*rate) => *delay += add.sample(&mut draws),
                WeatherKind::Loss(_) | WeatherKind::Duplicate(_) | WeatherKind::Delay(..) => {}
            }
        }
        None
    }

    pub(crate) fn add(&mut self, weather: Weather) {
        self.weather.push(weather);
        self.calm = None;
    }

    pub(crate) fn lift(&mut self, fault: usize) {
        self.weather.retain(|weather| weather.fault != fault);
        self.calm = self.calm();
    }

    fn calm(&self) -> Option<(u64, u64)> {
        let link = &self.link;
        let plain = link.loss.is_zero() && link.reorder.is_zero() && link.duplicate.is_zero();
        match link.latency {
            Latency::Uniform { min, max } if plain && self.own.is_empty() && self.weather.is_empty() => {
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
        Weather { fault, from: everybody.clone(), to: everybody, kind }
    }

    /// In calm weather one draw settles what the long way would, and weather that has passed leaves no trace.
    #[test]
    fn calm_is_a_shorter_way_to_the_same_fate() {
        let mut network = Network::new(&Settings::default(), &Cluster::dense(3, 0));
        assert!(network.calm.is_some());
        let root = CausalId::root(Seed(1), Purpose::Network);
        let fates =
            |network: &Network| (0..1_000).map(|n| network.fate(0, 1, root.child(n))).collect::<Vec<_>>();
        let calm = fates(&network);
        for (n, &fate) in calm.iter().enumerate() {
            assert_eq!(network.fate_in_weather(0, 1, root.child(n as u64)), fate);
        }
        network.add(weather(4, WeatherKind::Cut));
        assert_eq!(network.fate(0, 1, root), Fate::Lost(Loss::Cut));
        network.add(weather(5, WeatherKind::Loss(Ratio::ZERO)));
        network.lift(4);
        assert_eq!((network.calm, fates(&network)), (None, calm.clone()));
        network.lift(5);
        assert!(network.calm.is_some() && fates(&network) == calm);
    }
}
