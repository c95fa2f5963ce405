//! Time as people and files write it: `1.902s`, `150ms`, `-2s`. Every span that is printed reads back exactly.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Duration, Skew, Time};

/// Seconds with milliseconds, as timelines print it: `1.902s`. Rounded down; not for data.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0 / 1_000_000;
        f.pad(&format!("{}.{:03}s", millis / 1000, millis % 1000))
    }
}

/// To the nanosecond: `1.902000417s`.
impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:09}s", self.0 / 1_000_000_000, self.0 % 1_000_000_000)
    }
}

/// The units a span may be written in, largest first, with their nanoseconds.
const UNITS: [(&str, u64); 7] = [
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("min", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

/// Exact, in the largest unit (up to seconds) that needs at most three decimals: `150ms`, `1.5s`, `90s`.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.pad("0s");
        }
        let (unit, nanos) = UNITS
            .into_iter()
            .skip(3)
            .find(|&(_, nanos)| {
                self.0 >= nanos && (self.0 * u64::from(nanos > 1)).is_multiple_of((nanos / 1000).max(1))
            })
            .unwrap_or(("ns", 1));
        let (whole, rest) = (self.0 / nanos, self.0 % nanos);
        if rest == 0 {
            return f.pad(&format!("{whole}{unit}"));
        }
        let decimals = format!("{:03}", rest / (nanos / 1000));
        f.pad(&format!("{whole}.{}{unit}", decimals.trim_end_matches('0')))
    }
}

impl fmt::Debug for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a text is not a duration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseDurationError(String);

impl fmt::Display for ParseDurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ParseDurationError {}

/// A decimal number and a unit: `150ms`, `1.5s`, `2min`; units are ns, us, ms, s, min, h, d.
impl FromStr for Duration {
    type Err = ParseDurationError;

    fn from_str(text: &str) -> Result<Duration, ParseDurationError> {
        let fail = |why: &str| {
            ParseDurationError(format!(
                "`{text}` is not a duration: {why}; write a number and a unit of ns, us, ms, s, min, h, d, such as \"150ms\""
            ))
        };
        let text = text.trim();
        let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, unit) = (&text[..split], text[split..].trim());
        if number.is_empty() {
            return Err(fail("it does not begin with a number"));
        }
        let unit_nanos = match UNITS.iter().find(|(name, _)| *name == unit) {
            Some(&(_, nanos)) => nanos,
            None if unit.is_empty() => return Err(fail("it has no unit")),
            None => return Err(fail(&format!("there is no unit `{unit}`"))),
        };
        let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
        if decimals.contains('.') {
            return Err(fail("it has two decimal points"));
        }
        let mut nanos = match whole {
            "" => 0,
            digits => digits.parse::<u128>().map_err(|_| fail("the number is too large"))?,
        };
        nanos = nanos.saturating_mul(u128::from(unit_nanos));
        let mut place = u128::from(unit_nanos);
        for digit in decimals.bytes() {
            place /= 10;
            nanos = nanos.saturating_add(u128::from(digit - b'0') * place);
        }
        u64::try_from(nanos).map(Duration).map_err(|_| fail("it is longer than 584 years"))
    }
}

/// Written as text (`"150ms"`), so that a file never leaves a unit to guess.
impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = Duration;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a duration in quotes with its unit, such as \"150ms\"")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Duration, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// With its sign: `+2s`, `-150ms`.
impl fmt::Display for Skew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { '-' } else { '+' };
        f.pad(&format!("{sign}{}", Duration(self.0.unsigned_abs())))
    }
}

impl fmt::Debug for Skew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Skew {
    type Err = ParseDurationError;
    fn from_str(text: &str) -> Result<Skew, ParseDurationError> {
        let text = text.trim();
        let (span, sign) = match text.strip_prefix(['-', '−']) {
            Some(rest) => (rest, -1),
            None => (text.strip_prefix('+').unwrap_or(text), 1),
        };
        let span: Duration = span.parse()?;
        match i64::try_from(span.0) {
            Ok(nanos) => Ok(Skew(sign * nanos)),
            Err(_) => Err(ParseDurationError(format!("`{text}` is more than 292 years"))),
        }
    }
}

impl Serialize for Skew {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Skew {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Skew, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = Skew;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a signed duration in quotes, such as \"-150ms\" or \"+2s\"")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Skew, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// Written as the span since the beginning (`"1.5s"`).
impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Duration(self.0).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
        Duration::deserialize(deserializer).map(|span| Time(span.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every duration prints as a text that reads back as the same duration.
    #[test]
    fn a_printed_duration_reads_back_exactly() {
        for nanos in [
            0,
            1,
            999,
            1_000,
            1_500,
            1_234_567,
            150_000_000,
            1_500_000_000,
            90_000_000_000,
            1_000_000_001,
            u64::MAX,
        ] {
            let span = Duration(nanos);
            assert_eq!(span.to_string().parse(), Ok(span), "{nanos} ns printed as {span}");
        }
        assert_eq!(Duration::from_millis(1_500).to_string(), "1.5s");
        assert_eq!(Duration::from_millis(150).to_string(), "150ms");
        assert_eq!(Duration::from_nanos(1_234_567).to_string(), "1234.567us");
    }

    /// A skew keeps its sign through text.
    #[test]
    fn a_printed_skew_reads_back_exactly() {
        for nanos in [0, -1, 1, -1_500_000_000, 2_000_000] {
            assert_eq!(Skew(nanos).to_string().parse(), Ok(Skew(nanos)));
        }
        assert_eq!(Skew::behind(Duration::from_millis(150)).to_string(), "-150ms");
    }

    /// A text that is no duration is answered with what is wrong in it.
    #[test]
    fn a_wrong_duration_says_why() {
        for (text, why) in [
            ("5", "no unit"),
            ("5 parsecs", "no unit `parsecs`"),
            ("fast", "does not begin with a number"),
            ("1.2.3s", "two decimal points"),
            ("99999999999999d", "longer than 584 years"),
            ("", "does not begin with a number"),
        ] {
            let error = text.parse::<Duration>().unwrap_err().to_string();
            assert!(error.contains(why), "{text:?}: {error}");
        }
    }
}
