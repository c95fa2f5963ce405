//! One node serves in an epoch, and it begins to do so once.

use std::collections::BTreeMap;

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;

use super::violated;
use crate::passive::types::Epoch;
use crate::passive::{Event, Passive};

/// Remembers who began to serve in each epoch, and when.
#[derive(Clone, Debug, Default)]
pub(super) struct OnePrimaryPerEpoch {
    primaries: BTreeMap<Epoch, (NodeId, Time)>,
}

impl Monitor<Passive> for OnePrimaryPerEpoch {
    fn name(&self) -> &'static str {
        "one-primary-per-epoch"
    }

    fn about(&self) -> &'static str {
        "at most one node serves in a given epoch, from one beginning on, and nobody else acknowledges in it"
    }

    fn on_event(&mut self, at: Time, node: NodeId, event: &Event, _world: &dyn View<Passive>) -> Verdict {
        let (epoch, summary) = match *event {
            Event::BecamePrimary { epoch } => match self.primaries.insert(epoch, (node, at)) {
                None => return Verdict::Ok,
                Some((first, since)) if first == node => {
                    (epoch, format!("{node} began to serve in epoch {epoch} twice, at {since} and at {at}"))
                }
                Some((first, since)) => {
                    (epoch, format!("{first} serves in epoch {epoch} since {since}, and {node} since {at}"))
                }
            },
            Event::Acknowledged { epoch, op, .. } => match self.primaries.get(&epoch) {
                Some(&(primary, _)) if primary == node => return Verdict::Ok,
                Some(&(primary, since)) => {
                    let serves = format!("in which {primary} serves since {since}");
                    (epoch, format!("{node} acknowledged `{op}` in epoch {epoch}, {serves}"))
                }
                None => {
                    (epoch, format!("{node} acknowledged `{op}` in epoch {epoch}, in which nobody serves"))
                }
            },
            _ => return Verdict::Ok,
        };
        violated(self.name(), at, format!("epoch {epoch}"), summary, Vec::new())
    }
}
