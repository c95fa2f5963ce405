//! A probe: a system that does little else than notice what is done to it, and the plans it is run by.
//!
//! Every node ticks every ten milliseconds by its own clock. At each tick it says what its clocks show, pings
//! the others, and, if it is [`Probe::durable`], writes a record and syncs it. What nodes say is gathered by a
//! monitor, at true time.
#![allow(unreachable_pub, clippy::unwrap_used, reason = "tests")]

use std::fmt;
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use stormglass_core::prelude::*;
use stormglass_kernel::Kernel;
use stormglass_plan::engine::{Effect, Engine as _, Run, Tracing};
use stormglass_plan::fault::{Fault, Target};
use stormglass_plan::plan::{Plan, PlannedFault, PlannedOperation, Timeline};

pub const TICK: Duration = Duration::from_millis(10);
/// Bytes of one record on the disk.
pub const RECORD: usize = 8;
/// What a watchful probe writes: every record is the same, so that it knows what it should find.
pub const PATTERN: u64 = 0x5A5A_A5A5_1234_5678;

#[derive(Clone, Default, Debug)]
pub struct Probe {
    /// Whether each tick writes a record and syncs it.
    pub durable: bool,
    /// Whether nobody pings.
    pub silent: bool,
    /// How long a node works on each ping.
    pub work: Duration,
    /// Whether it looks closely: passes a point at each tick, reads its records back, and says what it finds.
    pub watchful: bool,
    /// How many destroyed copies it says it survives.
    pub survives: usize,
    /// Who calls itself leader.
    pub leader: Option<NodeId>,
    /// Where its monitors write down what nodes say.
    pub notes: Arc<Mutex<Vec<Noted>>>,
}

