//! The event queue: exact order by (time, causal id), cheap at every size.
//!
//! A timing wheel with a heap for what lies beyond it (Varghese and Lauck, SOSP 1987, scheme 4, made exact).
//! The events of a slot lie together, in chained blocks of one arena, and are sorted only when time reaches them:
//!
//! ```text
//!            open slot, sorted        wheel: SLOTS chains of blocks          beyond the wheel
//!  now ──▶  [a ≤ b ≤ c ≤ …]   [ … ][ · ][d e]→[f g h i][ · ][j][ · ] …      heap {k ≤ l ≤ …}
//! ```
//!
//! The slot's width changes speed only, never order. The queue knows nothing of what it holds.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use stormglass_core::random::CausalId;
use stormglass_core::time::Time;

/// Slots of the wheel: 64 to a word of occupancy, and the 32 words to a word of their own, so that the next
/// event is found by looking at three words.
const SLOTS: usize = 2048;
const WORDS: usize = SLOTS / 64;
/// Events of one slot that lie side by side. A slot of a large world is read back in order of memory.
const BLOCK: u32 = 4;
/// More events in one slot than this are many: the world is so large that it lies far from the processor.
const MANY: usize = 8;
/// No place. Its last bits say that its block is full, so that an empty slot needs no test of its own.
const NONE: u32 = u32::MAX;

/// The index of what follows from an event later, and is none of its step's effects: far above those.
pub(crate) const AFTER: u64 = u64::MAX - 2;

/// When an event happens, and its rank among those of one moment: the causal id, never insertion order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Key {
    at: Time,
    id: CausalId,
}

impl Key {
    #[inline]
    pub(crate) const fn new(at: Time, id: CausalId) -> Key {
        Key { at, id }
    }

    #[inline]
    pub(crate) const fn at(self) -> Time {
        self.at
    }

    #[inline]
    pub(crate) const fn id(self) -> CausalId {
        self.id
    }

    /// Time first, then id, as one number: compared without a branch.
    #[inline]
    const fn rank(self) -> u128 {
        ((self.at.as_nanos() as u128) << 64) | self.id.as_u64() as u128
    }
}

