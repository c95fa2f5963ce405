//! One node by hand: what it says and sends, step by step.

use stormglass_core::disk::{CrashLoss, SyncFate};
use stormglass_core::op::bank::BankOp;
use stormglass_core::prelude::*;

use super::event::Event;
use super::message::{Message, Timer};
use super::node::CommitNode;
use super::types::{Change, Decision, Sequence, TxnId, Vote, Work};
use super::{Settings, TwoPhaseCommit};

const TXN: TxnId = TxnId { incarnation: 1, number: 1 };
const COORDINATOR: NodeId = NodeId(1);

/// A node, its disk, and the time.
struct Hand {
    bank: TwoPhaseCommit,
    id: NodeId,
    node: CommitNode,
    disk: Disk,
    now: Time,
    syncing: Vec<SyncId>,
}

impl Hand {
    fn new(id: u32, bug: Option<&str>) -> Hand {
        let mut bank = TwoPhaseCommit::new(Settings::default()).unwrap();
        assert!(bug.is_none_or(|bug| bank.plant(bug)));
        let (id, disk, now) = (NodeId(id), Disk::new(), Time::ZERO);
        let node = bank.node(id, &Cluster::dense(3, 1));
        let mut hand = Hand { bank, id, node, disk, now, syncing: Vec::new() };
        let _ = hand.step(Node::on_start);
        let _ = hand.sync();
        hand
    }

    fn step(
        &mut self,
        input: impl FnOnce(&mut CommitNode, &mut Context<'_, TwoPhaseCommit>),
    ) -> Vec<Effect<TwoPhaseCommit>> {
        let (clock, mut effects) = (LocalClock::new(), Vec::new());
        let draws = Draws::new(CausalId::root(Seed(1), Purpose::Node), Purpose::Node);
        input(&mut self.node, &mut Context::new(self.now, &clock, draws, &mut self.disk, &mut effects));
        for effect in &effects {
            if let Effect::Sync { sync } = effect {
                self.syncing.push(*sync);
            }
        }
        effects
    }

    /// Everything that is being synced is on disk now, and whatever follows from that.
    fn sync(&mut self) -> Vec<Effect<TwoPhaseCommit>> {
        let mut effects = Vec::new();
        while let Some(sync) = self.syncing.pop() {
            let result = self.disk.finish_sync(sync, SyncFate::Durable).unwrap();
            effects.extend(self.step(|node, cx| node.on_synced(sync, result, cx)));
        }
        effects
    }

    fn receive(&mut self, from: impl Into<Address>, message: Message) -> Vec<Effect<TwoPhaseCommit>> {
        let from = from.into();
        self.step(|node, cx| node.on_message(from, message, cx))
    }

    /// Time goes by, and the node looks at its clock.
    fn wait(&mut self, span: Duration) -> Vec<Effect<TwoPhaseCommit>> {
        self.now += span;
        self.step(|node, cx| node.on_timer(Timer::Tick, cx))
    }

    /// The power fails and comes back; nothing un-synced is left.
    fn lose_power(&mut self) -> Vec<Effect<TwoPhaseCommit>> {
        let mut draws = Draws::new(CausalId::root(Seed(2), Purpose::Disk), Purpose::Disk);
        let _ = self.disk.crash(CrashLoss::Everything, &mut draws);
        self.syncing.clear();
        self.node = self.bank.node(self.id, &Cluster::dense(3, 1));
        let _ = self.step(Node::on_start);
        self.sync()
    }
}

fn sent(effects: &[Effect<TwoPhaseCommit>]) -> Vec<Message> {
    let message = |effect: &Effect<TwoPhaseCommit>| match effect {
        Effect::Send { message, .. } => Some(message.clone()),
        _ => None,
    };
    effects.iter().filter_map(message).collect()
}

fn said(effects: &[Effect<TwoPhaseCommit>], event: &Event) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Emit(said) if said == event))
}

fn prepare() -> Message {
    Message::Prepare { txn: TXN, age: TXN, work: Work::Move(Change { account: 0, by: -5 }, None) }
}

const YES: Vote = Vote::Yes(Vec::new());

