//! What an async function may do: what a [`Context`] may, and wait.
//!
//! It is a handle to a mailbox that the code shares with the node around it, on one thread. While the code is polled, the mailbox
//! holds the step's context; no borrow of it lives across an `.await`.

use std::cell::{RefCell, RefMut};
use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::task::Poll;

use stormglass_core::context::{Context, DiskHandle, OwnedContext};
use stormglass_core::disk::{DiskError, FileId, SyncId};
use stormglass_core::history::Outcome;
use stormglass_core::id::Address;
use stormglass_core::random::Draws;
use stormglass_core::system::{Awaited, Role, System};
use stormglass_core::time::{Duration, Time};

use crate::sleep::{Sleep, Sleeps, Timeout};

/// A handle to everything that an async node or client may do. Clones are handles to the same.
pub struct AsyncContext<S: System> {
    mailbox: Rc<RefCell<Mailbox<S>>>,
}

struct Mailbox<S: System> {
    /// What the present step works on; nothing between steps.
    step: OwnedContext<S>,
    messages: VecDeque<(Address, S::Message)>,
    operations: VecDeque<S::Op>,
    /// Syncs that have completed, and nobody has asked for yet.
    synced: Vec<(SyncId, Result<(), DiskError>)>,
    sleeps: Sleeps,
    alarm: S::Timer,
    role: Role,
    awaited: Option<Awaited>,
}

impl<S: System> Clone for AsyncContext<S> {
    fn clone(&self) -> Self {
        AsyncContext { mailbox: self.mailbox.clone() }
    }
}

#[cold]
#[inline(never)]
fn nested() -> ! {
    panic!(
        "the context was used inside the closure of its own `disk` or `rng`: take what it answers out of there first"
    )
}

/// What the code does.
impl<S: System> AsyncContext<S> {
    /// The mailbox, for as long as one thing takes.
    #[inline]
    fn mailbox(&self) -> RefMut<'_, Mailbox<S>> {
        match self.mailbox.try_borrow_mut() {
            Ok(mailbox) => mailbox,
            Err(_) => nested(),
        }
    }

    /// The next message, in order of arrival. Dropped before it is ready, it takes none with it.
    pub fn recv(&self) -> impl Future<Output = (Address, S::Message)> + use<'_, S> {
        poll_fn(|_| match self.mailbox().messages.pop_front() {
            Some(message) => Poll::Ready(message),
            None => Poll::Pending,
        })
    }

    /// A message that has arrived already, if there is one.
    #[must_use]
    pub fn try_recv(&self) -> Option<(Address, S::Message)> {
        self.mailbox().messages.pop_front()
    }

    /// The next operation that the workload asks of this client.
    pub fn next_operation(&self) -> impl Future<Output = S::Op> + use<'_, S> {
        poll_fn(|_| match self.mailbox().operations.pop_front() {
            Some(op) => Poll::Ready(op),
            None => Poll::Pending,
        })
    }

    /// Until `span` from now has passed by the monotonic clock.
    pub fn sleep(&self, span: Duration) -> Sleep<S> {
        Sleep::until(self.clone(), self.elapsed() + span)
    }

    /// Until the monotonic clock shows `deadline`.
    pub fn sleep_until(&self, deadline: Time) -> Sleep<S> {
        Sleep::until(self.clone(), deadline)
    }

    /// What `future` answers, or that it has not by `span` from now. Then it is dropped.
    pub fn timeout<F: Future>(&self, span: Duration, future: F) -> Timeout<S, F> {
        Timeout { future, sleep: self.sleep(span) }
    }

    /// Begins to make the content of `file` durable as it is now, and waits for the answer.
    pub fn sync(&self, file: FileId) -> impl Future<Output = Result<(), DiskError>> + use<'_, S> {
        self.completed(self.disk(|disk| disk.sync(file)))
    }

    /// Begins to make all names durable as they are now, and waits for the answer.
    pub fn sync_directory(&self) -> impl Future<Output = Result<(), DiskError>> + use<'_, S> {
        let sync = self.mailbox().step.context().disk().sync_directory();
        self.completed(sync)
    }

    fn completed(&self, sync: SyncId) -> impl Future<Output = Result<(), DiskError>> + use<'_, S> {
        poll_fn(move |_| {
            let synced = &mut self.mailbox().synced;
            match synced.iter().position(|&(other, _)| other == sync) {
                Some(place) => Poll::Ready(synced.remove(place).1),
                None => Poll::Pending,
            }
        })
    }

    /// Sends a message. It may be lost, doubled, delayed or overtaken.
    #[inline]
    pub fn send(&self, to: impl Into<Address>, message: S::Message) {
        self.mailbox().step.context().send(to, message);
    }

    /// Tells monitors and timelines what the node has done.
    pub fn emit(&self, event: S::Event) {
        self.mailbox().step.context().emit(event);
    }

    /// Ends the client's open operation.
    pub fn complete(&self, outcome: Outcome<S::Ret>) {
        self.mailbox().step.context().complete(outcome);
    }

    /// Occupies the node for `span` once this step is over: once the code waits for something that has not come.
    pub fn work(&self, span: Duration) {
        self.mailbox().step.context().work(span);
    }

    /// Names a place where a plan may let the node crash.
    pub fn point(&self, label: &'static str) {
        self.mailbox().step.context().point(label);
    }

    /// The local time of day, which may be wrong and may jump.
    #[must_use]
    pub fn wall_clock(&self) -> Time {
        self.mailbox().step.context().wall_clock()
    }

    /// The local monotonic clock.
    #[must_use]
    pub fn elapsed(&self) -> Time {
        self.mailbox().step.context().elapsed()
    }

    /// Draws that belong to this step. Nothing else of the context may be used inside.
    pub fn rng<T>(&self, draw: impl FnOnce(&mut Draws) -> T) -> T {
        draw(self.mailbox().step.rng())
    }

    /// The local disk. Nothing else of the context may be used inside.
    pub fn disk<T>(&self, access: impl FnOnce(&mut DiskHandle<'_, S>) -> T) -> T {
        access(&mut self.mailbox().step.context().disk())
    }

    /// From now on the node plays this part, as faults see it.
    pub fn play(&self, role: Role) {
        self.mailbox().role = role;
    }

    /// The node waits for this from now on, or for nothing: a verdict can say so.
    pub fn awaiting(&self, what: Option<String>) {
        let since = self.elapsed();
        self.mailbox().awaited = what.map(|what| Awaited { what, since });
    }
}

