//! Election Safety: "at most one leader can be elected in a given term" (Figure 3).

use std::collections::BTreeMap;

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;

use super::violated;
use crate::raft::types::Term;
use crate::raft::{Event, Raft};

/// Remembers who won each term, and when.
#[derive(Clone, Debug, Default)]
pub(super) struct OneLeaderPerTerm {
    leaders: BTreeMap<Term, (NodeId, Time)>,
}

impl Monitor<Raft> for OneLeaderPerTerm {
    fn name(&self) -> &'static str {
        "one-leader-per-term"
    }

    fn about(&self) -> &'static str {
        "at most one server wins an election of a given term"
    }

    fn on_event(&mut self, at: Time, node: NodeId, event: &Event, _world: &dyn View<Raft>) -> Verdict {
        let Event::BecameLeader { term } = *event else {
            return Verdict::Ok;
        };
        let Some((first, won)) = self.leaders.insert(term, (node, at)) else {
            return Verdict::Ok;
        };
        let summary = if first == node {
            format!("{node} became leader of term {term} twice, at {won} and at {at}")
        } else {
            format!("{first} and {node} both became leader of term {term}, at {won} and at {at}")
        };
        violated(self.name(), at, format!("term {term}"), summary, Vec::new())
    }
}
