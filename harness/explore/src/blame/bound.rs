//! How many of so many runs must fail to say something of all runs: exact binomial bounds (Clopper and Pearson, The Use
//! of Confidence or Fiducial Limits, Biometrika 26, 1934), one-sided, at a confidence of 95 %.
//!
//! Sums and products alone, so that they are the same on every platform.

/// What is left to error.
const ERROR: f64 = 0.05;
/// The share of runs that pass if the failure is just not certain.
const PASSES: f64 = 0.05;

/// The most of `of` runs that may pass for it to be said that more than 95 of 100 fail; `None` if even none is too many.
pub(crate) fn certain(of: u64) -> Option<u64> {
    // So few would be seen by luck alone, were the share of those that pass as large as it must not be.
    most_below(of, PASSES)
}

/// The fewest of `of` runs that must pass for it to be said that fewer than 95 of 100 fail.
pub(crate) fn uncertain(of: u64) -> u64 {
    let (mut below, mut passes) = (0.0, 0);
    for chance in binomial(of, PASSES) {
        if 1.0 - below <= ERROR {
            break;
        }
        below += chance;
        passes += 1;
    }
    passes
}

/// The most of `of` runs that may fail for it to be said that fewer than half do.
pub(crate) fn open(of: u64) -> Option<u64> {
    most_below(of, 0.5)
}

/// The most that a count among `of` may be for it to be said that its share is less than `share`.
fn most_below(of: u64, share: f64) -> Option<u64> {
    let mut sum = 0.0;
    let within = binomial(of, share).take_while(|chance| {
        sum += chance;
        sum <= ERROR
    });
    (within.count() as u64).checked_sub(1)
}

/// The chance of 0, 1, 2, … among `of`, each of which comes with chance `share`.
fn binomial(of: u64, share: f64) -> impl Iterator<Item = f64> {
    let none = (0..of).fold(1.0, |product, _| product * (1.0 - share));
    (0..=of).scan(none, move |chance, count| {
        let this = *chance;
        *chance *= (of - count) as f64 / (count + 1) as f64 * (share / (1.0 - share));
        Some(this)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bounds are those of printed tables.
    #[test]
    fn bounds_are_exact() {
        // Without a miss, 59 are the fewest: 0.95⁵⁹ = 0.0485.
        assert_eq!((certain(58), certain(59), certain(64), certain(93)), (None, Some(0), Some(0), Some(1)));
        assert_eq!((uncertain(64), uncertain(256)), (7, 20));
        // The sign test's: 24 of 64 at the one-sided level of 5 %.
        assert_eq!((open(4), open(5), open(64)), (None, Some(0), Some(24)));
        assert!(certain(1024).is_some_and(|most| (38..=40).contains(&most)));
    }

    /// Nothing is called both.
    #[test]
    fn certain_and_uncertain_exclude_each_other() {
        for of in [59, 64, 100, 256, 1024] {
            assert!(certain(of).is_some_and(|most| most < uncertain(of)), "{of}");
        }
    }
}
