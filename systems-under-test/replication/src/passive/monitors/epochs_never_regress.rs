//! Epochs only grow: nobody wakes up in one before the latest it has acted in, and the arbiter seals each once.

use std::collections::BTreeMap;

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;

use super::violated;
use crate::passive::types::Epoch;
use crate::passive::{Event, Passive};

/// Remembers the latest epoch that each node has acted in.
#[derive(Clone, Debug, Default)]
pub(super) struct EpochsNeverRegress {
    acted: BTreeMap<NodeId, Epoch>,
}

impl Monitor<Passive> for EpochsNeverRegress {
    fn name(&self) -> &'static str {
        "epochs-never-regress"
    }

    fn about(&self) -> &'static str {
        "no node acts in an epoch before the latest it has acted in, also after a restart"
    }

    fn on_event(&mut self, at: Time, node: NodeId, event: &Event, _world: &dyn View<Passive>) -> Verdict {
        let (epoch, what) = match *event {
            Event::Started { epoch, .. } => (epoch, "woke up in"),
            Event::Sealing { epoch } => (epoch, "seals"),
            Event::Appointed { epoch, .. } => (epoch, "appoints a primary of"),
            Event::BecamePrimary { epoch } => (epoch, "serves in"),
            Event::Acknowledged { epoch, .. } => (epoch, "acknowledges in"),
            _ => return Verdict::Ok,
        };
        let acted = self.acted.entry(node).or_default();
        if epoch < *acted {
            let summary = format!("{node} {what} epoch {epoch} after it has acted in epoch {acted}");
            return violated(self.name(), at, node.to_string(), summary, Vec::new());
        }
        *acted = epoch;
        Verdict::Ok
    }
}
