//! What an async function looks like from outside: a node, or a client, like any other.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{self, Waker};

use stormglass_core::context::Context;
use stormglass_core::disk::{DiskError, SyncId};
use stormglass_core::id::Address;
use stormglass_core::system::{Awaited, Client, Node, Role, System};

use crate::context::AsyncContext;

/// A node or a client whose life is one async function.
///
/// The function is called at boot, and again after every restart, since a system makes a new node then. Each input polls it
/// once; it goes on until it waits for something that has not come. One that returns hears nothing any more.
///
/// A future cannot be copied, so neither can this: [`System::COPIES`] must be `false`, and a copy panics. Runs are
/// repeated instead, which is as good in a deterministic world.
pub struct Linear<S: System> {
    life: Life,
    context: AsyncContext<S>,
}

enum Life {
    Running(Pin<Box<dyn Future<Output = ()>>>),
    Returned,
}

impl<S: System> Linear<S> {
    /// The function that `code` is, from its beginning. All waiting for time goes through the timer `alarm`, which the
    /// system keeps for that.
    pub fn new<F>(alarm: S::Timer, code: impl FnOnce(AsyncContext<S>) -> F) -> Linear<S>
    where
        F: Future<Output = ()> + 'static,
    {
        let context = AsyncContext::new(alarm);
        // An async function does nothing before it is polled, but a closure may: nothing can be done before the first boot.
        Linear { life: Life::Running(Box::pin(code(context.clone()))), context }
    }

    /// One step: the input has been put where the code will find it.
    #[inline]
    fn poll(&mut self, cx: &mut Context<'_, S>) {
        let Life::Running(code) = &mut self.life else { return self.context.forget() };
        self.context.begin(cx);
        // Nobody needs waking: every input polls.
        let polled = code.as_mut().poll(&mut task::Context::from_waker(Waker::noop()));
        if polled.is_ready() {
            self.life = Life::Returned;
            self.context.forget();
        }
        self.context.end(cx);
    }
}

impl<S: System> Node<S> for Linear<S> {
    fn on_start(&mut self, cx: &mut Context<'_, S>) {
        self.poll(cx);
    }

    #[inline]
    fn on_message(&mut self, from: Address, message: S::Message, cx: &mut Context<'_, S>) {
        self.context.came(from, message);
        self.poll(cx);
    }

    #[inline]
    fn on_timer(&mut self, timer: S::Timer, cx: &mut Context<'_, S>) {
        self.context.rang(timer, cx.elapsed());
        self.poll(cx);
    }

    fn on_synced(&mut self, sync: SyncId, result: Result<(), DiskError>, cx: &mut Context<'_, S>) {
        self.context.synced(sync, result);
        self.poll(cx);
    }

    fn awaits(&self) -> Option<Awaited> {
        match self.life {
            Life::Running(_) => self.context.awaited(),
            Life::Returned => None,
        }
    }

    fn role(&self) -> Role {
        self.context.role()
    }
}

impl<S: System> Client<S> for Linear<S> {
    fn on_start(&mut self, cx: &mut Context<'_, S>) {
        self.poll(cx);
    }

    fn on_invoke(&mut self, op: S::Op, cx: &mut Context<'_, S>) {
        self.context.asked(op);
        self.poll(cx);
    }

    fn on_message(&mut self, from: Address, message: S::Message, cx: &mut Context<'_, S>) {
        Node::on_message(self, from, message, cx);
    }

    fn on_timer(&mut self, timer: S::Timer, cx: &mut Context<'_, S>) {
        Node::on_timer(self, timer, cx);
    }
}

impl<S: System> Clone for Linear<S> {
    fn clone(&self) -> Self {
        panic!(
            "a node or client of {} is an async function, which cannot be copied in the middle: repeat the run instead \
             (`System::COPIES = false` says so to whoever would copy a world)",
            S::NAME
        )
    }
}

impl<S: System> fmt::Debug for Linear<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let life = match self.life {
            Life::Running(_) => "async function",
            Life::Returned => "async function that has returned",
        };
        self.context.describe(&mut f.debug_struct(life)).finish()
    }
}
