//! What a measurement of a modelled whole should come out as: an interval around the formula's value.
//!
//! A confidence interval from the measurement alone is of no use where failures are so rare that a thousand years
//! show none. But the model also says how a measurement scatters: so here the question is turned round, and the
//! interval is the one in which the measured availability must lie if the formula is right.
//!
//! Regions alike and independent, failing and recovering at exponential times, are a birth-death process in the
//! number of regions down. From it follow how often the whole fails and how its measured downtime varies.

use super::interval::Interval;
use super::model::{MOST_CHOSEN, Structure, k_out_of_n_alike};
use super::probability::{Confidence, Probability, Senseless};
use super::renewal::Renewal;
use super::span::Span;
use super::special::{beta_below, bisect, gamma_below, normal_quantile, poisson};

/// A whole of equal regions, and what theory says of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// Its availability in the long run.
    pub availability: Probability,
    /// How often it fails, per hour in the long run.
    pub failures_per_hour: f64,
    /// The variance of the measured unavailability, times the hours it was measured.
    variance: f64,
    /// The longest time in which the start, when all regions are up, is forgotten.
    memory: Span,
}

/// With so many failures expected, their total length is as good as normal.
const MANY: f64 = 1_000.0;
/// How many times longer than the memory of its start a measurement must be.
const LONG: u64 = 100;

impl Prediction {
    /// What theory says of `count` regions of this kind.
    ///
    /// # Errors
    /// If there is no region, or more are needed than there are.
    pub fn new(count: usize, region: Renewal, structure: Structure) -> Result<Prediction, Senseless> {
        let needed = structure.needs(count);
        if needed == 0 || needed > count {
            return Err(Senseless::new(format!("{needed} of {count} regions are needed")));
        }
        if count > MOST_CHOSEN {
            return Err(Senseless::new(format!("{count} regions are more than {MOST_CHOSEN}: model fewer")));
        }
        let a = region.availability();
        let rate = 1.0 / region.mtbf().as_hours();
        let ways = |down: usize| {
            // C(n, j): exact as long as it matters, and a table would not be.
            let choose = (0..down).fold(1.0, |choose, i| choose * (count - i) as f64 / (i + 1) as f64);
            choose * libm::pow(a.no(), down as f64) * libm::pow(a.yes(), (count - down) as f64)
        };
        let whole = k_out_of_n_alike(needed, count, a);
        let edge = count - needed; // the most regions that may be down
        // The asymptotic variance of a time average of a birth-death process: 2 Σ over states j of
        // (Σ over i ≤ j of πᵢ (f(i) − f̄))² / (λⱼ πⱼ), f = 1 where the whole is down (W. Whitt, *Asymptotic formulas
        // for Markov processes with applications to simulation*, Operations Research 40, 1992).
        let mut variance = 0.0;
        for j in 0..count {
            // Summed from the nearer end, so that nothing is subtracted from nearly itself.
            let sum = match j <= edge {
                true => whole.no() * (0..=j).map(ways).sum::<f64>(),
                false => whole.yes() * (j + 1..=count).map(ways).sum::<f64>(),
            };
            variance += 2.0 * sum * sum / ((count - j) as f64 * rate * ways(j));
        }
        Ok(Prediction {
            availability: whole,
            failures_per_hour: ways(edge) * needed as f64 * rate,
            variance,
            memory: region.mtbf().min(region.mttr()),
        })
    }

    /// How many failures are expected in this time.
    #[must_use]
    pub fn failures(&self, observed: Span) -> f64 {
        self.failures_per_hour * observed.as_hours()
    }

    /// The mean time that the whole is down at a time, in hours.
    #[must_use]
    pub fn repair_hours(&self) -> f64 {
        self.availability.no() / self.failures_per_hour
    }

