//! A host's named timers, armed lazily.
//!
//! A timer that is set again and again before it runs out (an election timeout at every heartbeat) would leave
//! a dead event in the queue each time. Instead the one queued event stays, and when it comes up too early it
//! is queued again for the moment that counts. Only a timer moved to an *earlier* moment needs a new event.

use smallvec::SmallVec;
use stormglass_core::clock::LocalClock;
use stormglass_core::random::CausalId;
use stormglass_core::time::Time;

use crate::queue::Key;

#[derive(Clone, Debug)]
pub(crate) struct Timers<T> {
    /// Ordered by name. One that has run out keeps its place, since most timers are set again. The first lie in
    /// place: with ten thousand hosts, what is touched decides the speed.
    slots: SmallVec<[Slot<T>; 1]>,
}

#[derive(Clone, Copy, Debug)]
struct Slot<T> {
    timer: T,
    state: State,
    /// Of the id of the queued event, the last bits. Should two events of one timer agree in them and in their
    /// moment, the first to come up stands for both, which does no harm.
    queued_id: u32,
    /// The moment of the queued event that stands for it; any other is dead.
    queued_at: Time,
    /// When it runs out in true time, and the event that it will be.
    due: Key,
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

impl<T> Slot<T> {
    fn new(timer: T, due: Key) -> Slot<T> {
        Slot { timer, state: State::Armed, queued_id: tag(due), queued_at: due.at(), due }
    }

    /// From now on the event `due` stands for the timer.
    #[inline]
    fn queue_due(&mut self) -> Key {
        self.queued_id = tag(self.due);
        self.queued_at = self.due.at();
        self.due
    }

    #[inline]
    fn stands_behind(&self, key: Key) -> bool {
        self.queued_at == key.at() && self.queued_id == tag(key) && self.state != State::Idle
    }
}

#[inline]
fn tag(key: Key) -> u32 {
    key.id().as_u64() as u32
}

impl<T: Copy + Ord> Timers<T> {
    pub(crate) fn new() -> Timers<T> {
        Timers { slots: SmallVec::new() }
    }

    /// Sets `timer`; answers the event to queue, if one is needed.
    #[inline]
    pub(crate) fn set(&mut self, timer: T, due: Key) -> Option<Key> {
        let Ok(place) = self.place(timer) else {
            self.insert(Slot::new(timer, due));
            return Some(due);
        };
        let slot = &mut self.slots[place];
        slot.due = due;
        let was = std::mem::replace(&mut slot.state, State::Armed);
        if was != State::Idle && slot.queued_at <= due.at() {
            return None;
        }
        Some(slot.queue_due())
    }

    #[inline]
    pub(crate) fn cancel(&mut self, timer: T) {
        if let Ok(place) = self.place(timer)
            && self.slots[place].state == State::Armed
        {
            self.slots[place].state = State::Cancelled;
        }
    }

    /// What will run out, and when.
    pub(crate) fn armed(&self) -> impl Iterator<Item = (T, Time)> {
        self.slots.iter().filter(|slot| slot.state == State::Armed).map(|slot| (slot.timer, slot.due.at()))
    }

    /// A queued event of `timer` came up.
    #[inline]
    pub(crate) fn popped(&mut self, timer: T, key: Key, now: Time) -> Popped {
        let Ok(place) = self.place(timer) else { return Popped::Dead };
        let slot = &mut self.slots[place];
        if !slot.stands_behind(key) {
            return Popped::Dead;
        }
        if slot.state == State::Armed && slot.due.at() > now {
            return Popped::Requeue(slot.queue_due());
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
            if slot.due.at() < slot.queued_at {
                moved.push((slot.timer, slot.queue_due()));
            }
        }
        moved
    }

    /// When the first of them by name runs out, if it was ever set: what every look at a timer reads.
    #[inline]
    pub(crate) fn first(&self) -> Option<Key> {
        self.slots.first().map(|slot| slot.due)
    }

    pub(crate) fn clear(&mut self) {
        self.slots.clear();
    }

    #[cold]
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
