//! A replica: what it remembers, what every input goes through, and the one place where promises are made.

use stormglass_core::context::Context;
use stormglass_core::disk::{DiskError, SyncId};
use stormglass_core::id::{Address, NodeId};
use stormglass_core::system::{Awaited, Role};
use stormglass_core::time::Time;
use stormglass_replicated_log::{Cell, Names, RecoveryError};

use super::Passive;
use super::bugs::PassiveBug;
use super::event::Event;
use super::machine::Machine;
use super::members::Members;
use super::message::{Configuration, Message, Standing, Timer};
use super::node::DISK_RETRY;
use super::primary::Primary;
use super::types::{Entry, Epoch, Log, Lsn};

/// The file of a replica's epoch.
const EPOCH_FILE: &str = "epoch";

/// The part a replica plays, and what belongs to that part alone.
#[derive(Clone, Debug)]
pub(super) enum Part {
    /// It stores what a primary sends.
    Backup(Backup),
    /// It serves clients.
    Primary(Primary),
}

/// What only a backup remembers.
#[derive(Clone, Debug, Default)]
pub(super) struct Backup {
    /// The primary of its epoch, once it has been heard.
    pub(super) primary: Option<NodeId>,
    /// Whether the arbiter is to be told that the epoch is sealed.
    owes_seal: bool,
    /// How far the log is the primary's, if the primary is to be told.
    pub(super) owed: Option<Lsn>,
    since: Time,
}

/// A replica that has read its disk.
#[derive(Clone, Debug)]
pub(super) struct Replica {
    pub(super) passive: Passive,
    pub(super) members: Members,

    // On its disk.
    epoch: Cell<1>,
    pub(super) log: Log,
    names: Names,

    // In memory.
    pub(super) machine: Machine,
    pub(super) part: Part,
    /// The epoch it woke up in: what it answered in that one it may have forgotten.
    woke_in: Epoch,
}

impl Replica {
    /// Boots: reads what an earlier incarnation promised, and begins as a backup, whatever it was.
    pub(super) fn recover(
        passive: Passive,
        members: Members,
        cx: &mut Context<'_, Passive>,
    ) -> Result<Replica, RecoveryError> {
        let mut epoch: Cell<1> = Cell::open(EPOCH_FILE, cx)?;
        let log = Log::open(cx)?;
        // No epoch is promised to anybody before it is durable, but entries of it may have been saved first.
        if Epoch(epoch.words()[0]) < log.last().epoch {
            epoch.set([log.last().epoch.0]);
        }
        let woke_in = Epoch(epoch.words()[0]);
        cx.emit(Event::Started { epoch: woke_in, last: log.last() });
        cx.point("recovered");
        let mut replica = Replica {
            passive,
            members,
            epoch,
            names: Names::sync(cx),
            machine: Machine::of(&log),
            log,
            part: Part::Backup(Backup { since: cx.elapsed(), ..Backup::default() }),
            woke_in,
        };
        replica.report(cx);
        replica.settle(cx);
        Ok(replica)
    }

    pub(super) fn on_message(&mut self, from: Address, message: Message, cx: &mut Context<'_, Passive>) {
        match (from, message) {
            (Address::Client(client), Message::Request { sequence, op }) => {
                self.on_request(client, sequence, op, cx);
            }
            (Address::Node(id), Message::Seal { epoch }) if id == self.members.arbiter => {
                self.on_seal(epoch, cx);
            }
            (Address::Node(id), Message::Configured(configuration)) if id == self.members.arbiter => {
                self.on_configured(configuration, cx);
            }
            (Address::Node(id), Message::Append { epoch, previous, entries }) => {
                self.on_append(id, epoch, previous, entries.as_slice(), cx);
            }
            (Address::Node(id), Message::Appended { epoch, matched }) if epoch == self.epoch() => {
                self.on_appended(id, matched, cx);
            }
            (Address::Node(id), Message::Mismatched { epoch, previous, until }) if epoch == self.epoch() => {
                self.on_mismatched(id, previous, until, cx);
            }
            (Address::Node(_), Message::Outdated { epoch }) => self.adopt(epoch, cx),
            _ => {}
        }
        self.settle(cx);
    }

