//! Who writes in which epoch, and that epochs grow.

use std::collections::{BTreeMap, BTreeSet};

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;

use super::violated;
use crate::Failover;
use crate::event::Event;
use crate::message::Epoch;

/// Remembers who writes, and the latest epoch of the resource.
#[derive(Clone, Debug, Default)]
pub(super) struct OneWriterPerEpoch {
    latest: Epoch,
    writers: BTreeMap<Epoch, NodeId>,
}

impl Monitor<Failover> for OneWriterPerEpoch {
    fn name(&self) -> &'static str {
        "one-writer-per-epoch"
    }

    fn about(&self) -> &'static str {
        "the resource takes stores of one replica in an epoch, and of no epoch after a later one has mounted it"
    }

    fn on_event(&mut self, at: Time, _node: NodeId, event: &Event, _world: &dyn View<Failover>) -> Verdict {
        match *event {
            Event::Mounted { epoch, .. } => self.latest = self.latest.max(epoch),
            Event::Accepted { epoch, from } => {
                let writer = *self.writers.entry(epoch).or_insert(from);
                if epoch < self.latest || writer != from {
                    let summary = match writer == from {
                        true => format!("a store of epoch {} was taken in epoch {}", epoch.0, self.latest.0),
                        false => format!("both {writer} and {from} wrote in epoch {}", epoch.0),
                    };
                    return violated(self.name(), at, format!("epoch {}", epoch.0), summary);
                }
            }
            _ => {}
        }
        Verdict::Ok
    }
}

/// Remembers the epochs in which the resource was mounted.
#[derive(Clone, Debug, Default)]
pub(super) struct MountedOnce {
    mounted: BTreeMap<Epoch, u64>,
}

impl Monitor<Failover> for MountedOnce {
    fn name(&self) -> &'static str {
        "mounted-once"
    }

    fn about(&self) -> &'static str {
        "in an epoch the resource belongs to one life of one replica: another life has forgotten what it sent"
    }

    fn on_event(&mut self, at: Time, _node: NodeId, event: &Event, _world: &dyn View<Failover>) -> Verdict {
        let Event::Mounted { epoch, boot } = *event else { return Verdict::Ok };
        let first = *self.mounted.entry(epoch).or_insert(boot.0);
        if first == boot.0 {
            return Verdict::Ok;
        }
        let summary = format!("the resource was mounted a second time in epoch {}, by another life", epoch.0);
        violated(self.name(), at, format!("epoch {}", epoch.0), summary)
    }
}

/// Remembers the epochs that were announced.
#[derive(Clone, Debug, Default)]
pub(super) struct EpochsGrow {
    announced: BTreeSet<Epoch>,
}

impl Monitor<Failover> for EpochsGrow {
    fn name(&self) -> &'static str {
        "epochs-grow"
    }

    fn about(&self) -> &'static str {
        "every appointment has a greater epoch than all before it, across restarts of the controller too"
    }

    fn on_event(&mut self, at: Time, _node: NodeId, event: &Event, _world: &dyn View<Failover>) -> Verdict {
        let Event::Appointed { epoch, primary, .. } = *event else { return Verdict::Ok };
        let latest = self.announced.last().copied();
        self.announced.insert(epoch);
        match latest.filter(|&latest| latest >= epoch) {
            Some(latest) => {
                let (epoch, latest) = (epoch.0, latest.0);
                let summary =
                    format!("{primary} was appointed in epoch {epoch}, after epoch {latest} had begun");
                violated(self.name(), at, format!("epoch {epoch}"), summary)
            }
            None => Verdict::Ok,
        }
    }
}
