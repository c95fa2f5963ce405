//! One row on one engine: what became of it.

use std::fmt;

use stormglass_core::random::Seed;
use stormglass_core::verdict::Verdict;
use stormglass_explore::{Case, Report, audited};
use stormglass_plan::engine::Effect;
use stormglass_plan::kind::Kind;

/// A verdict in a word, and the check that spoke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// Nothing was wrong.
    Ok,
    /// Something was lost, as it had to be expected.
    ExpectedLoss,
    /// By this check.
    Violated(String),
    /// This check could not decide.
    Unknown(String),
    /// It was not run.
    Refused(String),
}

/// What became of one row on one engine.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Whether all was well.
    pub word: Word,
    /// What the row's kind of fault did, if the row is about one.
    pub effect: Option<Effect>,
    /// More to know, such as the seed.
    pub note: String,
    /// Why, for whoever asks.
    pub evidence: String,
}

impl Cell {
    /// Runs a seed of a case, and looks at what this kind of fault did in it.
    #[must_use]
    pub fn of(case: &dyn Case, seed: u64, kind: Option<Kind>) -> Cell {
        match audited(case, Seed(seed)) {
            Ok(report) => Cell::seen(&report, kind),
            Err(problem) => Cell {
                word: Word::Refused(problem.to_string()),
                effect: None,
                note: String::new(),
                evidence: problem.to_string(),
            },
        }
    }

    /// What a report says.
    #[must_use]
    pub fn seen(report: &Report, kind: Option<Kind>) -> Cell {
        let check = || report.verdict.check().to_owned();
        let word = match (&report.verdict, &report.expected_loss) {
            (Verdict::Ok, None) => Word::Ok,
            (Verdict::Ok, Some(_)) => Word::ExpectedLoss,
            (Verdict::Violated(_), _) => Word::Violated(check()),
            (Verdict::Unknown(_), _) => Word::Unknown(check()),
        };
        let effect = |kind| report.effects.get(&kind).map(|(_, effect)| *effect).unwrap_or_default();
        Cell { word, effect: kind.map(effect), note: String::new(), evidence: report.verdict.to_string() }
    }

    /// Whether another engine says something else: another verdict, or a fault that did something on one alone. By which check a
    /// violation was seen first, and how much a fault did, is the engine's own.
    #[must_use]
    pub fn agrees_with(&self, other: &Cell) -> bool {
        let alike = match (&self.word, &other.word) {
            (Word::Violated(_), Word::Violated(_)) => true,
            (one, other) => one == other,
        };
        alike && self.did_something() == other.did_something()
    }

    /// Whether the row's fault did anything.
    #[must_use]
    pub fn did_something(&self) -> bool {
        self.effect.is_some_and(|effect| !effect.is_none())
    }
}

/// `ok · 37 lost`.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.word {
            Word::Ok => f.write_str("ok")?,
            Word::ExpectedLoss => f.write_str("expected loss")?,
            Word::Violated(check) => write!(f, "violated · {check}")?,
            Word::Unknown(check) => write!(f, "unknown · {check}")?,
            Word::Refused(_) => f.write_str("refused")?,
        }
        if let Some(effect) = &self.effect {
            write!(f, " · {}", brief(effect))?;
        }
        if self.note.is_empty() { Ok(()) } else { write!(f, " · {}", self.note) }
    }
}

/// What most tells what a fault did, in two words.
fn brief(effect: &Effect) -> String {
    let counts = [
        (effect.downs, "down"),
        (effect.clocks, "clocks"),
        (effect.operations, "operations"),
        (effect.syncs, "syncs"),
        (effect.accesses, "accesses"),
        (effect.inputs, "waits"),
        (effect.disturbed, "disturbed"),
        (effect.dropped, "lost"),
        (effect.bytes, "bytes"),
        (effect.spared, "spared"),
    ];
    let first = counts.into_iter().find(|(count, _)| *count > 0);
    first.map_or("nothing".to_owned(), |(count, what)| format!("{count} {what}"))
}
