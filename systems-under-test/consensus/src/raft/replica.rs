//! What a server remembers (Figure 2, "State"), what every input goes through, and the one place where
//! promises are made.

use stormglass_core::cluster::Cluster;
use stormglass_core::context::Context;
use stormglass_core::disk::{DiskError, SyncId};
use stormglass_core::id::{Address, NodeId};
use stormglass_core::system::{Awaited, Role};
use stormglass_replicated_log::{Names, RecoveryError};

use super::Raft;
use super::ballot::TermAndVote;
use super::bugs::RaftBug;
use super::election::{Patience, Votes};
use super::event::Event;
use super::follower::Acknowledgement;
use super::machine::Machine;
use super::message::{Message, Timer};
use super::node::DISK_RETRY;
use super::replication::Leader;
use super::types::{Index, Log, Term};

/// Who takes part, seen from one server.
#[derive(Clone, Debug)]
pub(super) struct Members {
    /// This server.
    pub(super) me: NodeId,
    /// The others, in ascending order of id.
    pub(super) peers: Vec<NodeId>,
}

impl Members {
    pub(super) fn new(me: NodeId, cluster: &Cluster) -> Members {
        Members { me, peers: cluster.peers(me).collect() }
    }
}

/// The part a server plays (Figure 4), and what belongs to that part alone.
#[derive(Clone, Debug)]
pub(super) enum Part {
    /// It answers leaders and candidates.
    Follower,
    /// It asks whether it could win.
    PreCandidate(Votes),
    /// It asks for votes. It has begun to ask once its own vote is on disk.
    Candidate { votes: Votes, asking: bool },
    /// It orders the others' work.
    Leader(Leader),
}

/// A server that has read its disk.
#[derive(Clone, Debug)]
pub(super) struct Replica {
    pub(super) raft: Raft,
    pub(super) members: Members,

    // Persistent state, with its files.
    pub(super) ballot: TermAndVote,
    pub(super) log: Log,
    names: Names,

    // Volatile state on all servers.
    pub(super) commit: Index,
    pub(super) applied: Index,
    pub(super) applied_digest: u64,
    pub(super) machine: Machine,
    pub(super) part: Part,
    /// The leader of the current term, once it has been heard.
    pub(super) leader: Option<NodeId>,
    pub(super) patience: Patience,

    // Promises not yet made, because what they promise is not yet durable.
    /// A vote given and not yet sent.
    pub(super) owed_vote: Option<NodeId>,
    /// What the leader of the current term is to be told.
    pub(super) acknowledgement: Option<Acknowledgement>,
    /// The latest term it has acted in.
    entered: Option<Term>,
}

impl Replica {
    /// Boots: reads what an earlier incarnation promised, and begins as a follower (§5.2).
    pub(super) fn recover(
        raft: Raft,
        members: Members,
        cx: &mut Context<'_, Raft>,
    ) -> Result<Replica, RecoveryError> {
        let mut ballot = TermAndVote::open(cx)?;
        let log = Log::open(cx)?;
        // A term is promised to nobody before it is durable, but entries of that term may have been saved first.
        if ballot.term() < log.last().term {
            ballot.enter(log.last().term, None);
        }
        cx.emit(Event::Started { term: ballot.term(), vote: ballot.vote(), last: log.last_index() });
        cx.point("recovered");
        let mut replica = Replica {
            raft,
            members,
            ballot,
            log,
            names: Names::sync(cx),
            commit: Index::ZERO,
            applied: Index::ZERO,
            applied_digest: 0,
            machine: Machine::default(),
            part: Part::Follower,
            leader: None,
            patience: Patience::default(),
            owed_vote: None,
            acknowledgement: None,
            entered: None,
        };
        replica.begin_to_wait(cx);
        replica.settle(cx);
        Ok(replica)
    }

    pub(super) fn on_message(&mut self, from: Address, message: Message, cx: &mut Context<'_, Raft>) {
        match from {
            Address::Client(client) => {
                if let Message::Request { sequence, op } = message {
                    self.on_request(client, sequence, op, cx);
                }
            }
            Address::Node(peer) => self.on_peer_message(peer, message, cx),
        }
        self.settle(cx);
    }

    fn on_peer_message(&mut self, peer: NodeId, message: Message, cx: &mut Context<'_, Raft>) {
        match message {
            Message::AppendEntries { term, previous, entries, commit, round } => {
                self.observe_term(term, cx);
                self.on_append_entries(peer, term, previous, &entries, commit, round, cx);
            }
            Message::Appended { term, matched, round } => {
                self.observe_term(term, cx);
                self.on_appended(peer, term, matched, round, cx);
            }
            Message::Refused { term, previous, conflict, round } => {
                self.observe_term(term, cx);
                self.on_refused(peer, term, previous, conflict, round, cx);
            }
            Message::Deposed { term } => self.observe_term(term, cx),
            Message::RequestVote { ballot, term, last } => {
                self.on_request_vote(peer, ballot, term, last, cx);
            }
            Message::Vote { ballot, term, granted } => self.on_vote(peer, ballot, term, granted, cx),
            Message::Request { .. } | Message::Reply { .. } | Message::NotLeader { .. } => {}
        }
    }

