//! Linearizability: is there one order of the operations, in real time, that the model allows?
//!
//! ```text
//! history ──part──▶ one Part per key ──search──▶ legal / illegal / budget spent
//!                                        │ illegal
//!                                        ▼
//!                                     shrink ──▶ explain ──▶ Violation
//! ```
//!
//! Operations that failed did not happen. Operations of unknown outcome, and those without a completion, may take
//! effect at any time after their invocation, or never.
//!
//! The verdict depends on the history, the model and the limits alone: effort is counted in configurations, never
//! in time.

mod explain;
mod locate;
mod options;
mod part;
mod picture;
mod plain;
mod rounds;
mod search;
mod shrink;
mod special;
mod split;
mod wanted;
mod zones;

use stormglass_core::history::History;
use stormglass_core::verdict::Verdict;

use crate::model::Model;
use part::Part;
use zones::Answer;

pub use options::{Limits, Method, Options, Reductions};

/// The name of this check in verdicts.
const CHECK: &str = "linearizable";

/// The most operations that can be numbered, with two events each.
const MOST: usize = (u32::MAX >> 2) as usize;

/// Whether `history` is linearizable with respect to `model`.
///
/// A violation is about the key whose break was certain first. It names a smallest set of operations that are
/// impossible together, whatever the others did: if all others are taken to be of unknown outcome there still is
/// no legal order, and if any one of these is too, there is.
pub fn linearizable<M: Model>(model: &M, history: &History<M::Op, M::Ret>) -> Verdict {
    linearizable_with(model, history, &Options::default())
}

/// As [`linearizable`], with limits and methods of one's own choice.
pub fn linearizable_with<M: Model>(
    model: &M,
    history: &History<M::Op, M::Ret>,
    options: &Options,
) -> Verdict {
    judge(model, history, options).unwrap_or_else(|why| Verdict::unknown(CHECK, why))
}

/// A broken key.
struct Broken<'a, M: Model> {
    /// What is to be shown of it.
    part: Part<'a, M>,
    /// The return that makes the part illegal.
    event: u32,
    /// How many operations of the key returned before.
    before: usize,
    /// How many operations the key has.
    all: usize,
}

/// The verdict; or why the history is none.
fn judge<M: Model>(
    model: &M,
    history: &History<M::Op, M::Ret>,
    options: &Options,
) -> Result<Verdict, String> {
    let operations = history.operations();
    if operations.len() >= MOST {
        return Err(format!("{} operations are more than this checker can number", operations.len()));
    }
    let survey = if options.method == Method::Best { zones::survey(model, history)? } else { None };
    let count = |answer| survey.as_ref().map_or(0, |survey| survey.count(answer));
    let is_open = |index: usize| {
        let answer = survey.as_ref().and_then(|survey| survey.answer(&model.key(&operations[index].op)));
        answer.is_none_or(|answer| answer == Answer::NotApplicable)
    };
    let parts = match survey {
        Some(_) if count(Answer::NotApplicable) == 0 => Vec::new(),
        _ => split::split(model, history, is_open)?,
    };
    let decided = rounds::decide(model, &parts, options);
    let others = (count(Answer::Illegal) + decided.broken.len()).saturating_sub(1);
    let unknown =
        |&(index, stuck): &_| Verdict::unknown(CHECK, explain::spent(model, &parts[index], &stuck, options));
    let unknown = decided.spent.iter().map(unknown).fold(Verdict::Ok, Verdict::and);
    let mut broken: Vec<Broken<'_, M>> = Vec::new();
    for (index, part) in parts.into_iter().enumerate() {
        if let Some(&(_, within)) = decided.broken.iter().find(|&&(broken, _)| broken == index) {
            broken.push(locate::first_break(model, part, within, options));
        }
    }
    if let Some(survey) = survey.filter(|survey| survey.count(Answer::Illegal) > 0) {
        broken.push(zones::breaks::first(model, history, &survey)?);
    }
    // The first break in real time is the one nearest to its cause.
    let first = broken.into_iter().min_by_key(|broken| broken.part.rank(broken.event));
    Ok(first.map_or(unknown, |first| explain::violation(model, history, &first, others, options).into()))
}
