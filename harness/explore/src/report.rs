//! What became of one seed: small, so that a sweep of a million of them can be kept.

use std::collections::BTreeMap;

use stormglass_check::availability::Measured;
use stormglass_core::random::Seed;
use stormglass_core::time::Time;
use stormglass_core::trace::Trace;
use stormglass_core::verdict::{Undecided, Verdict};
use stormglass_plan::engine::{Digest, Effect, Stats};
use stormglass_plan::kind::Kind;

/// The result of one run.
#[must_use]
#[derive(Clone, Debug)]
pub struct Report {
    /// The seed that was run.
    pub seed: Seed,
    /// The heaviest of all verdicts.
    pub verdict: Verdict,
    /// Every verdict that is not ok, in order of time and then of judge.
    pub verdicts: Vec<Verdict>,
    /// Equal for equal runs.
    pub digest: Digest,
    /// What happened how often.
    pub stats: Stats,
    /// How many operations were invoked.
    pub invoked: usize,
    /// How many of them completed ok.
    pub succeeded: usize,
    /// What faults did, by kind: how often they struck, and what came of it.
    pub effects: BTreeMap<Kind, (u64, Effect)>,
    /// How available the system was, or why nobody can say; only of a case that measures it.
    pub availability: Option<Box<Result<Measured, Undecided>>>,
    /// What was lost, and why that was to be expected.
    pub expected_loss: Option<String>,
    /// How many faults struck somebody.
    pub strikes: usize,
    /// What led to the violation, for people; only of a traced run.
    pub story: Vec<Line>,
    /// What the world did; only of a traced run.
    pub trace: Option<Trace>,
}

/// One line of a timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub at: Time,
    /// What.
    pub text: String,
    /// Whether it is one of the things that together are impossible.
    pub guilty: bool,
}
