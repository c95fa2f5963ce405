//! What a history shows: its anomalies, the levels they rule out, and the verdict on a level.
//!
//! It does not know how anomalies are found.

use stormglass_core::history::OperationId;
use stormglass_core::time::Time;
use stormglass_core::verdict::{Verdict, Violation};

use super::CHECK;
use super::anomaly::Anomaly;
use super::level::Level;

/// An anomaly that a history shows, with its proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub anomaly: Anomaly,
    /// How many instances were counted; of cycles only the shortest is sought.
    pub count: usize,
    /// The transactions of one instance, in the order in which the reasons name them T1, T2 …
    pub transactions: Vec<OperationId>,
    /// Those transactions, one line each: what they asked and what they were told.
    pub named: Vec<String>,
    /// Why they are impossible together, one sentence each; the last ends in a contradiction.
    pub reasons: Vec<String>,
    /// When the last of them was complete: from then on the anomaly is certain.
    pub at: Option<Time>,
}

/// A question about some levels that stayed open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// The levels that can neither be confirmed nor, for this reason, be ruled out.
    pub levels: Vec<Level>,
    /// What stood in the way.
    pub reason: String,
}

/// All that is known about the isolation of a history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Analysis {
    /// The anomalies, the gravest first, each kind once.
    pub findings: Vec<Finding>,
    /// What could not be decided.
    pub open: Vec<Open>,
}

impl Analysis {
    /// An analysis that could not begin.
    pub(crate) fn impossible(reason: String) -> Analysis {
        Analysis { findings: Vec::new(), open: vec![Open { levels: Level::ALL.to_vec(), reason }] }
    }

    /// The gravest anomaly that `level` forbids.
    #[must_use]
    pub fn broken_by(&self, level: Level) -> Option<&Finding> {
        self.findings.iter().find(|finding| level.forbids(finding.anomaly))
    }

    /// The levels that the history certainly violates, from weak to strong.
    #[must_use]
    pub fn ruled_out(&self) -> Vec<Level> {
        Level::ALL.into_iter().filter(|&level| self.broken_by(level).is_some()).collect()
    }

    /// The weakest levels that the history certainly violates: all others that are ruled out imply one of these.
    #[must_use]
    pub fn weakest_ruled_out(&self) -> Vec<Level> {
        let out = self.ruled_out();
        let is_weakest = |&level: &Level| !out.iter().any(|&other| other != level && level.implies(other));
        out.iter().copied().filter(is_weakest).collect()
    }

    /// The strongest levels that are not ruled out: every other such level is implied by one of these.
    #[must_use]
    pub fn strongest_possible(&self) -> Vec<Level> {
        let possible: Vec<Level> =
            Level::ALL.into_iter().filter(|&level| self.broken_by(level).is_none()).collect();
        let is_strongest =
            |&level: &Level| !possible.iter().any(|&other| other != level && other.implies(level));
        possible.iter().copied().filter(is_strongest).collect()
    }

    /// Whether the history satisfies `level`.
    pub fn verdict(&self, level: Level) -> Verdict {
        if let Some(finding) = self.broken_by(level) {
            return self.violation(level, finding).into();
        }
        match self.open.iter().find(|open| open.levels.contains(&level)) {
            Some(open) => Verdict::unknown(CHECK, format!("{level}: {}", open.reason)),
            None => Verdict::Ok,
        }
    }

    fn violation(&self, level: Level, finding: &Finding) -> Violation {
        let Finding { anomaly, count, transactions, named, reasons, at } = finding;
        let times = match count {
            1 => String::new(),
            count => format!(" ({count} times)"),
        };
        let summary = format!("{anomaly}: {}{times}, which {level} forbids", anomaly.meaning());
        let mut operations = transactions.clone();
        operations.sort_unstable();
        operations.dedup();
        let mut evidence: Vec<String> = named.iter().chain(reasons).cloned().collect();
        let others: Vec<String> = self
            .findings
            .iter()
            .filter(|other| other.anomaly != *anomaly)
            .map(|other| other.anomaly.to_string())
            .collect();
        if !others.is_empty() {
            evidence.push(format!("the history also shows {}", others.join(", ")));
        }
        let strongest: Vec<&str> = self.strongest_possible().into_iter().map(Level::name).collect();
        evidence.push(match strongest.is_empty() {
            true => "it rules out every level".to_owned(),
            false => format!("the strongest levels that are not ruled out: {}", strongest.join(", ")),
        });
        Violation {
            subject: Some(anomaly.to_string()),
            at: *at,
            operations,
            evidence,
            ..Violation::new(CHECK, summary)
        }
    }
}
