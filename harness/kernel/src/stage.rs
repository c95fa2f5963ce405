//! The world for engines that have a scheduler, a clock and a network of their own.
//!
//! ```text
//!  engine's task of host 3 ──turn(3, now)──▶ Stage ──parcels──▶ engine's sockets ──arrive──▶ Stage, at the receiver's turn
//!  engine's main task ──turn(nemesis, now)──▶   └──next(lane)──▶ when to wake whom
//! ```
//!
//! Everything that engines mean differently stays here, one for all of them: what becomes of a message (loss, duplication, delay, cuts),
//! pauses, clocks, disks, crashes, the budget, operations, the history, monitors. An engine decides who runs when, carries the
//! bytes, and says what time it is. Each host has a lane of its own, and the nemesis has one.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::mem;
use std::sync::Arc;

use stormglass_core::id::Address;
use stormglass_core::random::CausalId;
use stormglass_core::system::System;
use stormglass_core::time::{Duration, Time};
use stormglass_plan::engine::{Run, Tracing};
use stormglass_plan::kind::Kind;
use stormglass_plan::plan::Plan;

use crate::afoot::{Afoot, Way};
use crate::course::Course;
use crate::host::{Gate, Notice};
use crate::network::{Fate, Garble};
use crate::queue::{AFTER, Key};
use crate::wire;
use crate::world::{Deed, Event, World};

/// A message that has left its sender: to be carried to its receiver, and to be heard there when it is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// The sender, by place in the cluster.
    pub from: u32,
    /// The receiver, by place in the cluster.
    pub to: u32,
    /// When it arrives by the plan's network. What comes sooner waits; what comes later is late.
    pub due: Time,
    /// The event that its arrival is.
    pub id: CausalId,
    /// The message.
    pub bytes: Vec<u8>,
}

/// What came of one lane's turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// All that was due has happened.
    Done,
    /// The run has come to its limit of events: it ends here.
    Limit,
}

/// A run in the hands of an engine.
pub struct Stage<S: System> {
    pub(crate) course: Course<S>,
    /// What each lane has before it: the hosts' by place, and behind them the nemesis's.
    lanes: Vec<BinaryHeap<Reverse<Entry<S>>>>,
    /// Lanes whose next event has come nearer since this was asked last.
    nearer: Vec<usize>,
    /// Hosts that went down, or are to come up again, since this was asked last.
    fallen: Vec<usize>,
    risen: Vec<usize>,
    /// By place, whether a host has been called up and has not answered yet.
    called: Vec<bool>,
    /// By place, how often a host has acted of its own will.
    pub(crate) acts: Vec<u64>,
}

struct Entry<S: System> {
    key: Key,
    event: Event<S>,
}

impl<S: System> Stage<S> {
    /// The plan before its first moment.
    #[must_use]
    pub fn new(system: &S, plan: &Arc<Plan<S::Op>>, tracing: Tracing) -> Stage<S> {
        let mut course = Course::new(system, plan, tracing);
        course.world_mut().wired = true;
        course.world_mut().leaving = Some(Vec::new());
        let resets = plan.faults.iter().any(|fault| fault.inject.kind() == Kind::Reset);
        course.world_mut().afoot = resets.then(Afoot::default);
        let mut stage = Stage {
            lanes: (0..=plan.cluster.len()).map(|_| BinaryHeap::new()).collect(),
            nearer: Vec::new(),
            fallen: Vec::new(),
            risen: Vec::new(),
            called: vec![false; plan.cluster.len()],
            acts: vec![0; plan.cluster.len()],
            course,
        };
        stage.sort();
        stage
    }

    /// How many hosts there are: nodes first, then clients.
    #[must_use]
    pub fn hosts(&self) -> usize {
        self.lanes.len() - 1
    }

    /// The lane of whatever befalls hosts.
    #[must_use]
    pub fn nemesis(&self) -> usize {
        self.hosts()
    }

    /// Whose lane it is: `n2`, `c0`, or the nemesis's.
    #[must_use]
    pub fn name(&self, lane: usize) -> String {
        if lane == self.nemesis() {
            "the nemesis".to_owned()
        } else {
            self.course.world().address(lane as u32).to_string()
        }
    }

    /// When the lane's next event is due.
    #[must_use]
    pub fn next(&self, lane: usize) -> Option<Time> {
        let next = self.lanes[lane].peek().map(|Reverse(entry)| entry.key.at());
        if lane == self.nemesis() { next.into_iter().chain(self.course.recovers_by()).min() } else { next }
    }

