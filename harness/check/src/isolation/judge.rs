//! Puts the pieces together: from the operations of a history to its analysis.
//!
//! For lists the order of versions is known, so a level is satisfied where no cycle forbids it. For registers it is not:
//! there, an order of all transactions is looked for, and what it does not settle stays open.

use std::fmt::Display;

use stormglass_core::history::Operation;
use stormglass_core::op::txn::{ListReads, ListTxn, RegisterReads, RegisterTxn};

use super::Unwritten;
use super::analysis::{Analysis, Open};
use super::anomaly::{Anomaly, Class, Ties};
use super::cycles::{self, Search};
use super::explain::{self, Reason};
use super::findings::{Findings, Instance};
use super::graph::{Graph, Links};
use super::level::Level;
use super::list::Lists;
use super::record;
use super::register::Registers;
use super::serial;
use super::weak::{self, Facts};

/// What has been found so far.
struct Case<'a, O, R> {
    operations: &'a [Operation<O, R>],
    reason: Reason<'a>,
    findings: Findings,
    open: Vec<Open>,
}

/// The analysis of a history of lists; or why it is none.
pub(crate) fn lists(
    operations: &[Operation<ListTxn, ListReads>],
    unwritten: Unwritten,
) -> Result<Analysis, String> {
    let mut findings = Findings::default();
    let lists = Lists::new(operations, &mut findings)?;
    findings.allow(unwritten);
    let mut links = Links::new(operations.len());
    lists.add_dependencies(&mut links, &mut findings);
    record::add_orders(operations, lists.standings(), &mut links);
    let graph = links.graph();
    let search = cycles::search(&graph, &links.unordered);
    drop(graph);
    let reason = |edge, kind, names: (&str, &str)| lists.reason(edge, kind, names);
    let mut case = Case { operations, reason: &reason, findings, open: Vec::new() };
    case.add_cycles(&search);
    // Where no cycle breaks the strongest level that implies all weaker ones, those are satisfied.
    if !case.open.is_empty() || case.breaks(Level::StrongSessionSnapshotIsolation) {
        case.judge_weaker(&lists.facts(record::process_order(operations, lists.standings())), |_| false);
    }
    Ok(case.told())
}

/// The analysis of a history of registers; or why it is none.
pub(crate) fn registers(
    operations: &[Operation<RegisterTxn, RegisterReads>],
    unwritten: Unwritten,
) -> Result<Analysis, String> {
    let mut findings = Findings::default();
    let mut registers = Registers::new(operations, &mut findings)?;
    findings.allow(unwritten);
    let mut links = Links::new(operations.len());
    registers.add_dependencies(&mut links, &mut findings);
    record::add_orders(operations, registers.standings(), &mut links);
    let graph = links.graph();
    let search = cycles::search(&graph, &links.unordered);
    let reason = |edge, kind, names: (&str, &str)| registers.reason(edge, kind, names);
    let mut case = Case { operations, reason: &reason, findings, open: Vec::new() };
    case.add_cycles(&search);
    let certain = case.find_order(&graph, &registers.script());
    drop(graph);
    let is_certain = |level| certain.is_some_and(|certain: Level| certain.implies(level));
    if !is_certain(Level::Causal) {
        case.judge_weaker(
            &registers.facts(record::process_order(operations, registers.standings())),
            is_certain,
        );
    }
    // These depend on an order of versions that reads alone do not show.
    let needs_order =
        |level: &Level| level.implies(Level::ConsistentView) || level.implies(Level::RepeatableRead);
    let levels: Vec<Level> =
        Level::ALL.into_iter().filter(|level| needs_order(level) && !is_certain(*level)).collect();
    if !levels.is_empty() {
        let reason = "the order of versions is not known, and no anomaly is certain".to_owned();
        case.open.push(Open { levels, reason });
    }
    Ok(case.told())
}

/// The levels that ask for a serial order, from strong to weak.
const SERIAL: [(Level, Ties); 3] = [
    (Level::StrictSerializable, Ties::Realtime),
    (Level::StrongSessionSerializable, Ties::Process),
    (Level::Serializable, Ties::Data),
];

impl<O: Display, R: Display> Case<'_, O, R> {
    /// Whether something was found that this level forbids.
    fn breaks(&self, level: Level) -> bool {
        self.findings.0.keys().any(|&anomaly| level.forbids(anomaly))
    }

    fn add_cycles(&mut self, search: &Search) {
        for cycle in &search.cycles {
            let anomaly = Anomaly::Cycle(cycle.class, cycle.ties);
            let instance = explain::cycle(self.operations, &cycle.steps, self.reason);
            self.findings.0.insert(anomaly, instance);
        }
        for &(class, ties) in &search.open {
            let anomaly = Anomaly::Cycle(class, ties);
            let levels = Level::ALL.into_iter().filter(|level| level.forbids(anomaly)).collect();
            let reason =
                format!("whether there is a cycle of class {anomaly} was not settled within its budget");
            self.open.push(Open { levels, reason });
        }
        if let Some(ties) = search.unordered {
            let anomaly = Anomaly::Cycle(Class::GSingle, ties);
            // Serializable levels do not depend on the order of writes that nobody read.
            let needs_order = |level: &Level| level.forbids(anomaly) && !level.implies(Level::RepeatableRead);
            let levels = Level::ALL.into_iter().filter(needs_order).collect();
            let reason =
                "nobody read some writes to one key, and no order of them was found that explains the rest";
            self.open.push(Open { levels, reason: reason.to_owned() });
        }
    }

    /// The strongest level for which a serial order was found. Where all orders fail, that is a finding.
    fn find_order(&mut self, graph: &Graph, script: &serial::Script) -> Option<Level> {
        for (level, ties) in SERIAL {
            if self.breaks(level) {
                continue;
            }
            match serial::order(graph, cycles::kinds(Class::G2Item, ties), script) {
                serial::Answer::Found => return Some(level),
                serial::Answer::BudgetSpent => {}
                serial::Answer::None { done, stuck } => {
                    self.findings.add(Anomaly::NoOrder(ties), &stuck, || {
                        vec![format!(
                            "all serial orders were tried; in the best of them {done} transactions come first, and \
                             then none of these can be next without making another's read wrong: a contradiction"
                        )]
                    });
                }
            }
        }
        None
    }

    /// Judges the weaker levels that are neither satisfied for certain nor violated by what was found.
    fn judge_weaker(&mut self, facts: &Facts, is_certain: impl Fn(Level) -> bool) {
        for (level, anomaly) in weak::LEVELS {
            if self.breaks(level) || is_certain(level) {
                continue;
            }
            match weak::judge(facts, anomaly) {
                weak::Answer::Ok => {}
                weak::Answer::Open(reason) => {
                    let levels = Level::ALL.into_iter().filter(|strong| strong.implies(level)).collect();
                    self.open.push(Open { levels, reason });
                }
                weak::Answer::MissedAll(missed) => {
                    self.findings.0.insert(anomaly, explain::missed(anomaly, &missed, facts));
                }
                weak::Answer::Cycle(steps, overlooked) => {
                    let instance =
                        explain::commits(self.operations, (&steps, &overlooked), facts, self.reason);
                    self.findings.0.insert(anomaly, instance);
                }
            }
        }
    }

    fn told(mut self) -> Analysis {
        self.findings.without_what_follows();
        let operations = self.operations;
        let tell = |(anomaly, instance): (Anomaly, Instance)| explain::finding(operations, anomaly, instance);
        Analysis { findings: self.findings.0.into_iter().map(tell).collect(), open: self.open }
    }
}
