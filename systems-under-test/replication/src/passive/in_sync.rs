//! The in-sync set as its primary sees it (PacificA, Microsoft Research MSR-TR-2008-25, §2.3; Kafka's in-sync
//! replicas): the set on the arbiter's record, and the one that the primary has asked for.
//!
//! A backup must store what is acknowledged as long as the arbiter *may* have it on record. So one that is to leave
//! counts until the arbiter has said that it left, and one that is to join counts from the moment of asking.

use stormglass_core::context::Context;

use super::Passive;
use super::bugs::PassiveBug;
use super::members::Group;
use super::message::{Configuration, Message};
use super::primary::Primary;
use super::replica::{Part, Replica};
use super::settings::Mode;
use super::types::Lsn;

/// The set, and what is to become of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct InSync {
    version: u64,
    on_record: Group,
    asked: Option<Group>,
}

impl InSync {
    pub(super) fn new(configuration: Configuration) -> InSync {
        InSync { version: configuration.version, on_record: configuration.in_sync, asked: None }
    }

    /// The arbiter has it on record. What was asked for replaced that version, if any did.
    pub(super) fn learn(&mut self, configuration: Configuration) {
        if configuration.version > self.version {
            *self = InSync::new(configuration);
        }
    }

    /// The set that the arbiter is known to have on record.
    pub(super) fn on_record(&self) -> Group {
        self.on_record
    }

    /// The set that the primary wants.
    pub(super) fn wanted(&self) -> Group {
        self.asked.unwrap_or(self.on_record)
    }

    /// Every replica that the arbiter may have on record.
    pub(super) fn must_store(&self) -> Group {
        self.on_record.or(self.wanted())
    }
}

impl Replica {
    /// Asks the arbiter for another in-sync set if there should be one, and again until it has answered.
    pub(super) fn tend_in_sync(&mut self, cx: &mut Context<'_, Passive>) {
        let Part::Primary(primary) = &self.part else { return };
        let Mode::Synchronous { min_in_sync } = self.passive.settings().mode else { return };
        let mut in_sync = primary.in_sync;
        if in_sync.asked.is_none() {
            let laggards = self.laggards(primary, cx);
            let fewer = in_sync.on_record.without(laggards);
            let set = match fewer.count() >= usize::from(min_in_sync) {
                true => fewer,
                false => in_sync.on_record,
            };
            let set = set.or(self.joiners(primary).without(laggards));
            in_sync.asked = (set != in_sync.on_record).then_some(set);
        }
        if let Some(set) = in_sync.asked {
            let (epoch, version) = (self.epoch(), in_sync.version);
            cx.send(self.members.arbiter, Message::Reconfigure { epoch, version, in_sync: set });
        }
        if let Part::Primary(primary) = &mut self.part {
            primary.in_sync = in_sync;
        }
    }

    /// The backups that have held up a client for too long.
    fn laggards(&self, primary: &Primary, cx: &Context<'_, Passive>) -> Group {
        let Some((since, lsn)) = primary.held_up() else { return Group::default() };
        if cx.elapsed().since(since) < self.passive.settings().in_sync_patience {
            return Group::default();
        }
        let behind = primary.streams.iter().filter(|stream| stream.matched < lsn);
        behind.fold(Group::default(), |set, stream| set.with(stream.rank))
    }

    /// The backups that hold everything acknowledged, and the opening of the epoch.
    fn joiners(&self, primary: &Primary) -> Group {
        let ready = primary.streams.iter().filter(|stream| stream.matched >= self.caught_up(primary));
        ready.fold(Group::default(), |set, stream| set.with(stream.rank))
    }

    /// How far a backup must be to join.
    fn caught_up(&self, primary: &Primary) -> Lsn {
        if self.has(PassiveBug::JoinBeforeCaughtUp) {
            return Lsn::ZERO;
        }
        primary.acknowledged.max(primary.opening)
    }
}
