//! Transactional isolation, in the manner of Elle: which consistency models does a history of transactions violate?
//!
//! ```text
//! history ──▶ lists / registers ──▶ anomalies of single reads ─────┐
//!                  │ dependencies                                  ▼
//!                  ├──▶ graph ──▶ cycles, or a serial order ──▶ Analysis ──▶ Verdict on a level
//!                  └──▶ weaker levels: an order of commits ────────▲
//! ```
//!
//! A transaction that failed did not happen. One of unknown outcome happened if somebody read what it wrote; else it
//! is left out, which is always possible. No value may be written twice to one key: a history that does so is not
//! judged.
//!
//! The method is Elle's (Kingsbury and Alvaro, *Elle: Inferring Isolation Anomalies from Experimental Observations*,
//! VLDB 2020): reads of lists show the order of versions; from it follow dependencies; cycles of them are Adya's
//! anomalies. Time and memory grow linearly with the history; only the search for the shortest witness has a budget,
//! counted in edges.
//!
//! ```
//! use stormglass_check::isolation::{Level, isolated};
//! use stormglass_core::history::{History, Outcome};
//! use stormglass_core::id::{ClientId, ProcessId};
//! use stormglass_core::op::txn::{ListOp, Reads, Txn};
//! use stormglass_core::time::Time;
//!
//! // Write skew: each of two transactions appends to the list that the other found empty.
//! let mut history = History::new();
//! let skew = [(1, 2), (2, 1)].map(|(reads, appends)| {
//!     let txn = Txn(vec![ListOp::Read { key: reads }, ListOp::Append { key: appends, value: 7 }]);
//!     history.invoke(ProcessId(reads), ClientId(0), txn, Time::ZERO)
//! });
//! for id in skew {
//!     history.complete(id, Outcome::Ok(Reads(vec![vec![]])), None, Time::ZERO);
//! }
//! assert!(isolated(&history, Level::SnapshotIsolation).is_ok());
//! let verdict = isolated(&history, Level::Serializable);
//! assert_eq!(verdict.violation().expect("a cycle").subject.as_deref(), Some("G2-item"));
//! ```

mod analysis;
mod anomaly;
mod causes;
mod components;
mod cycles;
mod explain;
mod findings;
pub mod generate;
mod graph;
mod intern;
mod judge;
mod level;
mod list;
mod paths;
mod record;
mod register;
mod serial;
mod unordered;
mod weak;

use stormglass_core::history::History;
use stormglass_core::op::txn::{ListReads, ListTxn, RegisterReads, RegisterTxn};
use stormglass_core::verdict::Verdict;

pub use analysis::{Analysis, Finding, Open};
pub use anomaly::{Anomaly, Class, Ties};
pub use level::{Level, UnknownLevel};

/// The name of this check in verdicts.
const CHECK: &str = "isolation";

/// A history of transactions.
#[derive(Clone, Copy, Debug)]
pub enum Transactions<'a> {
    /// Transactions over lists.
    Lists(&'a History<ListTxn, ListReads>),
    /// Transactions over registers.
    Registers(&'a History<RegisterTxn, RegisterReads>),
}

impl<'a> From<&'a History<ListTxn, ListReads>> for Transactions<'a> {
    fn from(history: &'a History<ListTxn, ListReads>) -> Self {
        Transactions::Lists(history)
    }
}

impl<'a> From<&'a History<RegisterTxn, RegisterReads>> for Transactions<'a> {
    fn from(history: &'a History<RegisterTxn, RegisterReads>) -> Self {
        Transactions::Registers(history)
    }
}

/// What a read means that shows a value which no transaction of the history wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unwritten {
    /// The store made it up: an anomaly that every level forbids.
    #[default]
    IsAnomaly,
    /// Somebody wrote it whom the history does not record: the read says nothing.
    IsFromOutside,
}

/// Whether a history of transactions satisfies a consistency model.
///
/// A violation is about the gravest anomaly that the level forbids, and names its transactions. Lists are decided at
/// every level but for the order of writes that nobody read; registers at every level up to causal, and at the others
/// where an anomaly is certain or a serial order is found. The rest is unknown.
pub fn isolated<'a>(history: impl Into<Transactions<'a>>, level: Level) -> Verdict {
    analyse(history).verdict(level)
}

/// All anomalies of a history, and what they rule out.
pub fn analyse<'a>(history: impl Into<Transactions<'a>>) -> Analysis {
    analyse_with(history, Unwritten::default())
}

/// As [`analyse`], for a history that may not record all writers.
pub fn analyse_with<'a>(history: impl Into<Transactions<'a>>, unwritten: Unwritten) -> Analysis {
    let analysis = match history.into() {
        Transactions::Lists(history) => judge::lists(history.operations(), unwritten),
        Transactions::Registers(history) => judge::registers(history.operations(), unwritten),
    };
    analysis.unwrap_or_else(Analysis::impossible)
}
