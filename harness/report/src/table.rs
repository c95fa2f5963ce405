//! Tables: one of results, a line a scenario; and plain lists.

use comfy_table::{CellAlignment, Table, presets};
use stormglass_core::time::Duration;
use stormglass_core::verdict::Verdict;
use stormglass_explore::report::Report;
use stormglass_plan::scenario::Scenario;

use crate::result::{Outcome, Tally};

/// The results of several scenarios, a line each.
#[must_use]
pub fn results_table<'r>(results: impl IntoIterator<Item = (&'r Scenario, &'r Tally)>) -> String {
    let mut table = plain(&["scenario", "bug", "seeds", "operations", "faults", "result"]);
    for (scenario, tally) in results {
        table.add_row([
            scenario.name.clone(),
            scenario.bug.clone().unwrap_or_default(),
            tally.runs.to_string(),
            tally.operations.to_string(),
            tally.strikes.to_string(),
            result(scenario, tally),
        ]);
    }
    for column in 2..5 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    trimmed(&table)
}

/// What became of one scenario, in a few words.
fn result(scenario: &Scenario, tally: &Tally) -> String {
    let by = |report: Option<&Report>| match report {
        Some(report) => format!("{} at seed {}", report.verdict.check(), report.seed),
        None => "nothing".to_owned(),
    };
    match tally.outcome(scenario) {
        Outcome::Ok if tally.expected_losses > 0 => {
            format!("ok, expected loss in {} of {}", tally.expected_losses, tally.runs)
        }
        Outcome::Ok => "ok".to_owned(),
        Outcome::Found => format!("found by {}", found_by(tally)),
        Outcome::NotFound if tally.violated > 0 => {
            format!("NOT FOUND by the expected check, but {}", by(tally.first_violation()))
        }
        Outcome::NotFound => "NOT FOUND".to_owned(),
        Outcome::Unknown => {
            format!("UNKNOWN {} of {}: {}", tally.unknown, tally.runs, by(tally.first_unknown.as_ref()))
        }
        Outcome::Violated => {
            format!("VIOLATED {} of {}: {}", tally.violated, tally.runs, by(tally.first_violation()))
        }
    }
}

fn found_by(tally: &Tally) -> String {
    let Some(report) = &tally.found else { return "nothing".to_owned() };
    let mut checks: Vec<&str> = Vec::new();
    for verdict in report.verdicts.iter().filter(|verdict| matches!(verdict, Verdict::Violated(_))) {
        if !checks.contains(&verdict.check()) {
            checks.push(verdict.check());
        }
    }
    format!("{} at seed {}", checks.join(", "), report.seed)
}

/// What the faults of a sweep did, a line a kind.
#[must_use]
pub fn weather_table(tally: &Tally) -> String {
    let rows = tally.effects.iter().map(|(kind, (strikes, effect))| {
        [kind.name().to_owned(), strikes.to_string(), effect.overlapped.to_string(), effect.to_string()]
    });
    columns(["fault", "strikes", "operations meanwhile", "effect"], rows)
}

/// Rows under headings, in aligned columns.
#[must_use]
pub fn columns<const N: usize>(headings: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut table = plain(&headings);
    for row in rows {
        table.add_row(row);
    }
    trimmed(&table)
}

/// Virtual time for people: `1 h 12 min`, `38 s`.
#[must_use]
pub fn long_time(span: Duration) -> String {
    let secs = span.as_nanos() / 1_000_000_000;
    match secs {
        0..60 => format!("{secs} s"),
        60..3_600 => format!("{} min {} s", secs / 60, secs % 60),
        3_600..86_400 => format!("{} h {} min", secs / 3_600, secs % 3_600 / 60),
        _ => format!("{} days {} h", secs / 86_400, secs % 86_400 / 3_600),
    }
}

fn plain(headings: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(headings.iter().copied());
    table
}

/// The table without the blanks that every line would end in.
fn trimmed(table: &Table) -> String {
    let lines: Vec<String> = table.to_string().lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}
