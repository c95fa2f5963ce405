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

use stormglass_core::history::History;
use stormglass_core::random::mix;

use crate::fingerprint;
use crate::linearizability::split::{self, Moments};
use crate::model::{Access, Effect, Kind, Model};
use crate::table::Table;

/// Stands for a moment after all others.
const NEVER: u32 = u32::MAX;

/// The operations on one value of one key.
#[derive(Clone, Copy)]
pub(crate) struct Cluster {
    /// The value; zero for what was there in the beginning.
    value: u64,
    key: u32,
    /// When its write was invoked.
    written: u32,
    /// The first return.
    first: u32,
    /// The last invocation of an operation that happened.
    last: u32,
}

/// What is known of a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Answer {
    Legal,
    Illegal,
    /// Values repeat, or there are other operations than reads and writes.
    NotApplicable,
}

/// A key and what is known of it.
pub(crate) struct Known<K> {
    pub(crate) key: K,
    pub(crate) answer: Answer,
    /// How many operations it has.
    pub(crate) operations: usize,
}

/// What the zones say of a history of registers.
pub(crate) struct Survey<K> {
    /// Every key, in order of first use.
    pub(crate) keys: Vec<Known<K>>,
    /// Where each key is in `keys`.
    table: Table,
}

impl<K: std::hash::Hash + Eq> Survey<K> {
    /// The number of a key.
    pub(crate) fn number(&self, key: &K) -> Option<u32> {
        let hash = fingerprint::state(key) as u64;
        self.table.find(hash, |known| self.keys[known as usize].key == *key)
    }

    /// What is known of a key.
    pub(crate) fn answer(&self, key: &K) -> Option<Answer> {
        Some(self.keys[self.number(key)? as usize].answer)
    }

    /// How many keys have this answer.
    pub(crate) fn count(&self, answer: Answer) -> usize {
        self.keys.iter().filter(|known| known.answer == answer).count()
    }
}

/// Judges all keys of `history` that the theory applies to, if the model is a register.
pub(crate) fn survey<M: Model>(
    model: &M,
    history: &History<M::Op, M::Ret>,
) -> Result<Option<Survey<M::Key>>, String> {
    let Kind::Register(access) = model.kind() else { return Ok(None) };
    let Some(mut moments) = Moments::new(history.operations()) else { return Ok(None) };
    let mut keys: Keys<M::Key> = Keys { keys: Vec::new(), table: Table::new(0), last: None };
    let mut clusters = Clusters::new();
    for (index, operation) in history.operations().iter().enumerate() {
        let Some((invoked, returned)) = split::span(index, operation)? else { continue };
        moments.mark(invoked)?;
        returned.map_or(Ok(()), |returned| moments.mark(returned))?;
        let ret = operation.outcome.ok();
        if ret.is_none() && model.effect(&operation.op, None) == Effect::ReadOnly {
            continue;
        }
        let key = keys.number(model.key(&operation.op));
        keys.keys[key as usize].operations += 1;
        // Moment 0 is before everything.
        let (invoked, returned) = (invoked as u32 + 1, returned.map_or(NEVER, |rank| rank as u32 + 1));
        match access(&operation.op, ret) {
            Some(Access::Reads(value)) => {
                let cluster = clusters.of(key, value);
                cluster.first = cluster.first.min(returned);
                cluster.last = cluster.last.max(invoked);
            }
            Some(Access::Writes(value)) => {
                let cluster = clusters.of(key, value);
                if cluster.written != NEVER {
                    keys.keys[key as usize].answer = Answer::NotApplicable;
                }
                cluster.written = invoked;
                cluster.first = cluster.first.min(returned);
                cluster.last = cluster.last.max(invoked);
            }
            _ => keys.keys[key as usize].answer = Answer::NotApplicable,
        }
    }
    judge(&clusters.all, &mut keys.keys, moments.count());
    Ok(Some(Survey { keys: keys.keys, table: keys.table }))
}

/// Finds the keys with clusters that each come before the other.
fn judge<K>(clusters: &[Cluster], keys: &mut [Known<K>], moments: usize) {
    let mut begins = vec![NEVER; moments + 1];
    // The end of the last forward zone of each key.
    let mut ends = vec![0; keys.len()];
    let mut illegal = |key: u32| {
        let answer = &mut keys[key as usize].answer;
        if *answer == Answer::Legal {
            *answer = Answer::Illegal;
        }
    };
    for (index, cluster) in clusters.iter().enumerate() {
        let Cluster { key, written, first, last, .. } = *cluster;
        if first < written {
            illegal(key);
        } else if written == 0 {
            ends[key as usize] = last;
        } else if first != NEVER {
            begins[first.min(last) as usize] = index as u32;
        }
    }
    for index in begins {
        let Some(&Cluster { key, first, last, .. }) = clusters.get(index as usize) else { continue };
        let end = &mut ends[key as usize];
        if first < *end {
            illegal(key);
        }
        if first < last {
            *end = last.max(*end);
        }
    }
}

struct Keys<K> {
    keys: Vec<Known<K>>,
    table: Table,
    /// The key asked for last, which often comes again.
    last: Option<u32>,
}

impl<K: std::hash::Hash + Eq> Keys<K> {
    fn number(&mut self, key: K) -> u32 {
        if let Some(last) = self.last.filter(|&last| self.keys[last as usize].key == key) {
            return last;
        }
        let fresh = self.keys.len() as u32;
        let Keys { keys, table, .. } = self;
        table.reserve(keys.len(), |known| fingerprint::state(&keys[known as usize].key) as u64);
        let hash = fingerprint::state(&key) as u64;
        let number = table.find_or_insert(hash, fresh, |known| keys[known as usize].key == key);
        if number == fresh {
            keys.push(Known { key, answer: Answer::Legal, operations: 0 });
        }
        self.last = Some(number);
        number
    }
}

pub(crate) struct Clusters {
    all: Vec<Cluster>,
    table: Table,
}

impl Clusters {
    fn new() -> Clusters {
        Clusters { all: Vec::new(), table: Table::new(0) }
    }

    #[inline]
    fn of(&mut self, key: u32, value: Option<u64>) -> &mut Cluster {
        let number = self.number(key, value);
        &mut self.all[number as usize]
    }

    #[inline]
    fn number(&mut self, key: u32, value: Option<u64>) -> u32 {
        let fresh = self.all.len() as u32;
        let Clusters { all, table } = self;
        table.reserve(all.len(), |known| hash(all[known as usize].key, all[known as usize].value()));
        let known = table.find_or_insert(hash(key, value), fresh, |known| {
            let cluster = &all[known as usize];
            cluster.value() == value && cluster.key == key
        });
        if known == fresh {
            // The first value was there before everything.
            let (written, first) = if value.is_none() { (0, 0) } else { (NEVER, NEVER) };
            all.push(Cluster { value: value.unwrap_or(0), key, written, first, last: 0 });
        }
        known
    }
}

impl Cluster {
    /// The value, or nothing for what was there before everything.
    #[inline]
    fn value(&self) -> Option<u64> {
        (self.written != 0).then_some(self.value)
    }
}

/// Sixteen consecutive values have neighbouring places: one line of the cache holds what is used together.
#[inline]
fn hash(key: u32, value: Option<u64>) -> u64 {
    let value = value.map_or(0, |value| value.wrapping_add(1));
    mix(u64::from(key) + 1, value >> 4) << 4 | value & 15
}
