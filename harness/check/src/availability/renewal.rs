//! Regions that fail and recover, for thousands of virtual years: what the formulas are held against.
//!
//! [`Renewal`] is the process as a value: from a seed it gives the same outages of the same region everywhere, so a
//! plan can turn them into faults as well as [`simulate`] can count them. The simulation knows no messages, no nodes
//! and no clients: a region is up or down, and the whole is up if enough regions are.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use stormglass_core::random::{CausalId, Draws, Purpose, Seed};

use super::interval::Cycles;
use super::model::{Structure, steady};
use super::probability::{Probability, Senseless};
use super::span::Span;

/// A spell of exponential length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exponential {
    mean: Span,
}

impl Exponential {
    /// Spells of this mean length.
    #[must_use]
    pub const fn with_mean(mean: Span) -> Exponential {
        Exponential { mean }
    }

    /// One spell, at least a nanosecond, by inversion over (0, 1] in steps of 2⁻⁵³.
    #[must_use]
    pub fn sample(self, draws: &mut Draws) -> Span {
        let share = ((draws.next() >> 11) + 1) as f64 / (1u64 << 53) as f64;
        Span::from_nanos(((-libm::log(share) * self.mean.as_nanos() as f64) as u128).max(1))
    }
}

/// A region that works for a while, fails, and is repaired, again and again; both spells are exponential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Renewal {
    mtbf: Span,
    mttr: Span,
}

impl Renewal {
    /// A region with this mean operating time between failures and this mean time to repair.
    ///
    /// # Errors
    /// If one of them is zero.
    pub fn new(mtbf: Span, mttr: Span) -> Result<Renewal, Senseless> {
        match (mtbf.is_zero(), mttr.is_zero()) {
            (true, _) => {
                Err(Senseless::new("the MTBF is zero: such a region is never up; write one such as 720h"))
            }
            (_, true) => {
                Err(Senseless::new("the MTTR is zero: such a region is never down; write one such as 1h"))
            }
            _ => Ok(Renewal { mtbf, mttr }),
        }
    }

    /// The mean operating time between failures.
    #[must_use]
    pub const fn mtbf(&self) -> Span {
        self.mtbf
    }

    /// The mean time to repair.
    #[must_use]
    pub const fn mttr(&self) -> Span {
        self.mttr
    }

    /// Its availability in the long run: MTBF / (MTBF + MTTR).
    #[must_use]
    pub fn availability(&self) -> Probability {
        steady(self.mtbf, self.mttr).expect("neither is zero")
    }

    /// One spell up and the spell down that follows it.
    #[must_use]
    pub fn cycle(&self, draws: &mut Draws) -> (Span, Span) {
        let up = Exponential::with_mean(self.mtbf).sample(draws);
        (up, Exponential::with_mean(self.mttr).sample(draws))
    }

    /// All outages of region number `region` under this seed, without end; it begins up.
    #[must_use]
    pub const fn outages(self, seed: Seed, region: u64) -> Outages {
        let cause = CausalId::root(seed, Purpose::Nemesis).child(RENEWAL).child(region);
        Outages { renewal: self, cause, cycle: 0, now: Span::ZERO }
    }
}

/// Apart from every other choice of a nemesis under the same seed.
const RENEWAL: u64 = 0x4E4E_3A15;

/// The outages of one region in order: see [`Renewal::outages`].
#[derive(Clone, Debug)]
pub struct Outages {
    renewal: Renewal,
    cause: CausalId,
    cycle: u64,
    now: Span,
}

/// One stretch of being down, from the beginning of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outage {
    /// When it failed.
    pub from: Span,
    /// When it was up again.
    pub until: Span,
}

impl Iterator for Outages {
    type Item = Outage;

    fn next(&mut self) -> Option<Outage> {
        // Keyed by cycle: another MTTR changes how long outages last and leaves every draw where it was.
        let mut draws = Draws::new(self.cause.child(self.cycle), Purpose::Nemesis);
        let (up, down) = self.renewal.cycle(&mut draws);
        let from = self.now + up;
        self.now = from + down;
        self.cycle += 1;
        Some(Outage { from, until: self.now })
    }
}

