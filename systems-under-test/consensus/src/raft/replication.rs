//! A leader replicates its log (§5.3, Figure 2 "Leaders"), without waiting for one answer before it sends the
//! next entries (dissertation §10.2.2).

use std::collections::VecDeque;

use stormglass_core::context::Context;
use stormglass_core::id::{ClientId, NodeId};
use stormglass_core::op::kv::KvOp;

use super::Raft;
use super::bugs::RaftBug;
use super::event::Event;
use super::lease::Lease;
use super::machine::Known;
use super::message::{Entries, Message, Timer};
use super::read::PendingRead;
use super::replica::{Part, Replica};
use super::types::{Command, Entry, Index, Log, Position, Sequence, Term};

/// What only a leader remembers ("Volatile state on leaders"): new at every election.
#[derive(Clone, Debug)]
pub(super) struct Leader {
    pub(super) peers: Vec<Peer>,
    /// The index of the no-op with which the term began.
    pub(super) term_start: Index,
    /// The latest round of read confirmations; the followers' answers repeat it.
    pub(super) round: u64,
    pub(super) reads: VecDeque<PendingRead>,
    pub(super) lease: Lease,
    /// The entries sent last: followers that are equally far share them.
    batch: Batch,
    /// Room for [`quorum`] to sort in.
    scratch: Vec<u64>,
}

/// What a leader knows of one follower.
#[derive(Clone, Debug)]
pub(super) struct Peer {
    id: NodeId,
    /// `nextIndex`: what to send next. Moved on when entries are sent, not when they are answered.
    next: Index,
    /// `matchIndex`: how far the follower's log is known to be equal, on its disk.
    matched: Index,
    /// Where the entries under way begin: never more than the window are behind it.
    window_start: Index,
    /// The latest round it has answered.
    pub(super) round: u64,
    /// Whether it has answered since the quorum was last checked.
    active: bool,
}

#[derive(Clone, Debug, Default)]
struct Batch {
    first: Index,
    entries: Entries,
}

/// The largest value that at least `majority` of the `values` reach.
fn quorum(scratch: &mut Vec<u64>, values: impl Iterator<Item = u64>, majority: usize) -> u64 {
    scratch.clear();
    scratch.extend(values);
    scratch.sort_unstable_by(|a, b| b.cmp(a));
    scratch.get(majority - 1).copied().unwrap_or(0)
}

impl Leader {
    /// How many servers have answered since the last time, the leader included; begins to count anew.
    pub(super) fn count_active(&mut self) -> usize {
        let mut active = 1;
        for peer in &mut self.peers {
            active += usize::from(peer.active);
            peer.active = false;
        }
        active
    }

    /// The index that a majority holds durably, if the leader itself holds up to `own`.
    fn quorum_matched(&mut self, own: Index, majority: usize) -> Index {
        let peers = self.peers.iter().map(|peer| peer.matched.0);
        Index(quorum(&mut self.scratch, peers.chain([own.0]), majority))
    }

    /// The latest round that a majority has answered, the leader included.
    pub(super) fn quorum_round(&mut self, majority: usize) -> u64 {
        let peers = self.peers.iter().map(|peer| peer.round);
        quorum(&mut self.scratch, peers.chain([self.round]), majority)
    }

    fn peer(&mut self, id: NodeId) -> Option<usize> {
        self.peers.iter().position(|peer| peer.id == id)
    }
}

impl Batch {
    /// These entries of the log, copied out of it only if they are not those of the last time.
    fn of(&mut self, log: &Log, first: Index, count: u64) -> Entries {
        if count == 0 {
            return Entries::NONE;
        }
        if self.first != first || self.entries.as_slice().len() as u64 != count {
            *self = Batch { first, entries: log.entries(first, count) };
        }
        self.entries.clone()
    }
}

