//! The table: rows against engines, and below it a reason for each cell that differs from the kernel's.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use stormglass_report::columns;

use crate::explained::why;
use crate::suite::Row;

/// The table as text, and how many cells differ without a reason.
#[must_use]
pub fn table(rows: &[Row]) -> (String, usize) {
    let cell =
        |row: &Row, place: usize| row.cells.get(place).map_or(String::new(), |(_, cell)| cell.to_string());
    let lines =
        rows.iter().map(|row| [row.about.name(), cell(row, 0), cell(row, 1), cell(row, 2), cell(row, 3)]);
    let names = rows.first().map(|row| row.cells.iter().map(|(on, _)| on.name()).collect::<Vec<_>>());
    let names = names.unwrap_or_default();
    let name = |place: usize| names.get(place).copied().unwrap_or_default();
    let mut text = columns(["", name(0), name(1), name(2), name(3)], lines);
    let (reasons, unexplained) = reasons(rows);
    for (reason, cells) in &reasons {
        write!(text, "\n{}: {reason}.\n", cells.join(", ")).expect("text takes what is written");
    }
    for (cell, evidence) in &unexplained {
        write!(text, "\nUNEXPLAINED {cell}: {evidence}\n").expect("text takes what is written");
    }
    (text, unexplained.len())
}

type Reasons = BTreeMap<&'static str, Vec<String>>;

/// Which cells differ for which reason, and which for none.
fn reasons(rows: &[Row]) -> (Reasons, Vec<(String, String)>) {
    let (mut reasons, mut unexplained) = (Reasons::new(), Vec::new());
    for row in rows {
        let Some(((_, kernel), others)) = row.cells.split_first() else { continue };
        for (on, cell) in others.iter().filter(|(_, cell)| !cell.agrees_with(kernel)) {
            let name = format!("{} on {}", row.about.name(), on.name());
            match why(&row.about, *on, kernel, cell) {
                Some(reason) => reasons.entry(reason).or_default().push(name),
                None => unexplained.push((name, format!("{cell}, kernel: {kernel}\n{}", cell.evidence))),
            }
        }
    }
    (reasons, unexplained)
}
