//! Each anomaly of transactions over lists has a history that shows it and nothing else.

use stormglass_check::isolation::{Level, analyse, isolated};
use stormglass_core::history::OperationId;
use stormglass_core::verdict::Verdict;

use super::by_hand::{HistoryOf, history, names};

fn lists(lines: &[&str]) -> HistoryOf<Vec<u64>> {
    history(lines)
}

/// The history shows exactly this anomaly; it violates these weakest levels, and so the verdict says.
fn shows(anomaly: &str, weakest: &[Level], lines: &[&str]) {
    let history = lists(lines);
    let analysis = analyse(&history);
    assert_eq!(names(&analysis), [anomaly], "{lines:#?}: {:#?}", analysis.findings);
    assert_eq!(analysis.weakest_ruled_out(), weakest, "{anomaly}");
    let last = analysis.findings[0].reasons.last();
    assert!(last.is_some_and(|reason| reason.contains("contradiction")), "{anomaly}: {last:?}");
    for level in Level::ALL {
        let verdict = isolated(&history, level);
        match verdict.violation() {
            Some(violation) => {
                assert_eq!(violation.subject.as_deref(), Some(anomaly));
                assert!(weakest.iter().any(|weak| level.implies(*weak)), "{anomaly}: {level}");
            }
            None => {
                assert_eq!(verdict, Verdict::Ok, "{anomaly}: {level}");
                assert!(!weakest.iter().any(|weak| level.implies(*weak)), "{anomaly}: {level}");
            }
        }
    }
}

/// A store that does as it promises is accused of nothing.
#[test]
fn a_serial_history_violates_nothing() {
    let history = lists(&[
        "p0 0-1 a x 1; a y 1",
        "p1 2-3 r x 1; a x 2; r x 1,2",
        "p0 4-5 fail a x 3",
        "p2 4-5 info a y 2; a y 3",
        "p1 6-7 r x 1,2; r y 1,2,3; r z -",
        "p3 8-9 info a z 1; r x -",
    ]);
    let analysis = analyse(&history);
    assert_eq!(names(&analysis), [""; 0]);
    assert_eq!(analysis.strongest_possible(), [Level::StrictSerializable]);
    assert!(isolated(&history, Level::StrictSerializable).is_ok());
}

#[test]
fn an_aborted_read_is_g1a() {
    shows("G1a", &[Level::ReadCommitted], &["fail a x 1", "r x 1"]);
}

#[test]
fn an_intermediate_read_is_g1b() {
    shows("G1b", &[Level::ReadCommitted], &["a x 1; a x 2", "r x 1"]);
    shows("G1b", &[Level::ReadCommitted], &["a x 1; a x 2", "r x 1", "r x 1,2"]);
}

#[test]
fn a_transaction_that_contradicts_itself_is_internal() {
    let levels = [Level::ReadAtomic, Level::RepeatableRead];
    shows("internal", &levels, &["a x 1; r x -"]);
    shows("internal", &levels, &["a x 2; r x 1,2", "r x -; r x 1", "a x 1"]);
    shows("internal", &levels, &["a x 1", "r x 1; a x 2; a x 3; r x 1,2"]);
}

#[test]
fn reading_what_one_has_yet_to_write_is_a_future_read() {
    shows("future-read", &[Level::ReadCommitted], &["r x 1; a x 1"]);
    shows("future-read", &[Level::ReadCommitted], &["a x 1; r x 2,1; a x 2"]);
}

#[test]
fn building_on_an_aborted_append_is_a_dirty_update() {
    shows("dirty-update", &[Level::ReadCommitted], &["fail a x 1", "a x 2", "r x 1,2"]);
}

#[test]
fn two_updates_of_one_version_are_a_lost_update() {
    shows("lost-update", &[Level::CursorStability], &["r x -; a x 1", "r x -; a x 2", "r x 1,2"]);
    shows("lost-update", &[Level::CursorStability], &["r x -; a x 1", "r x -; a x 2", "r x -; a x 3"]);
    shows("lost-update", &[Level::CursorStability], &["a x 1", "r x 1; a x 2", "r x 1; a x 3"]);
}

