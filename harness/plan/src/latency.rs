//! How long something takes: a distribution, sampled with integers or `libm` so that every platform agrees.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stormglass_core::random::{Draws, Ratio};
use stormglass_core::time::Duration;

/// A distribution of delays. In files externally tagged: `latency = { uniform = { min = "1ms", max = "10ms" } }`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("examples" = [{ "constant": "100ms" }, { "uniform": { "min": "1ms", "max": "10ms" } }]))]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Latency {
    /// Always the same.
    Constant(Duration),
    /// Every delay from `min` to `max` is as likely.
    Uniform {
        /// The shortest.
        min: Duration,
        /// The longest.
        max: Duration,
    },
    /// `min`, and on top an exponentially distributed delay, cut off at `max`.
    Exponential {
        /// The shortest.
        min: Duration,
        /// The mean of what comes on top.
        mean: Duration,
        /// The longest.
        max: Duration,
    },
    /// Usually `fast`, now and then `slow`; each ± a tenth, uniformly.
    Bimodal {
        /// The usual delay.
        fast: Duration,
        /// The other.
        slow: Duration,
        /// How often the slow one.
        slow_share: Ratio,
    },
    /// Measured quantiles, evenly spaced from the smallest to the largest; linear in between.
    Table(Vec<Duration>),
}

impl Latency {
    /// Draws one delay.
    #[inline]
    #[must_use]
    pub fn sample(&self, draws: &mut Draws) -> Duration {
        match self {
            Latency::Constant(delay) => *delay,
            Latency::Uniform { min, max } => between(draws, *min, *max),
            other => other.sample_shaped(draws),
        }
    }

    /// The rarer shapes, kept out of the hot path.
    #[cold]
    fn sample_shaped(&self, draws: &mut Draws) -> Duration {
        match self {
            Latency::Constant(delay) => *delay,
            Latency::Uniform { min, max } => between(draws, *min, *max),
            Latency::Exponential { min, mean, max } => {
                // Inverse transform over (0, 1]: 2⁻⁵³ steps keep the logarithm's argument off zero.
                let share = ((draws.next() >> 11) + 1) as f64 / (1u64 << 53) as f64;
                let extra = -libm::log(share) * mean.as_nanos() as f64;
                (*min + Duration::from_nanos(extra as u64)).min(*max)
            }
            Latency::Bimodal { fast, slow, slow_share } => {
                let centre = if draws.chance(*slow_share) { *slow } else { *fast };
                between(draws, centre - centre / 10, centre + centre / 10)
            }
            Latency::Table(quantiles) => match &quantiles[..] {
                [] => Duration::ZERO,
                [only] => *only,
                many => {
                    let place = draws.below(many.len() as u64 - 1) as usize;
                    let (low, high) = (many[place], many[place + 1]);
                    between(draws, low.min(high), low.max(high))
                }
            },
        }
    }

    /// No delay is longer.
    #[must_use]
    pub fn longest(&self) -> Duration {
        match self {
            Latency::Constant(delay) => *delay,
            Latency::Uniform { max, .. } | Latency::Exponential { max, .. } => *max,
            Latency::Bimodal { fast, slow, .. } => {
                let centre = *fast.max(slow);
                centre + centre / 10
            }
            Latency::Table(quantiles) => quantiles.iter().copied().max().unwrap_or(Duration::ZERO),
        }
    }

    /// Why no delay can be drawn, if so.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        match self {
            Latency::Uniform { min, max } | Latency::Exponential { min, max, .. } if min > max => {
                Some(format!("min ({min}) is longer than max ({max})"))
            }
            Latency::Table(quantiles) if quantiles.is_empty() => Some("the table is empty".to_owned()),
            _ => None,
        }
    }
}

fn between(draws: &mut Draws, min: Duration, max: Duration) -> Duration {
    Duration::from_nanos(draws.between(min.as_nanos(), max.as_nanos()))
}

impl fmt::Display for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Latency::Constant(delay) => write!(f, "{delay}"),
            Latency::Uniform { min, max } => write!(f, "{min}–{max}"),
            Latency::Exponential { min, mean, max } => {
                write!(f, "{min} + exponential of mean {mean}, at most {max}")
            }
            Latency::Bimodal { fast, slow, slow_share } => write!(f, "{fast}, {slow_share} of them {slow}"),
            Latency::Table(quantiles) => write!(f, "a table of {} quantiles", quantiles.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stormglass_core::random::{CausalId, Purpose, Seed};

    /// Every shape stays within its bounds and has the mean it promises, within 2 %.
    #[test]
    fn every_distribution_has_its_mean_and_bounds() {
        let ms = Duration::from_millis;
        let cases = [
            (Latency::Constant(ms(5)), 5.0),
            (Latency::Uniform { min: ms(1), max: ms(9) }, 5.0),
            (Latency::Exponential { min: ms(1), mean: ms(4), max: ms(1000) }, 5.0),
            (Latency::Bimodal { fast: ms(1), slow: ms(41), slow_share: Ratio::from_percent(10) }, 5.0),
            (Latency::Table(vec![ms(0), ms(5), ms(10)]), 5.0),
        ];
        for (latency, mean) in cases {
            let mut draws = Draws::new(CausalId::root(Seed(1), Purpose::Network), Purpose::Network);
            let samples: Vec<Duration> = (0..100_000).map(|_| latency.sample(&mut draws)).collect();
            let measured = samples.iter().map(|delay| delay.as_secs_f64()).sum::<f64>() / 100.0;
            assert!((measured - mean).abs() < mean / 50.0, "{latency}: mean {measured} ms, not {mean} ms");
            assert!(samples.iter().all(|&delay| delay <= latency.longest()), "{latency}");
        }
    }
}
