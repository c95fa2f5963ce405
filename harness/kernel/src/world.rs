//! The world: one queue, one clock, one thread, as a plain value.
//!
//! [`World::step`] takes the next event, moves the clock to it and lets it happen. Cloning a world clones its
//! whole future: both copies go on identically. The world keeps no trace unless asked for, and always a digest.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::sync::Arc;

use stormglass_check::availability::{Down, Leadership};
use stormglass_core::cluster::Cluster;
use stormglass_core::context::Effect;
use stormglass_core::disk::{Disk, SyncId};
use stormglass_core::history::History;
use stormglass_core::id::{Address, NodeId};
use stormglass_core::monitor::View;
use stormglass_core::random::{CausalId, Purpose, mix};
use stormglass_core::system::{Role, System};
use stormglass_core::time::Time;
use stormglass_core::trace::{Logs, Record};
use stormglass_plan::engine::{Beyond, Digest, Stats, Strike, Tracing};
use stormglass_plan::plan::Plan;

use crate::afoot::{Afoot, Reset};
use crate::held::Held;
use crate::host::{ClientState, Gate, Host, Notice};
use crate::network::Network;
use crate::origins::Origins;
use crate::queue::{Key, Queue};
use crate::record::Notebook;
use crate::stage::Parcel;
use crate::timers::Timers;

/// A running system and everything around it.
#[derive(Clone)]
pub struct World<S: System> {
    pub(crate) system: S,
    pub(crate) plan: Arc<Plan<S::Op>>,
    pub(crate) now: Time,
    /// Changes all chances from now on, if it is not 0.
    pub(crate) salt: u64,
    pub(crate) queue: Queue<Event<S>>,
    /// By place in the cluster: nodes first, then clients.
    pub(crate) gates: Vec<Gate>,
    pub(crate) timers: Vec<Timers<S::Timer>>,
    pub(crate) hosts: Vec<Host<S>>,
    /// By place; nobody while the machine is down.
    pub(crate) nodes: Vec<Option<S::Node>>,
    /// Behind the nodes, by place less the number of nodes.
    pub(crate) clients: Vec<ClientState<S>>,
    pub(crate) network: Network,
    pub(crate) history: History<S::Op, S::Ret>,
    pub(crate) processes: u64,
    /// What monitors should hear of the last step.
    pub(crate) notices: Vec<Notice<S>>,
    /// The node whose message the present step of a client is about.
    pub(crate) sender: Option<NodeId>,
    pub(crate) digest: u64,
    pub(crate) stats: Stats,
    /// Whether any clock has ever changed its pace: until then a local span is a true one, and no clock needs to
    /// be looked at to set a timer.
    pub(crate) drifted: bool,
    /// How many hosts have a fuse, so that a step need not look for one.
    pub(crate) fuses: u32,
    /// Which strike each of the plan's faults that is in force is, by place in the plan.
    pub(crate) struck: Vec<Option<usize>>,
    /// Every strike so far, in order.
    pub(crate) strikes: Vec<Strike>,
    /// Messages that faults hold back, in the order in which they were sent.
    pub(crate) held: Vec<Held<S>>,
    /// Whether messages are encoded on their way.
    pub(crate) wired: bool,
    /// Messages that something else than the queue carries, if anything does: what has left and was not taken yet.
    pub(crate) leaving: Option<Vec<Parcel>>,
    /// And what of it nobody has heard yet, if the plan may take it back.
    pub(crate) afoot: Option<Afoot>,
    /// Whether nodes are programs that act of their own will, in many small steps.
    pub(crate) programs: bool,
    /// Resets that whoever carries a program's bytes has not carried out yet.
    pub(crate) resets: Vec<Reset>,
    /// The places of nodes whose copy a fault may have destroyed.
    pub(crate) damaged: BTreeSet<usize>,
    pub(crate) beyond_budget: Option<Beyond>,
    pub(crate) downs: Vec<Down>,
    pub(crate) leadership: Vec<Leadership>,
    /// The part each node played when it last said something, by place.
    pub(crate) parts: Vec<Role>,
    pub(crate) trace: Option<Notebook>,
    /// Whether the faults that have not struck yet never will.
    pub(crate) calm: bool,
    /// What made the events that are still to come, as far as their records are to say it; empty without a trace.
    pub(crate) origins: Origins<S::Timer>,
    /// Kept between steps for its allocation alone; empty at every step's end.
    pub(crate) effects: Vec<Effect<S>>,
}

/// What waits in the queue.
#[derive(Clone)]
pub(crate) enum Event<S: System> {
    Deliver { to: u32, from: Address, message: S::Message },
    Timer { host: u32, timer: S::Timer },
    Deed(Deed),
}