impl Replica {
    /// Wins an election: "nextIndex initialized to leader last log index + 1, matchIndex to 0", and a no-op,
    /// because only an entry of its own term tells a leader what is committed (§5.4.2, §8).
    pub(super) fn become_leader(&mut self, cx: &mut Context<'_, Raft>) {
        tracing::info!(term = ?self.term(), "leads");
        let last = self.log.last_index();
        let begin = |&id: &NodeId| Peer {
            id,
            next: last.next(),
            matched: Index::ZERO,
            window_start: last,
            round: 0,
            active: true,
        };
        self.part = Part::Leader(Leader {
            peers: self.members.peers.iter().map(begin).collect(),
            term_start: last.next(),
            round: 0,
            reads: VecDeque::new(),
            lease: Lease::default(),
            batch: Batch::default(),
            scratch: Vec::new(),
        });
        self.leader = Some(self.members.me);
        cx.emit(Event::BecameLeader { term: self.term() });
        cx.point("elected");
        cx.set_timer(Timer::Heartbeat, self.raft.settings().heartbeat_interval);
        if self.raft.settings().check_quorum {
            cx.set_timer(Timer::Election, self.raft.settings().election_timeout_max);
        } else {
            cx.cancel_timer(Timer::Election);
        }
        self.propose(Command::Noop, cx);
    }

    /// "If command received from client: append entry to local log" (Figure 2, "Leaders").
    fn propose(&mut self, command: Command, cx: &mut Context<'_, Raft>) {
        let term = self.term();
        let index = self.log.append(Entry { term, command });
        cx.emit(Event::Appended { first: index, last: index });
        self.replicate(cx);
    }

    /// A client asks. Only a leader can answer (§8).
    pub(super) fn on_request(
        &mut self,
        client: ClientId,
        sequence: Sequence,
        op: KvOp,
        cx: &mut Context<'_, Raft>,
    ) {
        if !matches!(self.part, Part::Leader(_)) {
            let leader = self.leader;
            return cx.send(client, Message::NotLeader { sequence, leader });
        }
        if let KvOp::Read { key } = op {
            return self.on_read(client, sequence, key, cx);
        }
        match self.machine.known(client, sequence) {
            Known::Done(ret) => cx.send(client, Message::Reply { sequence, ret }),
            Known::Overtaken => {}
            Known::New => self.propose(Command::Client { client, sequence, op }, cx),
        }
    }

    /// Speaks up: followers stay followers, learn the commit index, and tell what they miss.
    pub(super) fn on_heartbeat_timer(&mut self, cx: &mut Context<'_, Raft>) {
        if !matches!(self.part, Part::Leader(_)) {
            return;
        }
        self.renew_lease(cx);
        cx.set_timer(Timer::Heartbeat, self.raft.settings().heartbeat_interval);
        self.broadcast(cx);
    }

    /// Sends every follower an AppendEntries, empty if it misses nothing.
    pub(super) fn broadcast(&mut self, cx: &mut Context<'_, Raft>) {
        for place in 0..self.members.peers.len() {
            self.send_append(place, cx);
        }
    }

    /// Sends the followers what they miss, as far as their windows allow.
    fn replicate(&mut self, cx: &mut Context<'_, Raft>) {
        for place in 0..self.members.peers.len() {
            self.replicate_to(place, cx);
        }
    }

    fn replicate_to(&mut self, place: usize, cx: &mut Context<'_, Raft>) {
        while let Part::Leader(leader) = &self.part
            && self.sendable(&leader.peers[place]) > 0
        {
            self.send_append(place, cx);
        }
    }

    /// How many entries can be sent to a follower now.
    fn sendable(&self, peer: &Peer) -> u64 {
        let settings = self.raft.settings();
        let under_way = peer.next.0.saturating_sub(peer.window_start.next().0);
        let missing = self.log.last_index().next().0.saturating_sub(peer.next.0);
        let room = u64::from(settings.max_entries_in_flight).saturating_sub(under_way);
        missing.min(room).min(u64::from(settings.max_entries_per_append))
    }

    fn send_append(&mut self, place: usize, cx: &mut Context<'_, Raft>) {
        let Part::Leader(leader) = &self.part else {
            return;
        };
        let count = self.sendable(&leader.peers[place]);
        let (term, commit) = (self.term(), self.commit);
        let Part::Leader(leader) = &mut self.part else {
            return;
        };
        let peer = &mut leader.peers[place];
        let index = peer.next.previous();
        let Some(previous_term) = self.log.term_at(index) else {
            return;
        };
        let message = Message::AppendEntries {
            term,
            previous: Position { term: previous_term, index },
            entries: leader.batch.of(&self.log, peer.next, count),
            commit,
            round: leader.round,
        };
        peer.next = peer.next.plus(count);
        cx.send(peer.id, message);
    }

