//! The coordinator: it gathers votes, decides, and remembers a commit until everyone has acknowledged it.
//!
//! A transaction here is *running* until the decision, and *committed* from the moment at which the commit record is on
//! disk until the last acknowledgement. Of an aborted one nothing is kept: whoever asks for a transaction that is neither
//! running nor committed is told that it was aborted (Mohan, Lindsay and Obermarck 1986, §3.1, "presumed abort").

use std::collections::{BTreeMap, VecDeque};

use stormglass_core::cluster::Cluster;
use stormglass_core::context::Context;
use stormglass_core::disk::{DiskError, SyncId};
use stormglass_core::id::{Address, ClientId, NodeId};
use stormglass_core::op::bank::{BankOp, BankRet};
use stormglass_core::time::Time;

use super::TwoPhaseCommit;
use super::bugs::CommitBug;
use super::event::Event;
use super::journal::{Journal, Position, RecoveryError};
use super::message::{Message, Timer};
use super::node::DISK_RETRY;
use super::placement::{Placement, Places};
use super::record::Record;
use super::session::{Fate, Sessions};
use super::types::{Decision, Purpose, Refusal, Sequence, TxnId, Vote};

mod reminders;

/// The coordinator's state.
#[derive(Clone, Debug)]
pub(super) struct Coordinator {
    bank: TwoPhaseCommit,
    placement: Placement,
    journal: Journal,
    incarnation: u64,
    /// How many transactions this incarnation has begun.
    begun: u64,
    /// Whether the incarnation is on disk, and with it everything that was found there.
    ready: bool,
    ticking: bool,
    running: BTreeMap<TxnId, Running>,
    committed: BTreeMap<TxnId, Committed>,
    sessions: Sessions,
    /// The first transaction of each client's latest operation.
    ages: BTreeMap<ClientId, TxnId>,
    /// What waits for the journal to be on disk up to a position.
    waiting: VecDeque<(Position, Promise)>,
}

/// What a client wants.
#[derive(Clone, Copy, Debug)]
struct Request {
    client: ClientId,
    sequence: Sequence,
    op: BankOp,
    again: bool,
}

/// A transaction before its decision.
#[derive(Clone, Debug)]
struct Running {
    client: ClientId,
    sequence: Sequence,
    purpose: Purpose,
    participants: Places,
    yes: Places,
    /// What participants have read for it.
    balances: Vec<(u64, i64)>,
    since: Time,
    /// Whether its commit record is on the way to the disk: then only a crash can still abort it.
    deciding: bool,
}

/// A commit that somebody may still ask about.
#[derive(Clone, Copy, Debug)]
struct Committed {
    unacknowledged: Places,
    sent: Time,
}

/// What may be done once the journal is on disk.
#[derive(Clone, Copy, Debug)]
enum Promise {
    TakePart,
    Commit(TxnId),
}

impl Coordinator {
    /// Reads the journal: commits without an end are told again.
    pub(super) fn recover(
        bank: TwoPhaseCommit,
        cluster: &Cluster,
        cx: &mut Context<'_, TwoPhaseCommit>,
    ) -> Result<Coordinator, RecoveryError> {
        let now = cx.elapsed();
        let (mut incarnation, mut committed) = (0, BTreeMap::new());
        let mut sessions = Sessions::default();
        let journal = Journal::open(cx, |words| {
            match Record::from_words(words)? {
                Record::Incarnation(found) => incarnation = found,
                Record::Commit { txn, participants, client, sequence, purpose } => {
                    committed.insert(txn, Committed { unacknowledged: participants, sent: now });
                    sessions.recover(client, sequence, purpose);
                }
                Record::End { txn } => {
                    committed.remove(&txn);
                }
                Record::Prepared { .. } | Record::Done { .. } => return None,
            }
            Some(())
        })?;
        let mut coordinator = Coordinator {
            bank,
            placement: Placement::new(cluster, bank.settings().accounts),
            journal,
            incarnation: incarnation + 1,
            begun: 0,
            ready: false,
            ticking: false,
            running: BTreeMap::new(),
            committed,
            sessions,
            ages: BTreeMap::new(),
            waiting: VecDeque::new(),
        };
        coordinator.promise(Record::Incarnation(coordinator.incarnation), Promise::TakePart);
        coordinator.settle(cx);
        Ok(coordinator)
    }

