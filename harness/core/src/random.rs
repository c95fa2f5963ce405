//! Randomness keyed by cause: no stream is shared, so nothing that is removed shifts anything else.
//!
//! Every event has a [`CausalId`]: a hash of its parent's id and of its index among the parent's effects,
//! up to the seed. Every draw is `hash(purpose, causal id, n)`. Taking one fault or one operation out of a
//! plan therefore leaves the draws of everything it did not cause untouched, which is what makes shrinking,
//! blame and stable seeds honest. Everything is integer arithmetic: bit-equal on every platform.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The one number that reproduces a run (together with the scenario and the version).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seed(pub u64);

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// 2⁶⁴ divided by the golden ratio: consecutive multiples are as far apart as can be (Knuth, TAOCP 6.4).
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// Hashes two words into one: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) of the `b`-th place of the
/// sequence that begins at `a`.
#[inline]
#[must_use]
pub const fn mix(a: u64, b: u64) -> u64 {
    let mut z = a.wrapping_add(b.wrapping_mul(GOLDEN));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// What an event is, by where it came from: equal in two runs exactly if its whole ancestry is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CausalId(u64);

impl CausalId {
    /// The ancestor of everything a seed causes, separately for each kind of root.
    #[must_use]
    pub const fn root(seed: Seed, kind: Purpose) -> CausalId {
        CausalId(mix(mix(seed.0, 0x5EED), kind as u64))
    }

    /// The id of this event's effect number `index`.
    #[inline]
    #[must_use]
    pub const fn child(self, index: u64) -> CausalId {
        CausalId(mix(self.0, index + 1))
    }

    /// The id as a number, for digests and for ordering events of one moment.
    #[inline]
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// The id with this number, for engines that store ids packed.
    #[inline]
    #[must_use]
    pub const fn from_u64(id: u64) -> CausalId {
        CausalId(id)
    }
}

impl fmt::Debug for CausalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// What a draw is for. Draws of different purposes are independent even for one cause.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u64)]
pub enum Purpose {
    /// A node's or a client's own choices inside a step.
    Node = 0x4E0D_E000,
    /// The fate of a message: latency, loss, duplication.
    Network = 0x4E37_0000,
    /// Disk latency, and what a crash leaves of un-synced writes.
    Disk = 0xD15C_0000,
    /// The choices of a plan: which faults, when, on whom, how hard.
    Nemesis = 0x4E3E_5150,
    /// The choices of a plan: which operations, when, by which client.
    Workload = 0x3081_0AD0,
    /// The choices of a plan: sizes and settings of the run.
    Knobs = 0x4B0B_5000,
    /// Which nodes a late target means when its fault fires.
    Target = 0x7A36_E700,
    /// Where boots, restarts and phases of a run begin.
    Lifecycle = 0x11FE_0000,
}

/// A source of draws that belongs to one cause and one purpose.
#[derive(Clone, Debug)]
pub struct Draws {
    key: u64,
    drawn: u64,
}

impl Draws {
    /// The draws of `cause` for `purpose`, from the first.
    #[inline]
    #[must_use]
    pub const fn new(cause: CausalId, purpose: Purpose) -> Draws {
        // The purpose is spread over all bits, so that two purposes of one cause share no stretch of draws.
        Draws { key: cause.0 ^ (purpose as u64).wrapping_mul(0xD6E8_FEB8_6659_FD93), drawn: 0 }
    }

    /// The next 64 uniform bits.
    #[inline]
    pub const fn next(&mut self) -> u64 {
        self.drawn += 1;
        mix(self.key, self.drawn)
    }

    /// A uniform number in `0..bound` (bias below `bound`/2⁶⁴); 0 when `bound` is 0.
    #[inline]
    pub const fn below(&mut self, bound: u64) -> u64 {
        ((self.next() as u128 * bound as u128) >> 64) as u64
    }

    /// A uniform number in `low..=high`.
    ///
    /// # Panics
    /// If `low > high`.
    #[inline]
    pub const fn between(&mut self, low: u64, high: u64) -> u64 {
        assert!(low <= high, "an empty range has nothing to draw");
        match high - low {
            u64::MAX => self.next(),
            width => low + self.below(width + 1),
        }
    }

    /// True with the given probability.
    #[inline]
    pub const fn chance(&mut self, probability: Ratio) -> bool {
        self.below(Ratio::ONE.0 as u64) < probability.0 as u64
    }

    /// One of `items`, each as likely; nothing of an empty slice.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len() as u64) as usize)
    }

    /// Puts `items` in a uniformly random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end as u64 + 1) as usize);
        }
    }
}

