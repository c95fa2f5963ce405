//! The few special functions that intervals need, on `libm` alone so that every platform gets the same digits.
//!
//! Crates of statistics use the platform's own logarithm, which may differ in its last bit. The continued fractions
//! are those of Abramowitz and Stegun (6.5.31, 26.5.8), evaluated by Lentz's method.

/// Enough for shape parameters up to 10⁸: the fractions need about as many steps as the root of the larger one.
const STEPS: u32 = 200_000;
/// Where a sum or a fraction stands still.
const STILL: f64 = 1e-15;
/// Lentz's stand-in for zero.
const TINY: f64 = 1e-300;

/// How much of a normal distribution lies more than `z` deviations above its mean.
fn normal_above(z: f64) -> f64 {
    libm::erfc(z / std::f64::consts::SQRT_2) / 2.0
}

/// How many deviations above the mean all but `tail` of a normal distribution lies; `tail` is at most a half.
pub(super) fn normal_quantile(tail: f64) -> f64 {
    bisect(0.0, 40.0, |z| normal_above(z) <= tail)
}

/// The regularized lower incomplete gamma function P(a, x): a gamma distribution of shape `a` up to `x`.
pub(super) fn gamma_below(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let factor = libm::exp(a * libm::log(x) - x - libm::lgamma(a));
    if x < a + 1.0 {
        let (mut term, mut sum, mut place) = (1.0 / a, 1.0 / a, a);
        for _ in 0..STEPS {
            place += 1.0;
            term *= x / place;
            sum += term;
            if term < sum * STILL {
                break;
            }
        }
        return (factor * sum).min(1.0);
    }
    let mut b = x + 1.0 - a;
    let mut fraction = Lentz::new(1.0, b);
    for step in 1..STEPS {
        let step = f64::from(step);
        b += 2.0;
        if fraction.next(-step * (step - a), b) {
            break;
        }
    }
    (1.0 - factor * fraction.value).clamp(0.0, 1.0)
}

/// The regularized incomplete beta function I_x(a, b): a beta distribution up to `x`.
pub(super) fn beta_below(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let log =
        libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b) + a * libm::log(x) + b * libm::log1p(-x);
    let factor = libm::exp(log);
    // The fraction converges fast on this side of the mean; on the other the mirror image does.
    match x < (a + 1.0) / (a + b + 2.0) {
        true => (factor * beta_fraction(a, b, x) / a).min(1.0),
        false => (1.0 - factor * beta_fraction(b, a, 1.0 - x) / b).max(0.0),
    }
}

fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let odd = |m: f64| -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
    let even = |m: f64| m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
    let mut fraction = Lentz::new(1.0, 1.0);
    fraction.next(odd(0.0), 1.0);
    for m in 1..STEPS {
        fraction.next(even(f64::from(m)), 1.0);
        if fraction.next(odd(f64::from(m)), 1.0) {
            break;
        }
    }
    fraction.value
}

/// A continued fraction a₁/(b₁ + a₂/(b₂ + …)) that grows by one level at a time.
struct Lentz {
    value: f64,
    c: f64,
    d: f64,
}

impl Lentz {
    fn new(a: f64, b: f64) -> Lentz {
        let d = a / off_zero(b);
        Lentz { value: d, c: 1.0 / TINY, d }
    }

    /// Adds a level; true once it no longer matters.
    fn next(&mut self, a: f64, b: f64) -> bool {
        self.d = 1.0 / off_zero(a * self.d + b);
        self.c = off_zero(b + a / self.c);
        let change = self.c * self.d;
        self.value *= change;
        (change - 1.0).abs() < STILL
    }
}

fn off_zero(number: f64) -> f64 {
    if number.abs() < TINY { TINY } else { number }
}

/// The probability of `count` in a Poisson distribution of this mean.
pub(super) fn poisson(mean: f64, count: f64) -> f64 {
    match (mean > 0.0, count > 0.0) {
        (false, false) => 1.0,
        (false, true) => 0.0,
        (true, _) => libm::exp(count * libm::log(mean) - mean - libm::lgamma(count + 1.0)),
    }
}

/// Where, between `low` and `high`, `reached` turns from false to true; it never turns back.
pub(super) fn bisect(mut low: f64, mut high: f64, reached: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..200 {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        match reached(middle) {
            true => high = middle,
            false => low = middle,
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: f64, expected: f64, relative: f64) {
        assert!((value - expected).abs() <= relative * expected.abs(), "{value}, not {expected}");
    }

    /// Normal quantiles as in every table: 1.959964, 2.575829.
    #[test]
    fn normal_quantiles_are_those_of_the_tables() {
        near(normal_quantile(0.025), 1.959_963_984_540_054, 1e-12);
        near(normal_quantile(0.005), 2.575_829_303_548_901, 1e-12);
    }

    /// P(1, x) = 1 − e⁻ˣ; P(3, 2) = 1 − 5e⁻²; and half of a wide one lies below a + ⅓ of its shape, nearly.
    #[test]
    fn the_gamma_function_agrees_with_closed_forms() {
        for x in [0.01, 0.5, 1.0, 3.0, 20.0] {
            near(gamma_below(1.0, x), -libm::expm1(-x), 1e-13);
        }
        near(gamma_below(3.0, 2.0), 1.0 - 5.0 * libm::exp(-2.0), 1e-13);
        near(gamma_below(3.0, 12.0), 1.0 - 85.0 * libm::exp(-12.0), 1e-13);
        near(gamma_below(1_000.0, 999.666_7), 0.5, 1e-5);
        assert_eq!(gamma_below(2.0, 0.0), 0.0);
    }

    /// I_x(1, b) = 1 − (1 − x)ᵇ; I_x(2, 2) = 3x² − 2x³; symmetric ones are ½ in the middle, however narrow.
    #[test]
    fn the_beta_function_agrees_with_closed_forms() {
        for x in [0.01, 0.3, 0.9] {
            near(beta_below(1.0, 5.0, x), 1.0 - libm::pow(1.0 - x, 5.0), 1e-13);
            near(beta_below(2.0, 2.0, x), 3.0 * x * x - 2.0 * x * x * x, 1e-13);
        }
        near(beta_below(12_150.0, 12_150.0, 0.5), 0.5, 1e-9);
        near(beta_below(3e6, 3e6, 0.5), 0.5, 1e-7);
    }

    /// Poisson probabilities add up to one, and a mean of zero is never anything but zero.
    #[test]
    fn poisson_probabilities_add_up() {
        near((0..60).map(|count| poisson(8.5, f64::from(count))).sum::<f64>(), 1.0, 1e-13);
        assert_eq!((poisson(0.0, 0.0), poisson(0.0, 2.0)), (1.0, 0.0));
    }
}
