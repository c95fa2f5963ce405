//! A follower stores what its leader sends (§5.3, Figure 2 "AppendEntries RPC"), and says so once it is on disk.

use stormglass_core::context::Context;
use stormglass_core::id::NodeId;

use super::Raft;
use super::bugs::RaftBug;
use super::event::Event;
use super::message::{Entries, Message};
use super::replica::{Part, Replica};
use super::types::{Entry, Index, Position, Term};

/// What the leader of the current term is to be told, as far as the disk allows. One stands for all of a
/// term: what is said of an index is said of all before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Acknowledgement {
    leader: NodeId,
    /// How far the log is the leader's.
    matched: Index,
    /// How far the leader has been told.
    told: Index,
    /// The latest round heard.
    round: u64,
    /// Whether the leader waits for an answer even if there is nothing new to tell.
    prompt: bool,
}

impl Replica {
    #[allow(clippy::too_many_arguments, reason = "the arguments of the RPC, as in Figure 2")]
    pub(super) fn on_append_entries(
        &mut self,
        leader: NodeId,
        term: Term,
        previous: Position,
        entries: &Entries,
        commit: Index,
        round: u64,
        cx: &mut Context<'_, Raft>,
    ) {
        if term < self.term() {
            return self.depose(leader, previous.index, round, cx);
        }
        if matches!(self.part, Part::Leader(_)) {
            return;
        }
        self.follow(leader, cx);
        if self.log.term_at(previous.index) != Some(previous.term) {
            return self.refuse(leader, previous.index, round, cx);
        }
        let verified = self.store(previous.index, entries.as_slice(), cx);
        self.owe_acknowledgement(leader, verified, entries.as_slice().is_empty(), round);
        // Not to the end of this server's log: what stands behind `verified` may not be the leader's.
        self.commit = self.commit.max(commit.min(verified));
    }

    /// A leader of the current term lives: "if AppendEntries RPC received from new leader: convert to
    /// follower" (Figure 2, "Candidates").
    fn follow(&mut self, leader: NodeId, cx: &mut Context<'_, Raft>) {
        if !matches!(self.part, Part::Follower) {
            self.become_follower(cx);
        }
        self.leader = Some(leader);
        let now = cx.elapsed();
        self.patience.since = now;
        self.patience.leader_heard = Some(now);
    }

    /// "If an existing entry conflicts with a new one (same index but different terms), delete the existing
    /// entry and all that follow it; append any new entries not already in the log." Answers the index of the
    /// last entry that is now known to be the leader's.
    fn store(&mut self, previous: Index, entries: &[Entry], cx: &mut Context<'_, Raft>) -> Index {
        let verified = previous.plus(entries.len() as u64);
        let held = self.count_held(previous, entries);
        let missing = &entries[held..];
        if missing.is_empty() {
            return verified;
        }
        let first = previous.plus(held as u64).next();
        if first <= self.log.last_index() {
            self.log.truncate(first);
            cx.emit(Event::Truncated { from: first });
        }
        for &entry in missing {
            self.log.append(entry);
        }
        cx.emit(Event::Appended { first, last: verified });
        cx.point("stored");
        verified
    }

    /// How many of the `entries` behind `previous` the log holds already. What follows them in the log stays:
    /// the message may be old, and the leader may have been told of the rest.
    fn count_held(&self, previous: Index, entries: &[Entry]) -> usize {
        if self.has(RaftBug::TruncateAlways) {
            return 0;
        }
        let holds = |(entry, index): (&Entry, u64)| self.log.term_at(Index(index)) == Some(entry.term);
        entries.iter().zip(previous.next().0..).take_while(|&pair| holds(pair)).count()
    }

    /// How much of what matches may be acknowledged: what is on disk.
    fn acknowledgeable(&self, matched: Index) -> Index {
        if self.has(RaftBug::AckBeforeFsync) {
            return matched;
        }
        matched.min(self.durable_index())
    }

    fn owe_acknowledgement(&mut self, leader: NodeId, verified: Index, heartbeat: bool, round: u64) {
        let before = self.acknowledgement.unwrap_or(Acknowledgement {
            leader,
            matched: Index::ZERO,
            told: Index::ZERO,
            round: 0,
            prompt: false,
        });
        let matched = before.matched.max(verified);
        self.acknowledgement = Some(Acknowledgement {
            leader,
            matched,
            told: before.told,
            round: before.round.max(round),
            // Entries are answered when they are on disk; a heartbeat, or entries held before, at once.
            prompt: before.prompt || heartbeat || self.acknowledgeable(matched) >= verified,
        });
    }

    /// Tells the leader how far the disk has come, if that is news or if the leader waits. The term is durable.
    #[inline]
    pub(super) fn acknowledge(&mut self, cx: &mut Context<'_, Raft>) {
        let Some(acknowledgement) = self.acknowledgement else {
            return;
        };
        let matched = self.acknowledgeable(acknowledgement.matched);
        if matched <= acknowledgement.told && !acknowledgement.prompt {
            return;
        }
        let Acknowledgement { leader, round, .. } = acknowledgement;
        self.acknowledgement = Some(Acknowledgement {
            told: acknowledgement.told.max(matched),
            prompt: false,
            ..acknowledgement
        });
        let term = self.term();
        cx.send(leader, Message::Appended { term, matched, round });
    }

    /// "Reply false if term < currentTerm": the answer's term is what deposes the sender.
    fn depose(&self, leader: NodeId, previous: Index, round: u64, cx: &mut Context<'_, Raft>) {
        if self.has(RaftBug::ReadStaleRound) {
            return self.refuse(leader, previous, round, cx);
        }
        if self.term_is_durable() {
            let term = self.term();
            cx.send(leader, Message::Deposed { term });
        }
    }

    /// The entry before the new ones is not here. The answer says where the logs may have parted, so that the
    /// leader need not try every index.
    fn refuse(&self, leader: NodeId, previous: Index, round: u64, cx: &mut Context<'_, Raft>) {
        if !self.term_is_durable() {
            return;
        }
        let conflict = match self.log.term_at(previous) {
            None => Position { term: Term::default(), index: self.log.last_index().next() },
            Some(term) => Position { term, index: self.log.first_of(term) },
        };
        let term = self.term();
        cx.send(leader, Message::Refused { term, previous, conflict, round });
    }
}