    pub(super) fn on_appended(
        &mut self,
        from: NodeId,
        term: Term,
        matched: Index,
        round: u64,
        cx: &mut Context<'_, Raft>,
    ) {
        if !self.answer_counts(term) {
            return;
        }
        let Part::Leader(leader) = &mut self.part else {
            return;
        };
        let Some(place) = leader.peer(from) else {
            return;
        };
        let peer = &mut leader.peers[place];
        peer.active = true;
        // Answers overtake one another: matchIndex only grows.
        let news = matched > peer.matched;
        peer.matched = peer.matched.max(matched);
        peer.window_start = peer.window_start.max(matched);
        peer.next = peer.next.max(matched.next());
        self.on_round_answered(place, round, cx);
        if news {
            self.advance_commit(cx);
        }
        self.replicate_to(place, cx);
    }

    /// "If AppendEntries fails because of log inconsistency: decrement nextIndex and retry", by whole terms.
    pub(super) fn on_refused(
        &mut self,
        from: NodeId,
        term: Term,
        previous: Index,
        conflict: Position,
        round: u64,
        cx: &mut Context<'_, Raft>,
    ) {
        if !self.answer_counts(term) {
            return;
        }
        let retry = self.retry_index(conflict);
        let Part::Leader(leader) = &mut self.part else {
            return;
        };
        let Some(place) = leader.peer(from) else {
            return;
        };
        let peer = &mut leader.peers[place];
        peer.active = true;
        // Old news if the follower has taken more since, or if the leader has gone back already.
        let news = previous > peer.matched && previous < peer.next;
        if news {
            peer.next = retry.min(previous).max(peer.matched.next());
            peer.window_start = peer.next.previous();
        }
        self.on_round_answered(place, round, cx);
        if news {
            self.send_append(place, cx);
        }
    }

    /// Where to go on with a follower that holds entries of `conflict.term` from `conflict.index` on: behind
    /// the leader's own last entry of that term, or at the follower's first.
    fn retry_index(&self, conflict: Position) -> Index {
        let behind = self.log.first_of(conflict.term.next());
        let holds_term = self.log.term_at(behind.previous()) == Some(conflict.term);
        if conflict.term > Term::default() && holds_term { behind } else { conflict.index }
    }

    /// Whether an answer to AppendEntries of that term is an answer to this leader in this term.
    fn answer_counts(&self, term: Term) -> bool {
        if self.has(RaftBug::StaleAppendResponse) {
            return true;
        }
        term == self.term()
    }

    /// "If there exists an N such that N > commitIndex, a majority of matchIndex[i] ≥ N, and log[N].term ==
    /// currentTerm: set commitIndex = N" (Figure 2, "Leaders").
    pub(super) fn advance_commit(&mut self, cx: &mut Context<'_, Raft>) {
        let (own, majority) = (self.own_match(), self.majority());
        let Part::Leader(leader) = &mut self.part else {
            return;
        };
        let index = leader.quorum_matched(own, majority);
        if index > self.commit && self.may_commit_by_counting(index) {
            self.commit = index;
            let (term, digest) = (self.term(), self.log.digest(index).unwrap_or_default());
            cx.emit(Event::Committed { index, term, digest });
        }
    }

    /// Whether a majority of replicas commits this entry: only if it is of the leader's own term. One of an
    /// older term could still be overwritten (§5.4.2, Figure 8); it is committed with the next of its own.
    fn may_commit_by_counting(&self, index: Index) -> bool {
        if self.has(RaftBug::CommitPriorTerm) {
            return true;
        }
        self.log.term_at(index) == Some(self.term())
    }

    /// The leader's own matchIndex. It sends entries while it still writes them (dissertation §10.2.1), so it
    /// counts itself only as far as its disk has come.
    fn own_match(&self) -> Index {
        if self.has(RaftBug::LeaderCountsVolatileSelf) {
            return self.log.last_index();
        }
        self.durable_index()
    }
}
