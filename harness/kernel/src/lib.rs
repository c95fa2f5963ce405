//! The deterministic world in which Stormglass runs a plan: one queue, one clock, one thread.
//!
//! ```text
//!            ┌──────────────── World, a value ────────────────┐
//!  Plan ──▶  │ queue ──▶ host's step ──▶ effects ──▶ network ─┼─▶ History, Digest, Trace
//!            │   ▲                          │          │      │
//!            │   └──────────────────────────┴──────────┘      │ ◀── monitors look in after every step
//!            └─────────────────────────────────────────────────┘
//! ```
//!
//! A message's road is three files: a step's `effects`, its fate (`network`), the `queue`. Faults
//! come in through `storm`. The kernel never reads a real clock, never spawns a thread, and allocates nothing
//! per message once its arenas have grown. It knows nothing of checkers, files or terminals.
//!
//! Other engines run the same world in pieces: a [`Stage`] hands each machine's steps to whoever has its time, and the messages that
//! leave to whoever carries them.
//!
//! # A world by hand
//!
//! [`Kernel`] runs a plan to its end under the eyes of the system's monitors. A [`World`] can also be driven by
//! hand: stopped, looked into, copied.
//!
//! ```
//! # use std::fmt;
//! use std::sync::Arc;
//!
//! use serde::{Deserialize, Serialize};
//! use stormglass_core::prelude::*;
//! use stormglass_kernel::World;
//! use stormglass_plan::engine::Tracing;
//! use stormglass_plan::fault::{Fault, Target};
//! use stormglass_plan::plan::{Plan, PlannedFault};
//!
//! /// Each node counts its ticks, one every 100 ms. Nobody talks, and nobody asks.
//! #[derive(Clone)]
//! struct Ticking;
//! #[derive(Clone, Debug, Default)]
//! struct Ticker { ticks: u64 }
//! #[derive(Clone, Debug, Hash, PartialEq, Serialize, Deserialize)]
//! struct Nothing;
//! # impl fmt::Display for Nothing { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str("nothing") } }
//!
//! const PERIOD: Duration = Duration::from_millis(100);
//!
//! impl Node<Ticking> for Ticker {
//!     fn on_start(&mut self, cx: &mut Context<'_, Ticking>) { cx.set_timer((), PERIOD); }
//!     fn on_message(&mut self, _from: Address, _message: Nothing, _cx: &mut Context<'_, Ticking>) {}
//!     fn on_timer(&mut self, _timer: (), cx: &mut Context<'_, Ticking>) {
//!         self.ticks += 1;
//!         cx.set_timer((), PERIOD);
//!     }
//! }
//! impl Client<Ticking> for Ticker {
//!     fn on_invoke(&mut self, _op: Nothing, cx: &mut Context<'_, Ticking>) { cx.complete(Outcome::Ok(Nothing)); }
//!     fn on_message(&mut self, _from: Address, _message: Nothing, _cx: &mut Context<'_, Ticking>) {}
//! }
//! impl System for Ticking {
//!     const NAME: &'static str = "ticking";
//!     type Node = Ticker;
//!     type Client = Ticker;
//!     type Message = Nothing;
//!     type Timer = ();
//!     type Event = ();
//!     type Op = Nothing;
//!     type Ret = Nothing;
//!     fn node(&self, _id: NodeId, _cluster: &Cluster) -> Ticker { Ticker::default() }
//!     fn client(&self, _id: ClientId, _cluster: &Cluster) -> Ticker { Ticker::default() }
//! }
//!
//! // Three nodes, ten seconds; n2 stands still from the second to the fourth.
//! let second = |n| Time::ZERO + Duration::from_secs(n);
//! let pause = Fault::Pause { target: Target::Nodes(vec![NodeId(2)]) };
//! let plan = Plan {
//!     faults: vec![PlannedFault { id: 0, at: second(2), until: second(4), operations: 0, inject: pause }],
//!     ..Plan::quiet("ticking", Cluster::dense(3, 0), Duration::from_secs(10), Seed(1))
//! };
//!
//! let mut world = World::new(Ticking, Arc::new(plan), Tracing::Off);
//! world.run_until(second(3));
//! let ticks = |world: &World<Ticking>, node| world.node(NodeId(node)).map(|node| node.ticks);
//! assert_eq!((ticks(&world, 1), ticks(&world, 2)), (Some(30), Some(20)));
//!
//! // A copy has the same future.
//! let mut copy = world.clone();
//! world.run_until(second(10));
//! copy.run_until(second(10));
//! assert_eq!(world.digest(), copy.digest());
//! assert_eq!((ticks(&world, 1), ticks(&world, 2)), (Some(100), Some(81)));
//! ```

mod kernel;
mod course;
mod world;
mod stage;
mod guest;
mod afoot;
mod steps;
mod effects;
mod operations;
mod network;
mod wire;
mod held;
mod look;
mod queue;
mod host;
mod timers;
mod storm;
mod target;
mod digest;
mod record;
mod origins;

pub use afoot::Reset;
pub use course::Course;
pub use guest::Carriage;
pub use kernel::Kernel;
pub use look::{FileLook, Look, Standing};
pub use stage::{Parcel, Stage, Turn};
pub use world::World;
