//! A participant: it holds a part of the accounts, votes, and does as it is told.
//!
//! From the moment its yes is on disk it can decide nothing alone: while the coordinator is silent it is *blocked*, and
//! what its transaction touches stays locked. It asks until it is told (Bernstein, Hadzilacos and Goodman 1987, §7.4).

use std::collections::{BTreeMap, VecDeque};

use stormglass_core::cluster::Cluster;
use stormglass_core::context::Context;
use stormglass_core::disk::{DiskError, SyncId};
use stormglass_core::id::NodeId;
use stormglass_core::system::Awaited;
use stormglass_core::time::Time;

use super::TwoPhaseCommit;
use super::bugs::CommitBug;
use super::event::Event;
use super::journal::{Journal, Position, RecoveryError};
use super::message::{Message, Timer};
use super::node::DISK_RETRY;
use super::placement::Placement;
use super::record::Record;
use super::types::{Decision, Refusal, TxnId, Vote, Work};

/// After so many questions without an answer a participant calls itself blocked.
const PATIENCE: u32 = 2;

/// A participant's state.
#[derive(Clone, Debug)]
pub(super) struct Participant {
    bank: TwoPhaseCommit,
    coordinator: NodeId,
    journal: Journal,
    /// The accounts here and what they hold, as far as it is committed.
    balances: BTreeMap<u64, i64>,
    /// What is done and not decided. It is what is locked, too: nothing else is.
    prepared: BTreeMap<TxnId, Prepared>,
    /// What came in the way of something younger, and waits for it to end.
    waiting_for_locks: BTreeMap<TxnId, Asked>,
    /// Every outcome that is known here: a late copy of a PREPARE must find it.
    done: BTreeMap<TxnId, Decision>,
    ready: bool,
    ticking: bool,
    /// What waits for the journal to be on disk up to a position.
    waiting: VecDeque<(Position, Promise)>,
}

/// What a transaction asks for here.
#[derive(Clone, Copy, Debug)]
struct Asked {
    /// The first attempt at the same request: the smaller, the older.
    age: TxnId,
    work: Work,
}

impl Asked {
    /// Whether it would have to wait for `other`, and must not, because that is older: whoever waits is older than what it
    /// waits for, so nobody waits in a circle (Rosenkrantz, Stearns and Lewis, *System Level Concurrency Control for
    /// Distributed Database Systems*, ACM TODS 3(2), 1978, "wait-die").
    fn dies_of(&self, other: &Asked) -> bool {
        other.age <= self.age && other.work.conflicts(&self.work)
    }
}

/// Whether work may begin.
enum Admission {
    Granted,
    Waits,
    Refused(Refusal),
}

/// A transaction between the vote and the outcome.
#[derive(Clone, Copy, Debug)]
struct Prepared {
    asked_for: Asked,
    since: Time,
    /// Whether the promise to be able to commit is on disk, and the vote given.
    voted: bool,
    /// When it was last asked about, and how often.
    asked_at: Time,
    asked: u32,
}

impl Prepared {
    fn new(asked_for: Asked, now: Time) -> Prepared {
        Prepared { asked_for, since: now, voted: false, asked_at: now, asked: 0 }
    }
}

/// What may be done once the journal is on disk.
#[derive(Clone, Copy, Debug)]
enum Promise {
    TakePart,
    VoteYes(TxnId),
    Report(TxnId, Decision),
    Acknowledge(TxnId),
}

impl Participant {
    /// Reads the journal: what was prepared and not decided is locked again.
    pub(super) fn recover(
        bank: TwoPhaseCommit,
        me: NodeId,
        cluster: &Cluster,
        cx: &mut Context<'_, TwoPhaseCommit>,
    ) -> Result<Participant, RecoveryError> {
        let now = cx.elapsed();
        let settings = bank.settings();
        let here = Placement::new(cluster, settings.accounts).accounts_of(me);
        let mut balances: BTreeMap<u64, i64> =
            here.map(|account| (account, settings.initial_balance)).collect();
        let (mut prepared, mut done) = (BTreeMap::new(), BTreeMap::new());
        let journal = Journal::open(cx, |words| {
            match Record::from_words(words)? {
                Record::Prepared { txn, work } => {
                    // What has voted is not asked to wait any more: how old it was does not matter.
                    prepared.insert(txn, Prepared::new(Asked { age: txn, work }, now));
                }
                Record::Done { txn, decision } => {
                    if let (Some(Prepared { asked_for, .. }), Decision::Commit) =
                        (prepared.remove(&txn), decision)
                    {
                        apply(&mut balances, &asked_for.work);
                    }
                    done.insert(txn, decision);
                }
                Record::Incarnation(_) | Record::Commit { .. } | Record::End { .. } => return None,
            }
            Some(())
        })?;
        let waiting = VecDeque::from([(journal.end(), Promise::TakePart)]);
        let coordinator = cluster.nodes()[0];
        let mut participant = Participant {
            bank,
            coordinator,
            journal,
            balances,
            prepared,
            waiting_for_locks: BTreeMap::new(),
            done,
            ready: false,
            ticking: false,
            waiting,
        };
        participant.settle(cx);
        Ok(participant)
    }

