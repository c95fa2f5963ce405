//! The nemesis: who draws the faults of each seed.
//!
//! It works as a *swarm* (Groce et al., *Swarm Testing*, ISSTA 2012): each seed leaves out about half of the kinds,
//! because a fault that always happens hides the bugs that need its absence. How often, how hard and how long
//! are drawn for each kind anew, then time, target and magnitude for each fault. A kind's draws are keyed by
//! its name: adding or removing another kind changes none of its faults.
//!
//! It does not know which system it torments, nor what a fault does.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stormglass_core::random::{Draws, Purpose, Seed};
use stormglass_core::time::{Duration, Time};

use crate::keyed;
use crate::kind::Kind;
use crate::plan::{PlannedFault, Timeline};

use magnitude::{Scene, Strength, fault, lasts};

pub use profile::Profile;

mod magnitude;
mod profile;

/// Which faults may be drawn, and how many. In files `[nemesis]`; everything has a default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Nemesis {
    /// The kinds from which each seed takes about half. Those of the profile, if not given; of `everything` each seed
    /// takes about a sixth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub faults: Option<Vec<Kind>>,
    /// The weather by name.
    pub profile: Profile,
    /// Kinds of the profile that are left out: those that cannot touch this system.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<Kind>,
    /// How many, how long and how hard.
    pub intensity: Intensity,
    /// How wrong clocks may become.
    pub clocks: ClockBounds,
}

/// How many faults, how long and how hard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Intensity {
    /// Now and then, and gentle.
    Light,
    /// About one at any moment.
    #[default]
    Moderate,
    /// Twice as many, and never gentle.
    Heavy,
}

/// How wrong clocks may become. A system that relies on clocks declares what it tolerates: a larger bound
/// than that finds no bugs, it makes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ClockBounds {
    /// The longest jump of a wall clock, either way.
    pub jump_max: Duration,
    /// The largest drift, either way, in millionths.
    pub drift_ppm_max: u32,
}

impl Default for ClockBounds {
    /// Jumps of up to 3 s; drift of up to 200 ppm, what cheap oscillators do in the heat.
    fn default() -> ClockBounds {
        ClockBounds { jump_max: Duration::from_secs(3), drift_ppm_max: 200 }
    }
}

/// A kind strikes at most so often in one run.
const STRIKES_MAX: u64 = 1_000;

impl Nemesis {
    /// The kinds that may be drawn for a scenario with such features.
    #[must_use]
    pub fn kinds(&self, features: Features) -> Vec<Kind> {
        match &self.faults {
            Some(kinds) => kinds.clone(),
            None => {
                let wanted = |kind: &Kind| features.allow(*kind) && !self.except.contains(kind);
                self.profile.kinds().filter(wanted).collect()
            }
        }
    }
}

/// What a scenario has that some kinds of faults need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Features {
    /// Messages are encoded.
    pub wire: bool,
    /// There are regions, more than one.
    pub regions: bool,
    /// There are clients and a workload.
    pub clients: bool,
}

impl Features {
    /// Whether a fault of this kind can have an effect.
    #[must_use]
    pub const fn allow(self, kind: Kind) -> bool {
        match kind {
            Kind::Corrupt => self.wire,
            Kind::RegionOutage | Kind::ZoneOutage | Kind::WanCut | Kind::WanBrownOut => self.regions,
            Kind::Surge | Kind::HotKey | Kind::ClientDeath | Kind::StaleClient => self.clients,
            _ => true,
        }
    }
}

/// Who is there to be struck.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Crowd {
    pub(crate) nodes: u32,
    pub(crate) clients: u32,
    pub(crate) features: Features,
}

/// The faults of one seed, in order of time.
pub(crate) fn weather(nemesis: &Nemesis, seed: Seed, timeline: &Timeline, crowd: Crowd) -> Vec<PlannedFault> {
    let mut faults = Vec::new();
    for &kind in &chosen(nemesis, crowd.features, seed) {
        let season = Season::draw(nemesis, seed, kind, timeline);
        season.strikes(nemesis, crowd, &mut faults);
    }
    faults.sort_by_key(|fault| (fault.at, fault.id));
    faults
}

