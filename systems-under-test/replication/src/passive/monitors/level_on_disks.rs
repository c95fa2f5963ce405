//! An acknowledged operation is as durable as its level says: on those disks, as a power failure this instant would
//! leave them.

use std::collections::BTreeMap;

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;
use stormglass_replicated_log::DurableLog;

use super::violated;
use crate::passive::configuration::durable_configuration;
use crate::passive::members::{Group, Members};
use crate::passive::types::{Level, Lsn};
use crate::passive::{Event, Passive};

/// Remembers what is on each disk.
#[derive(Clone, Debug, Default)]
pub(super) struct LevelOnDisks {
    disks: BTreeMap<NodeId, DurableLog>,
}

impl LevelOnDisks {
    /// The replicas on whose disks the log up to `lsn` is this one.
    fn holders(&mut self, members: &Members, lsn: Lsn, digest: u64, world: &dyn View<Passive>) -> Group {
        let mut holders = Group::default();
        for (rank, &id) in members.replicas.iter().enumerate() {
            let disk = self.disks.entry(id).or_default();
            disk.update(world.disk(id));
            if disk.digest(lsn) == Some(digest) {
                holders = holders.with(rank);
            }
        }
        holders
    }
}

/// The in-sync set that the arbiter's disk holds.
fn in_sync_on_record(members: &Members, world: &dyn View<Passive>) -> Group {
    let stored = durable_configuration(world.disk(members.arbiter));
    stored.map(|stored| stored.in_sync).filter(|&set| set != Group::default()).unwrap_or(members.all())
}

impl Monitor<Passive> for LevelOnDisks {
    fn name(&self) -> &'static str {
        "level-on-disks"
    }

    fn about(&self) -> &'static str {
        "when an operation is acknowledged it is on as many disks as its level promises"
    }

    fn on_event(&mut self, at: Time, node: NodeId, event: &Event, world: &dyn View<Passive>) -> Verdict {
        let Event::Acknowledged { lsn, digest, level, op, epoch } = *event else {
            return Verdict::Ok;
        };
        let members = Members::new(node, world.cluster());
        let holders = self.holders(&members, lsn, digest, world);
        let in_sync = in_sync_on_record(&members, world);
        let own = members.only(node);
        let missing = match level {
            _ if own.without(holders).count() > 0 => format!("{node} itself does not hold it"),
            Level::Backups(count) if holders.without(own).count() < usize::from(count) => {
                format!("{} backups hold it", holders.without(own).count())
            }
            Level::InSync if in_sync.without(holders).count() > 0 => {
                let without = in_sync.without(holders);
                let names = members.replicas.iter().enumerate().filter(|&(rank, _)| without.has(rank));
                let names: Vec<String> = names.map(|(_, id)| id.to_string()).collect();
                format!("{} of the in-sync set on the arbiter's record do not hold it", names.join(", "))
            }
            _ => return Verdict::Ok,
        };
        let summary =
            format!("{node} acknowledged `{op}`, entry {lsn}, in epoch {epoch} as {level}, and {missing}");
        violated(self.name(), at, format!("lsn {lsn}"), summary, Vec::new())
    }
}