    pub(super) fn on_message(
        &mut self,
        from: Address,
        message: Message,
        cx: &mut Context<'_, TwoPhaseCommit>,
    ) {
        if !self.ready {
            return;
        }
        match (from, message) {
            (Address::Client(client), Message::Request { sequence, incarnation, op, again }) => {
                let request = Request { client, sequence, op, again };
                self.on_request(request, incarnation, cx);
            }
            (Address::Node(from), Message::Voted { txn, vote }) => self.on_vote(from, txn, vote, cx),
            (Address::Node(from), Message::Acknowledged { txn }) => self.on_acknowledged(from, txn),
            (Address::Node(from), Message::Inquire { txn }) => self.on_inquiry(from, txn, cx),
            _ => {}
        }
        self.settle(cx);
    }

    fn on_request(&mut self, request: Request, incarnation: u64, cx: &mut Context<'_, TwoPhaseCommit>) {
        let Request { client, sequence, .. } = request;
        match self.sessions.fate(client, sequence) {
            Fate::Unknown if incarnation != self.incarnation => {
                // It may be an old copy of a request that its client knows to have been aborted.
                let incarnation = self.incarnation;
                cx.send(client, Message::Restarted { sequence, incarnation });
            }
            Fate::Unknown => self.begin(request, cx),
            Fate::Committed(_) if self.bank.has(CommitBug::AmbiguousRetry) => {
                self.tell(client, sequence, Err(Refusal::Busy), cx);
            }
            Fate::Committed(ret) => self.tell(client, sequence, Ok(ret), cx),
            Fate::Aborted(refusal) => self.tell(client, sequence, Err(refusal), cx),
            Fate::Running | Fate::Superseded => {}
        }
    }

    /// Phase one: everyone who is needed is asked to prepare.
    fn begin(&mut self, request: Request, cx: &mut Context<'_, TwoPhaseCommit>) {
        let Request { client, sequence, op, again } = request;
        let Some(works) = self.placement.works(&op) else {
            self.sessions.aborted(client, sequence, Refusal::Declined);
            return self.tell(client, sequence, Err(Refusal::Declined), cx);
        };
        self.begun += 1;
        let txn = TxnId { incarnation: self.incarnation, number: self.begun };
        let age = *self.ages.get(&client).filter(|_| again).unwrap_or(&txn);
        self.ages.insert(client, age);
        let mut participants = Places::default();
        works.keys().for_each(|&place| participants.insert(place));
        self.sessions.running(client, sequence);
        let names = self.placement.names(participants).collect();
        cx.emit(Event::Begun { txn, client, sequence, participants: names });
        for (place, work) in works {
            if let Some(participant) = self.placement.name(place) {
                cx.send(participant, Message::Prepare { txn, age, work });
            }
        }
        let (purpose, since) = (Purpose::of(&op), cx.elapsed());
        let (yes, balances, deciding) = (Places::default(), Vec::new(), false);
        let running = Running { client, sequence, purpose, participants, yes, balances, since, deciding };
        self.running.insert(txn, running);
    }

    fn on_vote(&mut self, from: NodeId, txn: TxnId, vote: Vote, cx: &mut Context<'_, TwoPhaseCommit>) {
        let place = self.placement.place_of(from);
        let (Some(place), Some(running)) = (place, self.running.get_mut(&txn)) else {
            return;
        };
        if running.deciding || running.yes.contains(place) && matches!(vote, Vote::Yes(_)) {
            return;
        }
        match vote {
            Vote::No(refusal) => self.abort(txn, refusal, cx),
            Vote::Yes(balances) => {
                running.yes.insert(place);
                running.balances.extend(balances);
                if running.yes == running.participants {
                    self.decide_commit(txn, cx);
                }
            }
        }
    }

    /// The decision is the record: before it is on disk nobody may hear of it.
    fn decide_commit(&mut self, txn: TxnId, cx: &mut Context<'_, TwoPhaseCommit>) {
        let Some(running) = self.running.get_mut(&txn) else {
            return;
        };
        running.deciding = true;
        let Running { participants, client, sequence, purpose, .. } = *running;
        let record = Record::Commit { txn, participants, client, sequence, purpose };
        self.promise(record, Promise::Commit(txn));
        if self.bank.has(CommitBug::DecisionNotDurable) {
            self.commit(txn, cx);
        }
    }

