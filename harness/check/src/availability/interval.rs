//! How far a measured availability may be from the true one: confidence intervals over cycles of up and down.
//!
//! Two intervals. [`Cycles::exponential`] is exact if spells are exponential, for any number of cycles.
//! [`Cycles::any`] needs no distribution but many cycles. Both take complete cycles only, and neither knows how the
//! spells came about.

use stormglass_core::verdict::Undecided;

use super::CHECK;
use super::probability::{Confidence, Probability};
use super::span::Span;
use super::special::{beta_below, bisect, normal_quantile};

/// Sums over complete cycles: a spell up, then a spell down.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cycles {
    count: u64,
    up: Span,
    down: Span,
    /// Sums of squares and products, in hours².
    up_up: f64,
    up_down: f64,
    down_down: f64,
}

/// A range of availabilities that should contain the true one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The least.
    pub low: Probability,
    /// The greatest.
    pub high: Probability,
    /// How often such a range contains it.
    pub confidence: Confidence,
}

impl Interval {
    /// Whether `availability` lies in the range, its ends included.
    #[must_use]
    pub fn contains(&self, availability: Probability) -> bool {
        (self.high.no()..=self.low.no()).contains(&availability.no())
    }
}

/// Fewer cycles are too few for a sum of them to be nearly normal.
const MANY: u64 = 30;

impl Cycles {
    /// Adds one cycle.
    pub fn push(&mut self, up: Span, down: Span) {
        let (hours_up, hours_down) = (up.as_hours(), down.as_hours());
        self.count += 1;
        self.up += up;
        self.down += down;
        self.up_up += hours_up * hours_up;
        self.up_down += hours_up * hours_down;
        self.down_down += hours_down * hours_down;
    }

    /// How many cycles there were: how many failures that were repaired.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The availability over these cycles; `None` if there was no time in them.
    #[must_use]
    pub fn availability(&self) -> Option<Probability> {
        let (up, down) = (self.up.as_nanos(), self.down.as_nanos());
        (up + down > 0).then(|| Probability::share(up as f64, down as f64))
    }

    /// The interval for spells of exponential length, exact for any number of cycles.
    ///
    /// 2nλ times the mean spell up, and likewise down, are χ² with 2n degrees of freedom; so the measured MTTR/MTBF
    /// over the true one has the F distribution with (2n, 2n) (Trivedi, section 10.2.3.4; H. L. Gray and T. O. Lewis,
    /// *A confidence interval for the availability ratio*, Technometrics 9, 1967).
    ///
    /// # Errors
    /// If there was no cycle, or one of its sides took no time.
    pub fn exponential(&self, confidence: Confidence) -> Result<Interval, Undecided> {
        if self.count == 0 || self.up.is_zero() || self.down.is_zero() {
            return Err(undecided("there was no complete cycle of failure and repair"));
        }
        let ratio = self.down.as_nanos() as f64 / self.up.as_nanos() as f64;
        // A quantile y of the symmetric beta distribution is one y / (1 − y) of F; the upper one is its inverse.
        let shape = self.count as f64;
        let y = bisect(0.0, 0.5, |y| beta_below(shape, shape, y) >= confidence.tail());
        let spread = (1.0 - y) / y;
        let (low, high) = (Probability::share(1.0, ratio * spread), Probability::share(1.0, ratio / spread));
        Ok(Interval { low, high, confidence })
    }

    /// The interval for spells of any distribution, by the normal approximation of the ratio estimator over cycles
    /// (M. A. Crane and D. L. Iglehart, *Simulating stable stochastic systems III: regenerative processes and
    /// discrete-event simulations*, Operations Research 23, 1975).
    ///
    /// It is too narrow where cycles are few or differ wildly, and knows nothing beyond 0 and 1 but to cut there.
    ///
    /// # Errors
    /// If there were fewer than 30 cycles, or no time in them.
    pub fn any(&self, confidence: Confidence) -> Result<Interval, Undecided> {
        if self.count < MANY {
            return Err(undecided(format!(
                "there were {} complete cycles of failure and repair, and an interval needs {MANY}",
                self.count
            )));
        }
        let Some(measured) = self.availability() else { return Err(undecided("the cycles took no time")) };
        let (up, down) = (measured.yes(), measured.no());
        // Each cycle's downtime less the downtime that its length would have on average: up·Dᵢ − down·Uᵢ.
        let squares = up * up * self.down_down - 2.0 * up * down * self.up_down + down * down * self.up_up;
        let deviation = libm::sqrt(squares.max(0.0) / (self.count - 1) as f64);
        let length = (self.up + self.down).as_hours() / self.count as f64;
        let half = normal_quantile(confidence.tail()) * deviation / (length * libm::sqrt(self.count as f64));
        let (low, high) = (Probability::without(down + half), Probability::without(down - half));
        Ok(Interval { low, high, confidence })
    }
}

