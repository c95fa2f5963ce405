//! Stormglass's judges: from a history to a verdict, pure and usable alone.
//!
//! Check your own history in ten lines:
//!
//! ```
//! use stormglass_check::history::{History, Outcome};
//! use stormglass_check::id::{ClientId, ProcessId};
//! use stormglass_check::op::kv::{KvOp, KvRet};
//! use stormglass_check::time::Time;
//! use stormglass_check::{KvModel, linearizable};
//!
//! let mut history = History::new();
//! let write = history.invoke(ProcessId(0), ClientId(0), KvOp::Write { key: 1, value: 41 }, Time::from_nanos(0));
//! history.complete(write, Outcome::Ok(KvRet::Written), None, Time::from_nanos(10));
//! let read = history.invoke(ProcessId(1), ClientId(1), KvOp::Read { key: 1 }, Time::from_nanos(20));
//! history.complete(read, Outcome::Ok(KvRet::Value(None)), None, Time::from_nanos(30));
//!
//! let verdict = linearizable(&KvModel, &history);
//! let violation = verdict.violation().expect("41 had been written before the read began");
//! assert_eq!(violation.summary, "read 1 → nothing, but 41 had been written 10ns before the read began");
//! ```
//!
//! What there is, in reading order: a [`Model`] says what an object does sequentially ([`models`] has the common
//! ones); [`linearizable`] judges whether a concurrent history can be explained by it; [`vacuity`] says
//! whether anything was tested at all; [`availability`] what an operator would say of the run. [`generate`] makes
//! random histories, legal and illegal; with the feature `proptest` there are strategies for them.
//!
//! This crate is enough to depend on: what histories and verdicts are made of is re-exported. It judges values in memory;
//! `stormglass check HISTORY` judges files.
//!
//! Nothing here reads a clock, a file or a random number: the same history gives the same verdict everywhere.

pub mod availability;
mod fingerprint;
pub mod generate;
pub mod histories;
pub mod isolation;
pub mod linearizability;
pub mod model;
pub mod models;
#[cfg(feature = "proptest")]
pub mod strategies;
mod table;
mod vacuity;

pub use stormglass_core::{history, id, op, time, verdict};

pub use linearizability::{linearizable, linearizable_with};
pub use model::Model;
pub use models::KvModel;
pub use vacuity::vacuity;
