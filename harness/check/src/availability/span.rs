//! Spans of any length: a thousand years of virtual time are more nanoseconds than the core's durations hold.
//!
//! Integers, so that sums over millions of spells lose nothing. It knows no calendar: a year is 365 days.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul};
use std::str::FromStr;

use stormglass_core::time::Duration;

use super::probability::Senseless;

/// A span of time in nanoseconds, never negative; up to 10²² years.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(u128);

const NANOS_PER_HOUR: u128 = 3_600_000_000_000;

/// The units a span may be written in, largest first, with their nanoseconds.
const UNITS: [(&str, u128); 8] = [
    ("y", 8_760 * NANOS_PER_HOUR),
    ("d", 24 * NANOS_PER_HOUR),
    ("h", NANOS_PER_HOUR),
    ("min", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);

    /// So many nanoseconds.
    #[must_use]
    pub const fn from_nanos(nanos: u128) -> Span {
        Span(nanos)
    }

    /// So many hours.
    #[must_use]
    pub const fn from_hours(hours: u64) -> Span {
        Span(hours as u128 * NANOS_PER_HOUR)
    }

    /// So many years of 365 days.
    #[must_use]
    pub const fn from_years(years: u64) -> Span {
        Span(years as u128 * 8_760 * NANOS_PER_HOUR)
    }

    /// The span in nanoseconds.
    #[must_use]
    pub const fn as_nanos(self) -> u128 {
        self.0
    }

    /// The span in hours, for rates and formulas.
    #[must_use]
    pub fn as_hours(self) -> f64 {
        self.0 as f64 / NANOS_PER_HOUR as f64
    }

    /// Whether the span is zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// This span less `other`; zero if `other` is longer.
    #[must_use]
    pub const fn saturating_sub(self, other: Span) -> Span {
        Span(self.0.saturating_sub(other.0))
    }

    /// As the core's duration, which holds 584 years; `None` if it is longer.
    #[must_use]
    pub fn duration(self) -> Option<Duration> {
        u64::try_from(self.0).ok().map(Duration::from_nanos)
    }
}

impl From<Duration> for Span {
    fn from(span: Duration) -> Span {
        Span(u128::from(span.as_nanos()))
    }
}

impl Add for Span {
    type Output = Span;
    fn add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Span {
    fn add_assign(&mut self, other: Span) {
        *self = *self + other;
    }
}

impl Sum for Span {
    fn sum<I: Iterator<Item = Span>>(spans: I) -> Span {
        spans.fold(Span::ZERO, Add::add)
    }
}

impl Mul<u64> for Span {
    type Output = Span;
    fn mul(self, factor: u64) -> Span {
        Span(self.0.saturating_mul(u128::from(factor)))
    }
}

/// In the largest unit that leaves a number of at least one, rounded to three decimals: `720h`, `1000y`, `1.5s`. Never
/// in days, and in years only if they are ten or whole. For people; not every span reads back exactly.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fits = |&&(unit, nanos): &&(&str, u128)| match unit {
            "y" => self.0 >= 10 * nanos || (self.0 >= nanos && self.0.is_multiple_of(nanos)),
            "d" => false,
            _ => self.0 >= nanos,
        };
        let Some((unit, nanos)) = UNITS.iter().find(fits) else { return f.pad("0s") };
        let thousandths = (self.0.saturating_mul(1_000) + nanos / 2) / nanos;
        let (whole, rest) = (thousandths / 1_000, thousandths % 1_000);
        match rest {
            0 => f.pad(&format!("{whole}{unit}")),
            _ => f.pad(&format!("{whole}.{}{unit}", format!("{rest:03}").trim_end_matches('0'))),
        }
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A decimal number and a unit: `720h`, `1.5d`, `1000y`; units are ns, us, ms, s, min, h, d, y.
impl FromStr for Span {
    type Err = Senseless;

    fn from_str(text: &str) -> Result<Span, Senseless> {
        let fail = |why: &str| {
            Senseless::new(format!(
                "`{text}` is not a span of time: {why}; write a number and a unit of s, min, h, d, y, such as 720h"
            ))
        };
        let text = text.trim();
        let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, unit) = (&text[..split], text[split..].trim());
        if !number.contains(|c: char| c.is_ascii_digit()) {
            return Err(fail("it does not begin with a number"));
        }
        if unit.is_empty() {
            return Err(fail("it has no unit"));
        }
        let Some(&(_, nanos)) = UNITS.iter().find(|(name, _)| *name == unit) else {
            return Err(fail(&format!("there is no unit `{unit}`")));
        };
        let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
        if decimals.contains('.') {
            return Err(fail("it has two decimal points"));
        }
        let whole: u128 = match whole {
            "" => 0,
            digits => digits.parse().map_err(|_| fail("the number is too large"))?,
        };
        let mut total = whole.checked_mul(nanos).ok_or_else(|| fail("the number is too large"))?;
        let mut place = nanos;
        for digit in decimals.bytes() {
            place /= 10;
            total = total.saturating_add(u128::from(digit - b'0') * place);
        }
        Ok(Span(total))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What people write is read exactly, and printed as they would write it.
    #[test]
    fn a_span_is_read_and_printed_in_hours_and_years() {
        for (text, nanos, printed) in [
            ("720h", 720 * NANOS_PER_HOUR, "720h"),
            ("1.5d", 36 * NANOS_PER_HOUR, "36h"),
            ("1000y", 8_760_000 * NANOS_PER_HOUR, "1000y"),
            ("100000h", 100_000 * NANOS_PER_HOUR, "11.416y"),
            ("90min", 3 * NANOS_PER_HOUR / 2, "1.5h"),
            ("150ms", 150_000_000, "150ms"),
            ("0s", 0, "0s"),
        ] {
            let span: Span = text.parse().unwrap();
            assert_eq!((span.as_nanos(), span.to_string().as_str()), (nanos, printed));
        }
        assert_eq!(Span::from_years(1_000).duration(), None);
        assert_eq!(Span::from_hours(1).duration(), Some(Duration::from_secs(3_600)));
    }

    /// What is no span is answered with what is wrong in it.
    #[test]
    fn a_wrong_span_says_why() {
        for (text, why) in [
            ("720", "no unit"),
            ("720 moons", "no unit `moons`"),
            ("often", "does not begin with a number"),
            (".h", "does not begin with a number"),
            ("-1h", "does not begin with a number"),
            ("1.2.3h", "two decimal points"),
            ("999999999999999999999999999999999999999y", "too large"),
        ] {
            let error = text.parse::<Span>().unwrap_err().to_string();
            assert!(error.contains(why), "{text:?}: {error}");
        }
    }
}
