//! A backup stores what its primary sends, rewinds what the primary does not have, and says so once it is on disk.

use stormglass_core::context::Context;
use stormglass_core::id::NodeId;

use super::Passive;
use super::bugs::PassiveBug;
use super::event::Event;
use super::machine::Machine;
use super::message::Message;
use super::replica::{Part, Replica};
use super::types::{Entry, Epoch, Lsn, Position};

impl Replica {
    pub(super) fn on_append(
        &mut self,
        from: NodeId,
        epoch: Epoch,
        previous: Position,
        entries: &[Entry],
        cx: &mut Context<'_, Passive>,
    ) {
        if self.is_outdated(epoch) {
            return cx.send(from, Message::Outdated { epoch: self.epoch() });
        }
        self.adopt(epoch, cx);
        let Part::Backup(backup) = &mut self.part else { return };
        backup.primary = Some(from);
        if self.log.term_at(previous.lsn) != Some(previous.epoch) {
            let until = self.common_at_most(previous.lsn);
            let previous = previous.lsn;
            return cx.send(from, Message::Mismatched { epoch, previous, until });
        }
        let verified = self.store(previous.lsn, entries, cx);
        if let Part::Backup(backup) = &mut self.part {
            backup.owed = backup.owed.max(Some(verified));
        }
    }

    /// Whether a message is of an epoch that is over.
    fn is_outdated(&self, epoch: Epoch) -> bool {
        if self.has(PassiveBug::StaleEpochAccept) {
            return false;
        }
        epoch < self.epoch()
    }

    /// How far the logs may be equal if they differ at `lsn`: this log has nothing there, or all of an epoch that the
    /// primary does not have there.
    fn common_at_most(&self, lsn: Lsn) -> Lsn {
        match self.log.term_at(lsn) {
            None => self.log.last_index(),
            Some(epoch) => self.log.first_of(epoch).previous(),
        }
    }

    /// Makes the log the primary's behind `previous`, as far as the entries go; answers how far that is. Entries that
    /// it holds stay, with all that follows them: the message may be old.
    fn store(&mut self, previous: Lsn, entries: &[Entry], cx: &mut Context<'_, Passive>) -> Lsn {
        let verified = previous.plus(entries.len() as u64);
        let held = self.count_held(previous, entries);
        let missing = &entries[held..];
        if missing.is_empty() {
            return verified;
        }
        let kept = previous.plus(held as u64);
        if kept < self.log.last_index() {
            self.rewind(kept, cx);
        }
        for &entry in missing {
            self.append(entry);
        }
        self.emit_appended(cx);
        cx.point("stored");
        verified
    }

    /// How many of the entries behind `previous` the log holds already.
    fn count_held(&self, previous: Lsn, entries: &[Entry]) -> usize {
        if self.has(PassiveBug::NoRewind) {
            return entries.len().min((self.log.last_index().0 - previous.0) as usize);
        }
        let holds = |(entry, lsn): (&Entry, u64)| self.log.term_at(Lsn(lsn)) == Some(entry.epoch);
        entries.iter().zip(previous.next().0..).take_while(|&pair| holds(pair)).count()
    }

    /// Removes the end of the log, which the primary does not have, and what it did to the state.
    fn rewind(&mut self, kept: Lsn, cx: &mut Context<'_, Passive>) {
        let from = self.log.last();
        self.log.truncate(kept.next());
        self.machine = Machine::of(&self.log);
        cx.emit(Event::Rewound { kept: self.log.last(), from });
        cx.point("rewound");
    }

    /// Tells the primary how far the log is its own, once that is on disk.
    pub(super) fn confirm_entries(&mut self, cx: &mut Context<'_, Passive>) {
        let (epoch, durable) = (self.epoch(), self.confirmable());
        if let Part::Backup(backup) = &mut self.part
            && let (Some(primary), Some(matched)) = (backup.primary, backup.owed)
            && matched <= durable
        {
            backup.owed = None;
            cx.send(primary, Message::Appended { epoch, matched });
        }
    }

    /// How much of the log may be confirmed: what is on disk.
    fn confirmable(&self) -> Lsn {
        if self.has(PassiveBug::AckBeforeFsync) {
            return self.log.last_index();
        }
        self.durable()
    }
}
