//! The arbiter: it watches the primary, seals the epoch of one that has gone silent, and appoints the next from those
//! that answer. It holds no data.
//!
//! *Nothing is told before it is on the arbiter's disk*: neither an epoch nor who serves in it.
//!
//! Whose answers it needs follows from what acknowledgements promise. A sealed replica takes nothing more from earlier
//! primaries, so its answer says all that it will ever hold of them.
//!
//! ```text
//!  asynchronous             anyone's: what the silent alone hold is lost, as their clients were told it might
//!  semi-synchronous, k      those of all but k: an acknowledged operation is on k + 1, so one of them holds it
//!  synchronous              that of one in the in-sync set: each of them holds every acknowledged operation
//! ```

use std::cmp::Reverse;
use std::collections::BTreeMap;

use stormglass_core::context::Context;
use stormglass_core::disk::{DiskError, SyncId};
use stormglass_core::id::{Address, NodeId};
use stormglass_core::system::{Awaited, Role};
use stormglass_core::time::Time;
use stormglass_replicated_log::{Names, RecoveryError};

use super::Passive;
use super::bugs::PassiveBug;
use super::configuration::StoredConfiguration;
use super::event::Event;
use super::members::{Group, Members};
use super::message::{Configuration, Message, Standing, Timer};
use super::node::DISK_RETRY;
use super::settings::Mode;
use super::types::{Epoch, Position};

/// How many times longer than at first it waits at most for answers. Each epoch in which too few came makes the next
/// wait longer.
pub(super) const LONGEST_PATIENCE: u64 = 8;

/// The node that says who serves.
#[derive(Clone, Debug)]
pub(super) struct Arbiter {
    passive: Passive,
    members: Members,
    names: Names,
    stored: StoredConfiguration,
    stage: Stage,
    /// What has last been told to all: epoch and version, and whether there was a primary.
    told: Option<(Epoch, u64, bool)>,
    patience: u64,
}

#[derive(Clone, Debug)]
enum Stage {
    /// It looks for a primary.
    Sealing { answers: BTreeMap<NodeId, Position>, since: Time },
    /// There is one, which was last heard then.
    Watching { heard: Time },
}

impl Arbiter {
    /// What plans call it.
    pub(super) const ROLE: Role = Role("arbiter");

    /// Boots. An epoch that was sealed and has no primary is given up: some may have answered and forgotten it.
    pub(super) fn recover(
        passive: Passive,
        members: Members,
        cx: &mut Context<'_, Passive>,
    ) -> Result<Arbiter, RecoveryError> {
        let stored = StoredConfiguration::open(members.all(), cx)?;
        let now = cx.elapsed();
        cx.emit(Event::Started { epoch: stored.now().epoch, last: Position::default() });
        cx.point("recovered");
        let mut arbiter = Arbiter {
            passive,
            members,
            names: Names::sync(cx),
            stored,
            stage: Stage::Watching { heard: now },
            told: None,
            patience: 1,
        };
        if arbiter.stored.now().primary.is_none() {
            arbiter.seal(arbiter.stored.now().epoch, cx);
        }
        cx.set_timer(Timer::Heartbeat, arbiter.passive.settings().heartbeat_interval);
        arbiter.settle(cx);
        Ok(arbiter)
    }

    pub(super) fn on_message(&mut self, from: Address, message: Message, cx: &mut Context<'_, Passive>) {
        match (from, message) {
            (Address::Client(client), Message::Request { sequence, .. }) => {
                let primary = self.stored.now().primary;
                cx.send(client, Message::NotPrimary { sequence, primary });
            }
            (Address::Node(id), Message::Report { epoch, standing }) => {
                self.on_report(id, epoch, standing, cx);
            }
            (Address::Node(id), Message::Sealed { epoch, last }) => self.on_sealed(id, epoch, last, cx),
            (Address::Node(id), Message::Reconfigure { epoch, version, in_sync }) => {
                self.on_reconfigure(id, epoch, version, in_sync);
            }
            _ => {}
        }
        self.settle(cx);
    }

    pub(super) fn on_timer(&mut self, timer: Timer, cx: &mut Context<'_, Passive>) {
        match timer {
            Timer::Heartbeat => self.watch(cx),
            Timer::Patience => self.lose_patience(cx),
            // Settling tries again.
            Timer::Disk | Timer::Attempt | Timer::Deadline => {}
        }
        self.settle(cx);
    }

    pub(super) fn on_synced(
        &mut self,
        sync: SyncId,
        result: &Result<(), DiskError>,
        cx: &mut Context<'_, Passive>,
    ) {
        self.names.on_synced(sync, result, cx);
        self.stored.on_synced(sync, result);
        self.settle(cx);
    }

    /// The end of every input: what has changed goes to the disk, and what is there is told.
    fn settle(&mut self, cx: &mut Context<'_, Passive>) {
        if self.stored.flush(cx).is_err() {
            cx.set_timer(Timer::Disk, DISK_RETRY);
        }
        let Configuration { epoch, version, primary, .. } = self.stored.now();
        let news = (epoch, version, primary.is_some());
        if !self.may_tell() || self.told == Some(news) {
            return;
        }
        if self.told.is_none_or(|(told, _, served)| (told, served) != (epoch, primary.is_some())) {
            match (primary, &self.stage) {
                (Some(primary), Stage::Watching { .. }) if self.told.is_some() => {
                    let answered = self.stored.answered();
                    cx.emit(Event::Appointed { epoch, primary, answered });
                }
                (None, _) => cx.emit(Event::Sealing { epoch }),
                _ => {}
            }
        }
        self.told = Some(news);
        for &replica in &self.members.replicas {
            self.tell(replica, cx);
        }
    }