    /// Phase two, for a transaction that has happened.
    fn commit(&mut self, txn: TxnId, cx: &mut Context<'_, TwoPhaseCommit>) {
        let Some(running) = self.running.remove(&txn) else {
            return;
        };
        cx.emit(Event::Decided { txn, decision: Decision::Commit, unanimous: true });
        let mut balances = running.balances;
        balances.sort_unstable();
        let ret = match running.purpose {
            Purpose::Transfer => BankRet::Transferred,
            Purpose::Read => BankRet::Balances(
                balances.iter().map(|&(account, balance)| (account, Some(balance))).collect(),
            ),
        };
        self.sessions.committed(running.client, running.sequence, ret.clone());
        self.tell(running.client, running.sequence, Ok(ret), cx);
        let committed = Committed { unacknowledged: running.participants, sent: cx.elapsed() };
        self.committed.insert(txn, committed);
        self.send_outcome(txn, running.participants, Decision::Commit, cx);
    }

    /// Phase two, for a transaction that has not happened: said once, then forgotten.
    fn abort(&mut self, txn: TxnId, refusal: Refusal, cx: &mut Context<'_, TwoPhaseCommit>) {
        let Some(running) = self.running.remove(&txn) else {
            return;
        };
        let unanimous = running.yes == running.participants;
        cx.emit(Event::Decided { txn, decision: Decision::Abort, unanimous });
        self.sessions.aborted(running.client, running.sequence, refusal);
        self.tell(running.client, running.sequence, Err(refusal), cx);
        self.send_outcome(txn, running.participants, Decision::Abort, cx);
    }

    fn on_acknowledged(&mut self, from: NodeId, txn: TxnId) {
        let place = self.placement.place_of(from);
        let (Some(place), Some(committed)) = (place, self.committed.get_mut(&txn)) else {
            return;
        };
        committed.unacknowledged.remove(place);
        if committed.unacknowledged.is_empty() || self.bank.has(CommitBug::ForgetEarly) {
            self.committed.remove(&txn);
            self.journal.append(&Record::End { txn }.words());
        }
    }

    fn on_inquiry(&mut self, from: NodeId, txn: TxnId, cx: &mut Context<'_, TwoPhaseCommit>) {
        let decision = if self.committed.contains_key(&txn) {
            Decision::Commit
        } else if self.is_undecided(txn) {
            return;
        } else {
            cx.emit(Event::Presumed { txn });
            Decision::Abort
        };
        cx.send(from, Message::Outcome { txn, decision });
    }

    /// Whether its outcome is not known yet. What is on the way to the disk is not.
    fn is_undecided(&self, txn: TxnId) -> bool {
        if self.bank.has(CommitBug::PresumeWhileDeciding) {
            return self.running.get(&txn).is_some_and(|running| !running.deciding);
        }
        self.running.contains_key(&txn)
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
                Promise::Commit(txn) => self.commit(txn, cx),
            }
        }
        if self.journal.flush(cx).is_err() {
            cx.set_timer(Timer::Disk, DISK_RETRY);
        }
        self.keep_ticking(cx);
    }

    fn take_part(&mut self, cx: &mut Context<'_, TwoPhaseCommit>) {
        self.ready = true;
        cx.emit(Event::Started);
        cx.point("coordinator recovered");
        let unfinished: Vec<_> = self.committed.iter().map(|(&txn, one)| (txn, one.unacknowledged)).collect();
        for &(txn, unacknowledged) in &unfinished {
            self.send_outcome(txn, unacknowledged, Decision::Commit, cx);
        }
    }

    fn promise(&mut self, record: Record, promise: Promise) {
        let position = self.journal.append(&record.words());
        self.waiting.push_back((position, promise));
    }

    fn send_outcome(&self, txn: TxnId, to: Places, decision: Decision, cx: &mut Context<'_, TwoPhaseCommit>) {
        for participant in self.placement.names(to) {
            cx.send(participant, Message::Outcome { txn, decision });
            cx.point("outcome sent");
        }
    }

    fn tell(
        &self,
        client: ClientId,
        sequence: Sequence,
        fate: Result<BankRet, Refusal>,
        cx: &mut Context<'_, TwoPhaseCommit>,
    ) {
        let decision = if fate.is_ok() { Decision::Commit } else { Decision::Abort };
        cx.emit(Event::Told { client, sequence, decision });
        cx.send(
            client,
            match fate {
                Ok(ret) => Message::Committed { sequence, ret },
                Err(refusal) => Message::Aborted { sequence, refusal },
            },
        );
    }
}
