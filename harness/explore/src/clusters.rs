//! The failures of a sweep, grouped by what broke: a hundred seeds that show one bug are one thing to look at.
//!
//! Faults are no part of a group's name before shrinking: a storm's failures have everything in common but the one fault
//! that mattered. Whoever has shrunk the first of a group may say which that was.

use stormglass_core::random::Seed;

use crate::report::Report;
use crate::shrink::Signature;

/// So many groups are told apart; what comes after them is only counted.
const GROUPS: usize = 32;

/// Failures that broke the same check in the same way.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// What they have in common.
    pub signature: Signature,
    /// The report of the smallest seed.
    pub first: Report,
    /// How many seeds.
    pub seeds: u64,
    /// The next few seeds after the first.
    pub more: Vec<Seed>,
}

/// All groups, that of the smallest seed first.
#[derive(Clone, Debug, Default)]
pub struct Clusters {
    groups: Vec<Cluster>,
    /// Failures of yet other kinds than those that are told apart.
    pub others: u64,
}

impl Clusters {
    /// Puts a report into its group, if it is one of a failure; reports must come in order of seed.
    pub fn add(&mut self, report: &Report) {
        let Some(violation) = report.verdict.violation() else { return };
        let signature = Signature::of(violation);
        if let Some(group) = self.groups.iter_mut().find(|group| group.signature == signature) {
            group.seeds += 1;
            if group.more.len() < 3 {
                group.more.push(report.seed);
            }
        } else if self.groups.len() < GROUPS {
            self.groups.push(Cluster { signature, first: report.clone(), seeds: 1, more: Vec::new() });
        } else {
            self.others += 1;
        }
    }

    /// The groups, that of the smallest seed first.
    #[must_use]
    pub fn groups(&self) -> &[Cluster] {
        &self.groups
    }
}
