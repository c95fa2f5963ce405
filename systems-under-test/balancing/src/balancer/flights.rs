//! What is under way: every attempt that a server has not answered yet.

use std::collections::BTreeMap;

use stormglass_core::id::{Address, NodeId};
use stormglass_core::time::{Duration, Time};

use super::message::AttemptId;

/// A client's request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    pub(super) client: Address,
    pub(super) sequence: u64,
    pub(super) work: Duration,
}

/// One attempt at it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    pub(super) request: Request,
    /// The server that has it.
    pub(super) to: NodeId,
    /// The server that had it before and did not serve it.
    pub(super) after: Option<NodeId>,
}

/// All attempts under way, by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Flights {
    attempts: BTreeMap<AttemptId, Attempt>,
    latest: u64,
}

impl Flights {
    /// Nothing is under way. The monotonic clock outlives a crash and gains more than one for every attempt, so names
    /// from there on are new.
    pub(super) fn new(now: Time) -> Flights {
        Flights { attempts: BTreeMap::new(), latest: now.as_nanos() }
    }

    pub(super) fn begin(&mut self, attempt: Attempt) -> AttemptId {
        self.latest += 1;
        let id = AttemptId(self.latest);
        self.attempts.insert(id, attempt);
        id
    }

    /// The attempt, if it is under way; it no longer is.
    pub(super) fn end(&mut self, id: AttemptId) -> Option<Attempt> {
        self.attempts.remove(&id)
    }

    pub(super) fn len(&self) -> usize {
        self.attempts.len()
    }
}