/// What was seen of one region, or of the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Seen {
    /// How long it was up.
    pub up: Span,
    /// How long it was down.
    pub down: Span,
    /// How often it failed, a failure that was not repaired in time included.
    pub failures: u64,
    /// Its complete cycles of being up and being down.
    pub cycles: Cycles,
}

impl Seen {
    /// The share of time that it was up.
    #[must_use]
    pub fn availability(&self) -> Probability {
        Probability::share(self.up.as_nanos() as f64, self.down.as_nanos() as f64)
    }
}

/// What a simulation saw.
#[derive(Clone, Debug, PartialEq)]
pub struct Simulated {
    /// Each region.
    pub regions: Vec<Seen>,
    /// The whole.
    pub whole: Seen,
}

/// How many of `missions` are survived by a part with cold spares (see [`standby`](super::model::standby)): in how many
/// all lives together outlast the mission.
#[must_use]
pub fn survived(mtbf: Span, spares: u32, mission: Span, seed: Seed, missions: u64) -> u64 {
    let cause = CausalId::root(seed, Purpose::Nemesis).child(MISSION);
    let life = Exponential::with_mean(mtbf);
    let survives = |number: &u64| {
        let mut draws = Draws::new(cause.child(*number), Purpose::Nemesis);
        (0..=spares).map(|_| life.sample(&mut draws)).sum::<Span>() > mission
    };
    (0..missions).filter(survives).count() as u64
}

/// Apart from the regions' outages under the same seed.
const MISSION: u64 = 0x0155_1042;

/// More failures and repairs than this are refused rather than waited for.
const MOST_CHANGES: u128 = 400_000_000;

/// Lets regions fail and recover for `observed` of virtual time, independently, and sees how long each of them and
/// the whole was up.
///
/// # Errors
/// If there is no region or no time, more are needed than there are, or it would take hundreds of millions of changes.
pub fn simulate(
    regions: &[Renewal],
    structure: Structure,
    seed: Seed,
    observed: Span,
) -> Result<Simulated, Senseless> {
    affordable(regions, observed)?;
    let outages = (0..).zip(regions).map(|(place, region)| region.outages(seed, place)).collect();
    observe(outages, structure, observed)
}

/// Whether a simulation of so much time is worth waiting for.
///
/// # Errors
/// If it would take hundreds of millions of changes.
pub fn affordable(regions: &[Renewal], observed: Span) -> Result<(), Senseless> {
    let changes = |region: &Renewal| 2 * observed.as_nanos() / (region.mtbf + region.mttr).as_nanos();
    let expected = regions.iter().map(changes).fold(0, u128::saturating_add);
    if expected > MOST_CHANGES {
        return Err(Senseless::new(format!(
            "{observed} of this would take some {expected} failures and repairs, more than {MOST_CHANGES}: simulate less time"
        )));
    }
    Ok(())
}

/// Sees how long regions with these outages, each in order of time, and the whole were up, from all being up on.
///
/// # Errors
/// If there is no region or no time, or more are needed than there are.
pub fn observe(
    mut outages: Vec<impl Iterator<Item = Outage>>,
    structure: Structure,
    observed: Span,
) -> Result<Simulated, Senseless> {
    let count = outages.len();
    let needed = structure.needs(count);
    if count == 0 || observed.is_zero() {
        return Err(Senseless::new("a simulation needs at least one region and some time"));
    }
    if needed == 0 || needed > count {
        return Err(Senseless::new(format!("{needed} of {count} regions are needed")));
    }
    let mut meters = vec![Meter::default(); count];
    let mut whole = Meter::default();
    let mut up = count;
    // The next change of each region: when, which region, and when the repair comes if it is a failure. Changes at
    // one moment happen in order of regions.
    let mut next: BinaryHeap<Reverse<(Span, usize, Option<Span>)>> = BinaryHeap::with_capacity(count);
    let mut fail = |place: usize, next: &mut BinaryHeap<_>| {
        if let Some(Outage { from, until }) = outages[place].next() {
            next.push(Reverse((from, place, Some(until))));
        }
    };
    (0..count).for_each(|place| fail(place, &mut next));
    while let Some(Reverse((at, place, repair))) = next.pop() {
        if at >= observed {
            break;
        }
        meters[place].change(at);
        match repair {
            Some(until) => {
                next.push(Reverse((until, place, None)));
                if up == needed {
                    whole.change(at);
                }
                up -= 1;
            }
            None => {
                fail(place, &mut next);
                up += 1;
                if up == needed {
                    whole.change(at);
                }
            }
        }
    }
    Ok(Simulated {
        regions: meters.iter().map(|meter| meter.end(observed)).collect(),
        whole: whole.end(observed),
    })
}

