//! A probability that keeps both of its sides, and how sure one wants to be.
//!
//! 1 − A loses its digits exactly where availability matters: of three parallel regions it is 3·10⁻⁹. So both A and
//! 1 − A are carried through every formula, and neither is ever computed from the other when it is small.

use std::fmt;
use std::str::FromStr;

/// Why something asked of a model makes no sense: one sentence that says what would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Senseless(String);

impl Senseless {
    pub(super) fn new(why: impl Into<String>) -> Senseless {
        Senseless(why.into())
    }
}

impl fmt::Display for Senseless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Senseless {}

/// A probability and its complement: of being up (an availability), or of having survived (a reliability).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Probability {
    yes: f64,
    no: f64,
}

impl Probability {
    /// Always.
    pub const CERTAIN: Probability = Probability { yes: 1.0, no: 0.0 };
    /// Never.
    pub const IMPOSSIBLE: Probability = Probability { yes: 0.0, no: 1.0 };

    /// The probability `yes`.
    ///
    /// # Errors
    /// If it is not between 0 and 1.
    pub fn new(yes: f64) -> Result<Probability, Senseless> {
        match (0.0..=1.0).contains(&yes) {
            true => Ok(Probability { yes, no: 1.0 - yes }),
            false => Err(Senseless::new(format!("{yes} is not a probability: it is not between 0 and 1"))),
        }
    }

    /// Of two weights, neither negative and not both zero, the share of the first.
    pub(super) fn share(yes: f64, no: f64) -> Probability {
        let sum = yes + no;
        Probability { yes: yes / sum, no: no / sum }
    }

    /// The probability with this complement, cut to 0…1.
    pub(super) fn without(no: f64) -> Probability {
        let no = no.clamp(0.0, 1.0);
        Probability { yes: 1.0 - no, no }
    }

    /// Of being up, or of having survived.
    #[must_use]
    pub const fn yes(self) -> f64 {
        self.yes
    }

    /// Of being down, or of having failed: 1 − `yes` with all its digits.
    #[must_use]
    pub const fn no(self) -> f64 {
        self.no
    }

    /// The opposite.
    #[must_use]
    pub const fn complement(self) -> Probability {
        Probability { yes: self.no, no: self.yes }
    }
}

/// With as many digits as its distance from 1 needs: `0.998613`, `0.9999999973`.
impl fmt::Display for Probability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.no == 0.0 {
            return f.pad("1");
        }
        // Three digits of the smaller side, counted from the point; at least six in all.
        let nines = (1..14).take_while(|&place| self.no < libm::pow(10.0, -f64::from(place))).count();
        f.pad(&format!("{:.*}", (nines + 4).clamp(6, 16), self.yes))
    }
}

/// How often, among many repetitions, an interval should contain what it promises to: between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Confidence(f64);

impl Confidence {
    /// 99 of 100 times.
    pub const USUAL: Confidence = Confidence(0.99);

    /// The confidence `share`.
    ///
    /// # Errors
    /// If it is not more than 0 and less than 1.
    pub fn new(share: f64) -> Result<Confidence, Senseless> {
        match share > 0.0 && share < 1.0 {
            true => Ok(Confidence(share)),
            false => Err(Senseless::new(format!(
                "{share} is no confidence: write a number between 0 and 1, such as 0.99"
            ))),
        }
    }

    /// The share as a number.
    #[must_use]
    pub const fn share(self) -> f64 {
        self.0
    }

    /// How often the truth may lie above the interval, and how often below it.
    #[must_use]
    pub fn tail(self) -> f64 {
        (1.0 - self.0) / 2.0
    }

    /// The confidence that each of `intervals` needs for all of them to hold together (Bonferroni's inequality).
    #[must_use]
    pub fn shared_by(self, intervals: usize) -> Confidence {
        Confidence(1.0 - (1.0 - self.0) / intervals.max(1) as f64)
    }
}

/// `99%`.
impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Rounded first: 0.99 · 100 is not 99.
        f.pad(&format!("{}%", (self.0 * 1e6).round() / 1e4))
    }
}

impl FromStr for Confidence {
    type Err = Senseless;
    fn from_str(text: &str) -> Result<Confidence, Senseless> {
        let number = text.trim().parse().map_err(|_| {
            Senseless::new(format!("`{text}` is no confidence: write a number between 0 and 1, such as 0.99"))
        })?;
        Confidence::new(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every nine is printed, and three digits behind the last.
    #[test]
    fn a_probability_prints_all_its_nines() {
        for (no, printed) in
            [(0.5, "0.500000"), (1.0 / 721.0, "0.998613"), (2.668e-9, "0.999999997332"), (0.0, "1")]
        {
            assert_eq!(Probability::without(no).to_string(), printed);
        }
    }

    /// Numbers outside their range are refused.
    #[test]
    fn what_is_no_probability_or_confidence_is_refused() {
        assert!(Probability::new(1.5).is_err() && Probability::new(f64::NAN).is_err());
        assert!(
            Confidence::new(0.0).is_err()
                && Confidence::new(1.0).is_err()
                && "sure".parse::<Confidence>().is_err()
        );
        assert_eq!(Confidence::USUAL.to_string(), "99%");
        assert_eq!(Confidence::USUAL.shared_by(4).to_string(), "99.75%");
    }
}
