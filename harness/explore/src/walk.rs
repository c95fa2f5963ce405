//! A run walked by hand: event by event, forward and backward, or straight to a moment.
//!
//! Going back is going forward again from a copy of the world that was kept on the way: the world is a value, and the
//! same run is the same run. A system that cannot be copied begins anew. Copies lie evenly, and ever further apart, so
//! that their number stays small however long the walk.

use std::sync::Arc;

use stormglass_core::id::Address;
use stormglass_core::system::System;
use stormglass_core::time::Time;
use stormglass_core::trace::Record;
use stormglass_kernel::{Look, World};
use stormglass_plan::engine::Tracing;
use stormglass_plan::plan::Plan;

/// So many copies are kept at most.
const COPIES: usize = 64;
/// So many events lie between them at first.
const STRIDE: u64 = 256;

/// A run at some moment of it.
pub trait Walk {
    /// Lets the next event happen; `false` at the end of the run.
    fn forward(&mut self) -> bool;

    /// To before the last event; `false` at the beginning.
    fn back(&mut self) -> bool;

    /// To the moment `at`: everything that is due by then has happened, and nothing else.
    fn to(&mut self, at: Time);

    /// The moment.
    fn now(&self) -> Time;

    /// How many events have happened.
    fn events(&self) -> u64;

    /// What the last event was, and what came of it.
    fn last(&self) -> &[Record];

    /// Everybody who takes part: nodes first.
    fn members(&self) -> Vec<Address>;

    /// How one of them stands; `None` if nobody has this address.
    fn look(&self, whom: Address) -> Option<Look>;
}

/// The walk through the run of one plan.
pub(crate) struct Walker<S: System> {
    world: World<S>,
    plan: Arc<Plan<S::Op>>,
    events: u64,
    last: Vec<Record>,
    /// What the walk begins anew with, if the system cannot be copied.
    system: S,
    /// Copies, each with the number of events before it; the first is the beginning. None of a system that cannot be copied.
    copies: Vec<(u64, World<S>)>,
    stride: u64,
}

impl<S: System> Walker<S> {
    pub(crate) fn new(system: S, plan: Arc<Plan<S::Op>>) -> Walker<S> {
        let world = World::new(system.clone(), plan.clone(), Tracing::On);
        let copies = if S::COPIES { vec![(0, world.clone())] } else { Vec::new() };
        Walker { world, plan, system, events: 0, last: Vec::new(), copies, stride: STRIDE }
    }

    fn step(&mut self, until: Time) -> bool {
        if !self.world.step(until.min(self.plan.timeline.end)) {
            return false;
        }
        self.events += 1;
        self.last = self.world.take_records();
        if S::COPIES && self.events >= self.copies.last().map_or(0, |copy| copy.0) + self.stride {
            self.copies.push((self.events, self.world.clone()));
            if self.copies.len() > COPIES {
                self.stride *= 2;
                let mut place = 0;
                self.copies.retain(|_| {
                    place += 1;
                    place % 2 == 1
                });
            }
        }
        true
    }

    /// From the last copy that `fits`; the beginning always does.
    fn rewind(&mut self, fits: impl Fn(u64, &World<S>) -> bool) {
        let place = self.copies.iter().rposition(|(events, world)| fits(*events, world)).unwrap_or(0);
        (self.events, self.world) = match self.copies.get(place) {
            Some(copy) => copy.clone(),
            None => (0, World::new(self.system.clone(), self.plan.clone(), Tracing::On)),
        };
        self.last.clear();
    }
}

impl<S: System> Walk for Walker<S> {
    fn forward(&mut self) -> bool {
        self.step(Time::MAX)
    }

    fn back(&mut self) -> bool {
        let Some(target) = self.events.checked_sub(1) else { return false };
        self.rewind(|events, _| events <= target);
        while self.events < target && self.step(Time::MAX) {}
        true
    }

    fn to(&mut self, at: Time) {
        if at < self.world.now() {
            self.rewind(|_, world| world.now() <= at);
        }
        while self.step(at) {}
        self.world.run_until(at.min(self.plan.timeline.end));
    }

    fn now(&self) -> Time {
        self.world.now()
    }

    fn events(&self) -> u64 {
        self.events
    }

    fn last(&self) -> &[Record] {
        &self.last
    }

    fn members(&self) -> Vec<Address> {
        let cluster = &self.plan.cluster;
        (0..cluster.len()).map(|place| cluster.address_at(place)).collect()
    }

    fn look(&self, whom: Address) -> Option<Look> {
        self.world.look(whom)
    }
}
