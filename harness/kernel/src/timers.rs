//! A host's named timers, armed lazily.
//!
//! A timer that is set again and again before it runs out (an election timeout at every heartbeat) would leave
//! a dead event in the queue each time. Instead the one queued event stays, and when it comes up too early it
//! is queued again for the moment that counts. Only a timer moved to an *earlier* moment needs a new event.

use stormglass_core::clock::LocalClock;
use stormglass_core::random::CausalId;
use stormglass_core::time::Time;

use crate::queue::Key;

#[derive(Clone, Debug)]
pub(crate) struct Timers<T> {
    /// Ordered by name. One that has run out keeps its place, since most timers are set again.
    slots: Vec<Slot<T>>,
}

#[derive(Clone, Copy, Debug)]
struct Slot<T> {
    timer: T,
    state: State,
    /// When it runs out in true time, and the event that it will be.
    due: Key,
    /// The queued event that stands for it; any other is dead.
    queued: Key,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Not set, and nothing of it is queued.
    Idle,
    Armed,
    /// Not set, but an event is still queued, and good for the next setting.
    Cancelled,
}

/// So many timers a host may have used before those that are idle make room for new ones.
const CROWD: usize = 16;

/// What to do with a queued timer event that came up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Popped {
    /// The timer runs out now, as this event.
    Fire(CausalId),
    /// Too early: queue it again.
    Requeue(Key),
    /// It stands for nothing any more.
    Dead,
}

impl<T: Copy + Ord> Timers<T> {
    pub(crate) const fn new() -> Timers<T> {
        Timers { slots: Vec::new() }
    }

    /// Sets `timer`; answers the event to queue, if one is needed.
    #[inline]
    pub(crate) fn set(&mut self, timer: T, due: Key) -> Option<Key> {
        let Ok(place) = self.place(timer) else {
            self.insert(Slot { timer, state: State::Armed, due, queued: due });
            return Some(due);
        };
        let slot = &mut self.slots[place];
        slot.due = due;
        let was = std::mem::replace(&mut slot.state, State::Armed);
        if was != State::Idle && slot.queued.at() <= due.at() {
            return None;
        }
        slot.queued = due;
        Some(due)
    }

    #[inline]
    pub(crate) fn cancel(&mut self, timer: T) {
        if let Ok(place) = self.place(timer)
            && self.slots[place].state == State::Armed
        {
            self.slots[place].state = State::Cancelled;
        }
    }

    /// A queued event of `timer` came up.
    #[inline]
    pub(crate) fn popped(&mut self, timer: T, key: Key, now: Time) -> Popped {
        let Ok(place) = self.place(timer) else { return Popped::Dead };
        let slot = &mut self.slots[place];
        if slot.queued != key || slot.state == State::Idle {
            return Popped::Dead;
        }
        if slot.state == State::Armed && slot.due.at() > now {
            slot.queued = slot.due;
            return Popped::Requeue(slot.due);
        }
        match std::mem::replace(&mut slot.state, State::Idle) {
            State::Armed => Popped::Fire(slot.due.id()),
            State::Idle | State::Cancelled => Popped::Dead,
        }
    }

    /// The clock has changed its pace: all timers move, each to the moment at which the clock shows what it was
    /// to show `before`. Answers the events to queue.
    pub(crate) fn retime(&mut self, before: &LocalClock, clock: &LocalClock) -> Vec<(T, Key)> {
        let mut moved = Vec::new();
        for slot in self.slots.iter_mut().filter(|slot| slot.state == State::Armed) {
            slot.due = Key::new(clock.when(before.elapsed(slot.due.at())), slot.due.id());
            if slot.due.at() < slot.queued.at() {
                slot.queued = slot.due;
                moved.push((slot.timer, slot.due));
            }
        }
        moved
    }

    pub(crate) fn clear(&mut self) {
        self.slots.clear();
    }

    fn insert(&mut self, slot: Slot<T>) {
        if self.slots.len() >= CROWD {
            self.slots.retain(|slot| slot.state != State::Idle);
        }
        let place = self.slots.partition_point(|other| other.timer < slot.timer);
        self.slots.insert(place, slot);
    }

    /// Few timers a host: a scan beats a search until there are many.
    #[inline]
    fn place(&self, timer: T) -> Result<usize, usize> {
        if self.slots.len() > CROWD {
            return self.slots.binary_search_by(|slot| slot.timer.cmp(&timer));
        }
        self.slots.iter().position(|slot| slot.timer == timer).ok_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(nanos: u64) -> Key {
        Key::new(Time::from_nanos(nanos), CausalId::from_u64(nanos))
    }

    fn at(nanos: u64) -> Time {
        Time::from_nanos(nanos)
    }

    /// A timer put off ten times queues one event, which comes back once, under the id of the last setting.
    #[test]
    fn a_timer_that_is_put_off_costs_one_event() {
        let mut timers = Timers::new();
        assert_eq!(timers.set('e', key(10)), Some(key(10)));
        for nanos in 11..20 {
            assert_eq!(timers.set('e', key(nanos)), None);
        }
        assert_eq!(timers.popped('e', key(10), at(10)), Popped::Requeue(key(19)));
        assert_eq!(timers.popped('e', key(19), at(19)), Popped::Fire(key(19).id()));
        assert_eq!(timers.popped('e', key(19), at(19)), Popped::Dead);
    }

    /// Moved to an earlier moment it needs a new event, and the old one is dead; cancelled it never fires.
    #[test]
    fn earlier_needs_a_new_event_and_cancelled_never_fires() {
        let mut timers = Timers::new();
        timers.set('e', key(50));
        assert_eq!(timers.set('e', key(20)), Some(key(20)));
        timers.set('h', key(30));
        timers.cancel('h');
        assert_eq!(timers.popped('e', key(20), at(20)), Popped::Fire(key(20).id()));
        assert_eq!(timers.popped('h', key(30), at(30)), Popped::Dead);
        assert_eq!(timers.popped('e', key(50), at(50)), Popped::Dead);
    }
}
