//! The smallest impossible window: which operations together have no legal order?
//!
//! Leaving an operation out proves nothing: without the write of 41 no read of 41 is legal. So an operation that
//! does not matter is *forgotten* instead: it becomes one of unknown outcome, which may have happened at any time
//! after its invocation, or never. Forgetting only ever makes a history easier to explain; what is still impossible
//! with all others forgotten is impossible whatever they did.
//!
//! The method is delta debugging (Zeller and Hildebrandt 2002) with ever smaller stretches, until no single
//! operation can be forgotten.

use crate::linearizability::part::Part;
use crate::linearizability::plain::{Budget, Found};
use crate::linearizability::{Reductions, search};
use crate::model::{Effect, Model};

/// Configurations that one trial may visit, and four more for each operation; a trial that needs more keeps its
/// operations.
const TRIAL: u64 = 20_000;
/// Configurations that all trials of one window may visit, and a hundred more for each operation.
const TRIALS: u64 = 4_000_000;

/// The operations of a smallest window, and whether it is proven that none of them can go.
pub(crate) struct Shrunk {
    /// Indexes in the part, in order of invocation.
    pub(crate) entries: Vec<usize>,
    /// Whether every single one was shown to be needed.
    pub(crate) minimal: bool,
}

/// Shrinks the part up to and including the event `until`, which together have no legal order.
pub(crate) fn smallest_window<M: Model>(model: &M, part: &Part<'_, M>, until: u32) -> Shrunk {
    let size = part.entries.len() as u64;
    let mut trials =
        Trials { model, part, until, each: TRIAL + 4 * size, left: TRIALS + 100 * size, doubtful: false };
    let mut firm: Vec<bool> = part.entries.iter().map(|entry| entry.returned <= until).collect();
    if !trials.impossible(&firm) {
        // What an operation returned later matters, if it took effect before.
        firm = part.entries.iter().map(|entry| entry.called < until).collect();
    }
    let last = part.events[until as usize].index() as usize;
    let mut kept: Vec<usize> = (0..firm.len()).filter(|&index| firm[index]).collect();
    // People look for the writes: a read stays only where no write says the same.
    let reads = |index: &usize| {
        let entry = &part.entries[*index];
        *index != last && model.effect(entry.op, entry.ret) == Effect::ReadOnly
    };
    let (reads, others): (Vec<usize>, Vec<usize>) = kept.iter().partition(|index| reads(index));
    reads.iter().for_each(|&index| firm[index] = false);
    if trials.impossible(&firm) {
        kept = others;
    } else {
        reads.iter().for_each(|&index| firm[index] = true);
    }
    let mut stretch = kept.len().div_ceil(2);
    let mut minimal = false;
    while !minimal {
        minimal = stretch == 1;
        trials.doubtful = false;
        let mut end = kept.len();
        while end > 0 {
            // From the oldest: what is left is near the break.
            let from = kept.len() - end;
            let to = (from + stretch).min(kept.len());
            let forgotten: Vec<usize> =
                kept[from..to].iter().copied().filter(|&index| index != last).collect();
            end -= to - from;
            if forgotten.is_empty() {
                continue;
            }
            forgotten.iter().for_each(|&index| firm[index] = false);
            if trials.impossible(&firm) {
                kept.retain(|index| !forgotten.contains(index));
                minimal = false;
            } else {
                forgotten.iter().for_each(|&index| firm[index] = true);
            }
        }
        if trials.left == 0 {
            break;
        }
        stretch = (stretch / 2).max(1);
    }
    Shrunk { entries: kept, minimal: minimal && !trials.doubtful }
}

struct Trials<'p, 'a, M: Model> {
    model: &'p M,
    part: &'p Part<'a, M>,
    until: u32,
    each: u64,
    left: u64,
    /// Whether some trial had no answer.
    doubtful: bool,
}

impl<M: Model> Trials<'_, '_, M> {
    /// Whether these operations alone are known to have no legal order.
    fn impossible(&mut self, firm: &[bool]) -> bool {
        let part = self.part.forgetting(self.model, self.until, firm);
        let allowed = self.each.min(self.left);
        let mut budget = Budget { configurations: allowed, bytes: usize::MAX };
        let found = search::search(self.model, &part, Reductions::ALL, &mut budget);
        self.left -= allowed - budget.configurations;
        self.doubtful |= matches!(found, Found::Spent(_));
        matches!(found, Found::Illegal(_))
    }
}
