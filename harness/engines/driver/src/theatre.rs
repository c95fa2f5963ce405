//! The stage that an engine's tasks share, and how they take their turns.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Poll, Waker};

use stormglass_core::context::Context;
use stormglass_core::system::System;
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;
use stormglass_kernel::{Carriage, Parcel, Reset, Stage, Turn};
use stormglass_plan::engine::{Run, Tracing};
use stormglass_plan::plan::Plan;

use crate::clock::Clock;
use crate::parcel;
use crate::thread::said;

/// A handle to a run that an engine's tasks take turns in, all on one thread.
pub struct Theatre<S: System> {
    inner: Rc<Inner<S>>,
}

struct Inner<S: System> {
    stage: RefCell<Option<Stage<S>>>,
    end: Time,
    /// By lane: who waits, and until when.
    waiting: RefCell<Vec<Option<(Time, Waker)>>>,
    over: Cell<bool>,
    /// Whose code panicked, when, and what it said: a world that was left in the middle of a step goes no further.
    panicked: RefCell<Option<String>>,
}

impl<S: System> Clone for Theatre<S> {
    fn clone(&self) -> Self {
        Theatre { inner: self.inner.clone() }
    }
}

impl<S: System> Theatre<S> {
    /// The plan before its first moment.
    #[must_use]
    pub fn new(system: &S, plan: &Arc<Plan<S::Op>>, tracing: Tracing) -> Theatre<S> {
        Theatre::with_stage(Stage::new(system, plan, tracing), plan.timeline.end)
    }

    /// The same for a system whose hosts are programs.
    #[must_use]
    pub fn of_programs(system: &S, plan: &Arc<Plan<S::Op>>, tracing: Tracing) -> Theatre<S> {
        Theatre::with_stage(Stage::new(system, plan, tracing).of_programs(), plan.timeline.end)
    }

    fn with_stage(stage: Stage<S>, end: Time) -> Theatre<S> {
        let waiting = (0..=stage.hosts()).map(|_| None).collect();
        let inner = Inner {
            stage: RefCell::new(Some(stage)),
            end,
            waiting: RefCell::new(waiting),
            over: Cell::new(false),
            panicked: RefCell::new(None),
        };
        Theatre { inner: Rc::new(inner) }
    }

    /// How many hosts there are: nodes first, then clients.
    #[must_use]
    pub fn hosts(&self) -> usize {
        self.with(|stage| stage.hosts())
    }

    /// The lane of whatever befalls hosts.
    #[must_use]
    pub fn nemesis(&self) -> usize {
        self.with(|stage| stage.nemesis())
    }

