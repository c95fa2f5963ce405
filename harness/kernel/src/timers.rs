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
    armed: Vec<Armed<T>>,
}

#[derive(Clone, Copy, Debug)]
struct Armed<T> {
    timer: T,
    /// When it runs out by the monotonic clock, for a change of pace; `None` if it is cancelled and only its
    /// queued event is left.
    local: Option<Time>,
    /// What that is in true time, and the event that it will be.
    due: Key,
    /// The queued event that stands for it; any other is dead.
    queued: Key,
}

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
        Timers { armed: Vec::new() }
    }

    /// Sets `timer`; answers the event to queue, if one is needed.
    #[inline]
    pub(crate) fn set(&mut self, timer: T, local: Time, due: Key) -> Option<Key> {
        match self.place(timer) {
            Ok(place) => {
                let armed = &mut self.armed[place];
                armed.local = Some(local);
                armed.due = due;
                armed.requeue()
            }
            Err(place) => {
                self.armed.insert(place, Armed { timer, local: Some(local), due, queued: due });
                Some(due)
            }
        }
    }

    #[inline]
    pub(crate) fn cancel(&mut self, timer: T) {
        if let Ok(place) = self.place(timer) {
            self.armed[place].local = None;
        }
    }

    /// A queued event of `timer` came up.
    #[inline]
    pub(crate) fn popped(&mut self, timer: T, key: Key, now: Time) -> Popped {
        let Ok(place) = self.place(timer) else {
            return Popped::Dead;
        };
        let armed = &mut self.armed[place];
        if armed.queued != key {
            return Popped::Dead;
        }
        if armed.local.is_none() {
            self.armed.remove(place);
            return Popped::Dead;
        }
        if armed.due.at() > now {
            armed.queued = armed.due;
            return Popped::Requeue(armed.due);
        }
        let id = armed.due.id();
        self.armed.remove(place);
        Popped::Fire(id)
    }

    /// The clock has changed its pace: all timers move. Answers the events to queue.
    pub(crate) fn retime(&mut self, clock: &LocalClock) -> Vec<(T, Key)> {
        let mut moved = Vec::new();
        for armed in &mut self.armed {
            let Some(local) = armed.local else { continue };
            armed.due = Key::new(clock.when(local), armed.due.id());
            moved.extend(armed.requeue().map(|key| (armed.timer, key)));
        }
        moved
    }

    pub(crate) fn clear(&mut self) {
        self.armed.clear();
    }

    /// Few timers a host: a scan beats a search until there are many.
    #[inline]
    fn place(&self, timer: T) -> Result<usize, usize> {
        if self.armed.len() > 16 {
            return self.armed.binary_search_by(|armed| armed.timer.cmp(&timer));
        }
        for (place, armed) in self.armed.iter().enumerate() {
            if armed.timer >= timer {
                return if armed.timer == timer { Ok(place) } else { Err(place) };
            }
        }
        Err(self.armed.len())
    }
}

impl<T> Armed<T> {
    /// The event to queue so that the timer is not late, if the queued one would be.
    #[inline]
    fn requeue(&mut self) -> Option<Key> {
        (self.due.at() < self.queued.at()).then(|| {
            self.queued = self.due;
            self.due
        })
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
        assert_eq!(timers.set('e', at(10), key(10)), Some(key(10)));
        for nanos in 11..20 {
            assert_eq!(timers.set('e', at(nanos), key(nanos)), None);
        }
        assert_eq!(timers.popped('e', key(10), at(10)), Popped::Requeue(key(19)));
        assert_eq!(timers.popped('e', key(19), at(19)), Popped::Fire(key(19).id()));
        assert_eq!(timers.popped('e', key(19), at(19)), Popped::Dead);
    }

    /// Moved to an earlier moment it needs a new event, and the old one is dead; cancelled it never fires.
    #[test]
    fn earlier_needs_a_new_event_and_cancelled_never_fires() {
        let mut timers = Timers::new();
        timers.set('e', at(50), key(50));
        assert_eq!(timers.set('e', at(20), key(20)), Some(key(20)));
        timers.set('h', at(30), key(30));
        timers.cancel('h');
        assert_eq!(timers.popped('e', key(20), at(20)), Popped::Fire(key(20).id()));
        assert_eq!(timers.popped('h', key(30), at(30)), Popped::Dead);
        assert_eq!(timers.popped('e', key(50), at(50)), Popped::Dead);
    }
}
