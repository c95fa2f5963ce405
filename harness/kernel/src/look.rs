//! A look into the world between two events: what each member holds, and what is on its way to it.
//!
//! For people who replay a failure. It changes nothing, and is made of text: the world's types stay its own.

use stormglass_core::clock::LocalClock;
use stormglass_core::id::Address;
use stormglass_core::system::{Node as _, Role, System};
use stormglass_core::time::Time;

use crate::host::{Gate, Input};
use crate::world::{Event, World};

/// One member of the cluster at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Who.
    pub whom: Address,
    /// How a node stands; a client plays no part.
    pub role: Option<Role>,
    /// Whether it takes what comes.
    pub standing: Standing,
    /// The state machine as its `Debug` says it, on many lines; none while the machine is down.
    pub state: Option<String>,
    /// The operation that a client waits for, and since when.
    pub open: Option<(Time, String)>,
    /// What has arrived and waits, in order of arrival.
    pub inbox: Vec<String>,
    /// What is on its way: when it will arrive if nothing befalls it, and what.
    pub coming: Vec<(Time, String)>,
    /// What faults hold back on its way.
    pub held: Vec<String>,
    /// Its timers, and when they run out in true time.
    pub timers: Vec<(Time, String)>,
    /// What its monotonic clock shows.
    pub monotonic: Time,
    /// What its wall clock shows.
    pub wall: Time,
    /// The files of its disk.
    pub files: Vec<FileLook>,
}

/// Whether a member takes what comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// At once.
    Awake,
    /// Later: it is paused, or at work.
    Still,
    /// Not at all.
    Down,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileLook {
    /// Its name.
    pub name: String,
    /// Bytes that a reader sees.
    pub cached: usize,
    /// Bytes that a crash would leave for certain; none if the name itself would go.
    pub durable: Option<usize>,
}

impl<S: System> World<S> {
    /// How one member stands now; `None` if nobody has this address.
    #[must_use]
    pub fn look(&self, whom: Address) -> Option<Look> {
        let place = self.plan.cluster.index_of(whom)?;
        let host = &self.hosts[place];
        let client = place.checked_sub(self.nodes.len()).map(|place| &self.clients[place]);
        let open = client.and_then(|client| client.open).map(|id| {
            let operation = self.history.operation(id);
            (operation.invoked.at, operation.op.to_string())
        });
        let file = |name: &str| FileLook {
            name: name.to_owned(),
            cached: host.disk.cached(name).map_or(0, <[u8]>::len),
            durable: host.disk.durable(name).map(<[u8]>::len),
        };
        Some(Look {
            whom,
            role: self.role(whom),
            standing: match self.gates[place] {
                Gate::Open => Standing::Awake,
                Gate::Shut => Standing::Still,
                Gate::Down => Standing::Down,
            },
            state: self.state(whom),
            open,
            inbox: host.inbox.iter().map(|(_, input)| said(input)).collect(),
            coming: self.coming(place as u32),
            held: self.held_for(place as u32),
            timers: self.timers[place].armed().map(|(timer, due)| (due, format!("{timer:?}"))).collect(),
            monotonic: host.clock.elapsed(self.now),
            wall: host.clock.wall(self.now),
            files: host.disk.names().map(file).collect(),
        })
    }

    /// The part that a node plays now; `None` while it is down, and of clients.
    #[must_use]
    pub fn role(&self, whom: Address) -> Option<Role> {
        self.nodes.get(self.plan.cluster.index_of(whom)?)?.as_ref().map(S::Node::role)
    }

    /// A member's state machine as its `Debug` says it, on many lines; `None` while the machine is down.
    #[must_use]
    pub fn state(&self, whom: Address) -> Option<String> {
        let place = self.plan.cluster.index_of(whom)?;
        match place.checked_sub(self.nodes.len()) {
            None => self.nodes[place].as_ref().map(|node| format!("{node:#?}")),
            Some(place) => Some(format!("{:#?}", self.clients[place].client)),
        }
    }

    /// The clocks of a member's machine; `None` if nobody has this address.
    #[must_use]
    pub fn clock(&self, whom: Address) -> Option<LocalClock> {
        Some(self.hosts[self.plan.cluster.index_of(whom)?].clock)
    }

    /// Messages in flight to a host, in order of arrival.
    fn coming(&self, host: u32) -> Vec<(Time, String)> {
        let mut coming: Vec<_> = self
            .queue
            .iter()
            .filter_map(|(key, event)| match event {
                Event::Deliver { to, from, message } if *to == host => Some((key, from, message)),
                _ => None,
            })
            .collect();
        coming.sort_by_key(|&(key, ..)| key);
        coming
            .into_iter()
            .map(|(key, from, message)| (key.at(), format!("{message:?} from {from}")))
            .collect()
    }
}

fn said<S: System>(input: &Input<S>) -> String {
    match input {
        Input::Start => "its start".to_owned(),
        Input::Message { from, message } => format!("{message:?} from {from}"),
        Input::Timer(timer, _) => format!("timer {timer:?}"),
        Input::Synced(_, result) => format!("a sync: {result:?}"),
        Input::Invoke(op) => format!("to ask {op}"),
    }
}
