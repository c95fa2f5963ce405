//! Waiting for time: any number of sleeps over one timer.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use stormglass_core::system::System;
use stormglass_core::time::Time;

use crate::context::AsyncContext;

/// Deadlines by the monotonic clock, and what the one timer is set to.
#[derive(Debug, Default)]
pub(crate) struct Sleeps {
    /// Who sleeps until when, latest first: few sleep at once, and most often it is the next that ends.
    waiting: Vec<(Time, u64)>,
    named: u64,
    /// When the timer is to run out.
    pub(crate) set: Option<Time>,
    /// What the clock showed when it ran out last: until then sleeps have ended. Time that passes while a machine stands still
    /// ends none before what has waited in front of the timer is heard.
    pub(crate) rung: Time,
}

impl Sleeps {
    pub(crate) fn earliest(&self) -> Option<Time> {
        self.waiting.last().map(|&(deadline, _)| deadline)
    }

    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    fn add(&mut self, deadline: Time) -> u64 {
        self.named += 1;
        let place = self.waiting.partition_point(|&(other, _)| other > deadline);
        self.waiting.insert(place, (deadline, self.named));
        self.named
    }

    fn remove(&mut self, name: u64) {
        if let Some(place) = self.waiting.iter().rposition(|&(_, other)| other == name) {
            self.waiting.remove(place);
        }
    }
}

/// What [`AsyncContext::sleep`] makes.
#[must_use = "a sleep that nobody awaits does not begin"]
pub struct Sleep<S: System> {
    context: AsyncContext<S>,
    deadline: Time,
    /// Its name among those that sleep, once it does.
    name: Option<u64>,
}

impl<S: System> Sleep<S> {
    pub(crate) fn until(context: AsyncContext<S>, deadline: Time) -> Sleep<S> {
        Sleep { context, deadline, name: None }
    }
}

impl<S: System> Future for Sleep<S> {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<()> {
        let deadline = self.deadline;
        let over = match self.name {
            Some(_) => self.context.sleeps(|sleeps| sleeps.rung) >= deadline,
            None => self.context.elapsed() >= deadline,
        };
        if over {
            return Poll::Ready(());
        }
        if self.name.is_none() {
            self.name = Some(self.context.sleeps(|sleeps| sleeps.add(deadline)));
        }
        Poll::Pending
    }
}

impl<S: System> Drop for Sleep<S> {
    fn drop(&mut self) {
        if let Some(name) = self.name {
            self.context.sleeps(|sleeps| sleeps.remove(name));
        }
    }
}

/// The time was up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed;

pin_project! {
    /// What [`AsyncContext::timeout`] makes.
    #[must_use = "a timeout that nobody awaits does not begin"]
    pub struct Timeout<S: System, F> {
        #[pin]
        pub(crate) future: F,
        pub(crate) sleep: Sleep<S>,
    }
}

impl<S: System, F: Future> Future for Timeout<S, F> {
    type Output = Result<F::Output, Elapsed>;
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let timeout = self.project();
        if let Poll::Ready(done) = timeout.future.poll(cx) {
            return Poll::Ready(Ok(done));
        }
        Pin::new(timeout.sleep).poll(cx).map(|()| Err(Elapsed))
    }
}