/// What the node around it does.
impl<S: System> AsyncContext<S> {
    pub(crate) fn new(alarm: S::Timer) -> AsyncContext<S> {
        let mailbox = Mailbox {
            step: OwnedContext::new(),
            messages: VecDeque::new(),
            operations: VecDeque::new(),
            synced: Vec::new(),
            sleeps: Sleeps::default(),
            alarm,
            role: Role::MEMBER,
            awaited: None,
        };
        AsyncContext { mailbox: Rc::new(RefCell::new(mailbox)) }
    }

    #[inline]
    pub(crate) fn begin(&self, cx: &mut Context<'_, S>) {
        self.mailbox.borrow_mut().step.begin(cx);
    }

    /// The step is over: the timer is set to the first moment that anybody sleeps for.
    #[inline]
    pub(crate) fn end(&self, cx: &mut Context<'_, S>) {
        let mailbox = &mut *self.mailbox.borrow_mut();
        mailbox.step.end(cx);
        let earliest = mailbox.sleeps.earliest();
        if earliest != mailbox.sleeps.set {
            mailbox.sleeps.set = earliest;
            match earliest {
                Some(deadline) => {
                    let now = cx.elapsed();
                    cx.set_timer(mailbox.alarm, deadline.since(now.min(deadline)));
                }
                None => cx.cancel_timer(mailbox.alarm),
            }
        }
    }

    #[inline]
    pub(crate) fn came(&self, from: Address, message: S::Message) {
        self.mailbox.borrow_mut().messages.push_back((from, message));
    }

    #[inline]
    pub(crate) fn rang(&self, timer: S::Timer, now: Time) {
        let mailbox = &mut *self.mailbox.borrow_mut();
        if timer == mailbox.alarm {
            mailbox.sleeps.set = None;
            mailbox.sleeps.rung = now;
        }
    }

    pub(crate) fn synced(&self, sync: SyncId, result: Result<(), DiskError>) {
        self.mailbox.borrow_mut().synced.push((sync, result));
    }

    pub(crate) fn asked(&self, op: S::Op) {
        self.mailbox.borrow_mut().operations.push_back(op);
    }

    /// Nobody will ask for what has come.
    pub(crate) fn forget(&self) {
        let mailbox = &mut *self.mailbox.borrow_mut();
        mailbox.messages.clear();
        mailbox.operations.clear();
        mailbox.synced.clear();
        mailbox.sleeps.clear();
    }

    pub(crate) fn sleeps<T>(&self, change: impl FnOnce(&mut Sleeps) -> T) -> T {
        change(&mut self.mailbox.borrow_mut().sleeps)
    }

    pub(crate) fn role(&self) -> Role {
        self.mailbox.borrow().role
    }

    pub(crate) fn awaited(&self) -> Option<Awaited> {
        self.mailbox.borrow().awaited.clone()
    }

    pub(crate) fn describe<'a, 'b, 'c>(
        &self,
        f: &'a mut fmt::DebugStruct<'b, 'c>,
    ) -> &'a mut fmt::DebugStruct<'b, 'c> {
        let mailbox = self.mailbox.borrow();
        f.field("role", &mailbox.role)
            .field("awaits", &mailbox.awaited)
            .field("messages", &mailbox.messages.len())
            .field("sleeps", &mailbox.sleeps.len())
    }
}
