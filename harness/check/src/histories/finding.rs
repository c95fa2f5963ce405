//! What a check found, and how several findings become one verdict.

use stormglass_core::history::{Moment, OperationId};
use stormglass_core::verdict::{Verdict, Violation};

/// One thing that is impossible.
#[derive(Clone, Debug, Default)]
pub(super) struct Finding {
    /// One sentence.
    pub(super) summary: String,
    /// What it is about.
    pub(super) subject: Option<String>,
    /// When it was certain.
    pub(super) at: Option<Moment>,
    /// The operations that show it, by number.
    pub(super) operations: Vec<usize>,
    /// More lines of proof.
    pub(super) evidence: Vec<String>,
}

/// More findings than this are only counted.
const SHOWN: usize = 5;

impl Finding {
    pub(super) fn new(summary: impl Into<String>) -> Finding {
        Finding { summary: summary.into(), ..Finding::default() }
    }

    pub(super) fn about(self, subject: impl Into<String>) -> Finding {
        Finding { subject: Some(subject.into()), ..self }
    }

    pub(super) fn at(self, at: Option<Moment>) -> Finding {
        Finding { at, ..self }
    }

    pub(super) fn by(self, operations: impl IntoIterator<Item = usize>) -> Finding {
        Finding { operations: operations.into_iter().collect(), ..self }
    }

    pub(super) fn with(self, evidence: Vec<String>) -> Finding {
        Finding { evidence, ..self }
    }
}

/// Violated by the finding that was certain first; the others are among its evidence. Without findings unknown, if there
/// is a reason to be; otherwise ok.
pub(super) fn verdict(check: &str, mut findings: Vec<Finding>, unknown: Option<String>) -> Verdict {
    // Findings without a moment come last; equal ones stay in their order.
    findings.sort_by_key(|finding| finding.at.map_or(u64::MAX, |at| at.rank));
    let mut findings = findings.into_iter();
    let Some(first) = findings.next() else {
        return unknown.map_or(Verdict::Ok, |reason| Verdict::unknown(check, reason));
    };
    let mut violation = Violation::new(check, first.summary);
    violation.subject = first.subject;
    violation.at = first.at.map(|at| at.at);
    let mut operations = first.operations;
    operations.sort_unstable();
    operations.dedup();
    violation.operations = operations.into_iter().map(OperationId).collect();
    violation.evidence = first.evidence;
    let others: Vec<Finding> = findings.collect();
    violation.evidence.extend(others.iter().take(SHOWN).map(|other| format!("also: {}", other.summary)));
    if others.len() > SHOWN {
        violation.evidence.push(format!("and {} more", others.len() - SHOWN));
    }
    violation.into()
}

/// The first few of some things, in words.
pub(super) fn some<T: std::fmt::Display>(things: &[T]) -> String {
    let shown: Vec<String> = things.iter().take(8).map(ToString::to_string).collect();
    match things.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
