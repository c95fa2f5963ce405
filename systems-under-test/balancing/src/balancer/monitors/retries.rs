//! A second attempt goes to another server than the first, if there is one.

use std::collections::BTreeMap;

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;

use super::violated;
use crate::balancer::{Balancing, Event};

/// Remembers between how many servers each balancer chooses, and looks at each second attempt.
#[derive(Clone, Default)]
pub(super) struct RetryElsewhere {
    choices: BTreeMap<NodeId, usize>,
}

impl Monitor<Balancing> for RetryElsewhere {
    fn name(&self) -> &'static str {
        "retry-elsewhere"
    }

    fn about(&self) -> &'static str {
        "a request that one server has not served is given to another one, if there is another"
    }

    fn on_event(&mut self, at: Time, node: NodeId, event: &Event, _world: &dyn View<Balancing>) -> Verdict {
        match *event {
            Event::Started => _ = self.choices.remove(&node),
            Event::Chooses { ref among, .. } => _ = self.choices.insert(node, among.len()),
            Event::Sent { to, after: Some(failed) } if to == failed => {
                let choices = self.choices.get(&node).copied().unwrap_or_default();
                if choices > 1 {
                    let summary = format!(
                        "{node} gave a request to {to} again, although it could choose between {choices}"
                    );
                    return violated(self.name(), at, to, summary, Vec::new());
                }
            }
            _ => {}
        }
        Verdict::Ok
    }
}
