//! Keys of draws by name: what is added to a list, taken out of it or moved in it shifts no other draw.

use stormglass_core::random::{CausalId, Draws, Purpose, Seed};
use stormglass_core::time::Duration;

/// The cause of every draw called `name` within one purpose of one seed.
pub(crate) fn cause(seed: Seed, purpose: Purpose, name: &str) -> CausalId {
    CausalId::root(seed, purpose).child(fnv(name))
}

/// The draws called `name`.
pub(crate) fn draws(seed: Seed, purpose: Purpose, name: &str) -> Draws {
    Draws::new(cause(seed, purpose, name), purpose)
}

/// FNV-1a, 64 bits (Fowler, Noll and Vo; RFC 9923).
const fn fnv(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let mut hash = 0xCBF2_9CE4_8422_2325;
    let mut place = 0;
    while place < bytes.len() {
        hash = (hash ^ bytes[place] as u64).wrapping_mul(0x0000_0100_0000_01B3);
        place += 1;
    }
    hash
}

/// A number from `low` to `high`, small ones as likely as large ones: an octave is drawn first, then a number
/// within it.
pub(crate) fn log_uniform(draws: &mut Draws, low: u64, high: u64) -> u64 {
    let low = low.max(1);
    let high = high.max(low);
    let octaves = (high / low).ilog2();
    let octave = draws.below(u64::from(octaves) + 1) as u32;
    let begin = low << octave;
    draws.between(begin, begin.saturating_mul(2).min(high))
}

/// The same for spans, in whole microseconds: nobody reads more digits.
pub(crate) fn log_uniform_span(draws: &mut Draws, low: Duration, high: Duration) -> Duration {
    Duration::from_micros(log_uniform(draws, low.as_nanos() / 1_000, high.as_nanos() / 1_000))
}

/// An exponentially distributed share of its mean, to within 0.2 %: minus the logarithm of a uniform number.
///
/// A plan draws thousands of these, and `libm::log` was most of its cost. The leading zeros of the draw give the
/// whole powers of two; for the mantissa `1 - x`, with `x` up to a half, a cubic that is exact at 0, ¼ and ½
/// stands for `-ln(1 - x)`. Sums and products alone: bit-equal on every platform.
pub(crate) fn exponential(draws: &mut Draws) -> f64 {
    let bits = draws.next() | 1;
    let halvings = bits.leading_zeros();
    let x = 1.0 - ((bits << halvings) >> 11) as f64 / (1u64 << 53) as f64;
    let mantissa = x * (1.0 + x * (0.433_236 + x * 0.678_704));
    f64::from(halvings) * std::f64::consts::LN_2 + mantissa
}

/// One of `items`, each as likely as its weight.
pub(crate) fn weighted<'t, T>(draws: &mut Draws, items: &'t [(u32, T)]) -> &'t T {
    let total: u64 = items.iter().map(|(weight, _)| u64::from(*weight)).sum();
    let mut left = draws.below(total);
    for (weight, item) in items {
        match left.checked_sub(u64::from(*weight)) {
            Some(rest) => left = rest,
            None => return item,
        }
    }
    unreachable!("{left} of {total} is left after all weights")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The quantiles are those of the exponential distribution: 100,000 draws put the share 1 - e⁻ˣ below x, ± 5 σ.
    #[test]
    fn an_exponential_draw_has_the_quantiles_of_its_distribution() {
        let mut draws = draws(Seed(1), Purpose::Workload, "test");
        let drawn: Vec<f64> = (0..100_000).map(|_| exponential(&mut draws)).collect();
        for x in [0.01, 0.1, 0.3, 0.5, 0.69, 1.0, 2.0, 4.0, 8.0] {
            let below = drawn.iter().filter(|&&share| share < x).count() as f64 / 1e5;
            let expected = 1.0 - libm::exp(-x);
            let sigma = (expected * (1.0 - expected) / 1e5).sqrt();
            assert!(
                (below - expected).abs() < 5.0 * sigma + 0.002 * x * (1.0 - expected),
                "{x}: {below}, not {expected}"
            );
        }
        let mean = drawn.iter().sum::<f64>() / 1e5;
        assert!((mean - 1.0).abs() < 0.016, "{mean}");
    }

    /// Small numbers are as likely as large ones, and none is outside the bounds.
    #[test]
    fn a_log_uniform_draw_stays_in_bounds_and_favours_no_octave() {
        let mut draws = draws(Seed(1), Purpose::Nemesis, "test");
        let drawn: Vec<u64> = (0..10_000).map(|_| log_uniform(&mut draws, 10, 10_000)).collect();
        assert!(drawn.iter().all(|number| (10..=10_000).contains(number)));
        let small = drawn.iter().filter(|&&number| number < 320).count();
        assert!((4_500..=5_500).contains(&small), "{small} of 10,000 below 320");
        assert_eq!(log_uniform(&mut draws, 7, 7), 7);
        assert_eq!(log_uniform(&mut draws, 0, 0), 1);
        log_uniform(&mut draws, 1, u64::MAX);
    }
}