    /// Whether the host is a node that is down: its engine may take its sockets and tasks away, and nobody takes its turns. Clients
    /// take theirs even while they are dead.
    #[must_use]
    pub fn is_down(&self, host: usize) -> bool {
        host < self.course.world().nodes.len() && self.course.world().gates[host] == Gate::Down
    }

    /// Lets everything happen that the lane has before it and that is due by `now`.
    pub fn turn(&mut self, lane: usize, now: Time) -> Turn {
        if lane == self.nemesis()
            && let Some(by) = self.course.recovers_by().filter(|by| *by <= now)
        {
            self.pass(now);
            self.course.look_back(by);
        }
        if lane == self.nemesis() {
            self.bury(now);
            self.pursue(lane, now);
            self.bury(now);
        } else {
            self.pursue(lane, now);
        }
        if self.course.is_stopped() { Turn::Limit } else { Turn::Done }
    }

    fn pursue(&mut self, lane: usize, now: Time) {
        while !self.course.is_stopped()
            && let Some((key, event)) = self.due(lane, now, |_| true)
        {
            if let Event::Deed(Deed::Restart { host }) = event {
                self.called[host as usize] = false;
                if let Some(afoot) = &mut self.course.world_mut().afoot {
                    afoot.restarts(host, now);
                }
            }
            self.happen(key, event, now);
        }
    }

    /// Nobody takes the turns of a host that is down: what comes to it before it restarts is lost. The restart is its own to
    /// do, once its engine has brought it up.
    fn bury(&mut self, now: Time) {
        for host in 0..self.course.world().nodes.len() {
            while self.is_down(host) && !self.called[host] {
                let lost = |event: &Event<S>| !matches!(event, Event::Deed(Deed::Restart { .. }));
                match self.due(host, now, lost) {
                    Some((key, event)) => self.happen(key, event, now),
                    None if self.next(host).is_some_and(|next| next <= now) => {
                        self.called[host] = true;
                        self.risen.push(host);
                    }
                    None => break,
                }
            }
        }
    }

    /// The lane's next event, if it is due by `now` and `wanted`.
    fn due(&mut self, lane: usize, now: Time, wanted: impl Fn(&Event<S>) -> bool) -> Option<(Key, Event<S>)> {
        let Reverse(next) = self.lanes[lane].peek()?;
        if next.key.at() > now || !wanted(&next.event) {
            return None;
        }
        self.lanes[lane].pop().map(|Reverse(Entry { key, event })| (key, event))
    }

    /// A parcel has come to its receiver, who hears it at its first turn after it is due. What is no message of this system is lost.
    pub fn arrive(&mut self, parcel: &Parcel, now: Time) {
        let hosts = self.hosts() as u32;
        let Some(message) = wire::decode::<S::Message>(&parcel.bytes).filter(|_| parcel.to < hosts) else {
            self.course.world_mut().stats.dropped += 1;
            return;
        };
        let (to, from) = (parcel.to, self.course.world().address(parcel.from.min(hosts - 1)));
        let key = Key::new(parcel.due.max(now), parcel.id);
        let event = Event::Deliver { to, from, message };
        self.lanes[to as usize].push(Reverse(Entry { key, event }));
    }

    /// What has left its sender since this was asked last.
    pub fn take_leaving(&mut self) -> Vec<Parcel> {
        self.course.world_mut().leaving.as_mut().map(mem::take).unwrap_or_default()
    }

    /// Lanes whose next event has come nearer since this was asked last: their turn may be due sooner than they know.
    pub fn take_nearer(&mut self) -> Vec<usize> {
        mem::take(&mut self.nearer)
    }

    /// Whether any host has gone down that was not taken yet.
    #[must_use]
    pub fn has_fallen(&self) -> bool {
        !self.fallen.is_empty()
    }

    /// Hosts that have gone down since this was asked last. An engine that can takes everything from them.
    pub fn take_fallen(&mut self) -> Vec<usize> {
        mem::take(&mut self.fallen)
    }

    /// Hosts that are to come up: when they are, they take their next turn.
    pub fn take_risen(&mut self) -> Vec<usize> {
        mem::take(&mut self.risen)
    }

    /// What the run leaves behind.
    #[must_use]
    pub fn finish(self) -> Run<S::Op, S::Ret> {
        self.course.end()
    }

    fn happen(&mut self, key: Key, event: Event<S>, now: Time) {
        let world = self.course.world_mut();
        if let (&Event::Deliver { to, from, .. }, Some(afoot)) = (&event, &mut world.afoot)
            && !afoot.arrives(way(&world.plan, key.id(), from, to))
        {
            return;
        }
        self.bring(now, |world| world.happen(key, event));
    }

