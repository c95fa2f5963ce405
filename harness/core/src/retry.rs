//! How long clients wait before they ask again: the difference between a short outage and a long one.
//!
//! Clients that retry at once multiply the load on a system that is already late, and clients that retry in step
//! strike it together: both can keep it down after the cause has gone (Bronson, Aghayev, Charapko, Zhu:
//! "Metastable Failures in Distributed Systems", HotOS 2021). Waiting longer after each failure thins retries
//! out, and jitter spreads them.
//!
//! This file decides only how long. When an attempt has failed, and when to give up, is the client's business.

use serde::{Deserialize, Serialize};

use crate::random::{Draws, Ratio};
use crate::time::Duration;

/// How long to wait after a failed attempt before the next. In files: `"none"`, `{ fixed = "50ms" }` or
/// `{ exponential = { first = "50ms", cap = "1s", jitter = 0.5 } }`.
///
/// ```
/// use stormglass_core::prelude::*;
/// use stormglass_core::retry::Backoff;
///
/// let (first, cap) = (Duration::from_millis(50), Duration::from_millis(300));
/// let backoff = Backoff::Exponential { first, cap, jitter: Ratio::ZERO };
/// let mut draws = Draws::new(CausalId::root(Seed(1), Purpose::Node), Purpose::Node);
/// let waits = [1, 2, 3, 4].map(|failures| backoff.wait(failures, &mut draws).as_millis());
/// assert_eq!(waits, [50, 100, 200, 300]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Backoff {
    /// Not at all: the next attempt follows at once. Draws nothing.
    #[default]
    None,
    /// Always as long. Draws nothing.
    Fixed(Duration),
    /// Twice as long after each failure, up to a limit.
    Exponential {
        /// How long after the first failure.
        first: Duration,
        /// Never longer than this.
        cap: Duration,
        /// The part of each wait that is drawn: with 0 all clients wait equally long, with 1 a wait is anything
        /// from nothing to the whole ("full jitter").
        #[serde(default)]
        jitter: Ratio,
    },
}

impl Backoff {
    /// How long to wait after the attempt that was the `failures`th in a row to fail, counted from 1. `draws` are
    /// those of the step that found it failed: [`Context::rng`](crate::context::Context::rng).
    #[must_use]
    pub fn wait(&self, failures: u32, draws: &mut Draws) -> Duration {
        match *self {
            Backoff::None => Duration::ZERO,
            Backoff::Fixed(span) => span,
            Backoff::Exponential { first, cap, jitter } => {
                let doublings = failures.saturating_sub(1).min(63);
                let whole = first.as_nanos().saturating_mul(1 << doublings).min(cap.as_nanos());
                let drawn = jitter.of(whole);
                let spared = if drawn == 0 { 0 } else { draws.between(0, drawn) };
                Duration::from_nanos(whole - spared)
            }
        }
    }

    /// Why it cannot be meant, in words that name the setting; `None` if it can.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        match *self {
            Backoff::Fixed(span) if span.is_zero() => {
                Some("`fixed` waits for nothing; say \"none\" to retry at once".to_owned())
            }
            Backoff::Exponential { first, .. } if first.is_zero() => {
                Some("`first` is nothing, and twice nothing is nothing; it must be longer".to_owned())
            }
            Backoff::Exponential { first, cap, .. } if cap < first => {
                Some(format!("`cap` is {cap}, less than `first` of {first}"))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{CausalId, Purpose, Seed};

    fn draws(seed: u64) -> Draws {
        Draws::new(CausalId::root(Seed(seed), Purpose::Node), Purpose::Node)
    }

    fn exponential(jitter: Ratio) -> Backoff {
        let (first, cap) = (Duration::from_millis(10), Duration::from_secs(1));
        Backoff::Exponential { first, cap, jitter }
    }

    /// Waits double up to the cap and stay there, however often it failed.
    #[test]
    fn waits_double_up_to_the_cap() {
        let waits = [0, 1, 2, 7, 8, 64, u32::MAX]
            .map(|failures| exponential(Ratio::ZERO).wait(failures, &mut draws(1)).as_millis());
        assert_eq!(waits, [10, 10, 20, 640, 1_000, 1_000, 1_000]);
    }

    /// Jitter takes off up to its part of a wait, and spreads waits over all of it.
    #[test]
    fn jitter_spreads_waits_over_its_part() {
        for (percent, shortest) in [(50, 80), (100, 0)] {
            let backoff = exponential(Ratio::from_percent(percent));
            let waits: Vec<u64> =
                (0..1_000).map(|seed| backoff.wait(5, &mut draws(seed)).as_millis()).collect();
            let (least, most) = (waits.iter().min().unwrap(), waits.iter().max().unwrap());
            assert!((shortest..shortest + 5).contains(least) && (155..=160).contains(most), "{least} {most}");
        }
    }

    /// Who does not jitter draws nothing, so that what the step draws next is the same.
    #[test]
    fn without_jitter_nothing_is_drawn() {
        for backoff in [Backoff::None, Backoff::Fixed(Duration::from_millis(5)), exponential(Ratio::ZERO)] {
            let (mut used, mut fresh) = (draws(3), draws(3));
            let _ = backoff.wait(4, &mut used);
            assert_eq!(used.next(), fresh.next());
        }
    }

    /// What cannot be meant is refused with the name of the setting.
    #[test]
    fn contradictions_are_named() {
        let (none, some) = (Duration::ZERO, Duration::from_millis(5));
        let of = |first, cap| Backoff::Exponential { first, cap, jitter: Ratio::ZERO };
        for (backoff, name) in
            [(Backoff::Fixed(none), "fixed"), (of(none, some), "first"), (of(some, none), "cap")]
        {
            assert!(backoff.problem().unwrap().contains(name));
        }
        for backoff in [Backoff::None, Backoff::Fixed(some), of(some, some)] {
            assert_eq!(backoff.problem(), None);
        }
    }
}
