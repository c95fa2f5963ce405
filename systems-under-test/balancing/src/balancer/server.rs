//! A server: workers, a queue of bounded length, and a word about itself for whoever asks.

use std::collections::{BTreeMap, VecDeque};

use stormglass_core::context::Context;
use stormglass_core::id::{Address, NodeId};
use stormglass_core::time::{Duration, Time};

use super::bugs::BalancingBug;
use super::event::Event;
use super::message::{Answer, AttemptId, Message, Order, Timer};
use super::system::Balancing;

/// A request that is served or waits for it.
#[derive(Clone, Copy, Debug)]
struct Job {
    from: Address,
    attempt: AttemptId,
    work: Duration,
    came: Time,
    patience: Duration,
}

/// A server.
#[derive(Clone, Debug)]
pub(super) struct Server {
    system: Balancing,
    balancers: Vec<NodeId>,
    usual_weight: u64,
    /// What operators said lasts until a restart.
    weight: u64,
    draining: bool,
    /// By worker, what it serves.
    busy: BTreeMap<u32, Job>,
    queue: VecDeque<Job>,
    boot: Time,
    reports: u64,
}

impl Server {
    pub(super) fn new(system: Balancing, balancers: Vec<NodeId>, weight: u64) -> Server {
        Server {
            system,
            balancers,
            usual_weight: weight,
            weight,
            draining: false,
            busy: BTreeMap::new(),
            queue: VecDeque::new(),
            boot: Time::ZERO,
            reports: 0,
        }
    }

    /// Whether it wants no new requests, for monitors.
    pub(super) fn is_draining(&self) -> bool {
        self.draining
    }

    /// Which life it is in and how many reports it has sent in it, for monitors.
    pub(super) fn reported(&self) -> (u64, u64) {
        (self.boot.as_nanos(), self.reports)
    }

    /// Requests in service and in the queue.
    pub(super) fn waiting(&self) -> usize {
        self.busy.len() + self.queue.len()
    }

    pub(super) fn on_start(&mut self, cx: &mut Context<'_, Balancing>) {
        self.boot = cx.elapsed();
        cx.emit(Event::Started);
        self.report(cx);
    }

    pub(super) fn on_message(&mut self, from: Address, message: &Message, cx: &mut Context<'_, Balancing>) {
        match *message {
            Message::Work { attempt, work, patience } => {
                let job = Job { from, attempt, work, came: cx.elapsed(), patience };
                self.take(job, cx);
            }
            Message::Probe { probe } => {
                cx.send(from, Message::Health { probe, draining: self.draining, weight: self.weight });
            }
            Message::Order { sequence, order } => {
                self.obey(order, cx);
                cx.send(from, Message::Reply { sequence, answer: Answer::Done });
            }
            _ => {}
        }
    }

    pub(super) fn on_timer(&mut self, timer: Timer, cx: &mut Context<'_, Balancing>) {
        match timer {
            Timer::Worker(worker) => self.done(worker, cx),
            Timer::Heartbeat => self.report(cx),
            _ => {}
        }
    }

    fn obey(&mut self, order: Order, cx: &mut Context<'_, Balancing>) {
        match order {
            Order::Drain => self.draining = true,
            Order::Restore => (self.draining, self.weight) = (false, self.usual_weight),
            Order::Weigh(weight) => self.weight = weight.max(1),
        }
        cx.emit(Event::Draining(self.draining));
    }

    /// A free worker takes it, or else the queue, or else nobody.
    fn take(&mut self, job: Job, cx: &mut Context<'_, Balancing>) {
        let free = (0..self.system.settings().workers).find(|worker| !self.busy.contains_key(worker));
        match free {
            Some(worker) => self.serve(worker, job, cx),
            None if self.queue.len() < self.system.settings().queue as usize => self.queue.push_back(job),
            None => cx.send(job.from, Message::Busy { attempt: job.attempt }),
        }
    }

    fn serve(&mut self, worker: u32, job: Job, cx: &mut Context<'_, Balancing>) {
        self.busy.insert(worker, job);
        cx.set_timer(Timer::Worker(worker), job.work);
    }

    /// A worker is done, and takes the next request for which somebody still waits.
    fn done(&mut self, worker: u32, cx: &mut Context<'_, Balancing>) {
        let Some(job) = self.busy.remove(&worker) else { return };
        cx.send(job.from, Message::Served { attempt: job.attempt });
        let now = cx.elapsed();
        while let Some(next) = self.queue.pop_front() {
            let waited = now.since(next.came);
            if self.is_wanted(&next, waited) {
                cx.emit(Event::Served { waited });
                return self.serve(worker, next, cx);
            }
        }
    }

    /// Whether somebody still waits for it.
    fn is_wanted(&self, job: &Job, waited: Duration) -> bool {
        if self.system.has(BalancingBug::ServesExpired) {
            return true;
        }
        waited < job.patience
    }

    /// Tells all balancers how much is waiting.
    fn report(&mut self, cx: &mut Context<'_, Balancing>) {
        self.reports += 1;
        let (boot, sequence, waiting) = (self.boot.as_nanos(), self.reports, self.waiting() as u64);
        for &balancer in &self.balancers {
            cx.send(balancer, Message::Load { boot, sequence, waiting });
        }
        cx.set_timer(Timer::Heartbeat, self.system.settings().heartbeat_interval);
    }
}