    pub(super) fn on_timer(&mut self, timer: Timer, cx: &mut Context<'_, Raft>) {
        match timer {
            Timer::Election => self.on_election_timer(cx),
            Timer::Heartbeat => self.on_heartbeat_timer(cx),
            // Settling tries again.
            Timer::Disk => {}
            Timer::Attempt | Timer::Deadline => {}
        }
        self.settle(cx);
    }

    pub(super) fn on_synced(
        &mut self,
        sync: SyncId,
        result: &Result<(), DiskError>,
        cx: &mut Context<'_, Raft>,
    ) {
        self.names.on_synced(sync, result, cx);
        self.ballot.on_synced(sync, result);
        self.log.on_synced(sync, result);
        self.advance_commit(cx);
        self.settle(cx);
    }

    /// The end of every input: what has changed goes to the disk, and what has become durable is promised.
    #[inline]
    fn settle(&mut self, cx: &mut Context<'_, Raft>) {
        if self.term_is_durable() {
            self.enter_term(cx);
            self.ask_for_votes(cx);
        }
        let written = self.ballot.flush(cx).and(self.log.flush(cx));
        if written.is_err() {
            cx.set_timer(Timer::Disk, DISK_RETRY);
        }
        if self.may_send_vote() {
            self.send_owed_vote(cx);
        }
        if self.term_is_durable() {
            self.acknowledge(cx);
        }
        self.apply(cx);
    }

    /// "If RPC request or response contains term T > currentTerm: set currentTerm = T, convert to follower"
    /// (Figure 2, "All Servers").
    #[inline]
    pub(super) fn observe_term(&mut self, term: Term, cx: &mut Context<'_, Raft>) {
        if term > self.term() {
            self.become_follower(cx);
            self.ballot.enter(term, None);
            self.leader = None;
            self.owed_vote = None;
            self.acknowledgement = None;
        }
    }

    /// The current term.
    #[inline]
    pub(super) fn term(&self) -> Term {
        self.ballot.term()
    }

    /// Whether a crash now would leave this server in its term, with its vote. Nothing that speaks in the name
    /// of a term is sent before.
    #[inline]
    pub(super) fn term_is_durable(&self) -> bool {
        self.names.durable() && self.ballot.durable()
    }

    /// How far a crash now would leave the log.
    #[inline]
    pub(super) fn durable_index(&self) -> Index {
        if self.names.durable() { self.log.durable() } else { Index::ZERO }
    }

    /// How many servers are more than half of all, this one included.
    #[inline]
    pub(super) fn majority(&self) -> usize {
        if self.has(RaftBug::EvenQuorum) {
            return self.members.peers.len() / 2 + 1;
        }
        let all = self.members.peers.len() + 1;
        all / 2 + 1
    }

    /// Whether this defect is planted.
    #[inline]
    pub(super) fn has(&self, bug: RaftBug) -> bool {
        self.raft.has(bug)
    }

    pub(super) fn role(&self) -> Role {
        match self.part {
            Part::Follower => Role::FOLLOWER,
            Part::PreCandidate(_) | Part::Candidate { .. } => Role::CANDIDATE,
            Part::Leader(_) => Role::LEADER,
        }
    }

    /// What would let this server go on: a leader, votes, a majority's acknowledgements.
    pub(super) fn awaits(&self) -> Option<Awaited> {
        let term = self.term();
        let waiting = |what: String| Some(Awaited { what, since: self.patience.since });
        match &self.part {
            Part::Follower if self.leader.is_none() => waiting(format!("waits for a leader in {term}")),
            Part::Follower => None,
            Part::PreCandidate(votes) => waiting(format!(
                "asks who would vote for it in {}, and has {} of {} voices",
                term.next(),
                votes.count(),
                self.majority()
            )),
            Part::Candidate { votes, .. } => {
                waiting(format!("stands in {term}, and has {} of {} votes", votes.count(), self.majority()))
            }
            Part::Leader(_) if self.commit < self.log.last_index() => waiting(format!(
                "leads in {term}, and waits for a majority to acknowledge {}, having committed {}",
                self.log.last_index(),
                self.commit
            )),
            Part::Leader(_) => None,
        }
    }

    /// Tells that this server acts in its term from now on.
    #[inline]
    fn enter_term(&mut self, cx: &mut Context<'_, Raft>) {
        if self.entered != Some(self.term()) {
            self.entered = Some(self.term());
            cx.emit(Event::TermEntered { term: self.term() });
        }
    }
}
