//! Nodes and clients as async functions, over the same [`Context`](stormglass_core::context::Context) as state machines.
//!
//! Code that asks one thing after another (a coordinator, a client) reads best from top to bottom. [`Linear`] runs such code as a
//! node or a client: it is polled once for every message, timer and completed sync, in the world's one thread and order,
//! with no runtime, no wakers and no queue of tasks, so the same seed is the same run. It crashes, restarts and pauses
//! like any node. What it cannot do is be copied in the middle.
//!
//! ```
//! # use std::fmt;
//! # use std::sync::Arc;
//! use serde::{Deserialize, Serialize};
//! use stormglass_async::{AsyncContext, Linear};
//! use stormglass_core::prelude::*;
//! # use stormglass_kernel::World;
//! # use stormglass_plan::engine::Tracing;
//! # use stormglass_plan::plan::{Plan, PlannedOperation};
//!
//! #[derive(Clone)]
//! struct Counting;
//! #[derive(Clone, Debug, Serialize, Deserialize)]
//! enum Message { Add, Sum(u64) }
//! # #[derive(Clone, Debug, Hash, PartialEq, Serialize, Deserialize)]
//! # struct Add;
//! # #[derive(Clone, Debug, Hash, PartialEq, Serialize, Deserialize)]
//! # struct Sum(u64);
//! # impl fmt::Display for Add { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str("add") } }
//! # impl fmt::Display for Sum { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) } }
//!
//! /// The whole server: each sum is on the disk before it is told.
//! async fn server(cx: AsyncContext<Counting>) {
//!     let file = cx.disk(|disk| disk.open("sum")).expect("a new disk takes a file");
//!     let mut sum = cx.disk(|disk| disk.len(file));
//!     loop {
//!         let (from, _) = cx.recv().await;
//!         sum += 1;
//!         cx.disk(|disk| disk.append(file, b"+")).expect("the disk has room");
//!         if cx.sync(file).await.is_ok() && cx.sync_directory().await.is_ok() {
//!             cx.send(from, Message::Sum(sum));
//!         }
//!     }
//! }
//!
//! /// The whole client.
//! async fn client(cx: AsyncContext<Counting>, server: NodeId) {
//!     loop {
//!         let Add = cx.next_operation().await;
//!         cx.send(server, Message::Add);
//!         match cx.timeout(Duration::from_millis(200), cx.recv()).await {
//!             Ok((_, Message::Sum(sum))) => cx.complete(Outcome::Ok(Sum(sum))),
//!             _ => cx.complete(Outcome::Info("no answer in time".into())),
//!         }
//!     }
//! }
//!
//! impl System for Counting {
//!     const NAME: &'static str = "counting";
//!     const COPIES: bool = false;
//!     type Node = Linear<Counting>;
//!     type Client = Linear<Counting>;
//!     type Message = Message;
//!     type Timer = (); // one timer is enough for all sleeps
//!     type Event = ();
//!     type Op = Add;
//!     type Ret = Sum;
//!     fn node(&self, _id: NodeId, _cluster: &Cluster) -> Linear<Counting> { Linear::new((), server) }
//!     fn client(&self, _id: ClientId, cluster: &Cluster) -> Linear<Counting> {
//!         let first = cluster.nodes()[0];
//!         Linear::new((), move |cx| client(cx, first))
//!     }
//! }
//! # let second = |n| Time::ZERO + Duration::from_secs(n);
//! # let asked = |id| PlannedOperation { id, at: second(1), client: ClientId(0), op: Add };
//! # let quiet = Plan::quiet("counting", Cluster::dense(1, 1), Duration::from_secs(3), Seed(1));
//! # let plan = Plan { operations: (0..3).map(asked).collect(), ..quiet };
//! # let mut world = World::new(Counting, Arc::new(plan), Tracing::Off);
//! # world.run_until(second(3));
//! # let told: Vec<_> = world.history().operations().iter().map(|operation| operation.outcome.ok().cloned()).collect();
//! # assert_eq!(told, [Some(Sum(1)), Some(Sum(2)), Some(Sum(3))]);
//! ```
//!
//! Several things are waited for at once with [`select!`], [`race`] and [`AsyncContext::timeout`]; what does not come first loses nothing.
//! Combinators of other crates work as well, if they need no wakers between polls and draw nothing.
//!
//! This crate knows no engine: it stands beside the systems under test, on the contract alone.

mod linear;
mod context;
mod sleep;
mod race;

pub use context::AsyncContext;
pub use linear::Linear;
pub use race::{Either, Race, race};
pub use sleep::{Elapsed, Sleep, Timeout};
