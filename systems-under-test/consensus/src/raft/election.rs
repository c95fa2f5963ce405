//! Elections: §5.2 and the restriction of §5.4.1, with pre-vote (dissertation §9.6) and check-quorum with
//! leader stickiness (dissertation §6.2 and §4.2.3).

use stormglass_core::context::Context;
use stormglass_core::id::NodeId;
use stormglass_core::time::{Duration, Time};

use super::Raft;
use super::bugs::RaftBug;
use super::event::Event;
use super::message::{Ballot, Message, Timer};
use super::replica::{Part, Replica};
use super::types::{Position, Term};

/// Who has voted for this server. Each counts once, however often its answer arrives.
#[derive(Clone, Debug, Default)]
pub(super) struct Votes(Vec<NodeId>);

impl Votes {
    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Counts a vote; answers how many there are.
    fn add(&mut self, voter: NodeId) -> usize {
        if !self.0.contains(&voter) {
            self.0.push(voter);
        }
        self.0.len()
    }
}

/// How long a follower has waited for a leader, and how long it will. The timer is not set again at every
/// heartbeat: when it runs out, the follower looks when it last heard something.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Patience {
    /// When it last heard from a leader or gave its vote, by the monotonic clock.
    pub(super) since: Time,
    /// When it last heard from a leader.
    pub(super) leader_heard: Option<Time>,
    /// How long it waits this time.
    lasts: Duration,
}

impl Replica {
    /// Begins to wait for a leader, with a timeout drawn anew (§5.2).
    pub(super) fn begin_to_wait(&mut self, cx: &mut Context<'_, Raft>) {
        let settings = self.raft.settings();
        let (min, max) = (settings.election_timeout_min, settings.election_timeout_max);
        self.patience.since = cx.elapsed();
        self.patience.lasts = Duration::from_nanos(cx.rng().between(min.as_nanos(), max.as_nanos()));
        cx.set_timer(Timer::Election, self.patience.lasts);
    }

    pub(super) fn on_election_timer(&mut self, cx: &mut Context<'_, Raft>) {
        if matches!(self.part, Part::Leader(_)) {
            return self.check_quorum(cx);
        }
        let waited = cx.elapsed().since(self.patience.since);
        if waited < self.patience.lasts {
            return cx.set_timer(Timer::Election, self.patience.lasts - waited);
        }
        self.leader = None;
        self.begin_to_wait(cx);
        if self.raft.settings().pre_vote {
            self.ask_for_pre_votes(cx);
        } else {
            self.stand();
        }
    }

    /// "Would you vote for me?" Nothing is remembered, so nothing has to be durable.
    fn ask_for_pre_votes(&mut self, cx: &mut Context<'_, Raft>) {
        let mut votes = Votes::default();
        let count = votes.add(self.members.me);
        self.part = Part::PreCandidate(votes);
        if count >= self.majority() {
            return self.stand();
        }
        self.send_vote_requests(Ballot::Pre, self.term().next(), cx);
    }

    /// "Increment currentTerm, vote for self" (Figure 2, "Candidates"). The others are asked once that is
    /// durable: a candidate that forgot its term would stand in it twice.
    fn stand(&mut self) {
        self.ballot.enter(self.term().next(), Some(self.members.me));
        self.owed_vote = None;
        self.acknowledgement = None;
        self.part = Part::Candidate { votes: Votes::default(), asking: false };
        tracing::debug!(term = ?self.term(), "stands for election");
    }

    /// Asks the others, if this server stands for election and has not asked yet. Its term is durable.
    #[inline]
    pub(super) fn ask_for_votes(&mut self, cx: &mut Context<'_, Raft>) {
        let Part::Candidate { votes, asking } = &mut self.part else {
            return;
        };
        if *asking {
            return;
        }
        *asking = true;
        let count = votes.add(self.members.me);
        let (term, candidate) = (self.term(), self.members.me);
        cx.emit(Event::Voted { term, candidate });
        cx.point("voting");
        if count >= self.majority() {
            return self.become_leader(cx);
        }
        self.send_vote_requests(Ballot::Real, term, cx);
    }

    fn send_vote_requests(&self, ballot: Ballot, term: Term, cx: &mut Context<'_, Raft>) {
        let last = self.log.last();
        for &peer in &self.members.peers {
            cx.send(peer, Message::RequestVote { ballot, term, last });
        }
    }

