//! Takes of unknown outcome: which value may each have removed?
//!
//! Such a *wild* take may have taken any value that nobody is known to have taken, at any time since it was invoked. A
//! value that stays inside too long must be given to one that was invoked early enough: before its *deadline*, the
//! first return after which it cannot be inside any more. All wild takes are alike but for when they were invoked, and
//! earlier is never worse; so they are given out in order of the deadlines.
//!
//! Operations that found nothing need a moment at which nothing is inside: every value that was put in before must have
//! been given away. Which moment is a choice; the last one possible is tried, then the first. So there are histories
//! for which this has no answer.

use crate::linearizability::special::Answer;
use crate::linearizability::special::values::{NEVER, Occupied, Span, Value, Values};

/// What a kind of object knows of its order.
pub(super) struct Rules {
    /// An event up to which the values, all taken as they say, have no order.
    pub(super) disorder: fn(&Values) -> Option<u32>,
    /// For each of the second values, which nobody is known to have taken, the first return after which it cannot be
    /// inside because of one of the first values.
    pub(super) deadlines: fn(&[Value], &[Value]) -> Vec<u32>,
}

/// The answer for `all`, if there is one.
pub(super) fn decide(all: &Values, rules: &Rules) -> Option<Answer> {
    if let Some(absurd) = all.absurd() {
        return Some(Answer::Illegal(absurd));
    }
    let broken = |all: &Values| {
        let occupied = Occupied::new(&all.values);
        let wrong = all.nothings.iter().filter(|nothing| occupied.throughout(nothing));
        wrong.map(|nothing| nothing.returned).chain((rules.disorder)(all)).min()
    };
    let as_told = broken(all);
    if all.wild.is_empty() || as_told.is_none() {
        return Some(Answer::unless_broken(as_told));
    }
    // What is not known to be taken may be so by a take that names it, too, if that never returned.
    let (mut taken, left): (Vec<Value>, Vec<Value>) =
        all.values.iter().partition(|value| value.taken.returned != NEVER);
    let deadlines = (rules.deadlines)(&taken, &left);
    let without_left = all.with(taken.clone());
    let empty = Empty::new(all, &taken, &left);
    let too_few = give(&all.wild, &left, &deadlines).err();
    if let Some(at) =
        too_few.into_iter().chain(broken(&without_left)).chain(empty.misses(&all.nothings)).min()
    {
        return Some(Answer::Illegal(at));
    }
    let known = taken.len();
    for moments in [empty.last_ones(&all.nothings), empty.first_ones(&all.nothings)] {
        let sooner = |(value, deadline): (&Value, &u32)| {
            let next = moments.partition_point(|&moment| moment < value.put.returned);
            moments.get(next).map_or(*deadline, |moment| *deadline.min(&(moment + 1)))
        };
        let deadlines: Vec<u32> = left.iter().zip(&deadlines).map(sooner).collect();
        let Ok(given) = give(&all.wild, &left, &deadlines) else { continue };
        taken.truncate(known);
        taken.extend(left.iter().zip(given).map(|(value, called)| {
            let taken = called.map_or(value.taken, |called| Span { called, returned: NEVER });
            Value { taken, ..*value }
        }));
        if broken(&all.with(taken.clone())).is_none() {
            return Some(Answer::Legal);
        }
    }
    None
}

/// Gives a wild take to each value that has a deadline and no early take of its own; or says by which deadline there are
/// not enough early ones.
fn give(wild: &[u32], left: &[Value], deadlines: &[u32]) -> Result<Vec<Option<u32>>, u32> {
    let mut given = vec![None; deadlines.len()];
    let needs_one =
        |&index: &usize| deadlines[index] != NEVER && left[index].taken.called >= deadlines[index];
    let mut urgent: Vec<usize> = (0..deadlines.len()).filter(needs_one).collect();
    urgent.sort_unstable_by_key(|&index| deadlines[index]);
    for (index, called) in urgent.iter().zip(wild.iter().copied().chain(std::iter::repeat(NEVER))) {
        if called >= deadlines[*index] {
            return Err(deadlines[*index]);
        }
        given[*index] = Some(called);
    }
    Ok(given)
}

/// The moments at which everything can have been taken out: right after which events.
struct Empty {
    /// For each event, the number of such moments before it.
    before: Vec<u32>,
    /// The moments.
    moments: Vec<u32>,
}

impl Empty {
    fn new(all: &Values, taken: &[Value], left: &[Value]) -> Empty {
        let events = all.events as usize;
        // What enters, less what leaves or can have left, after each event.
        let mut change = vec![(0, 0); events + 1];
        for value in taken.iter().filter(|value| value.put.returned < value.taken.called) {
            change[value.put.returned as usize].0 += 1;
            change[value.taken.called as usize].0 -= 1;
        }
        for value in left.iter().filter(|value| value.put.returned < value.taken.called) {
            change[value.put.returned as usize].1 += 1;
            change[value.taken.called.min(all.events) as usize].1 -= 1;
        }
        all.wild.iter().for_each(|&called| change[called as usize].1 -= 1);
        let mut empty = Empty { before: vec![0], moments: Vec::new() };
        let mut inside = (0, 0);
        for (event, change) in change[..events].iter().enumerate() {
            inside = (inside.0 + change.0, inside.1 + change.1);
            if inside.0 == 0 && inside.1 <= 0 {
                empty.moments.push(event as u32);
            }
            empty.before.push(empty.moments.len() as u32);
        }
        empty
    }

    /// The moments in the time of an operation.
    fn during(&self, span: &Span) -> &[u32] {
        &self.moments
            [self.before[span.called as usize] as usize..self.before[span.returned as usize] as usize]
    }

    /// The first return of an operation without such a moment.
    fn misses(&self, nothings: &[Span]) -> Option<u32> {
        let without = nothings.iter().filter(|nothing| self.during(nothing).is_empty());
        without.map(|nothing| nothing.returned).min()
    }

    /// For each operation its first moment.
    fn first_ones(&self, nothings: &[Span]) -> Vec<u32> {
        let mut moments: Vec<u32> =
            nothings.iter().filter_map(|nothing| self.during(nothing).first().copied()).collect();
        moments.sort_unstable();
        moments
    }

    /// As few moments as possible, each as late as possible, so that every operation has one.
    fn last_ones(&self, nothings: &[Span]) -> Vec<u32> {
        let mut by_return = nothings.to_vec();
        by_return.sort_unstable_by_key(|nothing| nothing.returned);
        let mut moments: Vec<u32> = Vec::new();
        for nothing in by_return {
            if moments.last().is_none_or(|&last| last < nothing.called) {
                moments.extend(self.during(&nothing).last());
            }
        }
        moments
    }
}
