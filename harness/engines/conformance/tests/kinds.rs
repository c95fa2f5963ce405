//! Every kind of fault, alone, on every engine: it does something, and the verdict is the kernel's.
#![allow(clippy::unwrap_used, reason = "tests")]

use stormglass_conformance::lineup::On;
use stormglass_conformance::suite::{About, Row, run};
use stormglass_conformance::table::table;
use stormglass_plan::kind::Kind;

fn rows(engines: &[On]) -> Vec<Row> {
    let kinds: Vec<About> = Kind::ALL.iter().map(|&kind| About::Fault(kind)).collect();
    assert_eq!(kinds.len(), 42);
    let rows = run(&kinds, engines, 0, |_| ());
    let (text, unexplained) = table(&rows);
    assert_eq!(unexplained, 0, "{text}");
    for row in &rows {
        for (on, cell) in &row.cells {
            assert!(cell.did_something(), "{} did nothing on {}", row.about.name(), on.name());
        }
    }
    rows
}

/// In virtual time each kind does what it does in the kernel, and Raft holds.
#[test]
fn every_kind_of_fault_has_its_effect_in_virtual_time() {
    rows(&On::VIRTUAL);
}

/// And so it does on real sockets.
#[test]
fn every_kind_of_fault_has_its_effect_in_real_time() {
    rows(&[On::Kernel, On::Tokio]);
}