/// Adds up the spells of one thing that is up at first.
#[derive(Clone, Copy, Debug, Default)]
struct Meter {
    seen: Seen,
    since: Span,
    /// The spell before this one, if this one is down.
    before: Option<Span>,
}

impl Meter {
    /// It fails or is repaired.
    fn change(&mut self, at: Span) {
        let spell = at.saturating_sub(self.since);
        self.since = at;
        self.before = match self.before {
            None => {
                self.seen.up += spell;
                self.seen.failures += 1;
                Some(spell)
            }
            Some(up) => {
                self.seen.down += spell;
                self.seen.cycles.push(up, spell);
                None
            }
        };
    }

    /// What was seen until the end: the last spell counts as time, but not as a cycle.
    fn end(&self, observed: Span) -> Seen {
        let mut seen = self.seen;
        let spell = observed.saturating_sub(self.since);
        match self.before {
            None => seen.up += spell,
            Some(_) => seen.down += spell,
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Time is never lost: up and down add up to what was observed, for every region and the whole.
    #[test]
    fn every_moment_is_up_or_down() {
        let regions = [Renewal::new(Span::from_hours(10), Span::from_hours(3)).unwrap(); 4];
        let observed = Span::from_hours(5_000);
        for structure in [Structure::Series, Structure::Parallel, Structure::AtLeast(3)] {
            let Simulated { regions, whole } = simulate(&regions, structure, Seed(3), observed).unwrap();
            for seen in regions.iter().chain([&whole]) {
                assert_eq!(seen.up + seen.down, observed);
                assert!(seen.failures > 0 && seen.failures - seen.cycles.count() <= 1);
            }
        }
    }

    /// A region's outages depend on the seed and its number alone: other regions and another MTTR leave its first
    /// failure where it was.
    #[test]
    fn outages_are_keyed_by_region_and_cycle() {
        let slow = Renewal::new(Span::from_hours(10), Span::from_hours(3)).unwrap();
        let quick = Renewal::new(Span::from_hours(10), Span::from_hours(1)).unwrap();
        let first = |renewal: Renewal, region| renewal.outages(Seed(1), region).next().unwrap();
        assert_eq!(first(slow, 0).from, first(quick, 0).from);
        assert_ne!(first(slow, 0).from, first(slow, 1).from);
        assert_eq!(first(slow, 2), first(slow, 2));
    }

    /// What makes no sense is refused with its reason.
    #[test]
    fn a_senseless_simulation_is_refused() {
        let region = Renewal::new(Span::from_hours(10), Span::from_hours(3)).unwrap();
        assert!(Renewal::new(Span::ZERO, Span::from_hours(1)).is_err());
        assert!(Renewal::new(Span::from_hours(1), Span::ZERO).is_err());
        let year = Span::from_years(1);
        assert!(simulate(&[], Structure::Parallel, Seed(1), year).is_err());
        assert!(simulate(&[region], Structure::AtLeast(2), Seed(1), year).is_err());
        let long = simulate(&[region], Structure::Series, Seed(1), Span::from_years(10_000_000));
        assert!(long.unwrap_err().to_string().contains("simulate less time"));
    }
}
