//! What a server has once stood by it stands by: its term and its vote across restarts, because §5.1 wants
//! them on stable storage before they are told; what it has committed or applied until it restarts.

use std::collections::BTreeMap;

use stormglass_core::id::NodeId;
use stormglass_core::monitor::{Monitor, View};
use stormglass_core::time::Time;
use stormglass_core::verdict::Verdict;

use super::violated;
use crate::raft::types::{Index, Term};
use crate::raft::{Event, Raft};

/// Remembers what each server has stood by.
#[derive(Clone, Debug, Default)]
pub(super) struct NoRegress {
    servers: BTreeMap<NodeId, Stood>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Stood {
    term: Term,
    vote: Option<(Term, NodeId)>,
    commit: Index,
    applied: Index,
}

impl Stood {
    /// What is wrong with an event, in words; takes it in if nothing is.
    fn take_in(&mut self, node: NodeId, event: &Event) -> Result<(), String> {
        match *event {
            Event::Started { term, vote, .. } => {
                (self.commit, self.applied) = (Index::ZERO, Index::ZERO);
                self.keeps_term(node, term, "came back in")?;
                self.remembers_vote(node, term, vote)
            }
            Event::TermEntered { term } => {
                self.keeps_term(node, term, "entered")?;
                self.term = term;
                Ok(())
            }
            Event::Voted { term, candidate } => {
                self.keeps_term(node, term, "voted in")?;
                self.votes_once(node, term, candidate)?;
                self.term = term;
                self.vote = Some((term, candidate));
                Ok(())
            }
            Event::Committed { index, .. } if index <= self.commit => {
                Err(format!("{node} reported index {index} as committed after index {}", self.commit))
            }
            Event::Committed { index, .. } => {
                self.commit = index;
                Ok(())
            }
            Event::Applied { index, .. } if index <= self.applied => {
                Err(format!("{node} applied index {index} after index {}", self.applied))
            }
            Event::Applied { index, .. } => {
                self.applied = index;
                Ok(())
            }
            Event::Truncated { from } if from <= self.commit.max(self.applied) => {
                let known = self.commit.max(self.applied);
                Err(format!(
                    "{node} removed index {from} of its log although it knew index {known} to be committed"
                ))
            }
            _ => Ok(()),
        }
    }

    fn keeps_term(&self, node: NodeId, term: Term, what: &str) -> Result<(), String> {
        if term >= self.term {
            return Ok(());
        }
        Err(format!("{node} {what} term {term} after it had acted in term {}", self.term))
    }

    fn remembers_vote(&self, node: NodeId, term: Term, vote: Option<NodeId>) -> Result<(), String> {
        match self.vote {
            Some((voted_in, candidate)) if voted_in == term && vote != Some(candidate) => {
                let now = vote.map_or("nobody".to_owned(), |other| other.to_string());
                Err(format!(
                    "{node} voted for {candidate} in term {term}, restarted, and believes to have voted for {now}"
                ))
            }
            _ => Ok(()),
        }
    }

    fn votes_once(&self, node: NodeId, term: Term, candidate: NodeId) -> Result<(), String> {
        match self.vote {
            Some((voted_in, before)) if voted_in == term && before != candidate => {
                Err(format!("{node} voted for {before} and for {candidate} in term {term}"))
            }
            _ => Ok(()),
        }
    }
}

impl Monitor<Raft> for NoRegress {
    fn name(&self) -> &'static str {
        "no-regress"
    }

    fn about(&self) -> &'static str {
        "terms and votes never regress, also across restarts; nor what is committed and applied while a server is up"
    }

    fn on_event(&mut self, at: Time, node: NodeId, event: &Event, _world: &dyn View<Raft>) -> Verdict {
        match self.servers.entry(node).or_default().take_in(node, event) {
            Ok(()) => Verdict::Ok,
            Err(summary) => violated(self.name(), at, node.to_string(), summary, Vec::new()),
        }
    }
}
