//! Reads under a lease (dissertation §6.4.1), measured by the wall clock: the planted bug `lease-on-wall-clock`
//! and nothing else. The correct twin reads by ReadIndex.
//!
//! A majority that answers a heartbeat will elect nobody else for the minimum election timeout after it heard
//! it, so until then the leader may answer by itself. That span is true of clocks that only drift. A wall
//! clock can be set back, and then the lease seems never to end.

use stormglass_core::context::Context;
use stormglass_core::time::Time;

use super::Raft;
use super::bugs::RaftBug;
use super::replica::{Part, Replica};

/// A leader's belief that nobody else leads.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lease {
    /// The round that will extend it.
    round: u64,
    /// When that round began.
    began: Time,
    /// When it ends.
    until: Time,
}

impl Replica {
    /// Begins a round that extends the lease, unless one is under way.
    pub(super) fn renew_lease(&mut self, cx: &mut Context<'_, Raft>) {
        if !self.has(RaftBug::LeaseOnWallClock) {
            return;
        }
        let confirmed = self.confirmed_round();
        if let Part::Leader(leader) = &mut self.part
            && confirmed >= leader.lease.round
        {
            leader.round += 1;
            leader.lease.round = leader.round;
            leader.lease.began = cx.wall_clock();
        }
    }

    /// Extends the lease if its round has been answered by a majority.
    pub(super) fn extend_lease(&mut self) {
        if !self.has(RaftBug::LeaseOnWallClock) {
            return;
        }
        let confirmed = self.confirmed_round();
        let span = self.raft.settings().election_timeout_min;
        if let Part::Leader(leader) = &mut self.part
            && confirmed >= leader.lease.round
        {
            leader.lease.until = leader.lease.began + span;
        }
    }

    /// Whether the lease holds, and the leader has applied what it must have.
    pub(super) fn lease_holds(&self, cx: &Context<'_, Raft>) -> bool {
        match &self.part {
            Part::Leader(leader) => cx.wall_clock() < leader.lease.until && self.read_index() <= self.applied,
            _ => false,
        }
    }
}
