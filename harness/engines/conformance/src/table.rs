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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::{Cell, Word};
    use crate::lineup::On;
    use crate::suite::About;
    use stormglass_plan::engine::Effect;
    use stormglass_plan::kind::Kind;

    fn row(kind: Kind, ours: (Word, u64), theirs: (Word, u64)) -> Row {
        let cell = |(word, dropped)| Cell {
            word,
            effect: Some(Effect { dropped, ..Effect::default() }),
            note: String::new(),
            evidence: "because".to_owned(),
        };
        let cells = vec![(On::Kernel, cell(ours)), (On::Turmoil, cell(theirs))];
        Row { about: About::Fault(kind), cells }
    }

    /// Another verdict, or a fault without effect, is told with its evidence, and counted; more or less of an effect is not.
    #[test]
    fn a_cell_that_differs_for_no_known_reason_is_counted() {
        let violated = || Word::Violated("linearizable".to_owned());
        let rows = [
            row(Kind::Loss, (Word::Ok, 3), (Word::Ok, 4)),
            row(Kind::Partition, (Word::Ok, 3), (violated(), 3)),
            row(Kind::Sever, (Word::Ok, 3), (Word::Ok, 0)),
            row(Kind::Corrupt, (Word::Ok, 3), (violated(), 3)),
        ];
        let (text, unexplained) = table(&rows);
        assert_eq!(unexplained, 2, "{text}");
        assert!(text.contains("UNEXPLAINED partition on turmoil: violated · linearizable"), "{text}");
        assert!(text.contains("UNEXPLAINED sever on turmoil: ok · nothing"), "{text}");
        assert!(text.contains("corrupt on turmoil: bits that flip"), "{text}");
    }
}
