//! Log Matching: "if two logs contain an entry with the same index and term, then the logs are identical in all
//! entries up through the given index" (Figure 3).

use std::collections::BTreeMap;

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;

use super::{entry_in_words, log_of, violated};
use crate::raft::types::{Index, Term};
use crate::raft::{Event, Raft};

/// Remembers, for every index and term that stood in any log, the digest of the log up to there.
#[derive(Clone, Debug, Default)]
pub(super) struct LogMatching {
    /// The first term seen at each index, which is mostly the only one.
    first: Vec<Seen>,
    others: BTreeMap<(Index, Term), Seen>,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    term: Term,
    digest: u64,
    by: NodeId,
}

impl LogMatching {
    /// The log seen first with this index and term; the given one, if it is the first.
    fn first_seen(&mut self, index: Index, now: Seen) -> Seen {
        let place = index.previous().0 as usize;
        match self.first.get(place) {
            Some(first) if first.term == now.term => *first,
            None if place == self.first.len() => {
                self.first.push(now);
                now
            }
            _ => *self.others.entry((index, now.term)).or_insert(now),
        }
    }
}

impl Monitor<Raft> for LogMatching {
    fn name(&self) -> &'static str {
        "log-matching"
    }

    fn about(&self) -> &'static str {
        "logs with an equal entry at an index are equal up to there"
    }

    fn on_event(&mut self, at: Time, node: NodeId, event: &Event, world: &dyn View<Raft>) -> Verdict {
        let (first, last) = match *event {
            Event::Appended { first, last } => (first, last),
            // The digest at the end speaks for the whole log that was read back.
            Event::Started { last, .. } if last > Index::ZERO => (last, last),
            _ => return Verdict::Ok,
        };
        let Some(log) = log_of(world, node) else {
            return Verdict::Ok;
        };
        for index in (first.0..=last.0).map(Index) {
            let (Some(term), Some(digest)) = (log.term_at(index), log.digest(index)) else {
                return Verdict::Ok;
            };
            let seen = self.first_seen(index, Seen { term, digest, by: node });
            if seen.digest != digest {
                let summary = format!(
                    "{} and {node} both held an entry of term {term} at index {index}, but their logs up to there differ",
                    seen.by
                );
                let evidence = [seen.by, node].map(|id| entry_in_words(world, id, index)).to_vec();
                return violated(self.name(), at, format!("index {index}"), summary, evidence);
            }
        }
        Verdict::Ok
    }
}
