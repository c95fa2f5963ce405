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
mod plain;
mod rounds;
mod search;
mod shrink;

use stormglass_core::history::History;
use stormglass_core::verdict::Verdict;

use crate::model::Model;
pub use options::{Limits, Method, Options, Reductions};

/// The name of this check in verdicts.
const CHECK: &str = "linearizable";

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
    let parts = match part::split(model, history) {
        Ok(parts) => parts,
        Err(why) => return Verdict::unknown(CHECK, why),
    };
    let decided = rounds::decide(model, &parts, options);
    let broken = decided.broken.iter().map(|&(index, least)| {
        let part = &parts[index];
        (part, locate::first_break(model, part, least))
    });
    // The first break in real time is the one nearest to its cause.
    if let Some((part, event)) = broken.min_by_key(|&(part, event)| part.rank(event)) {
        let shrunk = shrink::smallest_window(model, part, event);
        return explain::violation(model, history, part, event, &shrunk, decided.broken.len() - 1).into();
    }
    let unknown =
        |&(index, stuck): &_| Verdict::unknown(CHECK, explain::spent(model, &parts[index], &stuck, options));
    decided.spent.iter().map(unknown).fold(Verdict::Ok, Verdict::and)
}
