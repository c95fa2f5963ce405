//! Virtual time: nanoseconds since the run began, and spans between two such moments.
//!
//! Both are integers, so that every platform agrees on every moment. Nothing here knows a real clock.

use std::ops::{Add, AddAssign, Div, Mul, Sub};

pub use text::ParseDurationError;

mod text;

/// A moment: nanoseconds since the run began (true time), or since a node's clock read zero (local time).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(u64);

/// A span of time in nanoseconds, never negative.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Duration(u64);

impl Time {
    /// The moment at which every run begins.
    pub const ZERO: Time = Time(0);
    /// Later than any moment of any run.
    pub const MAX: Time = Time(u64::MAX);

    /// The moment `nanos` nanoseconds after the beginning.
    pub const fn from_nanos(nanos: u64) -> Time {
        Time(nanos)
    }

    /// Nanoseconds since the beginning.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// How long after `earlier` this moment is; zero if it is not later.
    pub const fn since(self, earlier: Time) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }
}

impl Duration {
    /// No time at all.
    pub const ZERO: Duration = Duration(0);
    /// Longer than any run.
    pub const MAX: Duration = Duration(u64::MAX);

    /// `nanos` nanoseconds.
    pub const fn from_nanos(nanos: u64) -> Duration {
        Duration(nanos)
    }

    /// `micros` microseconds.
    pub const fn from_micros(micros: u64) -> Duration {
        Duration(micros * 1_000)
    }

    /// `millis` milliseconds.
    pub const fn from_millis(millis: u64) -> Duration {
        Duration(millis * 1_000_000)
    }

    /// `secs` seconds.
    pub const fn from_secs(secs: u64) -> Duration {
        Duration(secs * 1_000_000_000)
    }

    /// The span in nanoseconds.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// The span in whole milliseconds, rounded down.
    pub const fn as_millis(self) -> u64 {
        self.0 / 1_000_000
    }

    /// The span in seconds, for people and statistics; never for a decision.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// This span less `other`; zero if `other` is longer.
    pub const fn saturating_sub(self, other: Duration) -> Duration {
        Duration(self.0.saturating_sub(other.0))
    }

    /// The span to three digits or so, for people: `213ms`, `1.5s`, `47us`.
    #[must_use]
    pub const fn rounded(self) -> Duration {
        let unit = match self.0 {
            0..1_000_000 => 1_000,
            1_000_000..10_000_000 => 10_000,
            10_000_000..1_000_000_000 => 1_000_000,
            1_000_000_000..10_000_000_000 => 10_000_000,
            _ => 100_000_000,
        };
        Duration((self.0 + unit / 2) / unit * unit)
    }

    /// Whether the span is zero.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Its four leading digits, the rest cut off: for people, who compare spans and do not add them.
    ///
    /// ```
    /// use stormglass_core::time::Duration;
    /// assert_eq!(Duration::from_micros(1_402_698_386).rough().to_string(), "1402s");
    /// assert_eq!(Duration::from_nanos(12_345_678).rough().to_string(), "12.34ms");
    /// ```
    #[must_use]
    pub const fn rough(self) -> Duration {
        let digits = match self.0.checked_ilog10() {
            Some(digits) if digits > 3 => digits - 3,
            _ => return self,
        };
        Duration(self.0 - self.0 % 10_u64.pow(digits))
    }
}

impl Add<Duration> for Time {
    type Output = Time;
    fn add(self, span: Duration) -> Time {
        Time(self.0.saturating_add(span.0))
    }
}

impl AddAssign<Duration> for Time {
    fn add_assign(&mut self, span: Duration) {
        *self = *self + span;
    }
}

impl Add for Duration {
    type Output = Duration;
    fn add(self, other: Duration) -> Duration {
        Duration(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Duration {
    fn add_assign(&mut self, other: Duration) {
        *self = *self + other;
    }
}

impl Sub for Duration {
    type Output = Duration;
    /// # Panics
    /// If `other` is longer: a negative span is a mistake of the caller.
    fn sub(self, other: Duration) -> Duration {
        Duration(self.0.checked_sub(other.0).expect("a span cannot be negative"))
    }
}

impl Mul<u64> for Duration {
    type Output = Duration;
    fn mul(self, factor: u64) -> Duration {
        Duration(self.0.saturating_mul(factor))
    }
}

impl Div<u64> for Duration {
    type Output = Duration;
    fn div(self, divisor: u64) -> Duration {
        Duration(self.0 / divisor)
    }
}

/// A span that may also be negative: how far a clock is ahead (+) or behind (−).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Skew(i64);

impl Skew {
    /// No difference.
    pub const ZERO: Skew = Skew(0);

    /// Ahead by `span` (at most 292 years).
    #[must_use]
    pub const fn ahead(span: Duration) -> Skew {
        Skew(span.0 as i64)
    }

    /// Behind by `span` (at most 292 years).
    #[must_use]
    pub const fn behind(span: Duration) -> Skew {
        Skew(-(span.0 as i64))
    }

    /// The difference in nanoseconds.
    #[must_use]
    pub const fn as_nanos(self) -> i64 {
        self.0
    }
}

impl Add<Skew> for Time {
    type Output = Time;
    fn add(self, skew: Skew) -> Time {
        Time(self.0.saturating_add_signed(skew.0))
    }
}

impl Add for Skew {
    type Output = Skew;
    fn add(self, other: Skew) -> Skew {
        Skew(self.0.saturating_add(other.0))
    }
}
