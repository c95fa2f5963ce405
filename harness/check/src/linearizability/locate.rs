//! Where a part breaks: the first return up to which there is no legal order.
//!
//! What is illegal stays so when more happens, so a bisection would find it; but each of its questions is about nearly
//! the whole part. Mostly the newest operations alone are impossible, whatever the others did: then they, by
//! themselves, say where they break, and one question is left: whether all before that is legal.

use crate::linearizability::part::Part;
use crate::linearizability::plain::{Budget, Found, Within};
use crate::linearizability::wanted::Wanted;
use crate::linearizability::{Broken, Options, rounds};
use crate::model::Model;

/// Configurations that one trial may visit, and four more for each operation, but no more than the whole check; a trial
/// that needs more counts as legal.
const TRIAL: u64 = 200_000;

/// How many of the newest operations are tried alone.
const NEWEST: usize = 1024;

/// How many returns after the least one are tried before all.
const NEAR: [usize; 2] = [64, 1024];

/// The first return that makes the illegal `part` illegal.
pub(super) fn first_break<'a, M: Model>(
    model: &M,
    part: Part<'a, M>,
    within: Within,
    options: &Options,
) -> Broken<'a, M> {
    let is_return = |event: &u32| part.events[*event as usize].is_return();
    let returns: Vec<u32> = (within.least..part.events.len() as u32).filter(is_return).collect();
    let search = Search { model, part: &part, options, returns };
    let event = search.first(within.most);
    let before = part.events[..event as usize].iter().filter(|event| event.is_return()).count();
    Broken { event, before, all: part.entries.len(), part }
}

struct Search<'p, 'a, M: Model> {
    model: &'p M,
    part: &'p Part<'a, M>,
    options: &'p Options,
    /// Those that may be the first break.
    returns: Vec<u32>,
}

impl<'a, M: Model> Search<'_, 'a, M> {
    /// The first return that makes the part illegal, which may be so already at `most`.
    fn first(&self, most: u32) -> u32 {
        // Legal below `low`, broken at `high`.
        let (mut low, mut high) = (0, self.returns.len() - 1);
        let most = self.place(most);
        // Whether the theory of the object named `high`: then it mostly is the first. It takes an operation that returned
        // later for one that never happened, so what it says is asked for.
        let mut named = most < high && (self.newest(most).is_some() || self.broken(most).is_some());
        if named {
            high = most;
        }
        let mut step = 1;
        while low < high {
            let near = NEAR.iter().map(|near| low + near).filter(|near| *near < high).chain([high]);
            let candidate =
                if named { Some(high) } else { near.into_iter().find_map(|near| self.newest(near)) };
            // Where no few operations are to blame, a gallop and a bisection find the break.
            let (place, next) = match candidate {
                Some(place) if place > low => (place, place - 1),
                Some(place) => return self.returns[place],
                None => (high, low + (high - low - 1).min(step) / 2),
            };
            step *= 4;
            match self.broken(next) {
                Some(within) => {
                    let most = self.place(within.most);
                    named = most < next && self.broken(most).is_some();
                    high = if named { most } else { next };
                    low = low.max(self.place(within.least)).min(high);
                }
                None if next + 1 == place => return self.returns[place],
                None => (low, named) = (next + 1, false),
            }
        }
        self.returns[high]
    }

    /// The last return that may be the first break and is not after `event`.
    fn place(&self, event: u32) -> usize {
        self.returns.partition_point(|&other| other <= event).saturating_sub(1)
    }

    /// Where the part breaks, if it is known to do so up to that return.
    fn broken(&self, place: usize) -> Option<Within> {
        let prefix = self.part.forgetting(self.model, self.returns[place], |_| true, |_| false);
        let Within { least, most } = self.illegal(&prefix)?;
        Some(Within { least: self.event(&prefix, least), most: self.event(&prefix, most) })
    }

    /// The event of the part that is this one of a smaller part; after that one's end, there is none.
    fn event(&self, smaller: &Part<'a, M>, event: u32) -> u32 {
        let Some(&it) = smaller.events.get(event as usize) else { return u32::MAX };
        let same = self.part.find(smaller.id(it.index()));
        let same = &self.part.entries[same.expect("it has the operation") as usize];
        if it.is_return() { same.returned } else { same.called }
    }

    fn illegal(&self, part: &Part<'a, M>) -> Option<Within> {
        let allowed = TRIAL + 4 * part.entries.len() as u64;
        let configurations = allowed.min(self.options.limits.configurations);
        let mut budget = Budget { configurations, bytes: self.options.limits.bytes };
        match rounds::find(self.model, part, self.options.method.quick(), &mut budget) {
            Found::Illegal(within) => Some(within),
            Found::Legal | Found::Spent(_) => None,
        }
    }

    /// The return that makes the newest operations up to that one impossible, whatever the others did.
    fn newest(&self, place: usize) -> Option<usize> {
        let until = self.returns[place];
        let returned = |index: &u32| self.part.entries[*index as usize].returned <= until;
        let last = self.part.events[until as usize].index() as usize;
        let begun = self.part.entries[last..].partition_point(|entry| entry.called <= until) + last;
        let mut newest: Vec<u32> = (0..begun as u32).rev().filter(returned).take(NEWEST).collect();
        newest.reverse();
        let wanted = Wanted::new(self.model, self.part, &newest);
        let is_newest = |index| newest.binary_search(&index).is_ok();
        let few = self.part.forgetting(self.model, until, is_newest, |op| wanted.is_useless(self.model, op));
        self.illegal(&few)?;
        let returns: Vec<u32> =
            (0..few.events.len() as u32).filter(|&event| few.events[event as usize].is_return()).collect();
        let is_legal = |event: &u32| {
            let prefix = few.forgetting(self.model, *event, |_| true, |_| false);
            self.illegal(&prefix).is_none()
        };
        let event = *returns.get(returns.partition_point(is_legal))?;
        self.returns.binary_search(&self.event(&few, event)).ok()
    }
}