/// What a node said, when in true time, and who.
#[derive(Clone, Debug, PartialEq)]
pub struct Noted {
    pub at: Time,
    pub node: NodeId,
    pub note: Note,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Note {
    /// A boot, with so many whole records on the disk.
    Started {
        records: u64,
    },
    Ticked {
        tick: u64,
        wall: Time,
        elapsed: Time,
    },
    Heard {
        from: Address,
        tick: u64,
        sent: Time,
    },
    Synced {
        failed: bool,
    },
    /// The sync of this tick's record is complete.
    Kept {
        tick: u64,
    },
    /// The disk did not let it read.
    Unreadable,
    /// The disk did not let it write.
    Refused,
    /// So many bytes of its records are not as it wrote them.
    Damaged {
        bytes: u64,
    },
    /// A crash; the disk has kept so many records, holes not counted.
    Crashed {
        records: u64,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Message {
    Ping { tick: u64, sent: Time },
    Ask { request: u64 },
    Answer { request: u64, tick: u64 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    Tick,
    GiveUp,
}

/// Which tick is this node at?
#[derive(Clone, Debug, Hash, PartialEq, Serialize, Deserialize)]
pub struct Ask(pub NodeId);

#[derive(Clone, Debug, Hash, PartialEq, Serialize, Deserialize)]
pub struct Tick(pub u64);

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ask {}", self.0)
    }
}

impl fmt::Display for Tick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[derive(Clone, Debug)]
pub struct ProbeNode {
    me: NodeId,
    peers: Vec<NodeId>,
    probe: Probe,
    tick: u64,
    asked: Vec<(SyncId, u64)>,
}

#[derive(Clone, Debug)]
pub struct ProbeClient {
    request: u64,
    open: bool,
}

impl Node<Probe> for ProbeNode {
    fn on_start(&mut self, cx: &mut Context<'_, Probe>) {
        let mut records = 0;
        if self.probe.durable {
            let file = cx.disk().open("records").unwrap();
            cx.disk().sync_directory();
            records = cx.disk().len(file) / RECORD as u64;
            if self.probe.watchful {
                self.look(file, cx);
            }
        }
        cx.emit(Note::Started { records });
        cx.set_timer(Timer::Tick, TICK);
    }

    fn on_message(&mut self, from: Address, message: Message, cx: &mut Context<'_, Probe>) {
        match message {
            Message::Ping { tick, sent } => {
                cx.emit(Note::Heard { from, tick, sent });
                if !self.probe.work.is_zero() {
                    cx.work(self.probe.work);
                }
            }
            Message::Ask { request } => cx.send(from, Message::Answer { request, tick: self.tick }),
            Message::Answer { .. } => {}
        }
    }

    /// The order of effects: a note, a ping to each peer, a write, a sync, the timer.
    fn on_timer(&mut self, _timer: Timer, cx: &mut Context<'_, Probe>) {
        self.tick += 1;
        let sent = cx.elapsed();
        cx.emit(Note::Ticked { tick: self.tick, wall: cx.wall_clock(), elapsed: sent });
        if self.probe.watchful {
            cx.point("ticked");
        }
        if !self.probe.silent {
            for &peer in &self.peers {
                cx.send(peer, Message::Ping { tick: self.tick, sent });
            }
        }
        if self.probe.durable {
            let file = cx.disk().open("records").unwrap();
            let record = if self.probe.watchful { PATTERN } else { self.tick };
            match cx.disk().append(file, &record.to_le_bytes()) {
                Ok(_) => {
                    let sync = cx.disk().sync(file);
                    self.asked.push((sync, self.tick));
                }
                Err(_) => cx.emit(Note::Refused),
            }
            if self.probe.watchful {
                self.look(file, cx);
            }
        }
        cx.set_timer(Timer::Tick, TICK);
    }

    fn on_synced(&mut self, sync: SyncId, result: Result<(), DiskError>, cx: &mut Context<'_, Probe>) {
        cx.emit(Note::Synced { failed: result.is_err() });
        if let Some(&(_, tick)) = self.asked.iter().find(|(asked, _)| self.probe.watchful && *asked == sync) {
            cx.emit(Note::Kept { tick });
        }
    }

    fn role(&self) -> Role {
        match self.probe.leader {
            Some(leader) if leader == self.me => Role::LEADER,
            Some(_) => Role::FOLLOWER,
            None => Role::MEMBER,
        }
    }
}

impl ProbeNode {
    /// Reads the records back and says what is wrong with them.
    fn look(&self, file: FileId, cx: &mut Context<'_, Probe>) {
        let wrong = match cx.disk().read(file) {
            Ok(content) => {
                let right = PATTERN.to_le_bytes();
                content.iter().zip(right.iter().cycle()).filter(|(is, was)| is != was).count()
            }
            Err(_) => return cx.emit(Note::Unreadable),
        };
        if wrong > 0 {
            cx.emit(Note::Damaged { bytes: wrong as u64 });
        }
    }
}

impl Client<Probe> for ProbeClient {
    fn on_invoke(&mut self, op: Ask, cx: &mut Context<'_, Probe>) {
        self.request += 1;
        self.open = true;
        cx.send(op.0, Message::Ask { request: self.request });
        cx.set_timer(Timer::GiveUp, Duration::from_millis(100));
    }

    fn on_message(&mut self, _from: Address, message: Message, cx: &mut Context<'_, Probe>) {
        if let Message::Answer { request, tick } = message
            && self.open
            && request == self.request
        {
            self.open = false;
            cx.cancel_timer(Timer::GiveUp);
            cx.complete(Outcome::Ok(Tick(tick)));
        }
    }

    fn on_timer(&mut self, _timer: Timer, cx: &mut Context<'_, Probe>) {
        self.open = false;
        cx.complete(Outcome::Info("no answer".into()));
    }
}

impl System for Probe {
    const NAME: &'static str = "probe";
    type Node = ProbeNode;
    type Client = ProbeClient;
    type Message = Message;
    type Timer = Timer;
    type Event = Note;
    type Op = Ask;
    type Ret = Tick;

    fn node(&self, id: NodeId, cluster: &Cluster) -> ProbeNode {
        ProbeNode {
            me: id,
            peers: cluster.peers(id).collect(),
            probe: self.clone(),
            tick: 0,
            asked: Vec::new(),
        }
    }

    fn client(&self, _id: ClientId, _cluster: &Cluster) -> ProbeClient {
        ProbeClient { request: 0, open: false }
    }

    fn survives(&self, _nodes: usize) -> usize {
        self.survives
    }

    fn monitors(&self) -> Vec<Box<dyn Monitor<Probe>>> {
        vec![Box::new(Listener { notes: self.notes.clone() })]
    }
}

/// Writes down what nodes say, and what disks hold after a crash.
#[derive(Clone)]
struct Listener {
    notes: Arc<Mutex<Vec<Noted>>>,
}

impl Listener {
    fn note(&self, at: Time, node: NodeId, note: Note) -> Verdict {
        self.notes.lock().unwrap().push(Noted { at, node, note });
        Verdict::Ok
    }
}

impl Monitor<Probe> for Listener {
    fn name(&self) -> &'static str {
        "listener"
    }
    fn on_event(&mut self, at: Time, node: NodeId, note: &Note, _world: &dyn View<Probe>) -> Verdict {
        self.note(at, node, note.clone())
    }
    fn on_crash(&mut self, at: Time, node: NodeId, world: &dyn View<Probe>) -> Verdict {
        assert!(world.node(node).is_none(), "nothing of a crashed node is left in memory");
        let content = world.disk(node).cached("records").unwrap_or_default();
        let records =
            content.chunks_exact(RECORD).filter(|record| record.iter().any(|&byte| byte != 0)).count();
        self.note(at, node, Note::Crashed { records: records as u64 })
    }
}

/// What came of a run.
pub struct Seen {
    pub notes: Vec<Noted>,
    pub run: Run<Ask, Tick>,
}

impl Seen {
    /// What `node` said in `from..until` milliseconds.
    pub fn of(&self, node: u32, from: u64, until: u64) -> Vec<Note> {
        let within =
            |noted: &&Noted| noted.node == NodeId(node) && noted.at >= ms(from) && noted.at < ms(until);
        self.notes.iter().filter(within).map(|noted| noted.note.clone()).collect()
    }

