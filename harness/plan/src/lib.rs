//! Scenarios, workloads, nemeses and plans: what to try, and exactly what will happen for one seed.
//!
//! A [`Scenario`](scenario::Scenario) says what to try: from a file, or built in Rust to an equal value.
//! [`plan`](fn@plan) makes every choice that it leaves open, keyed by the seed. The [`Plan`](plan::Plan) prints as
//! a page, is saved and edited as a file, and runs on every engine.
//!
//! ```
//! use stormglass_core::op::kv::KvOp;
//! use stormglass_core::random::Seed;
//! use stormglass_plan::plan::Plan;
//! use stormglass_plan::source::Source;
//!
//! let file = Source::new("isolated-leader.toml", r#"
//! name = "raft/isolated-leader"
//! about = "A leader cut off from the majority must not answer reads."
//! system = "raft"
//!
//! [cluster]
//! nodes = 5
//!
//! [workload.kv]
//! rate = 50
//!
//! [[fault]]
//! at = "3s"
//! lasts = "2s"
//! inject = { isolate = { target = "leader" } }
//! "#);
//! let scenario = file.scenario(&["raft"]).unwrap_or_else(|mistakes| panic!("{mistakes}"));
//! let plan: Plan<KvOp> = stormglass_plan::plan(&scenario, Seed(117)).expect("it has no contradictions");
//!
//! let page = plan.page().to_string();
//! assert!(page.starts_with("raft/isolated-leader   seed 117   raft"));
//! assert!(page.contains("3.000s –  5.000s  isolate leader"));
//!
//! let saved = Source::new("plan.toml", plan.to_toml().expect("keys and values have a form in TOML"));
//! assert_eq!(saved.plan(&["raft"]), Ok(plan));
//! ```
//!
//! # Reading order
//!
//! What to try: [`scenario`], [`builder`], [`count`], [`workload`], [`nemesis`]. What goes wrong: [`fault`], [`kind`],
//! [`latency`], [`topology`]. What will happen: [`plan`](mod@plan), [`draw`], [`page`]. Files and the mistakes in them: [`source`],
//! [`read`], [`store`], [`configure`], [`problem`], [`diagnostic`], [`schema`],
//! [`parameters`], [`draft`]. Who runs it: [`engine`], [`effect`].
//!
//! This crate runs nothing and judges nothing. It opens one file when [`Source::open`](source::Source::open) is
//! asked to, and otherwise touches nothing outside. It knows no system: what `[params]` and `bug` mean is told by
//! the system's own type, in [`configure`](configure::configure).

pub mod scenario;
pub mod builder;
pub mod count;
pub mod workload;
pub mod nemesis;
pub mod fault;
pub mod kind;
pub mod latency;
pub mod topology;
pub mod plan;
pub mod draw;
pub mod page;
pub mod source;
pub mod read;
pub mod store;
pub mod configure;
pub mod problem;
pub mod diagnostic;
pub mod schema;
pub mod parameters;
pub mod draft;
pub mod engine;
pub mod effect;

mod consistency;
mod contradiction;
mod describe;
mod keyed;
mod knobs;
mod words;

pub use draw::plan;
