//! The event queue: exact order by (time, causal id), cheap at every size.
//!
//! A timing wheel whose slots are linked lists in one arena, with a heap for what lies beyond the wheel
//! (Varghese and Lauck, SOSP 1987, scheme 4, made exact). A slot is sorted only when time reaches it:
//!
//! ```text
//!            open slot, sorted        wheel: SLOTS lists, unsorted            beyond the wheel
//!  now ──▶  [a ≤ b ≤ c ≤ …]   [ … ][ · ][d→e][ · ][f][ · ] … [ · ]        heap {g ≤ h ≤ …}
//! ```
//!
//! The slot's width changes speed only, never order. The queue knows nothing of what it holds.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use stormglass_core::random::CausalId;
use stormglass_core::time::Time;

/// Slots of the wheel. With its 32 words of occupancy the next event is found by a scan of half a cache line.
const SLOTS: usize = 2048;
const NONE: u32 = u32::MAX;

/// When an event happens, and its rank among those of one moment: the causal id, never insertion order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Key(u128);

impl Key {
    #[inline]
    pub(crate) const fn new(at: Time, id: CausalId) -> Key {
        Key(((at.as_nanos() as u128) << 64) | id.as_u64() as u128)
    }

    #[inline]
    pub(crate) const fn at(self) -> Time {
        Time::from_nanos(self.nanos())
    }

    #[inline]
    pub(crate) const fn id(self) -> CausalId {
        CausalId::from_u64(self.0 as u64)
    }

    #[inline]
    const fn nanos(self) -> u64 {
        (self.0 >> 64) as u64
    }
}

#[derive(Clone)]
struct Entry<T> {
    key: Key,
    next: u32,
    item: Option<T>,
}

#[derive(Clone)]
pub(crate) struct Queue<T> {
    arena: Vec<Entry<T>>,
    free: u32,
    /// The head of each slot's list.
    slots: Box<[u32]>,
    /// One bit a slot: is its list not empty?
    occupied: [u64; SLOTS / 64],
    /// The slot that time has reached, latest first: the next event is at the end.
    open: Vec<(Key, u32)>,
    /// Number of the open slot, counted from time zero.
    cursor: u64,
    far: BinaryHeap<Reverse<(Key, u32)>>,
    /// log₂ of a slot's width in nanoseconds.
    width: u32,
}

impl<T> Queue<T> {
    /// An empty queue for a world of so many hosts. Few hosts have sparse events, and wide slots save hops
    /// from slot to slot; many have dense ones, and narrow slots save sorting.
    pub(crate) fn for_hosts(hosts: usize) -> Queue<T> {
        Queue {
            arena: Vec::new(),
            free: NONE,
            slots: vec![NONE; SLOTS].into_boxed_slice(),
            occupied: [0; SLOTS / 64],
            open: Vec::new(),
            cursor: 0,
            far: BinaryHeap::new(),
            width: if hosts < 64 { 16 } else { 13 },
        }
    }

    // Inlined, so that the caller builds the item where it will lie: a copy by way of the stack costs more than
    // all the rest of this function.
    #[inline(always)]
    pub(crate) fn push(&mut self, key: Key, item: T) {
        let place = self.store(key, item);
        self.link(key, place);
    }

    #[inline]
    fn link(&mut self, key: Key, place: u32) {
        let slot = key.nanos() >> self.width;
        if slot <= self.cursor {
            // Rare: less than a slot's width ahead.
            let rank = self.open.partition_point(|&(other, _)| other > key);
            self.open.insert(rank, (key, place));
        } else if slot - self.cursor < SLOTS as u64 {
            let index = slot as usize % SLOTS;
            self.arena[place as usize].next = self.slots[index];
            self.slots[index] = place;
            self.occupied[index / 64] |= 1 << (index % 64);
        } else {
            self.far.push(Reverse((key, place)));
        }
    }

    /// The next event's key, without taking it.
    #[inline]
    pub(crate) fn peek(&mut self) -> Option<Key> {
        if self.open.is_empty() && !self.advance() {
            return None;
        }
        self.open.last().map(|&(key, _)| key)
    }

    /// Takes the next event if it is due by `limit`.
    #[inline(always)]
    pub(crate) fn pop_until(&mut self, limit: Time) -> Option<(Key, T)> {
        let key = self.peek()?;
        if key.at() > limit {
            return None;
        }
        let (_, place) = self.open.pop()?;
        let entry = &mut self.arena[place as usize];
        let item = entry.item.take().expect("a queued place holds an item");
        entry.next = self.free;
        self.free = place;
        Some((key, item))
    }

