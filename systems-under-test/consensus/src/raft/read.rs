//! Reads that are linearizable and write nothing: ReadIndex (§8; dissertation §6.4).
//!
//! 1. The leader takes its commit index as the *read index*. A new leader may not know of everything that is
//!    committed until an entry of its own term is, so the read index is never before that entry.
//! 2. It begins a *round*: heartbeats that carry a number which their answers repeat. Once a majority has
//!    answered, nobody else can have led when the read came in.
//! 3. It waits until it has applied the read index, and answers from its own state.

use stormglass_core::context::Context;
use stormglass_core::id::ClientId;
use stormglass_core::op::kv::KvRet;

use super::Raft;
use super::bugs::RaftBug;
use super::message::Message;
use super::replica::{Part, Replica};
use super::types::{Index, Sequence};

/// A read that waits for its round and its index.
#[derive(Clone, Copy, Debug)]
pub(super) struct PendingRead {
    client: ClientId,
    sequence: Sequence,
    key: u64,
    index: Index,
    round: u64,
}

impl Replica {
    /// A client reads, and this server leads.
    pub(super) fn on_read(
        &mut self,
        client: ClientId,
        sequence: Sequence,
        key: u64,
        cx: &mut Context<'_, Raft>,
    ) {
        if self.may_read_alone(cx) {
            return self.answer_read(client, sequence, key, cx);
        }
        let index = self.read_index();
        let Part::Leader(leader) = &mut self.part else {
            return;
        };
        leader.round += 1;
        leader.reads.push_back(PendingRead { client, sequence, key, index, round: leader.round });
        self.broadcast(cx);
    }

    /// Whether a read needs no round.
    fn may_read_alone(&self, cx: &Context<'_, Raft>) -> bool {
        if self.has(RaftBug::ReadLocalLeader) {
            return true;
        }
        if self.has(RaftBug::LeaseOnWallClock) {
            return self.lease_holds(cx);
        }
        false
    }

    /// The index that a read which comes in now must see applied.
    pub(super) fn read_index(&self) -> Index {
        match &self.part {
            Part::Leader(_) if self.has(RaftBug::ReadNoTermCommit) => self.commit,
            Part::Leader(leader) => self.commit.max(leader.term_start),
            _ => self.commit,
        }
    }

    /// A follower has answered a round, and so all earlier ones.
    pub(super) fn on_round_answered(&mut self, place: usize, round: u64, cx: &mut Context<'_, Raft>) {
        let Part::Leader(leader) = &mut self.part else {
            return;
        };
        let peer = &mut leader.peers[place];
        if round > peer.round {
            peer.round = round;
            self.extend_lease();
            self.serve_reads(cx);
        }
    }

    /// Answers the reads whose round and whose index have come. Both grow from read to read.
    #[inline]
    pub(super) fn serve_reads(&mut self, cx: &mut Context<'_, Raft>) {
        let Part::Leader(leader) = &self.part else {
            return;
        };
        if leader.reads.is_empty() {
            return;
        }
        let confirmed = self.confirmed_round();
        while let Part::Leader(leader) = &mut self.part
            && let Some(&read) = leader.reads.front()
            && read.round <= confirmed
            && read.index <= self.applied
        {
            leader.reads.pop_front();
            self.answer_read(read.client, read.sequence, read.key, cx);
        }
    }

    /// The latest round in which a majority confirmed that this server leads.
    pub(super) fn confirmed_round(&mut self) -> u64 {
        let (majority, own) = (self.majority(), self.has(RaftBug::ReadOwnRound));
        match &mut self.part {
            Part::Leader(leader) if own => leader.round,
            Part::Leader(leader) => leader.quorum_round(majority),
            _ => 0,
        }
    }

    fn answer_read(&self, client: ClientId, sequence: Sequence, key: u64, cx: &mut Context<'_, Raft>) {
        let ret = KvRet::Value(self.machine.value(key));
        cx.send(client, Message::Reply { sequence, ret });
    }

    /// The leader steps down: whoever waits should ask somebody else.
    pub(super) fn turn_readers_away(&mut self, cx: &mut Context<'_, Raft>) {
        let Part::Leader(leader) = &self.part else {
            return;
        };
        for &PendingRead { client, sequence, .. } in &leader.reads {
            let leader = None;
            cx.send(client, Message::NotLeader { sequence, leader });
        }
    }
}
