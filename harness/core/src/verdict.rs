//! What a judge says: ok, violated with evidence, or unknown; and how several answers become one.

use std::fmt;
use std::panic::Location;

use serde::{Deserialize, Serialize};

use crate::history::OperationId;
use crate::time::Time;

/// A judge's answer. `Violated` outweighs `Unknown`, which outweighs `Ok`; only `Ok` is a pass.
#[must_use = "a verdict that nobody reads hides the bug it names"]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The property holds.
    Ok,
    /// It could not be decided: why, and how far the check got.
    Unknown(Undecided),
    /// The property is broken, and here is the proof.
    Violated(Violation),
}

/// Why a check has no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undecided {
    /// The check, in the words of `list checks`: `linearizable`.
    pub check: String,
    /// One sentence: what stood in the way and how far the check got.
    pub reason: String,
}

/// Where in the code something went wrong, as a line of evidence. A dependency's file is named from its crate on: where a machine keeps
/// it is nobody's business.
#[must_use]
pub fn place(location: &Location<'_>) -> String {
    let file = location.file();
    let kept = file.split_once("/registry/src/").and_then(|(_, kept)| kept.split_once('/'));
    format!("at {}:{}", kept.map_or(file, |(_, file)| file), location.line())
}

/// The proof that a property is broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// The check, in the words of `list checks`: `linearizable`.
    pub check: String,
    /// One sentence for a person: what is impossible, with its values.
    pub summary: String,
    /// What the violation is about, where it is about one thing: `key 1`, `term 4`.
    pub subject: Option<String>,
    /// The earliest moment at which the break is certain, if it has one.
    pub at: Option<Time>,
    /// The operations that together are impossible, in order of invocation; empty for monitors of nodes.
    pub operations: Vec<OperationId>,
    /// Further lines of proof, each a sentence or a fact.
    pub evidence: Vec<String>,
}

impl Violation {
    /// A violation of `check`, said in one sentence; the other fields are empty.
    pub fn new(check: impl Into<String>, summary: impl Into<String>) -> Violation {
        Violation {
            check: check.into(),
            summary: summary.into(),
            subject: None,
            at: None,
            operations: Vec::new(),
            evidence: Vec::new(),
        }
    }
}

impl Verdict {
    /// A verdict of unknown, with its reason in one sentence.
    pub fn unknown(check: impl Into<String>, reason: impl Into<String>) -> Verdict {
        Verdict::Unknown(Undecided { check: check.into(), reason: reason.into() })
    }

    /// The heavier of two verdicts; of two equally heavy ones the first.
    pub fn and(self, other: Verdict) -> Verdict {
        if other.weight() > self.weight() { other } else { self }
    }

    /// Whether the property is known to hold.
    #[must_use]
    pub const fn is_ok(&self) -> bool {
        matches!(self, Verdict::Ok)
    }

    /// The proof, if the property is broken.
    #[must_use]
    pub const fn violation(&self) -> Option<&Violation> {
        match self {
            Verdict::Violated(violation) => Some(violation),
            Verdict::Ok | Verdict::Unknown(_) => None,
        }
    }

    /// The check that is not satisfied; empty if it is ok.
    #[must_use]
    pub fn check(&self) -> &str {
        match self {
            Verdict::Ok => "",
            Verdict::Unknown(undecided) => &undecided.check,
            Verdict::Violated(violation) => &violation.check,
        }
    }

    const fn weight(&self) -> u8 {
        match self {
            Verdict::Ok => 0,
            Verdict::Unknown(_) => 1,
            Verdict::Violated(_) => 2,
        }
    }
}

impl From<Violation> for Verdict {
    fn from(violation: Violation) -> Verdict {
        Verdict::Violated(violation)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Ok => f.write_str("ok"),
            Verdict::Unknown(Undecided { check, reason }) => write!(f, "unknown: {check}: {reason}"),
            Verdict::Violated(violation) => write!(f, "violated: {}: {}", violation.check, violation.summary),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Merging never loses a violation, nor an unknown behind an ok.
    #[test]
    fn the_heavier_verdict_wins() {
        let unknown = || Verdict::unknown("a", "out of memory");
        let violated = || Verdict::from(Violation::new("b", "two leaders"));
        assert_eq!(Verdict::Ok.and(unknown()), unknown());
        assert_eq!(violated().and(unknown()), violated());
        assert_eq!(unknown().and(violated()), violated());
        assert_eq!(Verdict::Ok.and(Verdict::Ok), Verdict::Ok);
    }
}