    pub(super) fn on_request_vote(
        &mut self,
        candidate: NodeId,
        ballot: Ballot,
        term: Term,
        last: Position,
        cx: &mut Context<'_, Raft>,
    ) {
        // The term of a candidate that is disregarded is disregarded too, or it would depose the leader.
        if self.follows_a_living_leader(cx.elapsed()) && term > self.term() {
            return self.deny(candidate, ballot, cx);
        }
        match ballot {
            Ballot::Pre if term > self.term() && self.is_up_to_date(last) => {
                let granted = true;
                cx.send(candidate, Message::Vote { ballot, term, granted });
            }
            Ballot::Pre => self.deny(candidate, ballot, cx),
            Ballot::Real => {
                self.observe_term(term, cx);
                let free = self.ballot.vote().is_none_or(|vote| vote == candidate);
                if term < self.term() || !free || !self.is_up_to_date(last) {
                    return self.deny(candidate, ballot, cx);
                }
                self.ballot.give_vote(candidate);
                self.owed_vote = Some(candidate);
                self.patience.since = cx.elapsed();
            }
        }
    }

    /// Says no. A denial promises nothing; its term is what a candidate of an older term has to learn.
    fn deny(&self, candidate: NodeId, ballot: Ballot, cx: &mut Context<'_, Raft>) {
        let (term, granted) = (self.term(), false);
        cx.send(candidate, Message::Vote { ballot, term, granted });
    }

    /// "If a server receives a RequestVote request within the minimum election timeout of hearing from a
    /// current leader, it does not update its term or grant its vote" (dissertation §4.2.3).
    fn follows_a_living_leader(&self, now: Time) -> bool {
        let settings = self.raft.settings();
        if !settings.check_quorum {
            return false;
        }
        let heard = self.patience.leader_heard;
        matches!(self.part, Part::Leader(_))
            || heard.is_some_and(|heard| now.since(heard) < settings.election_timeout_min)
    }

    /// Whether a candidate's log is at least as up to date as this server's (§5.4.1).
    fn is_up_to_date(&self, last: Position) -> bool {
        if self.has(RaftBug::VoteCompareIndexOnly) {
            return last.index >= self.log.last_index();
        }
        last >= self.log.last()
    }

    /// Whether a vote may be answered: once it is on disk.
    #[inline]
    pub(super) fn may_send_vote(&self) -> bool {
        if self.has(RaftBug::VoteNotDurable) {
            return true;
        }
        self.term_is_durable()
    }

    /// Sends the vote that was given, if it is still owed.
    #[inline]
    pub(super) fn send_owed_vote(&mut self, cx: &mut Context<'_, Raft>) {
        let Some(candidate) = self.owed_vote.take() else {
            return;
        };
        let (ballot, term, granted) = (Ballot::Real, self.term(), true);
        cx.emit(Event::Voted { term, candidate });
        cx.send(candidate, Message::Vote { ballot, term, granted });
    }

    pub(super) fn on_vote(
        &mut self,
        voter: NodeId,
        ballot: Ballot,
        term: Term,
        granted: bool,
        cx: &mut Context<'_, Raft>,
    ) {
        if !granted {
            return self.observe_term(term, cx);
        }
        if !self.vote_counts(ballot, term) {
            return;
        }
        let majority = self.majority();
        let votes = match (ballot, &mut self.part) {
            (Ballot::Pre, Part::PreCandidate(votes)) | (Ballot::Real, Part::Candidate { votes, .. }) => votes,
            _ => return,
        };
        if votes.add(voter) < majority {
            return;
        }
        match ballot {
            Ballot::Pre => self.stand(),
            Ballot::Real => self.become_leader(cx),
        }
    }

    /// Whether a granted vote of that term is a vote in this election.
    fn vote_counts(&self, ballot: Ballot, term: Term) -> bool {
        if self.has(RaftBug::StaleVoteResponse) {
            return true;
        }
        match ballot {
            Ballot::Pre => term == self.term().next(),
            Ballot::Real => term == self.term(),
        }
    }

    /// Begins to follow: a leader or a candidate of a later term has been heard, or the quorum is lost.
    pub(super) fn become_follower(&mut self, cx: &mut Context<'_, Raft>) {
        if let Part::Leader(_) = self.part {
            let term = self.term();
            tracing::info!(?term, "steps down");
            cx.emit(Event::SteppedDown { term });
            cx.cancel_timer(Timer::Heartbeat);
            self.turn_readers_away(cx);
            self.begin_to_wait(cx);
        }
        self.part = Part::Follower;
    }

    /// A leader that has not heard a quorum for an election timeout leads nobody (dissertation §6.2).
    fn check_quorum(&mut self, cx: &mut Context<'_, Raft>) {
        let majority = self.majority();
        let Part::Leader(leader) = &mut self.part else {
            return;
        };
        if leader.count_active() < majority {
            self.leader = None;
            return self.become_follower(cx);
        }
        cx.set_timer(Timer::Election, self.raft.settings().election_timeout_max);
    }
}
