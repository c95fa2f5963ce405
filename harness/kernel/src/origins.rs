//! Which step made an event that comes later: for the causes that a trace names, and for nothing else.
//!
//! A message carries its sender's id to its end. A timer, a sync and the copy of a message come up under ids of their
//! own, from which nobody could tell where they come from. What happens never depends on this.

use std::collections::BTreeMap;

use stormglass_core::random::CausalId;

/// The steps behind what is still to come.
#[derive(Clone, Debug)]
pub(crate) struct Origins<T> {
    /// The step that set each timer last, by host.
    timers: BTreeMap<(u32, T), CausalId>,
    /// The step that asked for a sync; the message behind a copy of it, or behind its late delivery.
    others: BTreeMap<CausalId, CausalId>,
}

impl<T> Default for Origins<T> {
    fn default() -> Self {
        Origins { timers: BTreeMap::new(), others: BTreeMap::new() }
    }
}

impl<T: Copy + Ord> Origins<T> {
    /// A step sets a timer.
    pub(crate) fn set(&mut self, host: u32, timer: T, cause: CausalId) {
        self.timers.insert((host, timer), cause);
    }

    /// The event `id` will come of `cause`.
    pub(crate) fn come(&mut self, id: CausalId, cause: CausalId) {
        self.others.insert(id, cause);
    }

    /// What set the timer that now runs out as the event `id`.
    pub(crate) fn of_timer(&self, host: u32, timer: T, id: CausalId) -> CausalId {
        self.timers.get(&(host, timer)).copied().unwrap_or(id)
    }

    /// What the event `id` comes of: itself, if nobody said otherwise.
    pub(crate) fn of(&self, id: CausalId) -> CausalId {
        self.others.get(&id).copied().unwrap_or(id)
    }

    /// The same for an event that happens once.
    pub(crate) fn take(&mut self, id: CausalId) -> CausalId {
        self.others.remove(&id).unwrap_or(id)
    }
}