/// All that happens but messages and timers. Apart, so that their road is short.
#[derive(Clone, Copy)]
pub(crate) enum Deed {
    SyncDone {
        host: u32,
        sync: SyncId,
    },
    Boot {
        host: u32,
    },
    Restart {
        host: u32,
    },
    /// The host may have come to the end of its work.
    Wake {
        host: u32,
    },
    /// The plan's operation at this place is due.
    Operation {
        place: u32,
    },
    /// A client has become free for an operation that waits.
    Free {
        host: u32,
    },
    Strike {
        place: u32,
    },
    Lift {
        place: u32,
    },
    /// The flapping fault at this place cuts off, or lets through again.
    Flap {
        place: u32,
        turn: u32,
    },
    /// A rolling restart has come to this host.
    Roll {
        place: u32,
        host: u32,
    },
    /// The fault at this place lets the host up, though it is still in force.
    Revive {
        place: u32,
        host: u32,
    },
    /// What stood here was lost on the way.
    Nothing,
    Heal,
}

impl<S: System> World<S> {
    /// The world at time zero: everybody is about to boot, nothing has happened.
    ///
    /// # Panics
    /// If the plan contradicts itself; `Plan::validate` says so without panicking.
    #[must_use]
    pub fn new(system: S, plan: Arc<Plan<S::Op>>, tracing: Tracing) -> World<S> {
        let cluster = &plan.cluster;
        let hosts = cluster.len();
        let mut queue = Queue::for_hosts(hosts);
        let boot = CausalId::root(plan.seed, Purpose::Lifecycle);
        for host in 0..hosts as u32 {
            let id = boot.child(key_of(cluster.address_at(host as usize)));
            queue.push(Key::new(Time::ZERO, id), Event::Deed(Deed::Boot { host }));
        }
        queue.push(Key::new(plan.timeline.heal, boot.child(u64::MAX - 1)), Event::Deed(Deed::Heal));
        let nemesis = CausalId::root(plan.seed, Purpose::Nemesis);
        for (place, fault) in plan.faults.iter().enumerate() {
            let id = nemesis.child(fault.id);
            queue.push(Key::new(fault.at, id), Event::Deed(Deed::Strike { place: place as u32 }));
            queue.push(Key::new(fault.until, id.child(0)), Event::Deed(Deed::Lift { place: place as u32 }));
        }
        let client = |id| ClientState::new(id, system.client(id, cluster));
        let mut world = World {
            now: Time::ZERO,
            salt: 0,
            queue,
            gates: vec![Gate::Open; hosts],
            timers: (0..hosts).map(|_| Timers::new()).collect(),
            hosts: (0..hosts).map(|_| Host::new()).collect(),
            nodes: cluster.nodes().iter().map(|&id| Some(system.node(id, cluster))).collect(),
            clients: cluster.clients().map(client).collect(),
            network: Network::new(&plan.network, plan.topology.as_ref(), cluster),
            history: History::new(),
            processes: cluster.clients().count() as u64,
            notices: Vec::new(),
            sender: None,
            digest: mix(plan.seed.0, hosts as u64),
            stats: Stats::default(),
            drifted: false,
            fuses: 0,
            struck: vec![None; plan.faults.len()],
            strikes: Vec::new(),
            held: Vec::new(),
            wired: plan.wire,
            leaving: None,
            afoot: None,
            programs: false,
            resets: Vec::new(),
            damaged: BTreeSet::new(),
            beyond_budget: None,
            downs: Vec::new(),
            leadership: Vec::new(),
            parts: vec![Role::MEMBER; cluster.nodes().len()],
            trace: Notebook::new(tracing),
            calm: false,
            origins: Origins::default(),
            effects: Vec::new(),
            system,
            plan,
        };
        world.schedule_operation(0);
        world
    }

    /// Lets the next event happen, if there is one until `limit`; `false` if there is none.
    #[inline]
    pub fn step(&mut self, limit: Time) -> bool {
        if !self.notices.is_empty() {
            self.notices.clear();
        }
        let (nodes, timers) = (&self.nodes, &self.timers);
        let Some((key, event)) = self.queue.pop_foreseeing(limit, |event| foresee(event, nodes, timers))
        else {
            return false;
        };
        self.now = key.at();
        self.happen(key, event);
        true
    }

    /// Lets an event happen now.
    #[inline(always)]
    pub(crate) fn happen(&mut self, key: Key, event: Event<S>) {
        let id = self.salted(key.id());
        match event {
            Event::Deliver { to, from, message } => self.deliver(to, from, message, id),
            Event::Timer { host, timer } => self.timer_up(host, timer, key),
            Event::Deed(deed) => self.deed(deed, id),
        }
        if !self.notices.is_empty() {
            self.note_leadership();
        }
    }

