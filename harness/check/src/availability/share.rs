//! Shares of operations and of time, exact, and what an objective leaves of them.

use std::fmt;

use stormglass_core::random::Ratio;
use stormglass_core::time::{Duration, Skew};

/// So much of so much: a fraction that is never rounded before it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    part: u64,
    whole: u64,
}

const MILLION: u128 = 1_000_000;

impl Share {
    /// `part` of `whole`; `None` of nothing.
    ///
    /// # Panics
    /// If the part is more than the whole.
    #[must_use]
    pub fn of(part: u64, whole: u64) -> Option<Share> {
        assert!(part <= whole, "{part} of {whole} is more than all");
        (whole > 0).then_some(Share { part, whole })
    }

    /// Whether it reaches `ratio`: exactly, without rounding.
    #[must_use]
    pub fn reaches(self, ratio: Ratio) -> bool {
        u128::from(self.part) * MILLION >= u128::from(self.whole) * u128::from(ratio.ppm())
    }

    /// The share in millionths, rounded down: it never looks better than it is.
    #[must_use]
    pub fn ratio(self) -> Ratio {
        let ppm = u128::from(self.part) * MILLION / u128::from(self.whole);
        Ratio::from_ppm(u32::try_from(ppm).expect("a part is at most the whole"))
    }
}

/// In percent, rounded down: `99.9312%`.
impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ratio().fmt(f)
    }
}

/// What an objective allows to go wrong, and what went wrong: by time, and by operations.
///
/// (B. Beyer and others, *The Site Reliability Workbook*, chapter 2: the budget is one less the objective.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorBudget {
    /// The share that should be good.
    pub objective: Ratio,
    /// The downtime that it allows, rounded down.
    pub downtime_allowed: Duration,
    /// The downtime there was.
    pub downtime: Duration,
    /// How many operations may go unserved, rounded down.
    pub unserved_allowed: u64,
    /// How many did.
    pub unserved: u64,
}

impl ErrorBudget {
    /// The budget of an objective, of which this much was spent.
    pub(super) fn new(
        objective: Ratio,
        (downtime, watched): (Duration, Duration),
        (unserved, asked): (u64, u64),
    ) -> ErrorBudget {
        let allowed = |whole: u64| {
            let allowed = u128::from(whole) * (MILLION - u128::from(objective.ppm())) / MILLION;
            u64::try_from(allowed).expect("a share is at most the whole")
        };
        ErrorBudget {
            objective,
            downtime_allowed: Duration::from_nanos(allowed(watched.as_nanos())),
            downtime,
            unserved_allowed: allowed(asked),
            unserved,
        }
    }

    /// The downtime that is left; negative if too much was spent.
    #[must_use]
    pub fn downtime_left(&self) -> Skew {
        match self.downtime <= self.downtime_allowed {
            true => Skew::ahead(self.downtime_allowed - self.downtime),
            false => Skew::behind(self.downtime - self.downtime_allowed),
        }
    }

    /// How many more operations may go unserved; negative if too many did.
    #[must_use]
    pub fn unserved_left(&self) -> i128 {
        i128::from(self.unserved_allowed) - i128::from(self.unserved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 999 of 1000 reach 99.9 % and no more; one in a million too few does not.
    #[test]
    fn a_share_is_compared_exactly() {
        let share = Share::of(999, 1_000).unwrap();
        assert!(share.reaches(Ratio::from_ppm(999_000)) && !share.reaches(Ratio::from_ppm(999_001)));
        assert!(!Share::of(u64::MAX - 1, u64::MAX).unwrap().reaches(Ratio::ONE));
        assert_eq!(Share::of(2, 3).unwrap().to_string(), "66.6666%");
        assert_eq!(Share::of(0, 0), None);
    }

    /// 99 % of 100 s allow 1 s: of 400 ms spent 600 ms are left, of 1.5 s half a second is missing.
    #[test]
    fn a_budget_can_be_overdrawn() {
        let (ms, s) = (Duration::from_millis, Duration::from_secs);
        let budget =
            |spent, unserved| ErrorBudget::new(Ratio::from_percent(99), (spent, s(100)), (unserved, 250));
        assert_eq!(budget(ms(400), 1).downtime_left().to_string(), "+600ms");
        assert_eq!(budget(ms(1_500), 1).downtime_left().to_string(), "-500ms");
        assert_eq!((budget(ms(0), 1).unserved_left(), budget(ms(0), 5).unserved_left()), (1, -3));
    }
}