    /// Something happens now, and monitors look at it.
    pub(crate) fn bring(&mut self, now: Time, what: impl FnOnce(&mut World<S>)) {
        self.pass(now);
        let world = self.course.world_mut();
        world.notices.clear();
        what(world);
        let cluster = &world.plan.cluster;
        let crashed = |notice: &Notice<S>| match notice {
            Notice::Crashed(node) => cluster.index_of((*node).into()),
            Notice::Said(..) => None,
        };
        self.fallen.extend(world.notices.iter().filter_map(crashed));
        self.course.watch();
        self.sort();
    }

    /// Time goes on.
    fn pass(&mut self, now: Time) {
        let world = self.course.world_mut();
        world.now = world.now.max(now);
    }

    /// The world's queue is no more than the place where events are put down: each goes to its lane.
    fn sort(&mut self) {
        while let Some((key, event)) = self.course.world_mut().queue.pop_foreseeing(Time::MAX, |_| ()) {
            let lane = self.lane_of(&event);
            if let Event::Deliver { to, from, .. } = event {
                self.note_leaving(key, from, to);
            }
            if self.next(lane).is_none_or(|next| key.at() < next) {
                self.nearer.push(lane);
            }
            self.lanes[lane].push(Reverse(Entry { key, event }));
        }
    }

    /// What a host sends to itself, and what was held back, does not leave by any other way than the lanes; it is on its way too.
    fn note_leaving(&mut self, key: Key, from: Address, to: u32) {
        let world = self.course.world_mut();
        if let Some(afoot) = &mut world.afoot {
            afoot.leaves(way(&world.plan, key.id(), from, to), key.at());
        }
    }

    fn lane_of(&self, event: &Event<S>) -> usize {
        match event {
            Event::Deliver { to: host, .. } | Event::Timer { host, .. } => *host as usize,
            Event::Deed(deed) => match *deed {
                Deed::Boot { host }
                | Deed::Restart { host }
                | Deed::SyncDone { host, .. }
                | Deed::Wake { host }
                | Deed::Free { host } => host as usize,
                Deed::Operation { place } => {
                    let client = Address::Client(self.course.world().plan.operations[place as usize].client);
                    self.course
                        .world()
                        .plan
                        .cluster
                        .index_of(client)
                        .expect("a plan's operations name its clients")
                }
                Deed::Strike { .. }
                | Deed::Lift { .. }
                | Deed::Flap { .. }
                | Deed::Roll { .. }
                | Deed::Revive { .. }
                | Deed::Nothing
                | Deed::Heal => self.nemesis(),
            },
        }
    }
}

fn way<O>(plan: &Plan<O>, id: CausalId, from: Address, to: u32) -> Way {
    Way { id, from: plan.cluster.index_of(from).expect("only members send") as u32, to }
}

impl<S: System> World<S> {
    /// A message leaves for another host by a way that is not this world's queue.
    pub(crate) fn ship(
        &mut self,
        host: u32,
        from: Address,
        to: u32,
        message: &S::Message,
        cause: CausalId,
        id: CausalId,
    ) {
        let mut bytes = wire::encode(message);
        match self.network.fate(host, to, id, bytes.len() as u64, self.now) {
            Fate::Arrives(delay) => self.put_out(host, to, delay, id, bytes),
            Fate::ArrivesTwice(first, second) => {
                self.stats.duplicated += 1;
                self.put_out(host, to, first, id, bytes.clone());
                self.put_out(host, to, second, id.child(0), bytes);
            }
            Fate::Garbled(delay, Garble { fault, bits }) => {
                let key = id.child(self.plan.faults[fault].id).child(AFTER);
                wire::flip_bits(&mut bytes, bits, key);
                if wire::decode::<S::Message>(&bytes).is_some() {
                    return self.put_out(host, to, delay, id, bytes);
                }
                self.stats.dropped += 1;
                self.effect_of(fault).dropped += 1;
                self.record_drop(from, to, id, cause, "its bytes no longer decode");
            }
            fate @ (Fate::Held(_) | Fate::Lost(_)) => {
                self.meet_fate(to, from, message.clone(), fate, cause, id);
            }
        }
    }

    fn put_out(&mut self, from: u32, to: u32, delay: Duration, id: CausalId, bytes: Vec<u8>) {
        let due = self.now + delay;
        if let Some(afoot) = &mut self.afoot {
            afoot.leaves(Way { id, from, to }, due);
        }
        if let Some(leaving) = &mut self.leaving {
            leaving.push(Parcel { from, to, due, id, bytes });
        }
    }
}

impl<S: System> PartialEq for Entry<S> {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl<S: System> Eq for Entry<S> {}

impl<S: System> PartialOrd for Entry<S> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<S: System> Ord for Entry<S> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}
