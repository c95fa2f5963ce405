//! Transactional isolation, in the manner of Elle: which consistency models does a history of transactions violate?
//!
//! ```text
//! history ──read──▶ lists / registers ──▶ anomalies of single reads
//!                        │ dependencies
//!                        ▼
//!                  graph ──search──▶ cycles ──explain──▶ Analysis ──▶ Verdict on a level
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
mod components;
mod cycles;
mod explain;
mod findings;
pub mod generate;
mod graph;
mod intern;
mod level;
mod list;
mod paths;
mod record;
mod unordered;

use std::fmt::Display;

use stormglass_core::history::{History, Operation};
use stormglass_core::op::txn::{ListReads, ListTxn};
use stormglass_core::verdict::Verdict;

pub use analysis::{Analysis, Finding, Open};
pub use anomaly::{Anomaly, Class, Ties};
pub use level::{Level, UnknownLevel};

use cycles::Search;
use explain::Reason;
use findings::Findings;
use graph::Links;
use list::Lists;

/// The name of this check in verdicts.
const CHECK: &str = "isolation";

/// A history of transactions.
#[derive(Clone, Copy, Debug)]
pub enum Transactions<'a> {
    /// Transactions over lists.
    Lists(&'a History<ListTxn, ListReads>),
}

impl<'a> From<&'a History<ListTxn, ListReads>> for Transactions<'a> {
    fn from(history: &'a History<ListTxn, ListReads>) -> Self {
        Transactions::Lists(history)
    }
}

/// Whether a history of transactions satisfies a consistency model.
///
/// A violation is about the gravest anomaly that the level forbids, and names its transactions.
pub fn isolated<'a>(history: impl Into<Transactions<'a>>, level: Level) -> Verdict {
    analyse(history).verdict(level)
}

/// All anomalies of a history, and what they rule out.
pub fn analyse<'a>(history: impl Into<Transactions<'a>>) -> Analysis {
    let analysis = match history.into() {
        Transactions::Lists(history) => of_lists(history.operations()),
    };
    analysis.unwrap_or_else(Analysis::impossible)
}

fn of_lists(operations: &[Operation<ListTxn, ListReads>]) -> Result<Analysis, String> {
    let mut findings = Findings::default();
    let lists = Lists::new(operations, &mut findings)?;
    let mut links = Links::new(operations.len());
    lists.add_dependencies(&mut links, &mut findings);
    record::add_orders(operations, lists.standings(), &mut links);
    let search = cycles::search(links);
    Ok(told(operations, findings, &search, &|edge, kind, names| lists.reason(edge, kind, names)))
}

/// The findings and the cycles in words.
fn told<O: Display, R: Display>(
    operations: &[Operation<O, R>],
    mut findings: Findings,
    search: &Search,
    reason: Reason<'_>,
) -> Analysis {
    for cycle in &search.cycles {
        let anomaly = Anomaly::Cycle(cycle.class, cycle.ties);
        findings.0.insert(anomaly, explain::cycle(operations, cycle, reason));
    }
    let findings = findings.0.into_iter();
    let findings = findings.map(|(anomaly, instance)| explain::finding(operations, anomaly, instance));
    let open = search.open.iter().map(|&(class, ties)| {
        let anomaly = Anomaly::Cycle(class, ties);
        let levels = Level::ALL.into_iter().filter(|level| level.forbids(anomaly)).collect();
        Open {
            levels,
            reason: format!("whether there is a cycle of class {anomaly} was not settled within its budget"),
        }
    });
    let mut open: Vec<Open> = open.collect();
    if let Some(ties) = search.unordered {
        let anomaly = Anomaly::Cycle(Class::GNonadjacent, ties);
        // Cycles of other classes do not depend on the order of writes that nobody read.
        let needs_order = |level: &Level| level.forbids(anomaly) && !level.implies(Level::RepeatableRead);
        let levels =
            Level::ALL.into_iter().filter(|&level| level == Level::ConsistentView || needs_order(&level));
        let reason = "the order of some writes is unknown, and the likely one leads to a cycle".to_owned();
        open.push(Open { levels: levels.collect(), reason });
    }
    Analysis { findings: findings.collect(), open }
}