/// A vote leaves only when its record is on disk; with the planted bug it leaves at once.
#[test]
fn a_vote_waits_for_the_disk() {
    let mut hand = Hand::new(2, None);
    assert_eq!(sent(&hand.receive(COORDINATOR, prepare())), []);
    assert_eq!(sent(&hand.sync()), [Message::Voted { txn: TXN, vote: YES }]);
    let mut wrong = Hand::new(2, Some("prepare-not-durable"));
    assert_eq!(sent(&wrong.receive(COORDINATOR, prepare())), [Message::Voted { txn: TXN, vote: YES }]);
}

/// Who has voted yes and hears nothing asks, says that it is blocked and for whom it waits, and decides nothing: not in an
/// hour, and not when it comes back from a power failure.
#[test]
fn who_is_uncertain_is_blocked_and_says_so() {
    let mut hand = Hand::new(2, None);
    let _ = hand.receive(COORDINATOR, prepare());
    let _ = hand.sync();
    let mut blocked = false;
    for _ in 0..100 {
        let effects = hand.wait(Duration::from_secs(36));
        assert_eq!(sent(&effects), [Message::Inquire { txn: TXN }]);
        blocked |= said(&effects, &Event::Blocked { txn: TXN });
    }
    assert!(blocked);
    let awaited = hand.node.awaits().unwrap();
    assert_eq!(awaited.what, "n1's decision on t1.1, having voted yes: it is blocked");
    assert_eq!(sent(&hand.lose_power()), [Message::Inquire { txn: TXN }]);
    let other = TxnId { number: 2, ..TXN };
    let work = Work::Move(Change { account: 0, by: 1 }, None);
    let second = hand.receive(COORDINATOR, Message::Prepare { txn: other, age: other, work });
    assert!(matches!(sent(&second)[..], [Message::Voted { vote: Vote::No(_), .. }]), "it is still locked");
    let _ = hand.receive(COORDINATOR, Message::Outcome { txn: TXN, decision: Decision::Commit });
    assert!(said(&hand.sync(), &Event::Decided { txn: TXN, decision: Decision::Commit, unanimous: false }));
    assert_eq!(hand.node.awaits(), None);
}

/// An acknowledgement of a commit waits for its record, also that of a second copy.
#[test]
fn an_acknowledgement_waits_for_the_disk() {
    let mut hand = Hand::new(2, None);
    let _ = hand.receive(COORDINATOR, prepare());
    let _ = hand.sync();
    for _ in 0..2 {
        let commit = Message::Outcome { txn: TXN, decision: Decision::Commit };
        assert_eq!(sent(&hand.receive(COORDINATOR, commit)), []);
    }
    let acknowledged = Message::Acknowledged { txn: TXN };
    assert_eq!(sent(&hand.sync()), [acknowledged.clone(), acknowledged]);
}

/// A coordinator that knows nothing of a transaction presumes that it was aborted; one whose commit is on disk says so,
/// also after a power failure, until everyone has acknowledged it.
#[test]
fn what_is_forgotten_was_aborted() {
    let mut hand = Hand::new(1, None);
    let (op, client) = (BankOp::Transfer { from: 0, to: 1, amount: 5 }, ClientId(0));
    let inquire = Message::Inquire { txn: TXN };
    let outcome = |decision| vec![Message::Outcome { txn: TXN, decision }];
    assert_eq!(sent(&hand.receive(NodeId(2), inquire.clone())), outcome(Decision::Abort));
    let request = Message::Request { sequence: Sequence(1), incarnation: 1, op, again: false };
    assert_eq!(sent(&hand.receive(client, request)).len(), 2);
    assert_eq!(sent(&hand.receive(NodeId(2), Message::Voted { txn: TXN, vote: YES })), []);
    assert_eq!(sent(&hand.receive(NodeId(3), Message::Voted { txn: TXN, vote: YES })), []);
    assert_eq!(sent(&hand.receive(NodeId(2), inquire.clone())), [], "it is being decided");
    assert_eq!(sent(&hand.sync()).len(), 3, "the client and both participants hear of the commit");
    assert_eq!(sent(&hand.lose_power()).len(), 2, "both participants hear again");
    for participant in [2, 3] {
        assert_eq!(sent(&hand.receive(NodeId(2), inquire.clone())), outcome(Decision::Commit));
        let _ = hand.receive(NodeId(participant), Message::Acknowledged { txn: TXN });
    }
    assert_eq!(sent(&hand.receive(NodeId(2), inquire)), outcome(Decision::Abort));
}