/// About half of the kinds, or of everything as many as of an average profile; and at least one of them.
fn chosen(nemesis: &Nemesis, features: Features, seed: Seed) -> Vec<Kind> {
    let share = match (&nemesis.faults, nemesis.profile) {
        (None, Profile::Everything) => u64::MAX / 6,
        _ => u64::MAX / 2,
    };
    let mut kinds = nemesis.kinds(features);
    kinds.sort_unstable();
    kinds.dedup();
    let lot = |kind: Kind| keyed::draws(seed, Purpose::Nemesis, kind.name()).next();
    let fallback = kinds.iter().copied().min_by_key(|&kind| lot(kind));
    kinds.retain(|&kind| lot(kind) < share);
    if kinds.is_empty() {
        kinds.extend(fallback);
    }
    kinds
}

/// One kind of fault in one run.
struct Season<'t> {
    kind: Kind,
    seed: Seed,
    timeline: &'t Timeline,
    /// The mean pause between two faults.
    gap: Duration,
    strength: Strength,
}

impl<'t> Season<'t> {
    fn draw(nemesis: &Nemesis, seed: Seed, kind: Kind, timeline: &'t Timeline) -> Season<'t> {
        let cause = keyed::cause(seed, Purpose::Nemesis, kind.name());
        let mut draws = Draws::new(cause.child(0), Purpose::Nemesis);
        let span = timeline.heal.since(timeline.warm_up);
        let (most, strength) = match nemesis.intensity {
            Intensity::Light => (8, draws.between(1, 2)),
            Intensity::Moderate => (16, draws.between(1, 4)),
            Intensity::Heavy => (32, draws.between(3, 4)),
        };
        Season {
            kind,
            seed,
            timeline,
            gap: keyed::log_uniform_span(&mut draws, span / most, span * 8 / (most * 2)),
            strength: Strength::new(strength),
        }
    }

    fn strikes(&self, nemesis: &Nemesis, crowd: Crowd, faults: &mut Vec<PlannedFault>) {
        let Crowd { nodes, clients, .. } = crowd;
        let scene = Scene { strength: self.strength, clocks: nemesis.clocks, nodes, clients };
        let Timeline { warm_up, heal, .. } = *self.timeline;
        let span = heal.since(warm_up);
        let cause = keyed::cause(self.seed, Purpose::Nemesis, self.kind.name());
        let mut from = warm_up;
        for strike in 1..=STRIKES_MAX {
            let mut draws = Draws::new(cause.child(strike), Purpose::Nemesis);
            let mut gap = self.gap * 2 * draws.below(1_000) / 1_000;
            if strike == 1 {
                // A kind that is on strikes at least once.
                gap = gap.min(span / 4 * 3);
            }
            let at = from + Duration::from_micros(gap.as_nanos() / 1_000);
            if at >= heal {
                return;
            }
            let until = (at + self.lasts(&mut draws, span)).min(heal);
            faults.push(PlannedFault {
                id: self.kind as u64 * 10_000 + strike,
                at,
                until,
                operations: 0,
                inject: fault(self.kind, scene, &mut draws),
            });
            from = until;
        }
    }

    fn lasts(&self, draws: &mut Draws, span: Duration) -> Duration {
        match lasts(self.kind) {
            None => Duration::ZERO,
            Some((min, max)) => {
                let max = self.strength.of_span(min, max).min(span / 4);
                keyed::log_uniform_span(draws, min.min(max), max)
            }
        }
    }
}

/// When a fault of the timeline is lifted, if it strikes at `at`.
pub(crate) fn lifted(at: Time, lasts: Option<Duration>, kind: Kind, heal: Time) -> Time {
    match (lasts, kind) {
        (Some(lasts), _) => (at + lasts).min(heal),
        (None, Kind::ClockJump | Kind::Reset | Kind::BitRot) => at,
        (None, _) => heal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Phases;

    const CROWD: Crowd =
        Crowd { nodes: 5, clients: 3, features: Features { wire: false, regions: false, clients: true } };

    /// The kinds of faults that one thinks of first.
    fn usual() -> Nemesis {
        Nemesis { faults: Some(Kind::ALL.iter().copied().take(11).collect()), ..Nemesis::default() }
    }

    fn drawn(nemesis: &Nemesis, seed: u64) -> Vec<PlannedFault> {
        weather(nemesis, Seed(seed), &Phases::default().timeline(), CROWD)
    }

    /// Every seed has weather, every kind is on in about half of the seeds, and no fault outlives heal.
    #[test]
    fn every_seed_draws_about_half_of_the_kinds() {
        let nemesis = usual();
        let timeline = Phases::default().timeline();
        let mut seeds_with = vec![0; Kind::ALL.len() + 1];
        for seed in 0..2_000 {
            let faults = drawn(&nemesis, seed);
            assert!(!faults.is_empty(), "seed {seed} is calm");
            assert!(faults.is_sorted_by_key(|fault| fault.at));
            for &kind in Kind::ALL {
                let on = faults.iter().any(|fault| fault.inject.kind() == kind);
                seeds_with[kind as usize] += usize::from(on);
            }
            for fault in &faults {
                assert!(
                    timeline.warm_up <= fault.at && fault.at <= fault.until && fault.until <= timeline.heal
                );
            }
        }
        for kind in nemesis.kinds(CROWD.features) {
            let seeds = seeds_with[kind as usize];
            assert!((900..=1_100).contains(&seeds), "{kind} in {seeds} of 2,000 seeds");
        }
    }

    /// Over ten thousand seeds every kind that a scenario allows is drawn by every profile that has it, and no other.
    #[test]
    fn every_kind_of_a_profile_is_drawn() {
        let features = Features { wire: true, regions: true, clients: true };
        let crowd = Crowd { features, ..CROWD };
        for profile in Profile::ALL {
            let nemesis = Nemesis { profile, ..Nemesis::default() };
            let mut drawn = std::collections::BTreeMap::new();
            for seed in 0..10_000 {
                for fault in weather(&nemesis, Seed(seed), &Phases::default().timeline(), crowd) {
                    *drawn.entry(fault.inject.kind()).or_insert(0u64) += 1;
                }
            }
            let kinds: Vec<Kind> = profile.kinds().collect();
            assert_eq!(drawn.keys().copied().collect::<Vec<_>>(), kinds, "{profile}");
            assert!(drawn.values().all(|&strikes| strikes >= 5_000), "{profile}: {drawn:?}");
        }
    }

    /// Taking a kind away changes no fault of any other kind, unless it was the only one.
    #[test]
    fn removing_a_kind_changes_no_other_fault() {
        let all = usual();
        for gone in [Kind::Partition, Kind::Crash, Kind::ClockDrift] {
            let mut kinds = all.kinds(CROWD.features);
            kinds.retain(|&kind| kind != gone);
            kinds.reverse();
            let fewer = Nemesis { faults: Some(kinds), ..all.clone() };
            for seed in 0..200 {
                let mut expected = drawn(&all, seed);
                expected.retain(|fault| fault.inject.kind() != gone);
                if !expected.is_empty() {
                    assert_eq!(drawn(&fewer, seed), expected, "seed {seed} without {gone}");
                }
            }
        }
    }

    /// More intensity means more faults at once: about a half, one and two at any moment.
    #[test]
    fn intensity_decides_how_much_happens_at_once() {
        let at_once = |intensity| {
            let nemesis = Nemesis { intensity, ..usual() };
            let lengths = (0..500).flat_map(|seed| drawn(&nemesis, seed));
            let total: f64 = lengths.map(|fault| fault.until.since(fault.at).as_secs_f64()).sum();
            total / (500.0 * 22.0)
        };
        let [light, moderate, heavy] = [Intensity::Light, Intensity::Moderate, Intensity::Heavy].map(at_once);
        assert!((0.2..0.7).contains(&light), "{light}");
        assert!((0.7..1.4).contains(&moderate), "{moderate}");
        assert!((1.4..3.0).contains(&heavy), "{heavy}");
    }
}
