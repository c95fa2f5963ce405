//! A primary: it puts operations in order, and tells clients that they are done once they are as durable as the mode
//! asks.
//!
//! Reads go through the log like writes. So a read is told with the level that everything it has seen has reached, and
//! a primary that has been replaced cannot answer one in a mode in which backups must agree.

use stormglass_core::context::Context;
use stormglass_core::id::ClientId;
use stormglass_core::op::kv::{KvOp, KvRet};
use stormglass_core::system::Awaited;
use stormglass_core::time::Time;

use super::Passive;
use super::bugs::PassiveBug;
use super::event::Event;
use super::in_sync::InSync;
use super::machine::Known;
use super::message::{Configuration, Message};
use super::replica::{Part, Replica};
use super::settings::Mode;
use super::stream::Stream;
use super::types::{Acknowledged, Command, Entry, Epoch, Level, Lsn, Sequence};

/// What only a primary remembers: new in every epoch.
#[derive(Clone, Debug)]
pub(super) struct Primary {
    /// The entry with which the epoch begins. Nothing is acknowledged before it is: a copy of an earlier epoch's entry
    /// does not count, since a log that lacks it may end in a later epoch and be taken for more advanced.
    pub(super) opening: Lsn,
    pub(super) in_sync: InSync,
    /// One for each other replica, in ascending order of id.
    pub(super) streams: Vec<Stream>,
    waiting: Vec<Waiting>,
    /// How far clients have been told that operations are done.
    pub(super) acknowledged: Lsn,
}

/// A client that is to be told.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    client: ClientId,
    sequence: Sequence,
    op: KvOp,
    ret: KvRet,
    lsn: Lsn,
    since: Time,
}

impl Primary {
    /// The arbiter says who serves.
    pub(super) fn learn(&mut self, configuration: Configuration) {
        self.in_sync.learn(configuration);
    }

    /// Since when the longest waiting client has waited, and for what.
    pub(super) fn held_up(&self) -> Option<(Time, Lsn)> {
        self.waiting.iter().map(|one| (one.since, one.lsn)).min()
    }

    pub(super) fn awaits(&self, epoch: Epoch) -> Option<Awaited> {
        let (since, lsn) = self.held_up()?;
        let behind =
            self.streams.iter().filter(|stream| stream.matched < lsn).map(|stream| stream.id.to_string());
        let behind: Vec<String> = behind.collect();
        let what = format!("serves in epoch {epoch}, and waits for {} to store {lsn}", behind.join(", "));
        Some(Awaited { what, since })
    }
}

impl Replica {
    /// Begins to serve.
    pub(super) fn become_primary(&mut self, configuration: Configuration, cx: &mut Context<'_, Passive>) {
        let opening = self.log.last_index().next();
        let others = self.members.replicas.iter().enumerate().filter(|&(_, &id)| id != self.members.me);
        self.part = Part::Primary(Primary {
            opening,
            in_sync: InSync::new(configuration),
            streams: others.map(|(rank, &id)| Stream::new(id, rank, opening)).collect(),
            waiting: Vec::new(),
            acknowledged: Lsn::ZERO,
        });
        cx.emit(Event::BecamePrimary { epoch: self.epoch() });
        cx.point("promoted");
        self.propose(Command::Noop, cx);
    }

    /// Puts a command at the end of the log and sends it to the backups.
    fn propose(&mut self, command: Command, cx: &mut Context<'_, Passive>) -> Lsn {
        let lsn = self.append(Entry { epoch: self.epoch(), command });
        self.emit_appended(cx);
        self.send_news(cx);
        lsn
    }

    /// A client asks. A retry waits for the level of its first try.
    pub(super) fn on_request(
        &mut self,
        client: ClientId,
        sequence: Sequence,
        op: KvOp,
        cx: &mut Context<'_, Passive>,
    ) {
        if let Part::Backup(backup) = &self.part {
            return cx.send(client, Message::NotPrimary { sequence, primary: backup.primary });
        }
        if self.may_answer_from_memory(op) {
            let answer = Acknowledged { ret: self.machine.read(op.key()), level: self.promised() };
            return cx.send(client, Message::Reply { sequence, answer });
        }
        if self.machine.known(client, sequence) == Known::New {
            self.propose(Command::Client { client, sequence, op }, cx);
        }
        let Known::Done(lsn, ret) = self.machine.known(client, sequence) else { return };
        let one = Waiting { client, sequence, op, ret, lsn, since: cx.elapsed() };
        if let Part::Primary(primary) = &mut self.part
            && !primary.waiting.iter().any(|other| (other.client, other.sequence) == (client, sequence))
        {
            primary.waiting.push(one);
        }
    }