/// A share between 0 and 1, exact to a millionth: a probability, or a rate such as clock drift.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Ratio(u32);

impl Ratio {
    /// Nothing; never.
    pub const ZERO: Ratio = Ratio(0);
    /// All; always.
    pub const ONE: Ratio = Ratio(1_000_000);

    /// So many millionths, at most a million.
    #[must_use]
    pub const fn from_ppm(ppm: u32) -> Ratio {
        assert!(ppm <= 1_000_000, "a ratio is at most 1");
        Ratio(ppm)
    }

    /// So many percent, at most a hundred.
    #[must_use]
    pub const fn from_percent(percent: u32) -> Ratio {
        Ratio::from_ppm(percent * 10_000)
    }

    /// The share in millionths.
    #[must_use]
    pub const fn ppm(self) -> u32 {
        self.0
    }

    /// So much of `whole`, rounded down.
    #[inline]
    #[must_use]
    pub const fn of(&self, whole: u64) -> u64 {
        (whole as u128 * self.0 as u128 / 1_000_000) as u64
    }

    /// Whether nothing is meant.
    #[must_use]
    pub const fn is_zero(&self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", f64::from(self.0) / 10_000.0)
    }
}

impl fmt::Debug for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Written as a number between 0 and 1.
impl Serialize for Ratio {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(f64::from(self.0) / 1e6)
    }
}

impl<'de> Deserialize<'de> for Ratio {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Ratio, D::Error> {
        struct Share;
        impl serde::de::Visitor<'_> for Share {
            type Value = Ratio;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number between 0 and 1, such as 0.05")
            }
            fn visit_f64<E: serde::de::Error>(self, share: f64) -> Result<Ratio, E> {
                if (0.0..=1.0).contains(&share) {
                    Ok(Ratio((share * 1e6).round() as u32))
                } else {
                    Err(E::custom(format!("{share} is not between 0 and 1")))
                }
            }
            fn visit_i64<E: serde::de::Error>(self, share: i64) -> Result<Ratio, E> {
                self.visit_f64(share as f64)
            }
            fn visit_u64<E: serde::de::Error>(self, share: u64) -> Result<Ratio, E> {
                self.visit_f64(share as f64)
            }
        }
        deserializer.deserialize_any(Share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws of one cause are spread evenly: 64,000 draws below 16 put 4,000 ± 5 σ (305) in each cell.
    #[test]
    fn draws_are_uniform_over_causes_and_over_counts() {
        let root = CausalId::root(Seed(7), Purpose::Node);
        let mut by_cause = [0u32; 16];
        let mut by_count = [0u32; 16];
        let mut one = Draws::new(root, Purpose::Network);
        for index in 0..64_000 {
            by_cause[Draws::new(root.child(index), Purpose::Network).below(16) as usize] += 1;
            by_count[one.below(16) as usize] += 1;
        }
        for cell in by_cause.into_iter().chain(by_count) {
            assert!((3_695..=4_305).contains(&cell), "{cell}");
        }
    }

    /// The same cause draws the same; another purpose, sibling or seed draws something else.
    #[test]
    fn a_draw_depends_on_cause_purpose_and_count_alone() {
        let cause = CausalId::root(Seed(1), Purpose::Node).child(3);
        let first = |cause, purpose| Draws::new(cause, purpose).next();
        assert_eq!(first(cause, Purpose::Disk), first(cause, Purpose::Disk));
        assert_ne!(first(cause, Purpose::Disk), first(cause, Purpose::Network));
        assert_ne!(first(cause, Purpose::Disk), first(cause.child(0), Purpose::Disk));
        assert_ne!(CausalId::root(Seed(1), Purpose::Node), CausalId::root(Seed(2), Purpose::Node));
    }

    /// A certain chance always happens, an impossible one never.
    #[test]
    fn chances_at_the_ends_are_certain() {
        let mut draws = Draws::new(CausalId::root(Seed(3), Purpose::Node), Purpose::Node);
        assert!((0..1000).all(|_| draws.chance(Ratio::ONE)));
        assert!((0..1000).all(|_| !draws.chance(Ratio::ZERO)));
        assert_eq!(draws.between(5, 5), 5);
        assert!((0..1000).all(|_| (3..=9).contains(&draws.between(3, 9))));
    }
}