#[test]
fn an_element_read_twice_is_duplicate_elements() {
    shows("duplicate-elements", &[Level::ReadUncommitted], &["a x 1", "r x 1,1"]);
    shows("duplicate-elements", &[Level::ReadUncommitted], &["a x 1", "a x 2", "r x 1,2,1"]);
}

#[test]
fn two_reads_that_disagree_are_incompatible_order() {
    shows("incompatible-order", &[Level::ReadCommitted], &["a x 1", "a x 2", "r x 1", "r x 2"]);
    shows(
        "incompatible-order",
        &[Level::ReadCommitted],
        &["a x 1; a y 1", "a x 2; a y 2", "r x 1,2", "r x 2,1"],
    );
}

#[test]
fn an_element_that_nobody_appended_is_an_unwritten_read() {
    shows("unwritten-read", &[Level::ReadUncommitted], &["r x 9"]);
}

#[test]
fn a_cycle_of_writes_is_g0() {
    shows("G0", &[Level::ReadUncommitted], &["a x 1; a y 1", "a x 2; a y 2", "r x 1,2; r y 2,1"]);
    let session = &[Level::StrongSessionReadUncommitted];
    shows("G0-process", session, &["p1 0-1 a x 1", "p1 2-3 a x 2", "5-6 r x 2,1"]);
    shows("G0-realtime", &[Level::StrongReadUncommitted], &["0-1 a x 1", "2-3 a x 2", "5-6 r x 2,1"]);
}

#[test]
fn a_cycle_of_writes_and_reads_is_g1c() {
    shows("G1c", &[Level::ReadCommitted], &["a x 1; r y 1", "a y 1; r x 1"]);
    shows("G1c-process", &[Level::StrongSessionReadCommitted], &["p1 0-1 r x 1", "p1 2-3 a x 1"]);
    shows("G1c-realtime", &[Level::StrongReadCommitted], &["0-1 r x 1", "2-3 a x 1"]);
}

#[test]
fn a_cycle_with_one_overwritten_read_is_g_single() {
    let levels = [Level::ConsistentView, Level::RepeatableRead];
    shows("G-single", &levels, &["a x 1; a y 1", "a y 2", "r x -; r y 1,2"]);
    let session = ["0-9 a x 1; a y 1", "p1 0-1 a y 2", "p1 2-9 r x -", "2-9 r y 1,2"];
    shows("G-single-process", &[Level::StrongSessionSnapshotIsolation], &session);
    shows("G-single-realtime", &[Level::StrongSnapshotIsolation], &["0-1 a x 1", "2-3 r x -"]);
}

/// Not to see one's own earlier write breaks causality, which is more than a cycle.
#[test]
fn missing_ones_own_earlier_write_is_a_causality_violation() {
    let history = lists(&["p1 0-1 a x 1", "p1 2-3 r x -"]);
    let analysis = analyse(&history);
    assert_eq!(names(&analysis), ["G-single-process", "causality-violation"]);
    assert_eq!(analysis.weakest_ruled_out(), [Level::Causal]);
}

/// Part of a transaction seen breaks atomic visibility, which is more than a cycle.
#[test]
fn seeing_a_transaction_in_part_is_a_fractured_read() {
    let history = lists(&["a x 1; a y 1", "r x -; r y 1"]);
    assert_eq!(names(&analyse(&history)), ["G-single", "fractured-read"]);
    assert!(isolated(&history, Level::MonotonicAtomicView).is_ok());
    let history = lists(&["a x 1; a y 1", "r y 1; r x -"]);
    assert!(names(&analyse(&history)).contains(&"non-monotonic-view".to_owned()));
}

#[test]
fn a_long_fork_is_g_nonadjacent() {
    let levels = [Level::SnapshotIsolation, Level::RepeatableRead];
    shows("G-nonadjacent", &levels, &["a x 1", "a y 1", "r x 1; r y -", "r x -; r y 1"]);
    let fork = |third| ["p1 0-5 a x 1", "0-9 a y 1", "0-9 r x -; r y 1", third];
    shows("G-nonadjacent-process", &[Level::StrongSessionSnapshotIsolation], &fork("p1 6-9 r y -"));
    shows("G-nonadjacent-realtime", &[Level::StrongSnapshotIsolation], &fork("6-9 r y -"));
}

