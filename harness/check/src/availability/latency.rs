//! Latency before, during and after faults, by region: percentiles by nearest rank, exact.
//!
//! Only answers have a latency; how many operations had none is counted beside, since a percentile of the served
//! alone looks best where the least is served.

use std::fmt;

use stormglass_core::time::{Duration, Time};

use super::happenings::Happenings;
use super::sample::Sample;

/// Where an operation lies between the faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weather {
    /// It ended before the first fault began.
    Before,
    /// Some fault overlapped it.
    During,
    /// A fault had ended before it, and none overlapped it.
    After,
}

impl Weather {
    /// All three, in order.
    pub const ALL: [Weather; 3] = [Weather::Before, Weather::During, Weather::After];
}

impl fmt::Display for Weather {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Weather::Before => "before any fault",
            Weather::During => "during a fault",
            Weather::After => "after a fault",
        })
    }
}

/// The latencies of one region in one weather.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latency {
    /// The region of the clients.
    pub region: String,
    /// The weather.
    pub weather: Weather,
    /// How many operations were served.
    pub served: u64,
    /// How many were not.
    pub unserved: u64,
    /// The percentiles of the served ones; `None` if there were none.
    pub percentiles: Option<Percentiles>,
}

/// Latencies that half, 99 % and 99.9 % of operations do not exceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percentiles {
    /// The median.
    pub p50: Duration,
    /// The 99th percentile.
    pub p99: Duration,
    /// The 99.9th percentile.
    pub p99_9: Duration,
}

impl Percentiles {
    /// Of latencies in any order: the smallest that at least so many per mille do not exceed. `None` of none.
    #[must_use]
    pub fn of(mut latencies: Vec<Duration>) -> Option<Percentiles> {
        latencies.sort_unstable();
        let rank = |per_mille: usize| (latencies.len() * per_mille).div_ceil(1_000).checked_sub(1);
        Some(Percentiles {
            p50: latencies[rank(500)?],
            p99: latencies[rank(990)?],
            p99_9: latencies[rank(999)?],
        })
    }
}

/// The latencies of a region's samples: one entry for each weather in which there were any.
pub(super) fn latencies(region: &str, samples: &[&Sample], faults: &Faults, end: Time) -> Vec<Latency> {
    let mut weathers: [(Vec<Duration>, u64); 3] = Default::default();
    for sample in samples {
        let weather = faults.weather(sample.invoked, sample.completed.unwrap_or(end));
        let (served, unserved) = &mut weathers[weather as usize];
        match sample.latency() {
            Some(latency) => served.push(latency),
            None => *unserved += 1,
        }
    }
    let entries = Weather::ALL
        .into_iter()
        .zip(weathers)
        .filter(|(_, (served, unserved))| served.len() as u64 + unserved > 0);
    entries
        .map(|(weather, (served, unserved))| Latency {
            region: region.to_owned(),
            weather,
            served: served.len() as u64,
            unserved,
            percentiles: Percentiles::of(served),
        })
        .collect()
}

/// When faults were on, merged into spans in order and apart.
pub(super) struct Faults(Vec<(Time, Time)>);

impl Faults {
    /// Of everything that befell the world: nodes down are as bad as the faults that took them down.
    pub(super) fn of(world: &Happenings) -> Faults {
        let mut spans: Vec<(Time, Time)> = world.causes().map(|cause| world.span(cause)).collect();
        spans.sort_unstable();
        let mut merged: Vec<(Time, Time)> = Vec::new();
        for (begin, end) in spans {
            match merged.last_mut() {
                Some((_, last)) if begin <= *last => *last = (*last).max(end),
                _ => merged.push((begin, end)),
            }
        }
        Faults(merged)
    }

    fn weather(&self, from: Time, until: Time) -> Weather {
        // The first span that has not ended before the operation began.
        let next = self.0.partition_point(|&(_, end)| end < from);
        match self.0.get(next) {
            Some(&(begin, _)) if begin <= until => Weather::During,
            _ if next > 0 => Weather::After,
            _ => Weather::Before,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::availability::happenings::FaultSpan;

    /// By hand, of 1 ms … 1000 ms: 500, 990 and 999 ms; of one latency it is all of them; of none there is none.
    #[test]
    fn percentiles_are_nearest_ranks() {
        let ms = Duration::from_millis;
        let of_thousand = Percentiles { p50: ms(500), p99: ms(990), p99_9: ms(999) };
        assert_eq!(Percentiles::of((1..=1_000).rev().map(ms).collect()), Some(of_thousand));
        let of_one = Percentiles { p50: ms(7), p99: ms(7), p99_9: ms(7) };
        assert_eq!(Percentiles::of(vec![ms(7)]), Some(of_one));
        assert_eq!(Percentiles::of(Vec::new()), None);
    }

    /// An operation that touches a fault is during it, even a fault without length; between two faults is after one.
    #[test]
    fn weather_is_before_during_or_after() {
        let at = Time::from_nanos;
        let fault =
            |begin, end| FaultSpan { name: "f".into(), begin: at(begin), end: at(end), victims: vec![] };
        let world =
            Happenings { faults: vec![fault(50, 50), fault(10, 20), fault(15, 30)], ..Happenings::default() };
        let faults = Faults::of(&world);
        for (from, until, weather) in [
            (0, 9, Weather::Before),
            (0, 10, Weather::During),
            (25, 26, Weather::During),
            (31, 49, Weather::After),
            (45, 55, Weather::During),
            (51, 60, Weather::After),
        ] {
            assert_eq!(faults.weather(at(from), at(until)), weather, "{from}..{until}");
        }
        assert_eq!(Faults::of(&Happenings::default()).weather(at(1), at(2)), Weather::Before);
    }
}