    #[inline(never)]
    fn deed(&mut self, deed: Deed, id: CausalId) {
        match deed {
            Deed::SyncDone { host, sync } => self.sync_done(host, sync, id),
            Deed::Boot { host } => self.boot(host, id),
            Deed::Restart { host } => self.restart(host, id),
            Deed::Wake { host } => self.catch_up(host, id),
            Deed::Operation { place } => self.operation_due(place),
            Deed::Free { host } => self.begin_next(host),
            Deed::Strike { .. } if self.calm => {}
            Deed::Strike { place } => self.strike(place as usize, id),
            Deed::Lift { place } => self.lift(place as usize, id),
            Deed::Flap { place, turn } => self.flap(place as usize, turn),
            Deed::Roll { place, host } => self.roll(place as usize, host, id),
            Deed::Revive { place, host } => self.revive(place as usize, host, id),
            Deed::Nothing => {}
            Deed::Heal => self.heal(id),
        }
    }

    /// Lets everything happen that is due by `limit`, and moves the clock there.
    pub fn run_until(&mut self, limit: Time) {
        while self.step(limit) {}
        self.now = self.now.max(limit);
    }

    /// What has been traced since this was asked last; nothing if the world keeps no trace.
    pub fn take_records(&mut self) -> Vec<Record> {
        self.trace.as_mut().map(Notebook::take).unwrap_or_default()
    }

    /// From now on a trace of every event is kept; what was traced so far is forgotten.
    pub fn trace(&mut self) {
        self.trace = Notebook::new(Tracing::On);
    }

    /// Writes down what is logged as well, if the world keeps a trace.
    pub fn listen(&mut self, logs: Arc<dyn Logs>) {
        if let Some(notebook) = &mut self.trace {
            notebook.logs = Some(logs);
        }
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Time {
        self.now
    }

    /// What the clients have seen so far.
    #[must_use]
    pub fn history(&self) -> &History<S::Op, S::Ret> {
        &self.history
    }

    /// Every fault that has struck so far, in order.
    #[must_use]
    pub fn strikes(&self) -> &[Strike] {
        &self.strikes
    }

    /// The rolling hash over all events so far.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest(self.digest)
    }

    /// What has happened how often so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        Stats { ended: self.now, ..self.stats }
    }

    pub(crate) fn host(&mut self, host: u32) -> &mut Host<S> {
        &mut self.hosts[host as usize]
    }

    /// The cause of what an event brings about: the event itself, or in a forked world something of its own.
    #[inline(always)]
    pub(crate) fn salted(&self, id: CausalId) -> CausalId {
        if self.salt == 0 { id } else { CausalId::from_u64(mix(id.as_u64(), self.salt)) }
    }

    /// From now on every chance is another one, while all that has been settled stays as it is.
    ///
    /// # Panics
    /// If the salt is 0, which stands for no other chances.
    pub fn fork(&mut self, salt: u64) {
        assert_ne!(salt, 0, "a fork without salt is no fork");
        self.salt = salt;
    }

    /// From now on no fault strikes any more; those in force go on until they end.
    pub const fn calm(&mut self) {
        self.calm = true;
    }

    /// The cause of what befalls one member of several. It is keyed by the member's name, not by its place: one member
    /// less shifts no other's chances.
    pub(crate) fn child_for(&self, id: CausalId, host: usize) -> CausalId {
        id.child(key_of(self.address(host as u32)))
    }

    pub(crate) fn address(&self, host: u32) -> Address {
        self.plan.cluster.address_at(host as usize)
    }
}

impl<S: System> View<S> for World<S> {
    fn cluster(&self) -> &Cluster {
        &self.plan.cluster
    }

    fn node(&self, id: NodeId) -> Option<&S::Node> {
        self.nodes[self.plan.cluster.index_of(id.into())?].as_ref()
    }

    fn disk(&self, id: NodeId) -> &Disk {
        let place = self.plan.cluster.index_of(id.into()).expect("only members of the cluster have disks");
        &self.hosts[place].disk
    }
}

/// A number that is a member's own, whoever else takes part.
pub(crate) const fn key_of(address: Address) -> u64 {
    match address {
        Address::Node(id) => id.0 as u64,
        Address::Client(id) => (1 << 32) + id.0 as u64,
    }
}

/// Reads what an event will read first, so that it is near when the event happens. The answers are of no use,
/// which the compiler must not see.
fn foresee<S: System>(event: &Event<S>, nodes: &[Option<S::Node>], timers: &[Timers<S::Timer>]) {
    let (Event::Deliver { to: host, .. } | Event::Timer { host, .. }) = event else { return };
    black_box(nodes.get(*host as usize).is_some_and(Option::is_some));
    if let Event::Timer { .. } = event {
        black_box(timers[*host as usize].first());
    }
}