impl Ord for Key {
    #[inline]
    fn cmp(&self, other: &Key) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for Key {
    #[inline]
    fn partial_cmp(&self, other: &Key) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[derive(Clone)]
struct Entry<T> {
    key: Key,
    /// Empty once the event was taken, and in places not yet used.
    item: Option<T>,
}

#[derive(Clone)]
pub(crate) struct Queue<T> {
    /// Block `b` is the places from `b * BLOCK` on.
    entries: Vec<Entry<T>>,
    /// For each block the place behind which its chain goes on: in the next block of its slot, or of the free
    /// ones.
    next: Vec<u32>,
    free: u32,
    /// The place last filled in each slot's newest block.
    slots: Box<[u32; SLOTS]>,
    /// One bit a slot: does it hold anything that is not open yet?
    occupied: [u64; WORDS],
    /// One bit a word of `occupied`: is any of its bits set?
    summary: u32,
    /// The slot that time has reached, latest first: the next event is at the end.
    open: Vec<(Key, u32)>,
    /// The oldest place of the open slot's chain, behind which the free blocks are put when it is done with.
    open_end: u32,
    /// Number of the open slot; zero if none was opened yet.
    cursor: u64,
    far: BinaryHeap<Reverse<(Key, u32)>>,
    /// Number of the slot that the first event in `far` belongs to.
    far_slot: u64,
    /// log₂ of a slot's width in nanoseconds.
    width: u32,
}

impl<T> Queue<T> {
    /// An empty queue for a world of so many hosts. Few hosts have sparse events, and wide slots save hops
    /// from slot to slot; many have dense ones, and narrow slots save sorting.
    pub(crate) fn for_hosts(hosts: usize) -> Queue<T> {
        Queue {
            entries: Vec::new(),
            next: Vec::new(),
            free: NONE,
            slots: Box::new([NONE; SLOTS]),
            occupied: [0; WORDS],
            summary: 0,
            open: Vec::new(),
            open_end: NONE,
            cursor: 0,
            far: BinaryHeap::new(),
            far_slot: u64::MAX,
            width: if hosts < 64 { 16 } else { 14 },
        }
    }

    /// Shows every event that waits, in no particular order but always the same one, to be changed where it lies.
    pub(crate) fn for_each(&mut self, change: impl FnMut(&mut T)) {
        self.entries.iter_mut().filter_map(|entry| entry.item.as_mut()).for_each(change);
    }

    /// Every event that waits, in no particular order but always the same one.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Key, &T)> {
        self.entries.iter().filter_map(|entry| Some((entry.key, entry.item.as_ref()?)))
    }

    // Inlined, and the place is found before the item is touched, so that the caller builds the item where it
    // will lie: a copy by way of the stack costs more than all the rest of this function.
    #[inline(always)]
    pub(crate) fn push(&mut self, key: Key, item: T) {
        let slot = self.slot_of(key);
        // One test for both rare cases: not after the open slot, and beyond the wheel.
        let place = if slot.wrapping_sub(self.cursor + 1) < SLOTS as u64 - 1 {
            let index = slot as usize % SLOTS;
            self.occupied[index / 64] |= 1 << (index % 64);
            self.summary |= 1 << (index / 64);
            self.place_in(index)
        } else {
            self.place_outside(key)
        };
        self.entries[place as usize] = Entry { key, item: Some(item) };
    }

    /// Counted from one: at first no slot is open, and the many events of time zero are sorted once.
    #[inline]
    fn slot_of(&self, key: Key) -> u64 {
        (key.at.as_nanos() >> self.width) + 1
    }

    /// The place behind the others of a slot.
    #[inline(always)]
    fn place_in(&mut self, index: usize) -> u32 {
        let last = self.slots[index];
        let place = if last % BLOCK == BLOCK - 1 { self.take_block(last) } else { last + 1 };
        self.slots[index] = place;
        place
    }

    /// A place for an event in the open slot or before it, or beyond the wheel.
    #[cold]
    #[inline(never)]
    fn place_outside(&mut self, key: Key) -> u32 {
        let slot = self.slot_of(key);
        if slot > self.cursor {
            // A block of its own, so that it can be put into its slot as it is.
            let place = self.take_block(NONE);
            self.far.push(Reverse((key, place)));
            self.far_slot = self.far_slot.min(slot);
            return place;
        }
        let place = self.place_in(self.cursor as usize % SLOTS);
        if self.open_end == NONE {
            self.open_end = place;
        }
        let rank = self.open.partition_point(|&(other, _)| other > key);
        self.open.insert(rank, (key, place));
        place
    }

    /// A free block's first place; the chain goes on behind `behind`.
    #[inline]
    fn take_block(&mut self, behind: u32) -> u32 {
        if self.free == NONE {
            self.grow();
        }
        let block = self.free / BLOCK;
        self.free = std::mem::replace(&mut self.next[block as usize], behind);
        block * BLOCK
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        let block = u32::try_from(self.next.len()).expect("fewer than a billion blocks");
        self.free = block.checked_mul(BLOCK).expect("fewer than four billion events wait at once");
        self.next.push(NONE);
        let empty = || Entry { key: Key::new(Time::ZERO, CausalId::from_u64(0)), item: None };
        self.entries.extend(std::iter::repeat_with(empty).take(BLOCK as usize));
    }

    /// Takes the next event if it is due by `limit`.
    #[cfg(test)]
    pub(crate) fn pop_until(&mut self, limit: Time) -> Option<(Key, T)> {
        self.pop_foreseeing(limit, |_| {})
    }

    /// The same; `foresee` is shown each of the next events at the moment when many of them are opened, so that
    /// it can have brought near what they will need: together that takes little longer than for one.
    #[inline(always)]
    pub(crate) fn pop_foreseeing(&mut self, limit: Time, foresee: impl Fn(&T)) -> Option<(Key, T)> {
        if self.open.is_empty() {
            if !self.advance() {
                return None;
            }
            if self.open.len() > MANY {
                self.open
                    .iter()
                    .filter_map(|&(_, place)| self.entries[place as usize].item.as_ref())
                    .for_each(foresee);
            }
        }
        let &(key, place) = self.open.last()?;
        if key.at > limit {
            return None;
        }
        self.open.pop();
        let item = self.entries[place as usize].item.take().expect("a queued place holds an item");
        Some((key, item))
    }

    /// Opens the next slot that holds anything; `false` if none does.
    fn advance(&mut self) -> bool {
        self.close();
        let cursor = self.next_occupied().min(self.far_slot);
        if cursor == u64::MAX {
            return false;
        }
        self.cursor = cursor;
        let index = cursor as usize % SLOTS;
        if self.far_slot == cursor {
            self.fetch_far(index);
        }
        let word = &mut self.occupied[index / 64];
        *word &= !(1 << (index % 64));
        self.summary &= !(u32::from(*word == 0) << (index / 64));
        let mut last = self.slots[index];
        while last != NONE {
            let first = last / BLOCK * BLOCK;
            for place in first..=last {
                self.open.push((self.entries[place as usize].key, place));
            }
            self.open_end = last;
            last = self.next[(last / BLOCK) as usize];
        }
        if self.open.len() > 1 {
            self.open.sort_unstable_by_key(|&(key, _)| Reverse(key));
        }
        true
    }

    /// Frees the blocks of the open slot, all of whose events have been taken.
    #[inline]
    fn close(&mut self) {
        if self.open_end != NONE {
            self.next[(self.open_end / BLOCK) as usize] = self.free;
            self.free = std::mem::replace(&mut self.slots[self.cursor as usize % SLOTS], NONE);
            self.open_end = NONE;
        }
    }

    /// Brings the events beyond the wheel that belong to the slot being opened.
    #[cold]
    #[inline(never)]
    fn fetch_far(&mut self, index: usize) {
        while self.far_slot == self.cursor
            && let Some(Reverse((_, place))) = self.far.pop()
        {
            self.next[(place / BLOCK) as usize] = std::mem::replace(&mut self.slots[index], place);
            self.far_slot = self.far.peek().map_or(u64::MAX, |&Reverse((key, _))| self.slot_of(key));
        }
    }

    /// The number of the nearest slot after the cursor that holds anything, or `u64::MAX`.
    #[inline]
    fn next_occupied(&self) -> u64 {
        let start = (self.cursor + 1) as usize % SLOTS;
        let mut word = start / 64;
        let mut bits = self.occupied[word] & (u64::MAX << (start % 64));
        if bits == 0 {
            // The words behind, and round the wheel back to the first one, whose upper bits are known to be 0.
            let others = self.summary.rotate_right(word as u32 + 1);
            if others == 0 {
                return u64::MAX;
            }
            word = (word + 1 + others.trailing_zeros() as usize) % WORDS;
            bits = self.occupied[word];
        }
        let index = word * 64 + bits.trailing_zeros() as usize;
        self.cursor + 1 + (index.wrapping_sub(start) % SLOTS) as u64
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
                    let found = queue.pop_until(Time::MAX);
                    assert_eq!(found, expected);
                    now = found.map_or(now, |(key, _)| key.at().as_nanos());
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
