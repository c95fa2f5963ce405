//! Registers with unique written values: linearizability without a search, in linear time.
//!
//! Where every value is written at most once, each read says which write it read from. A value's *cluster* is its
//! write and its reads. All of it happens before all of another cluster if one of its operations returned before one
//! of the other's was invoked; so with `f` the first return and `s` the last invocation of a cluster,
//!
//! > a register history with unique values is linearizable exactly if every value read is written, no read returns
//! > before the write is invoked, and no two clusters have `f₁ < s₂` and `f₂ < s₁`
//!
//! (Gibbons and Korach, *Testing Shared Memories*, 1997, section 4, where the stretch between `f` and `s` is the
//! cluster's *zone*: forward if `f < s`, else backward. Two forward zones must not overlap, and no backward zone may
//! lie in a forward one.) What the register holds in the beginning is a cluster whose write returned before
//! everything. A write that never returned counts if its value was read.
//!
//! Ends of zones are moments, and every moment is one event's: instead of sorting the zones, each is put at its
//! place in the order of events.

pub(crate) mod breaks;
mod clusters;
mod conflicts;
mod keys;

use std::hash::Hash;

use stormglass_core::history::History;

use crate::linearizability::split::{self, Moments};
use crate::model::{Access, Effect, Kind, Model};
use clusters::{Clusters, NEVER};
use keys::Keys;

/// What is known of a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Answer {
    Legal,
    Illegal,
    /// Values repeat, or there are other operations than reads and writes.
    NotApplicable,
}

/// A key's answer, and how many operations it has.
#[derive(Clone, Copy)]
pub(crate) struct Known {
    answer: Answer,
    operations: usize,
}

/// What the zones say of a history of registers.
pub(crate) struct Survey<K> {
    keys: Keys<K, Known>,
    /// The clusters of illegal keys that contradict another one, or themselves.
    involved: Clusters,
}

impl<K: Hash + Eq> Survey<K> {
    /// What is known of a key.
    pub(crate) fn answer(&self, key: &K) -> Option<Answer> {
        Some(self.keys.all[self.keys.find(key)? as usize].1.answer)
    }

    /// How many keys have this answer.
    pub(crate) fn count(&self, answer: Answer) -> usize {
        self.keys.all.iter().filter(|(_, known)| known.answer == answer).count()
    }
}

/// Judges all keys of `history` that the theory applies to, if the model is a register.
pub(crate) fn survey<M: Model>(
    model: &M,
    history: &History<M::Op, M::Ret>,
) -> Result<Option<Survey<M::Key>>, String> {
    let Kind::Register(access) = model.kind() else { return Ok(None) };
    let Some(mut moments) = Moments::new(history.operations()) else { return Ok(None) };
    let mut keys: Keys<M::Key, Known> = Keys::new();
    let mut clusters = Clusters::new();
    for (index, operation) in history.operations().iter().enumerate() {
        let Some((invoked, returned)) = split::span(index, operation)? else { continue };
        moments.mark(invoked)?;
        returned.map_or(Ok(()), |returned| moments.mark(returned))?;
        let ret = operation.outcome.ok();
        if ret.is_none() && model.effect(&operation.op, None) == Effect::ReadOnly {
            continue;
        }
        let key = keys.number(model.key(&operation.op), Known { answer: Answer::Legal, operations: 0 });
        let known = &mut keys.all[key as usize].1;
        known.operations += 1;
        // Moment 0 is before everything.
        let (invoked, returned) = (invoked as u32 + 1, returned.map_or(NEVER, |rank| rank as u32 + 1));
        let (value, writes) = match access(&operation.op, ret) {
            Some(Access::Reads(value)) => (value, false),
            Some(Access::Writes(value)) => (value, true),
            _ => {
                known.answer = Answer::NotApplicable;
                continue;
            }
        };
        let cluster = clusters.of(key, value);
        if writes {
            if cluster.written != NEVER {
                known.answer = Answer::NotApplicable;
            }
            cluster.written = invoked;
        }
        cluster.first = cluster.first.min(returned);
        cluster.last = cluster.last.max(invoked);
    }
    // The table is not needed any more, and what follows takes memory too.
    let clusters = clusters.all;
    let involved = conflicts::judge(&clusters, &mut keys.all, moments.count());
    Ok(Some(Survey { keys, involved: Clusters::of_all(involved) }))
}
