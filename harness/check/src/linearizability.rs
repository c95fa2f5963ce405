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
mod part;
mod plain;
mod shrink;

use stormglass_core::history::History;
use stormglass_core::verdict::Verdict;

use crate::model::Model;
use part::Part;
use plain::{Budget, Found};

/// The name of this check in verdicts.
const CHECK: &str = "linearizable";

/// How much a check may spend before it answers that it does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Configurations (a set of linearized operations and a state) visited, over all keys together.
    pub configurations: u64,
    /// Bytes of memory for one key's search.
    pub bytes: usize,
}

impl Default for Limits {
    /// Fifty million configurations and one gibibyte: some seconds.
    fn default() -> Limits {
        Limits {
            configurations: 50_000_000,
            bytes: 1 << 30,
        }
    }
}

/// Whether `history` is linearizable with respect to `model`, within the default [`Limits`].
pub fn linearizable<M: Model>(model: &M, history: &History<M::Op, M::Ret>) -> Verdict {
    linearizable_within(model, history, Limits::default())
}

/// Whether `history` is linearizable with respect to `model`, within `limits`.
///
/// A violation names the smallest impossible set of operations that was found: with the outcome of any one of
/// them unknown, and that of all others as well, there would be a legal order.
pub fn linearizable_within<M: Model>(model: &M, history: &History<M::Op, M::Ret>, limits: Limits) -> Verdict {
    let parts = match part::split(model, history) {
        Ok(parts) => parts,
        Err(why) => return Verdict::unknown(CHECK, why),
    };
    let mut budget = Budget {
        configurations: limits.configurations,
        bytes: limits.bytes,
    };
    let mut broken: Vec<(&Part<'_, M>, plain::Stuck)> = Vec::new();
    let mut undecided = Verdict::Ok;
    for part in &parts {
        match plain::search(model, part, &mut budget) {
            Found::Legal => {}
            Found::Illegal(stuck) => broken.push((part, stuck)),
            Found::Spent(spent) => {
                undecided = undecided.and(Verdict::unknown(
                    CHECK,
                    explain::spent(model, part, &spent, limits),
                ));
            }
        }
    }
    let others = broken.len().saturating_sub(1);
    // The first break in real time is the one nearest to its cause.
    let Some((part, stuck)) = broken
        .into_iter()
        .min_by_key(|(part, stuck)| part.rank(stuck.event))
    else {
        return undecided;
    };
    let window = shrink::smallest_window(model, part, stuck.event);
    explain::violation(model, history, part, &stuck, &window, others).into()
}
