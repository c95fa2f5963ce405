//! What befell the world during a run, as far as availability asks: faults, nodes down, leaders, writes lost.
//!
//! Plain lists, so that any engine, or the logs of a real cluster, can fill them in. They know no trace and no plan.

use std::collections::BTreeSet;
use std::fmt;

use stormglass_core::history::OperationId;
use stormglass_core::id::NodeId;
use stormglass_core::time::Time;

/// What befell the world; in any order, and empty where nothing is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Happenings {
    /// The faults that were injected.
    pub faults: Vec<FaultSpan>,
    /// When nodes were down.
    pub downs: Vec<Down>,
    /// When nodes began to lead, and when others noticed that a leader was gone.
    pub leadership: Vec<Leadership>,
    /// Acknowledged writes that a later state did not contain, as another checker found.
    pub lost: BTreeSet<OperationId>,
}

/// One fault, from its strike to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultSpan {
    /// What it is called: `isolate`.
    pub name: String,
    /// When it struck.
    pub begin: Time,
    /// When it ended; the same moment if it has no length.
    pub end: Time,
    /// On whom it fell; nobody in particular if it is empty.
    pub victims: Vec<NodeId>,
}

/// A node that was down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Down {
    /// Which.
    pub node: NodeId,
    /// Since when.
    pub from: Time,
    /// Until when; `None` if it never came back.
    pub until: Option<Time>,
}

/// A moment in the life of a leader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leadership {
    /// When.
    pub at: Time,
    /// What happened.
    pub what: Lead,
}

/// What can happen to leadership.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lead {
    /// This node noticed that the leader may be gone: it began an election, or a monitor raised the alarm.
    Suspected(NodeId),
    /// This node began to lead: leader, primary, holder of the lease.
    Begun(NodeId),
}

/// What may have caused an unavailability or a failover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A fault, by its place in [`Happenings::faults`].
    Fault(usize),
    /// A node that was down, by its place in [`Happenings::downs`].
    Down(usize),
}

impl Happenings {
    /// When the cause began and when it ended.
    #[must_use]
    pub fn span(&self, cause: Cause) -> (Time, Time) {
        match cause {
            Cause::Fault(place) => (self.faults[place].begin, self.faults[place].end),
            Cause::Down(place) => (self.downs[place].from, self.downs[place].until.unwrap_or(Time::MAX)),
        }
    }

    /// Faults first, then nodes that were down.
    pub(super) fn causes(&self) -> impl Iterator<Item = Cause> + '_ {
        let faults = (0..self.faults.len()).map(Cause::Fault);
        faults.chain((0..self.downs.len()).map(Cause::Down))
    }

    /// The cause in words: `isolate on n3 from 1.500s`.
    #[must_use]
    pub fn describe(&self, cause: Cause) -> String {
        match cause {
            Cause::Fault(place) => self.faults[place].to_string(),
            Cause::Down(place) => {
                let Down { node, from, .. } = self.downs[place];
                format!("{node} down from {from}")
            }
        }
    }
}

impl fmt::Display for FaultSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        let names: Vec<String> = self.victims.iter().map(ToString::to_string).collect();
        if !names.is_empty() {
            write!(f, " on {}", names.join(", "))?;
        }
        match self.begin == self.end {
            true => write!(f, " at {}", self.begin),
            false => write!(f, " from {}", self.begin),
        }
    }
}