    pub(super) fn on_timer(&mut self, timer: Timer, cx: &mut Context<'_, Passive>) {
        match timer {
            Timer::Heartbeat => {
                self.report(cx);
                self.speak_up(cx);
            }
            // Settling tries again.
            Timer::Disk | Timer::Patience | Timer::Attempt | Timer::Deadline => {}
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
        self.epoch.on_synced(sync, result);
        self.log.on_synced(sync, result);
        self.settle(cx);
    }

    /// The end of every input: what has changed goes to the disk, and what has become durable is promised.
    fn settle(&mut self, cx: &mut Context<'_, Passive>) {
        if self.epoch.flush(cx).and(self.log.flush(cx)).is_err() {
            cx.set_timer(Timer::Disk, DISK_RETRY);
        }
        if self.epoch_is_durable() {
            self.confirm_seal(cx);
            self.confirm_entries(cx);
            self.answer(cx);
        }
    }

    /// The latest epoch it has heard of. It takes nothing from primaries of earlier ones.
    #[inline]
    pub(super) fn epoch(&self) -> Epoch {
        Epoch(self.epoch.words()[0])
    }

    fn epoch_is_durable(&self) -> bool {
        self.names.durable() && self.epoch.durable()
    }

    /// How far a crash now would leave the log.
    #[inline]
    pub(super) fn durable(&self) -> Lsn {
        if self.names.durable() { self.log.durable() } else { Lsn::ZERO }
    }

    /// Goes to a later epoch. A primary of an earlier one serves no more.
    pub(super) fn adopt(&mut self, epoch: Epoch, cx: &mut Context<'_, Passive>) {
        if epoch <= self.epoch() {
            return;
        }
        let before = self.epoch();
        self.epoch.set([epoch.0]);
        if let Part::Primary(_) = self.part {
            if self.has(PassiveBug::OldPrimaryWrites) {
                return;
            }
            cx.emit(Event::SteppedDown { epoch: before });
        }
        self.part = Part::Backup(Backup { since: cx.elapsed(), ..Backup::default() });
    }

    /// The arbiter seals an epoch. A replica that woke up in it does not answer: it may have served in it, or answered
    /// with more than its disk has kept.
    fn on_seal(&mut self, epoch: Epoch, cx: &mut Context<'_, Passive>) {
        self.adopt(epoch, cx);
        if epoch == self.epoch()
            && epoch > self.woke_in
            && let Part::Backup(backup) = &mut self.part
            && backup.primary.is_none()
        {
            backup.owes_seal = true;
        }
    }

    /// Answers a seal, once all that the answer says is on disk.
    fn confirm_seal(&mut self, cx: &mut Context<'_, Passive>) {
        let (epoch, last, whole) = (self.epoch(), self.log.last(), self.durable() == self.log.last_index());
        if let Part::Backup(backup) = &mut self.part
            && backup.owes_seal
            && whole
        {
            backup.owes_seal = false;
            cx.point("sealed");
            cx.send(self.members.arbiter, Message::Sealed { epoch, last });
        }
    }

    /// The arbiter says who serves.
    fn on_configured(&mut self, configuration: Configuration, cx: &mut Context<'_, Passive>) {
        self.adopt(configuration.epoch, cx);
        if configuration.epoch != self.epoch() {
            return;
        }
        match &mut self.part {
            Part::Primary(primary) => primary.learn(configuration),
            Part::Backup(_) if configuration.primary == Some(self.members.me) => {
                if self.may_serve() {
                    self.become_primary(configuration, cx);
                }
            }
            Part::Backup(backup) => backup.primary = configuration.primary,
        }
    }

    /// Whether this replica may begin to serve in the epoch to which it was appointed: only if it is still the one that
    /// answered the seal. After a restart it may have served already, and lost what it had told the backups.
    fn may_serve(&self) -> bool {
        if self.has(PassiveBug::RestartAsPrimary) {
            return true;
        }
        self.epoch() > self.woke_in
    }

    /// Tells the arbiter that it is there, and again after a while.
    fn report(&self, cx: &mut Context<'_, Passive>) {
        let standing = match self.part {
            Part::Backup(_) => Standing::Backup,
            Part::Primary(_) => Standing::Primary,
        };
        cx.send(self.members.arbiter, Message::Report { epoch: self.epoch(), standing });
        cx.set_timer(Timer::Heartbeat, self.passive.settings().heartbeat_interval);
    }

    /// Puts an entry at the end of the log, and carries it out.
    pub(super) fn append(&mut self, entry: Entry) -> Lsn {
        let lsn = self.log.append(entry);
        self.machine.apply(lsn, &entry);
        lsn
    }

    /// Says how the log ends now.
    pub(super) fn emit_appended(&self, cx: &mut Context<'_, Passive>) {
        let last = self.log.last();
        let digest = self.log.digest(last.lsn).expect("a log has a digest at its end");
        cx.emit(Event::Appended { last, digest });
    }

    /// Whether this defect is planted.
    #[inline]
    pub(super) fn has(&self, bug: PassiveBug) -> bool {
        self.passive.has(bug)
    }

    pub(super) fn role(&self) -> Role {
        match self.part {
            Part::Backup(_) => Role::FOLLOWER,
            Part::Primary(_) => Role::LEADER,
        }
    }

    /// What would let this replica go on: a primary, the acknowledgements of its backups.
    pub(super) fn awaits(&self) -> Option<Awaited> {
        match &self.part {
            Part::Backup(Backup { primary: None, since, .. }) => Some(Awaited {
                what: format!("waits for a primary of epoch {}", self.epoch()),
                since: *since,
            }),
            Part::Backup(_) => None,
            Part::Primary(primary) => primary.awaits(self.epoch()),
        }
    }
}
