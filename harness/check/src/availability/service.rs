//! How a group of operations was served: shares, unavailability, MTBF and MTTR.
//!
//! MTBF is the mean *operating* time between failures (IEC 60050-192), so that the measured availability is exactly
//! MTBF / (MTBF + MTTR), as in [`model`](super::model). Time in which nobody asked is neither up nor down.

use std::collections::BTreeMap;
use std::fmt;

use stormglass_core::id::ClientId;
use stormglass_core::random::Ratio;
use stormglass_core::time::{Duration, Time};

use super::demand::{Demand, Ended, Gap};
use super::happenings::{Cause, Happenings};
use super::sample::Sample;
use super::share::{ErrorBudget, Share};
use super::yardstick::Yardstick;

/// Which operations are taken together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// All of them.
    Whole,
    /// Those of the clients of a region.
    Region(String),
    /// Those of a kind.
    Kind(String),
    /// Those of a client.
    Client(ClientId),
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scope::Whole => f.write_str("the whole"),
            Scope::Region(name) => write!(f, "region {name}"),
            Scope::Kind(name) => write!(f, "every {name}"),
            Scope::Client(client) => write!(f, "client {client}"),
        }
    }
}

/// Operations asked in one window of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// When the window begins.
    pub from: Time,
    /// How many operations were asked in it.
    pub asked: u64,
    /// How many of these were served, whenever.
    pub served: u64,
}

impl Window {
    /// The share that was served.
    #[must_use]
    pub fn success(&self) -> Share {
        Share::of(self.served, self.asked).expect("only windows in which somebody asked are kept")
    }
}

/// A span in which somebody asked and nobody was served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unavailable {
    /// From the first question that was not answered.
    pub from: Time,
    /// Until the next answer, or until nobody asked any more.
    pub until: Time,
    /// How it ended.
    pub ended: Ended,
    /// How many operations were asked in it.
    pub asked: u64,
    /// What overlapped its beginning, up to the yardstick's `shortest` before and after it; what began nearest to it first.
    pub causes: Vec<Cause>,
}

impl Unavailable {
    /// How long it lasted, as far as was seen.
    #[must_use]
    pub fn length(&self) -> Duration {
        self.until.since(self.from)
    }
}

/// How the operations of one scope were served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Which operations.
    pub scope: Scope,
    /// How many were asked.
    pub asked: u64,
    /// How many were served.
    pub served: u64,
    /// The same by window of time; windows in which nobody asked are left out.
    pub windows: Vec<Window>,
    /// How long somebody was asking, pauses up to the yardstick's `quiet` included.
    pub watched: Duration,
    /// The gaps in service of at least the yardstick's `shortest`, in order.
    pub unavailable: Vec<Unavailable>,
    /// The longest gap, even if it is shorter than that; `None` if every answer came at once.
    pub longest: Option<Unavailable>,
}

impl Service {
    /// How long it was down: the sum of [`Service::unavailable`].
    #[must_use]
    pub fn down(&self) -> Duration {
        self.unavailable.iter().fold(Duration::ZERO, |sum, gap| sum + gap.length())
    }

    /// The share of the watched time in which it was up; `None` if no time was watched.
    #[must_use]
    pub fn availability(&self) -> Option<Share> {
        Share::of((self.watched - self.down()).as_nanos(), self.watched.as_nanos())
    }

    /// The share of operations that were served.
    #[must_use]
    pub fn success(&self) -> Share {
        Share::of(self.served, self.asked).expect("a scope has operations")
    }

    /// The mean operating time between failures, rounded down; `None` if there was no failure.
    #[must_use]
    pub fn mtbf(&self) -> Option<Duration> {
        let failures = self.unavailable.len() as u64;
        (failures > 0).then(|| (self.watched - self.down()) / failures)
    }

    /// The mean time to repair, rounded down; `None` if there was no failure. A gap that did not end counts as long as
    /// it was seen, so the truth may be longer.
    #[must_use]
    pub fn mttr(&self) -> Option<Duration> {
        let failures = self.unavailable.len() as u64;
        (failures > 0).then(|| self.down() / failures)
    }

    /// What an objective leaves, by downtime and by operations.
    #[must_use]
    pub fn budget(&self, objective: Ratio) -> ErrorBudget {
        ErrorBudget::new(objective, (self.down(), self.watched), (self.asked - self.served, self.asked))
    }

    /// Of the samples of this scope, of which there is at least one.
    pub(super) fn of(
        scope: Scope,
        samples: &[&Sample],
        demand: &Demand,
        world: &Happenings,
        yardstick: &Yardstick,
    ) -> Service {
        let unavailable = |gap: &Gap| Unavailable {
            from: gap.from,
            until: gap.until,
            ended: gap.ended,
            asked: asked_in(samples, gap),
            causes: causes(world, gap.from, yardstick.shortest),
        };
        let long = demand.gaps.iter().filter(|gap| gap.length() >= yardstick.shortest);
        // Of equally long gaps the first.
        let longest = demand.gaps.iter().rev().max_by_key(|gap| gap.length());
        Service {
            scope,
            asked: samples.len() as u64,
            served: demand.served.len() as u64,
            windows: windows(samples, yardstick.window),
            watched: demand.watched(),
            unavailable: long.map(unavailable).collect(),
            longest: longest.map(unavailable),
        }
    }
}

/// How many operations were open or asked during the gap, the ones that ended it included.
fn asked_in(samples: &[&Sample], gap: &Gap) -> u64 {
    let begun = &samples[..samples.partition_point(|sample| sample.invoked < gap.until)];
    begun.iter().filter(|sample| sample.completed.is_none_or(|at| at > gap.from)).count() as u64
}

/// What overlapped `start`, give or take `slack`: an answer under way hides a fault for a moment, and a question under
/// way makes its gap begin before the fault that left it unanswered.
fn causes(world: &Happenings, start: Time, slack: Duration) -> Vec<Cause> {
    let overlaps = |cause: &Cause| {
        let (begin, end) = world.span(*cause);
        begin <= start + slack && end + slack >= start
    };
    let mut causes: Vec<Cause> = world.causes().filter(overlaps).collect();
    causes.sort_by_key(|&cause| {
        let (begin, _) = world.span(cause);
        begin.since(start).max(start.since(begin))
    });
    causes
}

fn windows(samples: &[&Sample], length: Duration) -> Vec<Window> {
    let length = length.as_nanos().max(1);
    let mut counts: BTreeMap<u64, (u64, u64)> = BTreeMap::new();
    for sample in samples {
        let (asked, served) = counts.entry(sample.invoked.as_nanos() / length).or_default();
        *asked += 1;
        *served += u64::from(sample.served().is_some());
    }
    let window = |(place, (asked, served))| Window { from: Time::from_nanos(place * length), asked, served };
    counts.into_iter().map(window).collect()
}