    pub(super) fn on_message(&mut self, message: &Message, cx: &mut Context<'_, TwoPhaseCommit>) {
        if !self.ready {
            return;
        }
        match *message {
            Message::Prepare { txn, age, work } => self.on_prepare(txn, Asked { age, work }, cx),
            Message::Outcome { txn, decision } => self.on_outcome(txn, decision, cx),
            _ => {}
        }
        self.settle(cx);
    }

    fn on_prepare(&mut self, txn: TxnId, asked: Asked, cx: &mut Context<'_, TwoPhaseCommit>) {
        if self.answers_again(txn, cx) {
            return;
        }
        match self.admission(&asked) {
            Admission::Waits => {
                self.waiting_for_locks.insert(txn, asked);
            }
            Admission::Refused(refusal) => {
                self.finish(txn, Decision::Abort);
                self.vote(txn, Vote::No(refusal), cx);
            }
            Admission::Granted => {
                self.prepared.insert(txn, Prepared::new(asked, cx.elapsed()));
                self.promise(Record::Prepared { txn, work: asked.work }, Promise::VoteYes(txn));
                if self.bank.has(CommitBug::PrepareNotDurable) {
                    self.vote_yes(txn, cx);
                }
            }
        }
    }

    /// Whether this is a copy of a PREPARE that has been voted on: there is one vote on each transaction.
    fn answers_again(&mut self, txn: TxnId, cx: &mut Context<'_, TwoPhaseCommit>) -> bool {
        if self.bank.has(CommitBug::VoteAgain) {
            return false;
        }
        if self.prepared.get(&txn).is_some_and(|prepared| prepared.voted) {
            self.vote_yes(txn, cx);
        }
        if self.done.get(&txn) == Some(&Decision::Abort) {
            self.vote(txn, Vote::No(Refusal::Busy), cx);
        }
        self.prepared.contains_key(&txn)
            || self.waiting_for_locks.contains_key(&txn)
            || self.done.contains_key(&txn)
    }

    /// Whether this work may be done now. A conflict with something older ends it; one with something younger is waited for.
    fn admission(&self, asked: &Asked) -> Admission {
        let mut held = self.prepared.values().map(|prepared| &prepared.asked_for);
        let mut others = held.clone().chain(self.waiting_for_locks.values());
        if others.any(|other| asked.dies_of(other)) {
            return Admission::Refused(Refusal::Busy);
        }
        if held.any(|other| other.work.conflicts(&asked.work)) {
            return Admission::Waits;
        }
        let short = asked
            .work
            .changes()
            .any(|change| self.balances.get(&change.account).is_none_or(|balance| balance + change.by < 0));
        if short { Admission::Refused(Refusal::Declined) } else { Admission::Granted }
    }

    /// Something has been released: who waited tries again, the oldest first.
    fn admit_waiting(&mut self, cx: &mut Context<'_, TwoPhaseCommit>) {
        let mut waiting: Vec<(TxnId, TxnId)> =
            self.waiting_for_locks.iter().map(|(&txn, asked)| (asked.age, txn)).collect();
        waiting.sort_unstable();
        for (_, txn) in waiting {
            if let Some(asked) = self.waiting_for_locks.remove(&txn) {
                self.on_prepare(txn, asked, cx);
            }
        }
    }

    /// The promise to be able to commit is on disk: from here on the coordinator decides.
    fn vote_yes(&mut self, txn: TxnId, cx: &mut Context<'_, TwoPhaseCommit>) {
        let now = cx.elapsed();
        let Some(prepared) = self.prepared.get_mut(&txn) else {
            return;
        };
        prepared.voted = true;
        prepared.asked_at = now;
        let work = prepared.asked_for.work;
        let read: Vec<(u64, i64)> = match work {
            Work::Read => self.balances.iter().map(|(&account, &balance)| (account, balance)).collect(),
            Work::Move(..) => Vec::new(),
        };
        cx.emit(Event::VotedYes { txn });
        self.vote(txn, Vote::Yes(read), cx);
        cx.point("voted yes");
        if self.bank.has(CommitBug::ReaderReleasesEarly) && work == Work::Read {
            self.prepared.remove(&txn);
        }
    }

    fn vote(&self, txn: TxnId, vote: Vote, cx: &mut Context<'_, TwoPhaseCommit>) {
        cx.send(self.coordinator, Message::Voted { txn, vote });
    }

    fn on_outcome(&mut self, txn: TxnId, decision: Decision, cx: &mut Context<'_, TwoPhaseCommit>) {
        if !self.done.contains_key(&txn) && (decision == Decision::Abort || self.prepared.contains_key(&txn))
        {
            self.finish(txn, decision);
        }
        if decision == Decision::Commit {
            self.acknowledge(txn, cx);
        }
    }

