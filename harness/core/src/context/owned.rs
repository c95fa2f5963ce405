//! A context that owns what a step works on, for code that outlives the step.
//!
//! A [`Context`] borrows for one step. A future lives on between steps, and can keep no borrow: while a step lasts, what the
//! context borrows is exchanged for what lies here. It knows nothing of futures.

use std::mem;

use crate::clock::LocalClock;
use crate::context::{Context, Effect};
use crate::disk::Disk;
use crate::random::{CausalId, Draws, Purpose, Seed};
use crate::system::System;
use crate::time::Time;

/// What a step may see and do, held as a value. Between steps it holds nothing.
pub struct OwnedContext<S: System> {
    now: Time,
    clock: LocalClock,
    draws: Draws,
    disk: Disk,
    effects: Vec<Effect<S>>,
}

impl<S: System> OwnedContext<S> {
    /// One that holds nothing.
    #[must_use]
    pub fn new() -> OwnedContext<S> {
        OwnedContext {
            now: Time::ZERO,
            clock: LocalClock::new(),
            draws: Draws::new(CausalId::root(Seed(0), Purpose::Node), Purpose::Node),
            disk: Disk::new(),
            effects: Vec::new(),
        }
    }

    /// Takes over what the step works on.
    #[inline]
    pub fn begin(&mut self, cx: &mut Context<'_, S>) {
        self.now = cx.now;
        self.clock = *cx.clock;
        self.exchange(cx);
    }

    /// Gives it back, with what became of it: before the step ends, and whatever happened in it.
    #[inline]
    pub fn end(&mut self, cx: &mut Context<'_, S>) {
        self.exchange(cx);
    }

    fn exchange(&mut self, cx: &mut Context<'_, S>) {
        mem::swap(&mut self.draws, &mut cx.draws);
        // Many never touch their disk, and it is the largest of it all.
        if !(self.disk.is_pristine() && cx.disk.is_pristine()) {
            mem::swap(&mut self.disk, cx.disk);
        }
        mem::swap(&mut self.effects, cx.effects);
    }

    /// The context of the step that lasts.
    #[inline]
    pub fn context(&mut self) -> Context<'_, S> {
        Context {
            now: self.now,
            clock: &self.clock,
            draws: self.draws.clone(),
            disk: &mut self.disk,
            effects: &mut self.effects,
        }
    }

    /// The draws of the step that lasts.
    #[inline]
    pub fn rng(&mut self) -> &mut Draws {
        &mut self.draws
    }
}

impl<S: System> Default for OwnedContext<S> {
    fn default() -> Self {
        OwnedContext::new()
    }
}
