//! The contract of Stormglass: what a distributed system must look like to be run in a storm, and the few
//! values that everything else passes around.
//!
//! A system is a set of *sans-IO* state machines. It implements [`System`](system::System), which names its
//! types; [`Node`](system::Node), which reacts to messages, timers and completed syncs; and
//! [`Client`](system::Client), which turns the workload's operations into messages and answers into outcomes.
//! All a step may do goes through its [`Context`](context::Context).
//!
//! # A whole system: ping-pong
//!
//! ```
//! use std::fmt;
//! use serde::{Deserialize, Serialize};
//! use stormglass_core::prelude::*;
//!
//! /// One server counts the pings it has answered. The value holds the settings; here there is one.
//! #[derive(Clone, Serialize, Deserialize, Debug)]
//! struct PingPong { patience: Duration }
//!
//! #[derive(Clone, Debug, Serialize, Deserialize)]
//! enum Message { Ping { request: u64 }, Pong { request: u64, count: u64 } }
//!
//! /// What clients ask for …
//! #[derive(Clone, Debug, Hash, PartialEq, Serialize, Deserialize)]
//! struct Ping;
//! /// … and what they are told.
//! #[derive(Clone, Debug, Hash, PartialEq, Serialize, Deserialize)]
//! struct Count(u64);
//! # impl fmt::Display for Ping { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str("ping") } }
//! # impl fmt::Display for Count { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) } }
//!
//! #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
//! enum Timer { GiveUp }
//!
//! /// Volatile: a restart begins again from zero. A durable count would go through `cx.disk()`.
//! #[derive(Clone, Debug)]
//! struct Server { answered: u64 }
//!
//! impl Node<PingPong> for Server {
//!     fn on_start(&mut self, _cx: &mut Context<'_, PingPong>) {}
//!     fn on_message(&mut self, from: Address, message: Message, cx: &mut Context<'_, PingPong>) {
//!         if let Message::Ping { request } = message {
//!             self.answered += 1;
//!             cx.emit(self.answered);
//!             cx.send(from, Message::Pong { request, count: self.answered });
//!         }
//!     }
//!     fn on_timer(&mut self, _timer: Timer, _cx: &mut Context<'_, PingPong>) {}
//! }
//!
//! #[derive(Clone, Debug)]
//! struct Pinger { server: NodeId, patience: Duration, request: u64, open: bool }
//!
//! impl Client<PingPong> for Pinger {
//!     fn on_invoke(&mut self, _op: Ping, cx: &mut Context<'_, PingPong>) {
//!         self.request += 1;
//!         self.open = true;
//!         cx.send(self.server, Message::Ping { request: self.request });
//!         cx.set_timer(Timer::GiveUp, self.patience);
//!     }
//!     fn on_message(&mut self, _from: Address, message: Message, cx: &mut Context<'_, PingPong>) {
//!         match message {
//!             // An answer may be old or doubled: only the open request's first answer counts.
//!             Message::Pong { request, count } if self.open && request == self.request => {
//!                 self.open = false;
//!                 cx.cancel_timer(Timer::GiveUp);
//!                 cx.complete(Outcome::Ok(Count(count)));
//!             }
//!             _ => {}
//!         }
//!     }
//!     fn on_timer(&mut self, _timer: Timer, cx: &mut Context<'_, PingPong>) {
//!         self.open = false;
//!         cx.complete(Outcome::Info("no answer in time".into())); // the ping may have been counted
//!     }
//! }
//!
//! impl System for PingPong {
//!     const NAME: &'static str = "ping-pong";
//!     type Node = Server;
//!     type Client = Pinger;
//!     type Message = Message;
//!     type Timer = Timer;
//!     type Event = u64;
//!     type Op = Ping;
//!     type Ret = Count;
//!     fn node(&self, _id: NodeId, _cluster: &Cluster) -> Server { Server { answered: 0 } }
//!     fn client(&self, _id: ClientId, cluster: &Cluster) -> Pinger {
//!         Pinger { server: cluster.nodes()[0], patience: self.patience, request: 0, open: false }
//!     }
//! }
//!
//! // Anything can drive it: here one step by hand; the kernel and the other engines do the same.
//! let system = PingPong { patience: Duration::from_secs(1) };
//! let cluster = Cluster::dense(1, 1);
//! let mut server = system.node(NodeId(1), &cluster);
//! let (mut disk, mut effects) = (Disk::new(), Vec::new());
//! let clock = LocalClock::new();
//! let draws = Draws::new(CausalId::root(Seed(1), Purpose::Node), Purpose::Node);
//! let mut cx = Context::new(Time::ZERO, &clock, draws, &mut disk, &mut effects);
//! server.on_message(ClientId(0).into(), Message::Ping { request: 1 }, &mut cx);
//! assert!(matches!(&effects[..], [Effect::Emit(1), Effect::Send { message: Message::Pong { count: 1, .. }, .. }]));
//! ```
//!
//! # Reading order
//!
//! What runs: [`system`], [`context`], [`clock`], [`disk`], [`cluster`], [`id`]. When and why: [`time`], [`random`]. What is
//! left behind: [`history`], [`trace`]. Who judges: [`monitor`], [`verdict`]. What is asked: [`op`], and again: [`retry`]. Numbers on a
//! disk: [`words`]. What is
//! broken on purpose: [`bug`].
//!
//! This crate knows no engine, no scenario, no checker and no file.

pub mod system;
pub mod context;
pub mod clock;
pub mod disk;
pub mod cluster;
pub mod id;
pub mod time;
pub mod random;
pub mod retry;
pub mod settings;
pub mod words;
pub mod history;
pub mod trace;
pub mod monitor;
pub mod verdict;
pub mod op;
pub mod bug;
#[cfg(feature = "schema")]
mod schema;

/// What an implementation of a system needs, in one `use`.
pub mod prelude {
    pub use crate::bug::Bug;
    pub use crate::clock::LocalClock;
    pub use crate::cluster::Cluster;
    pub use crate::context::{Context, Effect};
    pub use crate::disk::{Disk, DiskError, FileId, SyncId};
    pub use crate::history::{History, Outcome};
    pub use crate::id::{Address, ClientId, NodeId, ProcessId};
    pub use crate::monitor::{Monitor, View};
    pub use crate::random::{CausalId, Draws, Purpose, Ratio, Seed};
    pub use crate::settings::SettingsError;
    pub use crate::system::{Awaited, Client, Node, Role, System};
    pub use crate::time::{Duration, Skew, Time};
    pub use crate::verdict::{Verdict, Violation};
}
