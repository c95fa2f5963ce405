//! The resource that both replicas share: it belongs to one life of one replica in one epoch, and obeys nobody else.
//!
//! Whatever it has taken is a record of its log, and is on its disk before it is acknowledged.

use std::collections::BTreeMap;

use stormglass_core::context::Context;
use stormglass_core::disk::{DiskError, SyncId};
use stormglass_core::id::{Address, NodeId};

use crate::Failover;
use crate::bugs::FailoverBug;
use crate::event::Event;
use crate::log::{Log, Record, Unreadable};
use crate::message::{Boot, Epoch, Message, Timer, Write};
use crate::node::DISK_RETRY;

/// The resource.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    system: Failover,
    log: Log,
    owner: Owner,
    /// The number of the last store of the epoch.
    number: u64,
    content: BTreeMap<u64, u64>,
    /// What is acknowledged once a sync has completed.
    owed: BTreeMap<SyncId, (NodeId, Answer)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Owner {
    epoch: Epoch,
    boot: Boot,
}

#[derive(Clone, Copy, Debug)]
enum Answer {
    Mounted(Owner),
    Stored(Epoch, u64),
}

impl Resource {
    pub(crate) fn recover(system: Failover, cx: &mut Context<'_, Failover>) -> Result<Resource, Unreadable> {
        let (log, records) = Log::open(cx)?;
        let mut resource = Resource {
            system,
            log,
            owner: Owner::default(),
            number: 0,
            content: BTreeMap::new(),
            owed: BTreeMap::new(),
        };
        for record in records {
            resource.apply(record);
        }
        Ok(resource)
    }

    fn apply(&mut self, record: Record) {
        match record {
            Record::Mount { epoch, boot } => {
                self.owner = Owner { epoch, boot };
                self.number = 0;
            }
            Record::Write(Write { key, value }) => _ = self.content.insert(key, value),
            Record::Store { number } => self.number = number,
        }
    }

    pub(crate) fn on_message(&mut self, from: Address, message: Message, cx: &mut Context<'_, Failover>) {
        let (Some(from), true) = (from.node(), self.log.usable()) else { return };
        match message {
            Message::Mount { epoch, boot } => self.mount(from, Owner { epoch, boot }, cx),
            Message::Store { epoch, number, writes } => self.store(from, epoch, number, &writes, cx),
            _ => {}
        }
    }

    fn mount(&mut self, from: NodeId, wanted: Owner, cx: &mut Context<'_, Failover>) {
        if wanted == self.owner && !self.has(FailoverBug::MountedTwice) {
            if self.log.durable() {
                self.answer(from, Answer::Mounted(wanted), cx);
            }
            return;
        }
        if !self.may_mount(wanted) {
            return cx.send(from, Message::Fenced { epoch: wanted.epoch });
        }
        let Owner { epoch, boot } = wanted;
        self.put(&[Record::Mount { epoch, boot }], from, Answer::Mounted(wanted), cx);
    }

    /// A later epoch takes over. Of the same one only the life that has it already: another has forgotten what it sent.
    fn may_mount(&self, wanted: Owner) -> bool {
        if self.has(FailoverBug::MountedTwice) {
            return wanted.epoch >= self.owner.epoch;
        }
        wanted.epoch > self.owner.epoch
    }

    fn store(
        &mut self,
        from: NodeId,
        epoch: Epoch,
        number: u64,
        writes: &[Write],
        cx: &mut Context<'_, Failover>,
    ) {
        if epoch < self.owner.epoch && !self.has(FailoverBug::NoFence) {
            return cx.send(from, Message::Fenced { epoch });
        }
        let stale = epoch < self.owner.epoch;
        if epoch > self.owner.epoch || (number <= self.number && !stale) {
            // What was stored already is acknowledged again, if it is on the disk.
            if epoch == self.owner.epoch && self.log.durable() {
                self.answer(from, Answer::Stored(epoch, number), cx);
            }
            return;
        }
        if number > self.number + 1 && !stale {
            return;
        }
        let mut records: Vec<Record> = writes.iter().copied().map(Record::Write).collect();
        records.push(Record::Store { number: if stale { self.number } else { number } });
        if self.put(&records, from, Answer::Stored(epoch, number), cx) {
            cx.emit(Event::Accepted { epoch, from });
        }
    }

    /// Whether the disk took it. If not, nothing was written, and nothing has changed: whoever asked will ask again.
    fn put(
        &mut self,
        records: &[Record],
        to: NodeId,
        answer: Answer,
        cx: &mut Context<'_, Failover>,
    ) -> bool {
        let Ok(sync) = self.log.append(records, cx) else { return false };
        records.iter().for_each(|&record| self.apply(record));
        self.owed.insert(sync, (to, answer));
        cx.point("stored");
        true
    }

    fn answer(&self, to: NodeId, answer: Answer, cx: &mut Context<'_, Failover>) {
        let message = match answer {
            Answer::Mounted(Owner { epoch, boot }) => {
                cx.emit(Event::Mounted { epoch, boot });
                let content = self.content.iter().map(|(&key, &value)| Write { key, value }).collect();
                Message::Mounted { epoch, boot, content }
            }
            Answer::Stored(epoch, number) => Message::Stored { epoch, number },
        };
        cx.send(to, message);
    }

    pub(crate) fn on_synced(
        &mut self,
        sync: SyncId,
        result: &Result<(), DiskError>,
        cx: &mut Context<'_, Failover>,
    ) {
        self.log.on_synced(sync, result);
        if self.log.broken() {
            self.owed.clear();
            cx.set_timer(Timer::Disk, DISK_RETRY);
            return;
        }
        if let (Some((to, answer)), Ok(())) = (self.owed.remove(&sync), result) {
            // Who has been overtaken since owns nothing any more.
            let epoch = match answer {
                Answer::Mounted(owner) => owner.epoch,
                Answer::Stored(epoch, _) => epoch,
            };
            if epoch == self.owner.epoch || self.has(FailoverBug::NoFence) {
                self.answer(to, answer, cx);
            }
        }
    }

    /// The disk failed to make something durable: what is in the log is written anew.
    pub(crate) fn on_timer(&mut self, cx: &mut Context<'_, Failover>) {
        if self.log.broken() && self.log.rewrite(cx).is_err() {
            cx.set_timer(Timer::Disk, DISK_RETRY);
        }
    }

    fn has(&self, bug: FailoverBug) -> bool {
        self.system.has(bug)
    }
}