    /// Takes an outcome in: the work is done or dropped, and what it had locked is free. Whatever comes to be promised on
    /// that stands behind it in the journal.
    fn finish(&mut self, txn: TxnId, decision: Decision) {
        self.waiting_for_locks.remove(&txn);
        if let (Some(prepared), Decision::Commit) = (self.prepared.remove(&txn), decision) {
            apply(&mut self.balances, &prepared.asked_for.work);
        }
        self.done.insert(txn, decision);
        self.promise(Record::Done { txn, decision }, Promise::Report(txn, decision));
    }

    /// An acknowledged commit may be forgotten by the coordinator, so it must be on disk here: also one that is known from
    /// an earlier copy of the same message.
    fn acknowledge(&mut self, txn: TxnId, cx: &mut Context<'_, TwoPhaseCommit>) {
        if self.bank.has(CommitBug::AcknowledgeNotDurable) {
            return cx.send(self.coordinator, Message::Acknowledged { txn });
        }
        self.waiting.push_back((self.journal.end(), Promise::Acknowledge(txn)));
    }

    pub(super) fn on_timer(&mut self, timer: Timer, cx: &mut Context<'_, TwoPhaseCommit>) {
        if timer == Timer::Tick {
            self.ticking = false;
            self.inquire(cx);
        }
        self.settle(cx);
    }

    /// Asks about everything that has waited for long.
    fn inquire(&mut self, cx: &mut Context<'_, TwoPhaseCommit>) {
        let (now, interval) = (cx.elapsed(), self.bank.settings().inquiry_interval);
        let late = |one: &Prepared| one.voted && now.since(one.asked_at) >= interval;
        let late: Vec<TxnId> =
            self.prepared.iter().filter(|(_, one)| late(one)).map(|(&txn, _)| txn).collect();
        for txn in late {
            if self.bank.has(CommitBug::UnilateralAbort) {
                self.finish(txn, Decision::Abort);
            } else if let Some(prepared) = self.prepared.get_mut(&txn) {
                prepared.asked += 1;
                prepared.asked_at = now;
                if prepared.asked == PATIENCE {
                    cx.emit(Event::Blocked { txn });
                }
                cx.send(self.coordinator, Message::Inquire { txn });
            }
        }
    }

    /// Looks again soon, as long as there is something to wait for. A timer that is set is not set again, or steady
    /// traffic would put it off for ever.
    fn keep_ticking(&mut self, cx: &mut Context<'_, TwoPhaseCommit>) {
        if !self.ticking && !self.prepared.is_empty() {
            self.ticking = true;
            cx.set_timer(Timer::Tick, self.bank.settings().inquiry_interval / 4);
        }
    }

    pub(super) fn on_synced(
        &mut self,
        sync: SyncId,
        result: &Result<(), DiskError>,
        cx: &mut Context<'_, TwoPhaseCommit>,
    ) {
        self.journal.on_synced(sync, result);
        self.settle(cx);
    }

    /// Keeps the promises whose records are on disk, and writes what has come.
    fn settle(&mut self, cx: &mut Context<'_, TwoPhaseCommit>) {
        while let Some((_, promise)) =
            self.waiting.pop_front_if(|(position, _)| *position <= self.journal.durable())
        {
            match promise {
                Promise::TakePart => self.take_part(cx),
                Promise::VoteYes(txn) => self.vote_yes(txn, cx),
                Promise::Report(txn, decision) => {
                    cx.emit(Event::Decided { txn, decision, unanimous: false });
                }
                Promise::Acknowledge(txn) => cx.send(self.coordinator, Message::Acknowledged { txn }),
            }
        }
        self.admit_waiting(cx);
        if self.journal.flush(cx).is_err() {
            cx.set_timer(Timer::Disk, DISK_RETRY);
        }
        self.keep_ticking(cx);
    }

    /// What was found prepared is asked about at once.
    fn take_part(&mut self, cx: &mut Context<'_, TwoPhaseCommit>) {
        self.ready = true;
        cx.emit(Event::Started);
        for (&txn, prepared) in &mut self.prepared {
            prepared.voted = true;
            cx.send(self.coordinator, Message::Inquire { txn });
        }
    }

    fn promise(&mut self, record: Record, promise: Promise) {
        let position = self.journal.append(&record.words());
        self.waiting.push_back((position, promise));
    }

    /// The transactions whose outcome it waits for, since when.
    pub(super) fn undecided(&self) -> impl Iterator<Item = TxnId> + '_ {
        self.prepared.iter().filter(|(_, prepared)| prepared.voted).map(|(&txn, _)| txn)
    }

    pub(super) fn awaits(&self) -> Option<Awaited> {
        let (txn, oldest) = self.prepared.iter().min_by_key(|(_, prepared)| prepared.since)?;
        let blocked = if oldest.asked >= PATIENCE { ": it is blocked" } else { "" };
        let what = format!("{}'s decision on {txn}, having voted yes{blocked}", self.coordinator);
        Some(Awaited { what, since: oldest.since })
    }
}

fn apply(balances: &mut BTreeMap<u64, i64>, work: &Work) {
    for change in work.changes() {
        *balances.entry(change.account).or_default() += change.by;
    }
}