#[test]
fn write_skew_is_g2_item() {
    shows("G2-item", &[Level::RepeatableRead], &["r x -; a y 1", "r y -; a x 1"]);
    let skew = |third| ["p1 0-2 a y 1", "0-9 r y -; a x 1", third];
    shows("G2-item-process", &[Level::StrongSessionSerializable], &skew("p1 3-9 r x -"));
    shows("G2-item-realtime", &[Level::StrictSerializable], &skew("3-9 r x -"));
}

/// The proof names the transactions and says of each edge what was read or missed.
#[test]
fn the_evidence_of_a_cycle_gives_the_reason_of_each_edge() {
    let history = lists(&["p1 0-2 a x 1; a y 1", "p2 3-9 a y 2; r x -", "p3 3-9 r y 1,2"]);
    let verdict = isolated(&history, Level::StrictSerializable);
    let violation = verdict.violation().expect("a stale read");
    assert_eq!(
        violation.summary,
        "G-single: a cycle with one anti-dependency, which strict-serializable forbids"
    );
    assert_eq!(violation.operations, [OperationId(0), OperationId(1)]);
    assert_eq!(violation.at.map(stormglass_core::time::Time::as_nanos), Some(9_000_000));
    assert_eq!(
        violation.evidence[..4],
        [
            "T1 is operation 0: c0 ok {append 23 ← 1, append 24 ← 1}",
            "T2 is operation 1: c1 ok {append 24 ← 2, read 23} → []",
            "T1 < T2, because T2 appended 2 to key 24 right after T1's append of 1",
            "T2 < T1, because T2 did not observe T1's append of 1 to key 23: a contradiction",
        ]
    );
    let realtime = lists(&["0-1 a x 1", "2-3 r x -"]);
    let verdict = isolated(&realtime, Level::StrictSerializable);
    assert_eq!(
        verdict.violation().expect("a stale read").evidence[2],
        "T1 < T2, because T1 was complete 1ms before T2 was invoked"
    );
}

/// Of a longer cycle and a shorter one of the same class the shorter is shown.
#[test]
fn the_shortest_cycle_is_the_witness() {
    let history = lists(&["a a 1; r b 1", "a b 1; r c 1", "a c 1; r a 1", "a d 1; r e 1", "a e 1; r d 1"]);
    let analysis = analyse(&history);
    assert_eq!(names(&analysis), ["G1c"]);
    assert_eq!(analysis.findings[0].transactions, [OperationId(3), OperationId(4)]);
}

/// A transaction of unknown outcome counts from the moment somebody saw it, and not before.
#[test]
fn an_unknown_outcome_counts_once_it_was_observed() {
    let unseen = lists(&["0-1 info a x 1", "0-1 info a y 1; r x -", "2-3 r x -; r y -"]);
    assert!(isolated(&unseen, Level::StrictSerializable).is_ok());
    let seen = lists(&["0-1 info a x 1; a y 1", "2-3 r x 1", "4-5 r y -"]);
    assert_eq!(names(&analyse(&seen)), ["G-single-realtime"]);
}

/// What cannot be attributed is not judged: the same value appended twice, results that do not fit the reads.
#[test]
fn a_history_with_a_value_appended_twice_is_unknown() {
    let twice = lists(&["a x 1", "a x 1", "r x 1"]);
    let verdict = isolated(&twice, Level::ReadUncommitted).to_string();
    assert!(verdict.contains("1 is appended to key 23 twice, by operations 0 and 1"), "{verdict}");
    let mut unfit = lists(&["0-1 r x 1"]);
    let id = unfit.invoke(
        stormglass_core::id::ProcessId(7),
        stormglass_core::id::ClientId(7),
        unfit.operations()[0].op.clone(),
        stormglass_core::time::Time::ZERO,
    );
    let none = stormglass_core::history::Outcome::Ok(stormglass_core::op::txn::Reads(vec![]));
    unfit.complete(id, none, None, stormglass_core::time::Time::ZERO);
    assert!(matches!(isolated(&unfit, Level::ReadUncommitted), Verdict::Unknown(_)));
}
