//! Availability as an operator sees it: measured from a history, asserted as bounds, and held against the models.
//!
//! ```text
//! history + happenings ──measure──▶ Measured ──bounds──▶ Verdict
//!
//! MTBF, MTTR, structure ──model──▶ availability ──prediction──▶ interval ─┐
//!                        └─renewal──▶ years of outages ──▶ measured value ─┴▶ agree?
//! ```
//!
//! Measuring is integer arithmetic to the end. The models are formulas in floating point, on `libm` alone; what they
//! decide is the same on every platform.
//!
//! ```
//! use stormglass_check::availability::{Bounds, Happenings, Label, within_bounds};
//! use stormglass_core::history::{History, Outcome};
//! use stormglass_core::id::{ClientId, ProcessId};
//! use stormglass_core::time::{Duration, Time};
//!
//! // A read every 100 ms; from 2 s to 5 s none of them succeeds.
//! let mut history: History<&str, u64> = History::new();
//! for step in 0..100 {
//!     let asked = Time::ZERO + Duration::from_millis(100) * step;
//!     let read = history.invoke(ProcessId(step), ClientId(0), "read", asked);
//!     let outcome = if (20..50).contains(&step) { Outcome::Fail("no leader".into()) } else { Outcome::Ok(41) };
//!     history.complete(read, outcome, None, asked + Duration::from_millis(5));
//! }
//! let label = |_: &_| Label { region: "eu".into(), kind: "read".into() };
//! let bounds = Bounds { unavailable_at_most: Some(Duration::from_secs(2)), ..Bounds::default() };
//! let verdict = within_bounds(&history, label, &Happenings::default(), &bounds);
//! let violation = verdict.violation().expect("three seconds are longer than two");
//! assert_eq!(violation.summary, "nobody was served for 3.01s in the whole, longer than 2s");
//! ```

mod bounds;
mod demand;
mod failover;
mod happenings;
mod latency;
mod measure;
mod sample;
mod service;
mod share;
mod yardstick;
pub mod model;
pub mod renewal;
pub mod interval;
pub mod prediction;
pub mod probability;
pub mod span;
mod special;

pub use bounds::{Bounds, Of, within_bounds};
pub use demand::Ended;
pub use failover::{Failover, Rto};
pub use happenings::{Cause, Down, FaultSpan, Happenings, Lead, Leadership};
pub use latency::{Latency, Percentiles, Weather};
pub use measure::{Measured, measure};
pub use sample::Label;
pub use service::{Scope, Service, Unavailable, Window};
pub use share::{ErrorBudget, Share};
pub use yardstick::Yardstick;

/// The name of this check in verdicts.
const CHECK: &str = "availability";
