//! The smallest impossible window: which operations together have no legal order?
//!
//! Leaving an operation out proves nothing: without the write of 41 no read of 41 is legal. So an operation that
//! does not matter is *forgotten* instead: it becomes one of unknown outcome, which may have happened at any time
//! after its invocation, or never. Forgetting only ever makes a history easier to explain; what is still impossible
//! with all others forgotten is impossible whatever they did.
//!
//! The method is delta debugging (Zeller and Hildebrandt 2002) with ever smaller stretches, until no single
//! operation can be forgotten.

use stormglass_core::history::OperationId;

use crate::linearizability::part::{Entry, Part};
use crate::linearizability::plain::{Budget, Found};
use crate::linearizability::wanted::Wanted;
use crate::linearizability::{Method, rounds};
use crate::model::Model;

/// Configurations that one trial may visit, and four more for each operation; a trial that needs more keeps its
/// operations.
const TRIAL: u64 = 20_000;
/// Configurations that all trials of one window may visit, and a hundred more for each operation.
const TRIALS: u64 = 1_000_000;

/// The operations of a smallest window, and whether it is proven that none of them can go.
pub(crate) struct Shrunk {
    /// In order of invocation.
    pub(crate) ids: Vec<OperationId>,
    /// Whether every single one was shown to be needed.
    pub(crate) minimal: bool,
}

/// Shrinks the part up to and including the event `until`, which together have no legal order.
///
/// All trials together visit no more configurations than `most`.
pub(crate) fn smallest_window<M: Model>(model: &M, part: &Part<'_, M>, until: u32, most: u64) -> Shrunk {
    let mut trials = Trials::new(model, part, until, most);
    // What an operation returned later matters only if it took effect before.
    let mut kept = trials.indexes(|entry| entry.returned <= until);
    if !newest(&mut trials, &mut kept) && !trials.impossible(&kept) {
        kept = trials.indexes(|entry| entry.called < until);
        newest(&mut trials, &mut kept);
    }
    trials.narrow(&mut kept);
    // People look for the writes: a read stays only where no write says the same.
    let last = trials.last();
    let (reads, others): (Vec<u32>, Vec<u32>) =
        kept.iter().partition(|&&index| index != last && trials.part.is_read_only(model, index));
    if !reads.is_empty() && trials.impossible(&others) {
        kept = others;
    }
    let mut stretch = kept.len().div_ceil(2);
    loop {
        trials.doubtful = false;
        let before = kept.len();
        forget_stretches(&mut trials, &mut kept, stretch);
        if trials.left == 0 || stretch == 1 && kept.len() == before {
            let ids = kept.iter().map(|&index| trials.part.id(index)).collect();
            return Shrunk { ids, minimal: trials.left > 0 && !trials.doubtful };
        }
        trials.narrow(&mut kept);
        stretch = (stretch / 2).max(1);
    }
}

/// Keeps only the newest operations, if few of them are enough; says whether they are.
fn newest<M: Model>(trials: &mut Trials<'_, '_, M>, kept: &mut Vec<u32>) -> bool {
    let mut count = 16;
    while count < kept.len() {
        let few = kept[kept.len() - count..].to_vec();
        if trials.impossible(&few) {
            *kept = few;
            return true;
        }
        count *= 4;
    }
    false
}

/// Goes through the operations from the oldest, so that what is left is near the break, and forgets each stretch
/// that is not needed.
fn forget_stretches<M: Model>(trials: &mut Trials<'_, '_, M>, kept: &mut Vec<u32>, stretch: usize) {
    let last = trials.last();
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
    /// What has not been forgotten for good.
    part: Cow<'p, 'a, M>,
    until: u32,
    each: u64,
    left: u64,
    /// Whether some trial had no answer.
    doubtful: bool,
    /// How many operations were kept when the part was narrowed.
    narrowed: usize,
}

/// A part that someone else keeps, or one that was made of it.
enum Cow<'p, 'a, M: Model> {
    Borrowed(&'p Part<'a, M>),
    Owned(Part<'a, M>),
}

impl<'a, M: Model> std::ops::Deref for Cow<'_, 'a, M> {
    type Target = Part<'a, M>;

    fn deref(&self) -> &Part<'a, M> {
        match self {
            Cow::Borrowed(part) => part,
            Cow::Owned(part) => part,
        }
    }
}

impl<'p, 'a, M: Model> Trials<'p, 'a, M> {
    fn new(model: &'p M, part: &'p Part<'a, M>, until: u32, most: u64) -> Self {
        let size = part.entries.len();
        let left = (TRIALS + 100 * size as u64).min(most);
        let each = TRIAL + 4 * size as u64;
        Trials { model, part: Cow::Borrowed(part), until, each, left, doubtful: false, narrowed: size }
    }

    /// The operation that returned last.
    fn last(&self) -> u32 {
        self.part.events[self.until as usize].index()
    }

    fn indexes(&self, wanted: impl Fn(&Entry) -> bool) -> Vec<u32> {
        self.part.indexes().filter(|&index| wanted(&self.part.entries[index as usize])).collect()
    }

    /// The part in which all but `kept` is forgotten.
    fn forgetting(&self, kept: &[u32]) -> Part<'a, M> {
        let wanted = Wanted::new(self.model, &self.part, kept);
        let is_kept = |index| kept.binary_search(&index).is_ok();
        self.part.forgetting(self.model, self.until, is_kept, |op| wanted.is_useless(self.model, op))
    }

    /// Forgets for good what is not kept, once it is much: then every trial has less to go through.
    fn narrow(&mut self, kept: &mut Vec<u32>) {
        if kept.len() > self.narrowed / 2 {
            return;
        }
        let narrow = self.forgetting(kept);
        // What is known to change nothing, but returned too late, is left out: yet once forgotten, it might change much.
        let places: Option<Vec<u32>> = kept.iter().map(|&index| narrow.find(self.part.id(index))).collect();
        let Some(places) = places else { return };
        *kept = places;
        self.narrowed = kept.len();
        self.until = narrow.events.len() as u32 - 1;
        self.part = Cow::Owned(narrow);
    }

    /// Whether these operations alone are known to have no legal order.
    fn impossible(&mut self, kept: &[u32]) -> bool {
        let part = self.forgetting(kept);
        let allowed = self.each.min(self.left);
        let mut budget = Budget { configurations: allowed, bytes: usize::MAX };
        let found = rounds::find(self.model, &part, Method::Best, &mut budget);
        self.left -= allowed - budget.configurations;
        self.doubtful |= matches!(found, Found::Spent(_));
        matches!(found, Found::Illegal(_))
    }
}