    #[inline(always)]
    fn store(&mut self, key: Key, item: T) -> u32 {
        if self.free == NONE {
            self.arena.push(Entry { key, next: NONE, item: Some(item) });
            return u32::try_from(self.arena.len() - 1).expect("fewer than four billion events wait at once");
        }
        let place = self.free;
        let entry = &mut self.arena[place as usize];
        self.free = entry.next;
        entry.key = key;
        entry.item = Some(item);
        place
    }

    /// Opens the next slot that holds anything; `false` if none does.
    fn advance(&mut self) -> bool {
        let near = self.next_occupied();
        let far = self.far.peek().map(|Reverse((key, _))| key.nanos() >> self.width);
        let Some(cursor) = near.into_iter().chain(far).min() else {
            return false;
        };
        self.cursor = cursor;
        if near == Some(cursor) {
            let index = cursor as usize % SLOTS;
            self.occupied[index / 64] &= !(1 << (index % 64));
            let mut place = std::mem::replace(&mut self.slots[index], NONE);
            while place != NONE {
                let entry = &self.arena[place as usize];
                self.open.push((entry.key, place));
                place = entry.next;
            }
        }
        while let Some(&Reverse((key, place))) = self.far.peek()
            && key.nanos() >> self.width == cursor
        {
            self.far.pop();
            self.open.push((key, place));
        }
        if self.open.len() > 1 {
            self.open.sort_unstable_by_key(|&(key, _)| Reverse(key));
        }
        true
    }

    /// The number of the nearest slot after the cursor that holds anything.
    #[inline]
    fn next_occupied(&self) -> Option<u64> {
        let start = (self.cursor + 1) as usize % SLOTS;
        let words = self.occupied.len();
        for hop in 0..=words {
            let word = (start / 64 + hop) % words;
            let mut bits = self.occupied[word];
            // The first word is seen twice: first its bits from the start on, at the end those before.
            if hop == 0 {
                bits &= u64::MAX << (start % 64);
            } else if hop == words {
                bits &= !(u64::MAX << (start % 64));
            }
            if bits != 0 {
                let index = word * 64 + bits.trailing_zeros() as usize;
                let ahead = (index + SLOTS - start) % SLOTS;
                return Some(self.cursor + 1 + ahead as u64);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use stormglass_core::random::{Draws, Purpose, Seed};

    /// Whatever is pushed when, events come out in exactly the order of an ordered map, at both widths.
    #[test]
    fn events_come_out_in_order_of_time_and_then_of_causal_id() {
        for hosts in [5, 500] {
            let mut draws = Draws::new(CausalId::root(Seed(9), Purpose::Node), Purpose::Node);
            let mut queue = Queue::for_hosts(hosts);
            let mut model = BTreeMap::new();
            let mut now = 0;
            for round in 0..40_000u64 {
                let spans = [0, 1_000, 10_000_000, 500_000_000, 90_000_000_000];
                let span = *draws.pick(&spans).unwrap();
                let at = Time::from_nanos(now + draws.below(span + 1));
                let key = Key::new(at, CausalId::from_u64(draws.below(8) << 32 | round));
                queue.push(key, round);
                model.insert(key, round);
                if draws.below(100) < 55 {
                    let expected = model.pop_first();
                    assert_eq!(queue.peek(), expected.map(|(key, _)| key));
                    let found = queue.pop_until(Time::MAX);
                    assert_eq!(found, expected);
                    now = found.map_or(now, |(key, _)| key.nanos());
                }
            }
            while let Some(expected) = model.pop_first() {
                assert_eq!(queue.pop_until(Time::MAX), Some(expected));
            }
            assert_eq!(queue.pop_until(Time::MAX), None);
        }
    }

    /// Nothing later than the limit is taken, and nothing is lost by asking.
    #[test]
    fn a_limit_leaves_later_events_where_they_are() {
        let mut queue = Queue::for_hosts(3);
        let key = |nanos| Key::new(Time::from_nanos(nanos), CausalId::from_u64(1));
        queue.push(key(5_000_000), "late");
        assert_eq!(queue.pop_until(Time::from_nanos(4_000_000)), None);
        queue.push(key(4_500_000), "early");
        assert_eq!(queue.pop_until(Time::MAX), Some((key(4_500_000), "early")));
        assert_eq!(queue.pop_until(Time::MAX), Some((key(5_000_000), "late")));
    }
}
