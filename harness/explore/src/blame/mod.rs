//! When a failure became inevitable, and which faults it needs.
//!
//! From copies of the world along the failing run, it goes on under other chances, again and again, from ever other
//! moments. Where nearly all of these forks end in the same failure, it had been decided before. The curve of these
//! shares over time is what Antithesis shows as its bug probability, and FoundationDB gets by reseeding.
//!
//! Where all of them fail from the very beginning, chance has no part in it: what the plan says decides alone. Then
//! the faults that have not struck yet are left out as well, and the one is named after which it needs no other.

mod bound;
mod crew;
mod forker;
mod forks;
mod inquiry;
mod search;

use stormglass_core::time::Time;

pub use forks::Forks;

pub(crate) use inquiry::Inquiry;

/// How it went from one moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chance {
    /// What happened later than this was another.
    pub after: Time,
    /// So many runs failed as before …
    pub fails: u64,
    /// … of so many.
    pub of: u64,
}

/// What is another one after a fork.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Later {
    /// All chances.
    Chances,
    /// All chances; and no fault strikes any more.
    ChancesWithoutFaults,
}

/// The moment that decided it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// What was another one in the runs that are counted.
    pub later: Later,
    /// The share of failures after it.
    pub after: Chance,
    /// The share of failures before it; nothing if it was certain before anything happened.
    pub before: Option<Chance>,
    /// What happened in it, the most telling first.
    pub what: Vec<String>,
}

/// What is known of when a failure became inevitable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment {
    /// At this one.
    Decided(Decided),
    /// At none before the violation itself.
    Luck,
    /// Later than the first and not later than the second of these: there was no time to find out more.
    Between(Time, Time),
}

/// What one fault contributed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needed {
    /// The fault, as it stands in the plan.
    pub what: String,
    /// How many runs fail without it, all chances being others from the beginning.
    pub without: Chance,
}

/// Everything that is to be said of a failure's causes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blame {
    /// The check that broke.
    pub check: String,
    /// When it became inevitable.
    pub moment: Moment,
    /// What each fault contributed.
    pub faults: Vec<Needed>,
    /// The share of failures over time, up to the violation and around what decided it.
    pub curve: Vec<Chance>,
    /// What there was no time for: `2 of 5 faults`.
    pub unfinished: Vec<String>,
}

impl Moment {
    /// What decided it, if that is known.
    #[must_use]
    pub const fn decided(&self) -> Option<&Decided> {
        match self {
            Moment::Decided(decided) => Some(decided),
            Moment::Luck | Moment::Between(..) => None,
        }
    }
}

impl Chance {
    /// Whether more than 95 of 100 such runs fail, at a confidence of 95 %: 64 of 64 say so, 63 of 64 do not.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        bound::certain(self.of).is_some_and(|most| self.of - self.fails <= most)
    }

    /// Whether fewer than half of such runs fail, at a confidence of 95 %: 24 of 64 say so, 26 do not.
    #[must_use]
    pub fn is_open(&self) -> bool {
        bound::open(self.of).is_some_and(|most| self.fails <= most)
    }
}