    /// The pings that `to` heard of `from`, of those sent in `since..until` milliseconds: tick, sent, heard.
    pub fn pings(&self, from: u32, to: u32, since: u64, until: u64) -> Vec<(u64, Time, Time)> {
        let heard = |noted: &Noted| match noted.note {
            Note::Heard { from: sender, tick, sent }
                if noted.node == NodeId(to)
                    && sender == Address::Node(NodeId(from))
                    && sent >= ms(since)
                    && sent < ms(until) =>
            {
                Some((tick, sent, noted.at))
            }
            _ => None,
        };
        self.notes.iter().filter_map(heard).collect()
    }

    /// When `node` ticked, in `from..until` milliseconds.
    pub fn ticks(&self, node: u32, from: u64, until: u64) -> usize {
        self.of(node, from, until).iter().filter(|note| matches!(note, Note::Ticked { .. })).count()
    }

    /// What the plan's fault at `place` did.
    pub fn effect(&self, place: usize) -> Effect {
        self.run.strikes.iter().find(|strike| strike.fault == place).unwrap().effect
    }

    /// When `node` said things like this, in milliseconds.
    pub fn when(&self, node: u32, like: impl Fn(&Note) -> bool) -> Vec<u64> {
        let said = self.notes.iter().filter(|noted| noted.node == NodeId(node) && like(&noted.note));
        said.map(|noted| noted.at.since(Time::ZERO).as_millis()).collect()
    }

    /// On whom the plan's fault at `place` fell.
    pub fn struck(&self, place: usize) -> Vec<usize> {
        self.run
            .strikes
            .iter()
            .filter(|strike| strike.fault == place)
            .flat_map(|strike| strike.on.clone())
            .collect()
    }
}

pub fn ms(millis: u64) -> Time {
    Time::ZERO + Duration::from_millis(millis)
}

pub fn nodes(ids: &[u32]) -> Target {
    Target::Nodes(ids.iter().copied().map(NodeId).collect())
}

/// A plan for nodes `n1` to `n{nodes}`: faults of `(strikes, ends, what)` in milliseconds, chaos until 2 s, heal
/// at 2.5 s, the end at 3 s.
pub fn plan(nodes: u32, faults: impl IntoIterator<Item = (u64, u64, Fault)>) -> Plan<Ask> {
    let planned =
        |(id, (at, until, inject))| PlannedFault { id, at: ms(at), until: ms(until), operations: 0, inject };
    Plan {
        timeline: Timeline {
            warm_up: ms(0),
            chaos: ms(2_000),
            heal: ms(2_500),
            settle: ms(2_800),
            end: ms(3_000),
        },
        faults: (0..).zip(faults).map(planned).collect(),
        ..Plan::quiet("probe", Cluster::dense(nodes, 0), Duration::from_secs(3), Seed(7))
    }
}

/// The plan with clients who ask `(milliseconds, client, node)`.
pub fn asking(clients: u32, asks: &[(u64, u32, u32)], plan: Plan<Ask>) -> Plan<Ask> {
    let planned = |(id, &(at, client, node))| PlannedOperation {
        id,
        at: ms(at),
        client: ClientId(client),
        op: Ask(NodeId(node)),
    };
    let cluster = Cluster::new(plan.cluster.nodes().iter().copied(), clients);
    Plan { cluster, operations: (0..).zip(asks).map(planned).collect(), ..plan }
}

pub fn run(probe: &Probe, plan: Plan<Ask>) -> Seen {
    run_traced(probe, plan, Tracing::Off)
}

pub fn run_traced(probe: &Probe, plan: Plan<Ask>, tracing: Tracing) -> Seen {
    let probe = Probe { notes: Arc::default(), ..probe.clone() };
    let run = Kernel.run(&probe, &Arc::new(plan), tracing);
    let notes = std::mem::take(&mut *probe.notes.lock().unwrap());
    Seen { notes, run }
}
