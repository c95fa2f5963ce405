//! What led to a violation, as a short timeline: the operations that together are impossible, and what befell
//! the nodes around them.

use std::fmt::Display;

use stormglass_core::history::{History, Operation};
use stormglass_core::time::{Duration, Time};
use stormglass_core::trace::{Kind, Record, Trace};
use stormglass_core::verdict::Violation;

use crate::report::Line;

/// A story longer than this is no longer read.
const LINES: usize = 24;
/// How far before the first guilty operation the story begins.
const LEAD: Duration = Duration::from_secs(2);

/// The timeline of a violation, in order of time.
pub(crate) fn tell<O: Display, R: Display>(
    violation: &Violation,
    history: &History<O, R>,
    trace: &Trace,
) -> Vec<Line> {
    let guilty: Vec<&Operation<O, R>> =
        violation.operations.iter().map(|&id| history.operation(id)).collect();
    let mut lines: Vec<Line> = guilty.iter().map(|operation| operation_line(operation)).collect();
    let last = lines.iter().map(|line| line.at).max().or(violation.at).unwrap_or(Time::MAX);
    let first = guilty.iter().map(|operation| operation.invoked.at).min();
    let begin = first.map(|at| Time::ZERO + at.since(Time::ZERO).saturating_sub(LEAD));
    // With operations to show, what nodes say of themselves only fills the page; without, it is the story.
    let tells = |record: &&Record| match record.kind {
        // That everybody comes up at the beginning is no part of any story.
        Kind::Start => record.at > Time::ZERO,
        Kind::Fault | Kind::Crash | Kind::Phase => true,
        Kind::Event => guilty.is_empty(),
        // Whoever asked for logs wants them all.
        Kind::Log => true,
        _ => false,
    };
    let within = |record: &&Record| record.at <= last && begin.is_none_or(|begin| record.at >= begin);
    let around: Vec<&Record> = trace.records.iter().filter(within).filter(tells).collect();
    let logged = around.iter().filter(|record| record.kind == Kind::Log).count();
    let room = LINES.saturating_sub(lines.len()) + logged;
    let skipped = around.len().saturating_sub(room);
    let line = |record: &&Record| Line { at: record.at, text: text(record), guilty: false };
    lines.extend(around[skipped..].iter().map(line));
    lines.sort_by_key(|line| line.at);
    lines
}

fn operation_line<O: Display, R: Display>(operation: &Operation<O, R>) -> Line {
    let at = operation.completed.unwrap_or(operation.invoked).at;
    let asked = match operation.completed {
        Some(completed) => {
            format!("   (asked {} before)", completed.at.since(operation.invoked.at).rounded())
        }
        None => "   (never completed)".to_owned(),
    };
    Line { at, text: format!("{operation}{asked}"), guilty: true }
}

pub(crate) fn text(record: &Record) -> String {
    let line = record.to_string();
    // A record prints its own time first.
    line.trim_start().split_once("  ").map_or(line.clone(), |(_, rest)| rest.trim_start().to_owned())
}
