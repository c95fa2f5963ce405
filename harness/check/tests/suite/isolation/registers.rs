//! Anomalies of transactions over registers whose written values are unique.

use stormglass_check::isolation::{Level, Unwritten, analyse, analyse_with, isolated};
use stormglass_core::verdict::Verdict;

use super::by_hand::{HistoryOf, history, names};

fn registers(lines: &[&str]) -> HistoryOf<Option<u64>> {
    history(lines)
}

/// The history shows exactly this anomaly and violates these weakest levels; no level that it violates passes.
fn shows(anomaly: &str, weakest: &[Level], lines: &[&str]) {
    let history = registers(lines);
    let analysis = analyse(&history);
    assert_eq!(names(&analysis), [anomaly], "{lines:#?}: {:#?}", analysis.findings);
    assert_eq!(analysis.weakest_ruled_out(), weakest, "{anomaly}");
    for level in Level::ALL {
        let verdict = isolated(&history, level);
        let is_violated = weakest.iter().any(|weak| level.implies(*weak));
        assert_eq!(verdict.violation().is_some(), is_violated, "{anomaly}: {level}: {verdict}");
    }
}

/// A store that does as it promises satisfies every level, and an order of all transactions proves it.
#[test]
fn a_serial_history_satisfies_every_level() {
    let history = registers(&[
        "p0 0-1 w x 1; w y 1",
        "p1 2-3 r x 1; w x 2; r x 2",
        "p0 4-5 fail w x 3",
        "p2 4-5 info w y 2",
        "p1 6-7 r x 2; r y 2; r z -",
    ]);
    for level in Level::ALL {
        assert_eq!(isolated(&history, level), Verdict::Ok, "{level}");
    }
}

#[test]
fn faults_of_single_reads_are_named() {
    shows("G1a", &[Level::ReadCommitted], &["fail w x 1", "r x 1"]);
    shows("G1b", &[Level::ReadCommitted], &["w x 1; w x 2", "r x 1"]);
    shows("unwritten-read", &[Level::ReadUncommitted], &["r x 9"]);
    shows("future-read", &[Level::ReadCommitted], &["r x 1; w x 1"]);
    shows("internal", &[Level::ReadAtomic, Level::RepeatableRead], &["w x 1; r x -"]);
    shows("internal", &[Level::ReadAtomic, Level::RepeatableRead], &["w x 1", "r x -; r x 1"]);
}

/// In a history that does not record all writers an unknown value says nothing.
#[test]
fn an_unwritten_read_may_be_from_outside() {
    let history = registers(&["0-1 w x 2", "2-3 r x 3", "4-5 r x 2"]);
    assert!(isolated(&history, Level::ReadUncommitted).violation().is_some());
    let analysis = analyse_with(&history, Unwritten::IsFromOutside);
    assert_eq!(analysis.verdict(Level::StrictSerializable), Verdict::Ok);
}

#[test]
fn versions_made_from_one_another_are_cyclic() {
    shows("cyclic-versions", &[Level::ReadCommitted], &["r x 2; w x 1", "r x 1; w x 2"]);
}

#[test]
fn two_updates_of_one_version_are_a_lost_update() {
    shows("lost-update", &[Level::CursorStability], &["r x -; w x 1", "r x -; w x 2"]);
    shows("lost-update", &[Level::CursorStability], &["w x 1", "r x 1; w x 2", "r x 1; w x 3"]);
}

#[test]
fn cycles_are_classified_as_those_of_lists() {
    shows("G1c", &[Level::ReadCommitted], &["w x 1; r y 1", "w y 1; r x 1"]);
    shows("G1c-realtime", &[Level::StrongReadCommitted], &["0-1 r x 1", "2-3 w x 1"]);
    // Without known orders of writes a cycle with one rw edge always is a missed cause as well.
    let single = analyse(&registers(&["w x 1", "r x 1; w y 1", "r x -; r y 1"]));
    assert_eq!(names(&single), ["G-single", "causality-violation"]);
    shows("G-single-realtime", &[Level::StrongSnapshotIsolation], &["0-1 w x 1", "2-3 r x -"]);
    let levels = [Level::SnapshotIsolation, Level::RepeatableRead];
    shows("G-nonadjacent", &levels, &["w x 1", "w y 1", "r x 1; r y -", "r x -; r y 1"]);
    shows("G2-item", &[Level::RepeatableRead], &["r x -; w y 1", "r y -; w x 1"]);
    let skew = |third| ["p1 0-2 w y 1", "0-9 r y -; w x 1", third];
    shows("G2-item-process", &[Level::StrongSessionSerializable], &skew("p1 3-9 r x -"));
    shows("G2-item-realtime", &[Level::StrictSerializable], &skew("3-9 r x -"));
}

/// A value that was overwritten long ago, or an old value after a new one: real time tells the order of versions.
#[test]
fn stale_reads_break_strict_levels_alone() {
    let strong = &[Level::StrongSnapshotIsolation];
    shows("G-single-realtime", strong, &["0-1 w x 1", "2-3 w x 2", "4-5 r x 1"]);
    shows("G-single-realtime", strong, &["0-5 w x 1", "0-5 w x 2", "6-7 r x 1", "8-9 r x 2"]);
}

/// What the levels below snapshot isolation demand, each violated alone.
#[test]
fn the_weaker_levels_are_told_apart() {
    // Seen in part, and then missed.
    let lines = ["w x 1; w y 1", "w x 2; w y 2", "r x 1; r y 2", "r x 2; r y 1"];
    let analysis = analyse(&registers(&lines));
    assert!(names(&analysis).contains(&"non-monotonic-view".to_owned()), "{:?}", names(&analysis));
    assert_eq!(analysis.weakest_ruled_out(), [Level::MonotonicAtomicView]);
    // Missed, and then seen: atomic visibility is broken, but the view only grew.
    let fractured = registers(&["w x 1; w y 1", "r x -; r y 1"]);
    let analysis = analyse(&fractured);
    assert!(names(&analysis).contains(&"fractured-read".to_owned()), "{:?}", names(&analysis));
    assert!(isolated(&fractured, Level::MonotonicAtomicView).is_ok());
    assert!(isolated(&fractured, Level::ReadAtomic).violation().is_some());
    // The effect was seen, its cause was missed.
    let causal = registers(&["w x 1", "p1 0-3 r x 1", "p1 4-5 w y 1", "6-7 r y 1; r x -"]);
    assert!(isolated(&causal, Level::ReadAtomic).is_ok());
    let verdict = isolated(&causal, Level::Causal);
    let violation = verdict.violation().expect("a missed cause");
    assert_eq!(violation.subject.as_deref(), Some("causality-violation"));
}

/// An order of commits cannot be found though no initial version is involved: the cycle is explained.
#[test]
fn the_evidence_of_a_weaker_level_names_who_overlooked_what() {
    let lines = ["w x 1; w y 1", "w x 2; w y 2", "r x 1; r y 2"];
    let verdict = isolated(&registers(&lines), Level::ReadAtomic);
    let violation = verdict.violation().expect("each of the two was overlooked");
    assert_eq!(violation.subject.as_deref(), Some("fractured-read"));
    assert!(
        violation
            .evidence
            .iter()
            .any(|line| line.contains("operation 2, which had to see T1, read it from T2")),
        "{:#?}",
        violation.evidence
    );
}