    /// Where the availability measured over `observed` must lie, with this confidence, if the model is right.
    ///
    /// Many failures: normal, with the birth-death process's variance. Few: failures come like a Poisson process's
    /// events (rare ones do, whatever the structure), and their lengths are given the gamma distribution that has
    /// the right mean and makes the variance the same; for regions in parallel, and nearly for a single one, that is
    /// the exponential distribution which they really have.
    ///
    /// # Errors
    /// If the time is too short for the start, when all are up, to be forgotten.
    pub fn measured(&self, observed: Span, confidence: Confidence) -> Result<Interval, Senseless> {
        if observed < self.memory * LONG {
            return Err(Senseless::new(format!(
                "{observed} are too short to judge such regions: measure at least {}",
                self.memory * LONG
            )));
        }
        let hours = observed.as_hours();
        let tail = confidence.tail();
        let (least, most) = match self.failures(observed) >= MANY {
            true => {
                let half = normal_quantile(tail) * libm::sqrt(self.variance / hours);
                (self.availability.no() - half, self.availability.no() + half)
            }
            false => {
                let down =
                    |share: f64| bisect(0.0, hours, |x| self.downtime_below(x, hours) >= share) / hours;
                // bisect answers the upper end of its last step: zero itself is asked apart.
                let none = poisson(self.failures(observed), 0.0);
                let quantile = |share: f64| if none >= share { 0.0 } else { down(share) };
                (quantile(tail), quantile(1.0 - tail))
            }
        };
        Ok(Interval { low: Probability::without(most), high: Probability::without(least), confidence })
    }

    /// The probability that at most `x` of `hours` hours are downtime, for few failures.
    fn downtime_below(&self, x: f64, hours: f64) -> f64 {
        let failures = self.failures_per_hour * hours;
        let mean = self.repair_hours();
        // E D² = variance / rate. No length varies by less than nothing: then all are alike, which errs on the wide side.
        let squared_deviation =
            (self.variance / self.failures_per_hour - mean * mean).max(1e-4 * mean * mean);
        let shape = mean * mean / squared_deviation;
        let scale = mean / shape;
        let reach = 10.0 * libm::sqrt(failures) + 40.0;
        let (first, last) = ((failures - reach).max(1.0) as u32, (failures + reach) as u32);
        let some =
            (first..=last).map(f64::from).map(|n| poisson(failures, n) * gamma_below(n * shape, x / scale));
        poisson(failures, 0.0) + some.sum::<f64>()
    }
}

/// How many of `trials` independent missions must survive, with this confidence, if each does with `survival`.
#[must_use]
pub fn survivors(survival: Probability, trials: u64, confidence: Confidence) -> (u64, u64) {
    // At most `count` survive with probability I_{1−p}(n − count, count + 1).
    let at_most = |count: u64| match count >= trials {
        true => 1.0,
        false => beta_below((trials - count) as f64, count as f64 + 1.0, survival.no()),
    };
    let first = |share: f64| {
        let (mut low, mut high) = (0, trials);
        while low < high {
            let middle = low + (high - low) / 2;
            match at_most(middle) >= share {
                true => high = middle,
                false => low = middle + 1,
            }
        }
        low
    };
    (first(confidence.tail()), first(1.0 - confidence.tail()))
}

#[cfg(test)]
mod tests {
    use stormglass_core::random::Seed;

    use super::*;
    use crate::availability::renewal::simulate;

    fn region(mtbf: u64, mttr: u64) -> Renewal {
        Renewal::new(Span::from_hours(mtbf), Span::from_hours(mttr)).unwrap()
    }

    fn near(value: f64, expected: f64) {
        assert!((value - expected).abs() <= 1e-9 * expected.abs(), "{value}, not {expected}");
    }

    /// By hand for one region: it fails every 721 h, is down 1 h, and varies as renewal theory says:
    /// 2 μ² m² / (μ + m)³ (D. R. Cox, *Renewal Theory*).
    #[test]
    fn one_region_agrees_with_renewal_theory() {
        let one = Prediction::new(1, region(720, 1), Structure::Parallel).unwrap();
        near(one.failures_per_hour, 1.0 / 721.0);
        near(one.repair_hours(), 1.0);
        near(one.variance, 2.0 * 720.0 * 720.0 / (721.0 * 721.0 * 721.0));
    }