    /// Whether a crash now would leave the configuration as it is.
    fn may_tell(&self) -> bool {
        if self.passive.has(PassiveBug::AppointBeforeDurable) {
            return true;
        }
        self.names.durable() && self.stored.durable()
    }

    /// Tells a replica how things stand.
    fn tell(&self, replica: NodeId, cx: &mut Context<'_, Passive>) {
        let configuration = self.stored.now();
        match configuration.primary {
            Some(_) => cx.send(replica, Message::Configured(configuration)),
            None => cx.send(replica, Message::Seal { epoch: configuration.epoch }),
        }
    }

    /// A replica is there. Whatever it has missed it is told again.
    fn on_report(&mut self, from: NodeId, epoch: Epoch, standing: Standing, cx: &mut Context<'_, Passive>) {
        let Configuration { epoch: current, primary, .. } = self.stored.now();
        if epoch > current {
            // This disk has forgotten: it begins behind everything that anybody remembers.
            self.seal(epoch, cx);
            return;
        }
        if let Stage::Watching { heard } = &mut self.stage
            && (Some(from), epoch, standing) == (primary, current, Standing::Primary)
        {
            *heard = cx.elapsed();
        }
        if self.may_tell() {
            self.tell(from, cx);
        }
    }

    /// Looks whether the primary has been heard lately.
    fn watch(&mut self, cx: &mut Context<'_, Passive>) {
        cx.set_timer(Timer::Heartbeat, self.passive.settings().heartbeat_interval);
        if let Stage::Watching { heard } = self.stage
            && cx.elapsed().since(heard) > self.passive.settings().failover_after
        {
            self.patience = 1;
            self.seal(self.stored.now().epoch, cx);
        }
    }

    /// Begins the epoch after `last`, without a primary.
    fn seal(&mut self, last: Epoch, cx: &mut Context<'_, Passive>) {
        self.stored.seal(last.next());
        self.stage = Stage::Sealing { answers: BTreeMap::new(), since: cx.elapsed() };
        cx.set_timer(Timer::Patience, self.passive.settings().promotion_patience * self.patience);
    }

    fn on_sealed(&mut self, from: NodeId, epoch: Epoch, last: Position, cx: &mut Context<'_, Passive>) {
        if let Stage::Sealing { answers, .. } = &mut self.stage
            && epoch == self.stored.now().epoch
        {
            answers.insert(from, last);
            if answers.len() == self.members.replicas.len() {
                self.lose_patience(cx);
            }
        }
    }

    /// Appoints a primary if enough have answered. If not, asks all again in another epoch: who has restarted since it
    /// answered in this one does not answer in it again.
    fn lose_patience(&mut self, cx: &mut Context<'_, Passive>) {
        let Stage::Sealing { answers, .. } = &self.stage else { return };
        let (answers, answered) = (self.eligible(answers), self.group(answers));
        let Some(primary) = self.most_advanced(&answers) else {
            self.patience = (self.patience * 2).min(LONGEST_PATIENCE);
            return self.seal(self.stored.now().epoch, cx);
        };
        let in_sync = self.group(&answers);
        self.stored.appoint(primary, in_sync, answered);
        self.stage = Stage::Watching { heard: cx.elapsed() };
        cx.cancel_timer(Timer::Patience);
        cx.point("appointed");
    }

    /// Those who have answered, as a set.
    fn group(&self, answers: &BTreeMap<NodeId, Position>) -> Group {
        answers.keys().fold(Group::default(), |all, &id| all.or(self.members.only(id)))
    }

    /// Those who may be appointed; nobody, if an acknowledged operation might be with the silent alone.
    fn eligible(&self, answers: &BTreeMap<NodeId, Position>) -> BTreeMap<NodeId, Position> {
        let silent = self.members.replicas.len() - answers.len();
        match self.passive.settings().mode {
            Mode::Asynchronous => answers.clone(),
            Mode::SemiSynchronous { backups, .. } if silent <= usize::from(backups) => answers.clone(),
            Mode::SemiSynchronous { .. } => BTreeMap::new(),
            Mode::Synchronous { .. } => {
                let in_sync = self.stored.now().in_sync;
                let known = |id: NodeId| self.members.rank(id).is_some_and(|rank| in_sync.has(rank));
                answers.iter().filter(|&(&id, _)| known(id)).map(|(&id, &last)| (id, last)).collect()
            }
        }
    }

    /// Whose log ends in the latest epoch and is the longest of those; of equal ones that of the lowest id.
    fn most_advanced(&self, answers: &BTreeMap<NodeId, Position>) -> Option<NodeId> {
        if self.passive.has(PassiveBug::PromoteLagging) {
            return answers.keys().next().copied();
        }
        if self.passive.has(PassiveBug::PromoteLongest) {
            return answers.iter().max_by_key(|&(&id, last)| (last.lsn, Reverse(id))).map(|(&id, _)| id);
        }
        answers.iter().max_by_key(|&(&id, last)| (*last, Reverse(id))).map(|(&id, _)| id)
    }

    /// The primary wants another in-sync set in the place of the one it knows.
    fn on_reconfigure(&mut self, from: NodeId, epoch: Epoch, version: u64, in_sync: Group) {
        let Configuration { epoch: current, version: known, primary, .. } = self.stored.now();
        if (Some(from), epoch, version) == (primary, current, known) {
            self.stored.reconfigure(in_sync);
        }
    }

    pub(super) fn awaits(&self) -> Option<Awaited> {
        let epoch = self.stored.now().epoch;
        let Stage::Sealing { answers, since } = &self.stage else { return None };
        let of = self.members.replicas.len();
        let what = format!("looks for a primary of epoch {epoch}, and has {} of {of} answers", answers.len());
        Some(Awaited { what, since: *since })
    }
}