fn undecided(reason: impl Into<String>) -> Undecided {
    Undecided { check: CHECK.to_owned(), reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stormglass_core::random::{CausalId, Draws, Purpose, Seed};

    use crate::availability::renewal::{Exponential, Renewal};

    fn confidence(share: f64) -> Confidence {
        Confidence::new(share).unwrap()
    }

    fn cycles(count: u64, up: u64, down: u64) -> Cycles {
        let mut cycles = Cycles::default();
        (0..count).for_each(|_| cycles.push(Span::from_hours(up), Span::from_hours(down)));
        cycles
    }

    /// Trivedi's example 10.27: one failure in 999 h + 1 h gives (0.9624, 1), ten in 9990 h + 10 h (0.9975, 0.9996).
    #[test]
    fn the_textbooks_intervals_are_reproduced() {
        for (count, low, high) in [(1, 0.9624, 1.0), (10, 0.9975, 0.9996)] {
            let interval = cycles(count, 999, 1).exponential(confidence(0.95)).unwrap();
            assert!((interval.low.yes() - low).abs() < 5.1e-5, "{interval:?}");
            assert!((interval.high.yes() - high).abs() < 5.1e-5, "{interval:?}");
        }
    }

    /// Without a cycle there is no interval; with few of them only the exponential one.
    #[test]
    fn too_few_cycles_are_undecided() {
        let usual = Confidence::USUAL;
        assert_eq!(Cycles::default().availability(), None);
        assert!(Cycles::default().exponential(usual).unwrap_err().reason.contains("no complete cycle"));
        assert!(cycles(29, 9, 1).any(usual).unwrap_err().reason.contains("29 complete cycles"));
        assert!(cycles(29, 9, 1).exponential(usual).is_ok());
    }

    /// How many of `repetitions` intervals contain the true availability of spells drawn by `spell`.
    fn covered(
        repetitions: u64,
        cycles: u64,
        truth: Probability,
        spell: impl Fn(&mut Draws) -> (Span, Span),
        interval: impl Fn(&Cycles) -> Interval,
    ) -> u64 {
        let root = CausalId::root(Seed(1), Purpose::Nemesis);
        let contains = |repetition: &u64| {
            let mut sums = Cycles::default();
            for cycle in 0..cycles {
                let (up, down) =
                    spell(&mut Draws::new(root.child(*repetition).child(cycle), Purpose::Nemesis));
                sums.push(up, down);
            }
            interval(&sums).contains(truth)
        };
        (0..repetitions).filter(contains).count() as u64
    }

    /// Of 4,000 exact intervals over three or over twenty cycles 95 % contain the truth: 3,800 ± 4 σ (55).
    #[test]
    fn the_exponential_interval_covers_as_often_as_it_says() {
        let renewal = Renewal::new(Span::from_hours(50), Span::from_hours(2)).unwrap();
        for count in [3, 20] {
            let covered = covered(
                4_000,
                count,
                renewal.availability(),
                |draws| renewal.cycle(draws),
                |cycles| cycles.exponential(confidence(0.95)).unwrap(),
            );
            assert!((3_745..=3_855).contains(&covered), "{covered} of 4000, over {count} cycles each");
        }
    }

    /// Of 4,000 intervals over 300 cycles of uniform repairs 95 % contain the truth, up to the approximation's 1 %.
    #[test]
    fn the_interval_for_any_spells_covers_about_as_often_as_it_says() {
        let up = Exponential::with_mean(Span::from_hours(50));
        let spell = |draws: &mut Draws| {
            let down = draws.between(0, 4 * 3_600_000_000_000);
            (up.sample(draws), Span::from_nanos(u128::from(down)))
        };
        let truth = Probability::share(50.0, 2.0);
        let covered = covered(4_000, 300, truth, spell, |cycles| cycles.any(confidence(0.95)).unwrap());
        assert!((3_705..=3_855).contains(&covered), "{covered} of 4000");
    }

    /// The planted mistake: repairs that take longer than the model believes are caught by the interval.
    #[test]
    fn the_interval_excludes_a_model_with_the_wrong_repair_time() {
        let truth = Renewal::new(Span::from_hours(50), Span::from_hours(2)).unwrap();
        let believed = Renewal::new(Span::from_hours(50), Span::from_hours(1)).unwrap().availability();
        let wrong = covered(
            200,
            300,
            believed,
            |draws| truth.cycle(draws),
            |cycles| cycles.exponential(Confidence::USUAL).unwrap(),
        );
        assert_eq!(wrong, 0);
    }
}
