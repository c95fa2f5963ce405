//! Classes of operations that ask the same and were answered the same.
//!
//! Of two pending ones, the one that returns first may as well come first: in any legal order that has them the
//! other way round, they can change places (an exchange argument).

use crate::fingerprint;
use crate::linearizability::part::Part;
use crate::model::Model;
use crate::table::Table;

/// Which operations are interchangeable.
pub(super) struct Classes {
    /// The class of each operation.
    pub(super) of: Vec<u32>,
    /// How many classes there are.
    pub(super) count: usize,
}

impl Classes {
    pub(super) fn new<M: Model>(part: &Part<'_, M>) -> Classes {
        let mut table = Table::new(part.entries.len());
        let mut firsts: Vec<u32> = Vec::new();
        let mut of = Vec::with_capacity(part.entries.len());
        for index in part.indexes() {
            let what = |index| (part.op(index), part.result(index), part.is_open(index));
            let hash = fingerprint::state(&what(index)) as u64;
            let fresh = firsts.len() as u32;
            let class =
                table.find_or_insert(hash, fresh, |class| what(firsts[class as usize]) == what(index));
            if class == fresh {
                firsts.push(index);
            }
            of.push(class);
        }
        Classes { of, count: firsts.len() }
    }

    /// Every operation in a class of its own.
    pub(super) fn distinct<M: Model>(part: &Part<'_, M>) -> Classes {
        Classes { of: (0..part.entries.len() as u32).collect(), count: part.entries.len() }
    }
}