    /// Whether the run has come to its end, or to its limit.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.inner.over.get()
    }

    /// Lets everything happen that the lane has before it by `now`; answers what is to be posted.
    #[must_use = "what is not posted is lost"]
    pub fn turn(&self, lane: usize, now: Time) -> Vec<Parcel> {
        if self.is_over() {
            return Vec::new();
        }
        let turned = catch_unwind(AssertUnwindSafe(|| {
            self.with(|stage| (stage.turn(lane, now.min(self.inner.end)), stage.take_leaving()))
        }));
        let (turn, parcels) = match turned {
            Ok(turned) => turned,
            Err(panic) => {
                self.panicked(lane, now, &*panic);
                return Vec::new();
            }
        };
        if turn == Turn::Limit || (now > self.inner.end && lane == self.nemesis()) {
            self.inner.over.set(true);
            self.wake(|_, _| true);
        } else {
            self.tell_others(lane);
        }
        parcels
    }

    /// The code under test panicked. Engines treat that each in its own way: here the run ends, and [`Theatre::finish`] goes on with it.
    fn panicked(&self, lane: usize, now: Time, panic: &(dyn Any + Send)) {
        let whose = self.with(|stage| stage.name(lane));
        let words = format!("{whose} at {}: {}", now.min(self.inner.end), said(panic));
        *self.inner.panicked.borrow_mut() = Some(words);
        self.inner.over.set(true);
        self.wake(|_, _| true);
    }

    /// Something has happened in a lane's turn: others may have to act sooner than they know.
    fn tell_others(&self, lane: usize) {
        let nearer = self.with(Stage::take_nearer);
        for other in nearer.into_iter().filter(|&other| other != lane) {
            self.nudge(other);
        }
        // Whoever holds the hosts' lives looks after those that have gone down.
        let nemesis = self.nemesis();
        if lane != nemesis && self.with(|stage| stage.has_fallen()) {
            self.rouse(nemesis);
        }
    }

    /// A node takes a step of its own will, as the program in its place asks; `None` if it is down, or the run is over.
    pub fn node_acts<T>(
        &self,
        host: usize,
        now: Time,
        act: impl FnOnce(&mut S::Node, &mut Context<'_, S>) -> T,
    ) -> Option<T> {
        self.acts(host, now, |stage, now| stage.node_acts(host, now, act))
    }

    /// A client takes a step of its own will; `None` if it is dead, or the run is over.
    pub fn client_acts<T>(
        &self,
        host: usize,
        now: Time,
        act: impl FnOnce(&mut S::Client, &mut Context<'_, S>) -> T,
    ) -> Option<T> {
        self.acts(host, now, |stage, now| stage.client_acts(host, now, act))
    }

    fn acts<T>(
        &self,
        host: usize,
        now: Time,
        act: impl FnOnce(&mut Stage<S>, Time) -> Option<T>,
    ) -> Option<T> {
        if self.is_over() {
            return None;
        }
        let acted = self.with(|stage| act(stage, now.min(self.inner.end)));
        self.tell_others(host);
        // Its own turns may be due sooner, too: whoever takes them is asleep while the program acts.
        self.nudge(host);
        acted
    }

    /// Looks at the node in a host's place, to fetch what befell it; `None` if it is down, or the run is over.
    pub fn node_in<T>(&self, host: usize, look: impl FnOnce(&mut S::Node) -> T) -> Option<T> {
        if self.is_over() { None } else { self.with(|stage| stage.node_in(host).map(look)) }
    }

    /// Looks at the client in a host's place, to fetch what was asked of it; `None` if it is dead, or the run is over.
    pub fn client_in<T>(&self, host: usize, look: impl FnOnce(&mut S::Client) -> T) -> Option<T> {
        if self.is_over() { None } else { self.with(|stage| stage.client_in(host).map(look)) }
    }

    /// Whether a node is down or a client is dead.
    #[must_use]
    pub fn is_gone(&self, host: usize) -> bool {
        self.with(|stage| stage.is_gone(host))
    }

    /// What becomes of so many bytes that one host sends to another now.
    #[must_use]
    pub fn carry(&self, from: usize, to: usize, bytes: u64, now: Time) -> Carriage {
        self.with(|stage| stage.carry(from, to, bytes, now))
    }

    /// Whether a fault lets nothing through from one host to another.
    #[must_use]
    pub fn is_cut(&self, from: usize, to: usize) -> bool {
        self.with(|stage| stage.is_cut(from, to))
    }

    /// Whether a fault holds a host still; whoever asks does so then.
    #[must_use]
    pub fn is_held_still(&self, host: usize) -> bool {
        self.with(|stage| stage.is_held_still(host))
    }

    /// Whether the fault at this place of the plan is still in force.
    #[must_use]
    pub fn still_holds(&self, fault: usize) -> bool {
        self.with(|stage| stage.still_holds(fault))
    }

    /// Resets that have struck since this was asked last: whoever carries the programs' bytes breaks their connections.
    #[must_use]
    pub fn resets(&self) -> Vec<Reset> {
        self.with(Stage::take_resets)
    }

    /// So many connections were broken by a reset.
    pub fn broke(&self, reset: &Reset, connections: u64) {
        self.with(|stage| stage.broke(reset, connections));
    }

    /// Somebody who watches the run has found something.
    pub fn accuse(&self, verdict: Verdict) {
        if !self.is_over() {
            self.with(|stage| stage.accuse(verdict));
        }
    }

    /// Bytes have come for a host. What is due already happens at once; what comes too early waits for its time.
    #[must_use = "what is not posted is lost"]
    pub fn hear(&self, host: usize, bytes: &[u8], now: Time) -> Vec<Parcel> {
        let Some(parcel) = parcel::decode(bytes).filter(|parcel| parcel.to as usize == host) else {
            return Vec::new();
        };
        if self.is_over() {
            return Vec::new();
        }
        self.with(|stage| stage.arrive(&parcel, now));
        let leaving = if parcel.due <= now { self.turn(host, now) } else { Vec::new() };
        // Whoever takes the host's turns sleeps while this is heard: what came of it, such as a sync, may be due before it wakes.
        if !self.is_over() {
            self.nudge(host);
        }
        leaving
    }

    /// Takes the lane's turns as they come, until the run is over. `post` sends what leaves; `between` comes after every turn.
    pub async fn attend(
        &self,
        lane: usize,
        clock: &impl Clock,
        mut post: impl FnMut(Parcel),
        mut between: impl FnMut(),
    ) {
        loop {
            self.turn(lane, clock.now()).into_iter().for_each(&mut post);
            between();
            if self.is_over() {
                return;
            }
            // A moment behind the end somebody has to see that it has come.
            let end = Time::from_nanos(self.inner.end.as_nanos() + 1);
            let next = self.with(|stage| stage.next(lane)).unwrap_or(end).min(end);
            self.wait(lane, next, clock.sleep_until(next)).await;
        }
    }

    /// Hosts that have gone down since this was asked last.
    #[must_use]
    pub fn fallen(&self) -> Vec<usize> {
        self.with(Stage::take_fallen)
    }

    /// Hosts that are to come up: their engine starts them, and they [`attend`](Theatre::attend) again.
    #[must_use]
    pub fn risen(&self) -> Vec<usize> {
        self.with(Stage::take_risen)
    }

    /// Whether a host is down.
    #[must_use]
    pub fn is_down(&self, host: usize) -> bool {
        self.with(|stage| stage.is_down(host))
    }

    /// What the run leaves behind.
    ///
    /// # Panics
    /// If it was asked before; and if the code under test did, with its words, and with whose they were.
    #[must_use]
    pub fn finish(&self) -> Run<S::Op, S::Ret> {
        if let Some(words) = self.inner.panicked.borrow_mut().take() {
            resume_unwind(Box::new(words));
        }
        self.inner.stage.borrow_mut().take().expect("a run ends once").finish()
    }

    /// Wakes who waits for a lane, if its next event is nearer than that one thinks.
    pub fn nudge(&self, lane: usize) {
        let next = self.with(|stage| stage.next(lane));
        self.wake(|waiting, until| waiting == lane && next.is_some_and(|next| next < until));
    }

    /// Wakes who waits for a lane, whatever the time.
    pub fn rouse(&self, lane: usize) {
        self.wake(|waiting, _| waiting == lane);
    }

    fn wake(&self, who: impl Fn(usize, Time) -> bool) {
        let mut woken = Vec::new();
        for (lane, waiting) in self.inner.waiting.borrow_mut().iter_mut().enumerate() {
            woken.extend(waiting.take_if(|(until, _)| who(lane, *until)));
        }
        woken.into_iter().for_each(|(_, waker)| waker.wake());
    }

    /// Until the sleep ends, or somebody nudges the lane. The sleep is polled once: some engines leave a timer behind at every poll.
    async fn wait(&self, lane: usize, until: Time, sleep: impl Future<Output = ()>) {
        let mut sleep = pin!(sleep);
        let mut begun = false;
        poll_fn(|cx| {
            let waits = self.inner.waiting.borrow()[lane].is_some();
            if begun && !waits {
                return Poll::Ready(());
            }
            begun = true;
            self.inner.waiting.borrow_mut()[lane] = Some((until, cx.waker().clone()));
            sleep.as_mut().poll(cx)
        })
        .await;
        self.inner.waiting.borrow_mut()[lane] = None;
    }

    fn with<T>(&self, look: impl FnOnce(&mut Stage<S>) -> T) -> T {
        look(self.inner.stage.borrow_mut().as_mut().expect("nobody takes a turn after the end"))
    }
}
