//! Leader Completeness: "if a log entry is committed in a given term, then that entry will be present in the
//! logs of the leaders for all higher-numbered terms" (Figure 3).
//!
//! Of *higher-numbered* terms: a server may win an old term after a newer one has committed more.

use std::collections::BTreeMap;

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;

use super::{entry_in_words, log_of, violated};
use crate::raft::types::{Index, Term};
use crate::raft::{Event, Raft};

/// Remembers how far the log was committed in each term.
#[derive(Clone, Debug, Default)]
pub(super) struct LeaderCompleteness {
    committed: BTreeMap<Term, Committed>,
    furthest: Index,
}

#[derive(Clone, Copy, Debug)]
struct Committed {
    index: Index,
    digest: u64,
    by: NodeId,
}

impl Monitor<Raft> for LeaderCompleteness {
    fn name(&self) -> &'static str {
        "leader-completeness"
    }

    fn about(&self) -> &'static str {
        "a new leader's log holds everything committed in earlier terms"
    }

    fn on_event(&mut self, at: Time, node: NodeId, event: &Event, world: &dyn View<Raft>) -> Verdict {
        let term = match *event {
            Event::Committed { index, term, digest } => {
                if index > self.furthest {
                    self.furthest = index;
                    self.committed.insert(term, Committed { index, digest, by: node });
                }
                return Verdict::Ok;
            }
            Event::BecameLeader { term } => term,
            _ => return Verdict::Ok,
        };
        let (Some(log), Some((&earlier, &Committed { index, digest, by }))) =
            (log_of(world, node), self.committed.range(..term).next_back())
        else {
            return Verdict::Ok;
        };
        if log.digest(index) == Some(digest) {
            return Verdict::Ok;
        }
        let summary = format!(
            "{node} became leader of term {term} without the log up to index {index}, which {by} knew to be committed in term {earlier}"
        );
        let evidence = [node, by].map(|id| entry_in_words(world, id, index)).to_vec();
        violated(self.name(), at, format!("term {term}"), summary, evidence)
    }
}