    /// Whether an operation needs nobody's agreement. None does: another primary may have changed what it is about.
    fn may_answer_from_memory(&self, op: KvOp) -> bool {
        if self.has(PassiveBug::ReadFromMemory) {
            return matches!(op, KvOp::Read { .. });
        }
        false
    }

    /// Tells the clients whose operations are durable enough.
    pub(super) fn answer(&mut self, cx: &mut Context<'_, Passive>) {
        let (reached, level, epoch) = (self.reached(), self.promised(), self.epoch());
        let now = cx.elapsed();
        let degraded = |one: &Waiting| self.is_degraded(one, now);
        let due = |one: &Waiting| match one.lsn {
            lsn if lsn <= reached => Some(level),
            _ if degraded(one) => Some(self.degraded_level()),
            _ => None,
        };
        let Part::Primary(primary) = &self.part else { return };
        let told: Vec<(Waiting, Level)> =
            primary.waiting.iter().filter_map(|one| Some((*one, due(one)?))).collect();
        if told.is_empty() {
            return;
        }
        for &(Waiting { client, sequence, op, ret, lsn, .. }, level) in &told {
            let digest = self.log.digest(lsn).expect("what a primary has executed is in its log");
            cx.emit(Event::Acknowledged { epoch, lsn, digest, level, op });
            cx.send(client, Message::Reply { sequence, answer: Acknowledged { ret, level } });
        }
        let Part::Primary(primary) = &mut self.part else { return };
        for (one, _) in told {
            primary.acknowledged = primary.acknowledged.max(one.lsn);
            primary.waiting.retain(|other| (other.client, other.sequence) != (one.client, one.sequence));
        }
    }

    /// What the mode promises.
    fn promised(&self) -> Level {
        match self.passive.settings().mode {
            Mode::Asynchronous => Level::Primary,
            Mode::SemiSynchronous { backups, .. } => Level::Backups(backups),
            Mode::Synchronous { .. } => Level::InSync,
        }
    }

    /// How far the log is as durable as the mode promises.
    fn reached(&self) -> Lsn {
        let Part::Primary(primary) = &self.part else { return Lsn::ZERO };
        let own = self.durable();
        let reached = match self.passive.settings().mode {
            _ if self.has(PassiveBug::AckBeforeSend) => own,
            Mode::Asynchronous => own,
            Mode::SemiSynchronous { backups, .. } => own.min(self.stored_by(primary, usize::from(backups))),
            Mode::Synchronous { min_in_sync } => {
                let enough = usize::from(min_in_sync).min(self.members.replicas.len());
                own.min(self.stored_by_all_in_sync(primary, enough))
            }
        };
        if reached < primary.opening { Lsn::ZERO } else { reached }
    }

    /// How far so many backups have stored the log.
    fn stored_by(&self, primary: &Primary, backups: usize) -> Lsn {
        let mut matched: Vec<Lsn> = primary.streams.iter().map(|stream| stream.matched).collect();
        if self.has(PassiveBug::AckDoubleCount) {
            matched.extend_from_within(..);
        }
        matched.sort_unstable_by(|a, b| b.cmp(a));
        matched.get(backups - 1).copied().unwrap_or_default()
    }

    /// How far all of the in-sync set have stored the log, if the set is large enough.
    fn stored_by_all_in_sync(&self, primary: &Primary, enough: usize) -> Lsn {
        if primary.in_sync.on_record().count() < enough {
            return Lsn::ZERO;
        }
        let must = match self.has(PassiveBug::InSyncShrinkLocal) {
            true => primary.in_sync.wanted(),
            false => primary.in_sync.must_store(),
        };
        let matched =
            primary.streams.iter().filter(|stream| must.has(stream.rank)).map(|stream| stream.matched);
        matched.min().unwrap_or(self.log.last_index())
    }

    /// Whether a client has waited so long that it is told at a lower level.
    fn is_degraded(&self, one: &Waiting, now: Time) -> bool {
        let Mode::SemiSynchronous { degrade_after: Some(span), .. } = self.passive.settings().mode else {
            return false;
        };
        let Part::Primary(primary) = &self.part else { return false };
        let own = self.durable();
        own >= one.lsn && own >= primary.opening && now.since(one.since) >= span
    }

    /// The level of what is on the primary's disk alone.
    fn degraded_level(&self) -> Level {
        if self.has(PassiveBug::SilentDegrade) {
            return self.promised();
        }
        Level::Primary
    }
}
