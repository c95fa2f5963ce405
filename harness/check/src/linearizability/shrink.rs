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
use crate::linearizability::{Method, rounds};
use crate::model::Model;

/// Configurations that one trial may visit, and four more for each operation; a trial that needs more keeps its
/// operations.
const TRIAL: u64 = 20_000;
/// Configurations that all trials of one window may visit, and a hundred more for each operation.
const TRIALS: u64 = 1_000_000;

/// The operations of a smallest window, and whether it is proven that none of them can go.
pub(crate) struct Shrunk {
    /// Indexes in the part, in order of invocation.
    pub(crate) entries: Vec<u32>,
    /// Whether every single one was shown to be needed.
    pub(crate) minimal: bool,
}

/// Shrinks the part up to and including the event `until`, which together have no legal order.
///
/// All trials together visit no more configurations than `most`.
pub(crate) fn smallest_window<M: Model>(model: &M, part: &Part<'_, M>, until: u32, most: u64) -> Shrunk {
    let size = part.entries.len() as u64;
    let last = part.events[until as usize].index();
    let left = (TRIALS + 100 * size).min(most);
    let mut trials = Trials { model, part, until, each: TRIAL + 4 * size, left, doubtful: false };
    // What an operation returned later matters only if it took effect before.
    let returned: Vec<u32> =
        part.indexes().filter(|&index| part.entries[index as usize].returned <= until).collect();
    let invoked: Vec<u32> =
        part.indexes().filter(|&index| part.entries[index as usize].called < until).collect();
    let mut kept: Vec<u32> = if trials.impossible(&returned) { returned } else { invoked };
    newest(&mut trials, &mut kept);
    // People look for the writes: a read stays only where no write says the same.
    let (reads, others): (Vec<u32>, Vec<u32>) =
        kept.iter().partition(|&&index| index != last && part.is_read_only(model, index));
    if !reads.is_empty() && trials.impossible(&others) {
        kept = others;
    }
    let mut stretch = kept.len().div_ceil(2);
    loop {
        trials.doubtful = false;
        let before = kept.len();
        forget_stretches(&mut trials, &mut kept, stretch, last);
        if trials.left == 0 {
            return Shrunk { entries: kept, minimal: false };
        }
        if stretch == 1 && kept.len() == before {
            return Shrunk { entries: kept, minimal: !trials.doubtful };
        }
        stretch = (stretch / 2).max(1);
    }
}

/// Keeps only the newest operations, if few of them are enough.
fn newest<M: Model>(trials: &mut Trials<'_, '_, M>, kept: &mut Vec<u32>) {
    let mut count = 16;
    while count < kept.len() {
        let few = kept[kept.len() - count..].to_vec();
        if trials.impossible(&few) {
            *kept = few;
            return;
        }
        count *= 4;
    }
}

/// Goes through the operations from the oldest, so that what is left is near the break, and forgets each stretch
/// that is not needed.
fn forget_stretches<M: Model>(
    trials: &mut Trials<'_, '_, M>,
    kept: &mut Vec<u32>,
    stretch: usize,
    last: u32,
) {
    let mut from = 0;
    while from < kept.len() {
        let to = (from + stretch).min(kept.len());
        let mut without = kept[..from].to_vec();
        without.extend(kept[from..to].iter().filter(|&&index| index == last));
        let next = without.len();
        without.extend_from_slice(&kept[to..]);
        if without.len() < kept.len() && trials.impossible(&without) {
            (*kept, from) = (without, next);
        } else {
            from = to;
        }
    }
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
    fn impossible(&mut self, kept: &[u32]) -> bool {
        let part = self.part.forgetting(self.model, self.until, |index| kept.binary_search(&index).is_ok());
        let allowed = self.each.min(self.left);
        let mut budget = Budget { configurations: allowed, bytes: usize::MAX };
        let found = rounds::find(self.model, &part, Method::Best, &mut budget);
        self.left -= allowed - budget.configurations;
        self.doubtful |= matches!(found, Found::Spent(_));
        matches!(found, Found::Illegal(_))
    }
}
