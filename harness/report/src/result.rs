//! What became of a sweep: counts, the first failure, and whether that is what the scenario expected.

use std::collections::BTreeMap;

use stormglass_core::random::Seed;
use stormglass_core::time::Duration;
use stormglass_core::verdict::Verdict;
use stormglass_explore::Clusters;
use stormglass_explore::report::Report;
use stormglass_plan::effect::Effect;
use stormglass_plan::kind::Kind;
use stormglass_plan::scenario::{Expect, Scenario};

use crate::availability::Availabilities;

/// Counts over the seeds of one scenario, and the first report of each kind of failure.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Seeds run.
    pub runs: u64,
    /// Seeds in which every check was satisfied.
    pub ok: u64,
    /// Seeds with a violation.
    pub violated: u64,
    /// Seeds that could not be decided.
    pub unknown: u64,
    /// Seeds in which something was lost, as was to be expected: faults had destroyed more than the system survives.
    pub expected_losses: u64,
    /// The smallest such seed, with what was lost and why.
    pub first_loss: Option<(Seed, String)>,
    /// Events of all runs.
    pub events: u64,
    /// Operations invoked in all runs.
    pub operations: u64,
    /// Faults that struck somebody, in all runs.
    pub strikes: u64,
    /// What faults did in all runs, by kind: how often they struck, and what came of it.
    pub effects: BTreeMap<Kind, (u64, Effect)>,
    /// How available the system was in all runs; only of a sweep that measures it.
    pub availability: Option<Availabilities>,
    /// Virtual time of all runs.
    pub virtual_time: Duration,
    /// The violations, by what broke.
    pub clusters: Clusters,
    /// The undecided run of the smallest seed.
    pub first_unknown: Option<Report>,
    /// The first violation that names a check which the scenario expects.
    pub found: Option<Report>,
}

/// Whether a sweep ended as its scenario expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Every seed was ok, as expected.
    Ok,
    /// The planted bug was found, as expected.
    Found,
    /// At least one seed could not be decided, and none was violated.
    Unknown,
    /// A planted bug was not found, or not by the check that should find it.
    NotFound,
    /// A seed was violated that should not have been.
    Violated,
}

impl Tally {
    /// Counts one more report; reports must come in order of seed.
    pub fn add(&mut self, report: Report, expect: &Expect) {
        self.runs += 1;
        self.events += report.stats.events;
        if let Some(loss) = &report.expected_loss {
            self.expected_losses += 1;
            self.first_loss.get_or_insert_with(|| (report.seed, loss.clone()));
        }
        if let Some(run) = &report.availability {
            self.availability.get_or_insert_default().add(report.seed, run);
        }
        self.operations += report.invoked as u64;
        self.strikes += report.strikes as u64;
        for (&kind, &(strikes, effect)) in &report.effects {
            let (sum, all) = self.effects.entry(kind).or_default();
            *sum += strikes;
            *all += effect;
        }
        self.virtual_time += Duration::from_nanos(report.stats.ended.as_nanos());
        match &report.verdict {
            Verdict::Ok => self.ok += 1,
            Verdict::Unknown(_) => {
                self.unknown += 1;
                self.first_unknown.get_or_insert(report);
            }
            Verdict::Violated(_) => {
                self.violated += 1;
                if self.found.is_none() && names_expected(&report, expect) {
                    self.found = Some(report.clone());
                }
                self.clusters.add(&report);
            }
        }
    }

    /// The violation of the smallest seed.
    #[must_use]
    pub fn first_violation(&self) -> Option<&Report> {
        self.clusters.groups().first().map(|group| &group.first)
    }

    /// Whether more seeds could not change the outcome: the planted bug has been found.
    #[must_use]
    pub const fn settled(&self) -> bool {
        self.found.is_some()
    }

    /// The kinds of faults that struck and never did anything: a storm that blew past everybody proves nothing.
    pub fn without_effect(&self) -> impl Iterator<Item = (Kind, u64)> + '_ {
        let idle = self.effects.iter().filter(|(_, (_, effect))| effect.is_none());
        idle.map(|(&kind, &(strikes, _))| (kind, strikes))
    }

    /// How the sweep ended, by what the scenario expects.
    #[must_use]
    pub fn outcome(&self, scenario: &Scenario) -> Outcome {
        match (&scenario.expect, &self.found) {
            (Expect::Ok, _) if self.violated > 0 => Outcome::Violated,
            (Expect::Ok, _) if self.unknown > 0 => Outcome::Unknown,
            (Expect::Ok, _) => Outcome::Ok,
            (Expect::Violated | Expect::ViolatedBy(_), Some(_)) => Outcome::Found,
            (Expect::Violated | Expect::ViolatedBy(_), None) => Outcome::NotFound,
        }
    }
}

fn names_expected(report: &Report, expect: &Expect) -> bool {
    match expect {
        Expect::Ok => false,
        Expect::Violated => true,
        Expect::ViolatedBy(checks) => {
            let named = |verdict: &Verdict| checks.iter().any(|check| check == verdict.check());
            report.verdicts.iter().filter(|verdict| verdict.violation().is_some()).any(named)
        }
    }
}