    /// By hand for three in parallel: they are down together for a third of an hour at a time, 1/721³ of the time.
    #[test]
    fn regions_in_parallel_are_repaired_when_the_first_is() {
        let three = Prediction::new(3, region(720, 1), Structure::Parallel).unwrap();
        near(three.repair_hours(), 1.0 / 3.0);
        near(three.availability.no(), 1.0 / (721.0 * 721.0 * 721.0));
        near(three.failures(Span::from_years(1_000)), 3.0 * 8_760_000.0 / (721.0 * 721.0 * 721.0));
    }

    /// Of 1,000 measurements of each structure about 95 % lie in the interval (± 4 σ, 28), whether failures are many
    /// or few.
    #[test]
    fn measurements_lie_in_their_interval_as_often_as_it_says() {
        let confidence = Confidence::new(0.95).unwrap();
        for (count, mtbf, structure, hours) in [
            (1, 40, Structure::Series, 50_000),
            (1, 40, Structure::Series, 2_000),
            (3, 40, Structure::Series, 2_000),
            (3, 40, Structure::AtLeast(2), 20_000),
            (2, 10, Structure::Parallel, 20_000),
        ] {
            let region = region(mtbf, 2);
            let observed = Span::from_hours(hours);
            let interval =
                Prediction::new(count, region, structure).unwrap().measured(observed, confidence).unwrap();
            let inside = |seed: &u64| {
                let seen = simulate(&vec![region; count], structure, Seed(*seed), observed).unwrap();
                interval.contains(seen.whole.availability())
            };
            let inside = (0..1_000).filter(inside).count();
            assert!((922..=978).contains(&inside), "{inside} of 1000 for {count} {structure}, {hours} h");
        }
    }

    /// Where failures are so rare that most measurements see none, none is in the interval, and ten are not.
    #[test]
    fn a_measurement_without_a_failure_is_judged_too() {
        let three = Prediction::new(3, region(720, 1), Structure::Parallel).unwrap();
        let years = Span::from_years(1_000);
        let interval = three.measured(years, Confidence::USUAL).unwrap();
        assert!(interval.contains(Probability::CERTAIN));
        let ten_failures = Probability::without(10.0 * three.repair_hours() / years.as_hours());
        assert!(!interval.contains(ten_failures));
        assert!(three.measured(Span::from_hours(99), Confidence::USUAL).is_err());
    }

    /// The planted mistake: a model that believes in an MTBF a tenth too long is refuted by the measurement.
    #[test]
    fn a_wrong_model_is_refuted() {
        let years = Span::from_years(1_000);
        let seen = simulate(&[region(650, 1)], Structure::Series, Seed(1), years).unwrap();
        let (right, wrong) = (region(650, 1), region(720, 1));
        let agrees = |model| {
            let interval =
                Prediction::new(1, model, Structure::Series).unwrap().measured(years, Confidence::USUAL);
            interval.unwrap().contains(seen.whole.availability())
        };
        assert!(agrees(right) && !agrees(wrong));
    }

    /// By hand, fair coins: of 10 tosses 1 to 9 heads with 99 % (each tail: 11/1024 is more than 0.5 %, 1/1024 less).
    #[test]
    fn survivors_agree_with_the_binomial_distribution() {
        let fair = Probability::new(0.5).unwrap();
        assert_eq!(survivors(fair, 10, Confidence::USUAL), (1, 9));
        assert_eq!(survivors(Probability::CERTAIN, 10, Confidence::USUAL), (10, 10));
        assert_eq!(survivors(Probability::IMPOSSIBLE, 10, Confidence::USUAL), (0, 0));
    }
}
