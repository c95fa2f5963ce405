//! Linearizability by hand: what is accepted, what is rejected, in which words, and what cannot be decided.

use crate::common::*;
use stormglass_check::linearizability::{Limits, Method, Options};
use stormglass_check::{KvModel, linearizable, linearizable_with};
use stormglass_core::verdict::{Verdict, Violation};

fn violated(history: &KvHistory) -> Violation {
    linearizable(&KvModel, history).violation().expect("a violation").clone()
}

/// Overlapping operations may take effect in either order.
#[test]
fn a_read_during_a_write_may_return_the_old_or_the_new_value() {
    for value in [1, 2] {
        let ran = history(&[(write(1), 0, 10), (write(2), 20, 60), (read(value), 30, 40)]);
        assert_eq!(linearizable(&KvModel, &ran), Verdict::Ok, "{value}");
    }
}

/// A key that was never written holds nothing.
#[test]
fn every_key_begins_as_nothing() {
    assert_eq!(linearizable(&KvModel, &history(&[(read_nothing(), 0, 1)])), Verdict::Ok);
    assert_eq!(linearizable(&KvModel, &history(&[(cas(0, 1, false), 0, 1)])), Verdict::Ok);
    assert!(linearizable(&KvModel, &history(&[(cas(0, 1, true), 0, 1)])).violation().is_some());
}

/// A stale read is explained by the write that overwrote its value and by how long ago that was.
#[test]
fn a_stale_read_names_the_value_the_age_and_the_three_operations() {
    let ran = history(&[
        (write(7), 0, 5),
        (write(41), 10, 20),
        (read(41), 30, 35),
        (write(58), 1_500, 1_902),
        (read(41), 2_115, 2_200),
        (read(58), 2_300, 2_400),
    ]);
    let violation = violated(&ran);
    assert_eq!(violation.summary, "read 1 → 41, but 41 had been overwritten 213ms before the read began");
    assert_eq!(violation.subject.as_deref(), Some("key 1"));
    assert_eq!(violation.at.expect("a moment").as_nanos(), 2_200_000_000);
    assert_eq!(violation.operations.iter().map(|id| id.0).collect::<Vec<_>>(), [1, 3, 4]);
    let evidence = [
        "Longest legal order: 4 of 6 operations.",
        "c1 write 1 ← 41  ├──┤",
        "c3 write 1 ← 58        ├──┤",
        "c4 read 1 → 41               ├──┤",
    ];
    assert_eq!(violation.evidence, evidence);
}

/// Two reads that contradict each other about two concurrent writes are explained by the reads.
#[test]
fn reads_that_go_back_in_time_name_the_newer_value_that_was_read() {
    let ran = history(&[(write(1), 0, 10), (write(2), 20, 90), (read(2), 30, 40), (read(1), 50, 60)]);
    assert_eq!(
        violated(&ran).summary,
        "read 1 → 1, but 2, written after 1, had been read 10ms before the read began"
    );
}

/// Values out of nowhere are told apart: never written, not yet written, or only by a write that failed.
#[test]
fn a_value_out_of_nowhere_is_explained_by_its_writes() {
    let summary = |operations: &[_]| violated(&history(operations)).summary;
    assert_eq!(summary(&[(write(1), 0, 1), (read(9), 2, 3)]), "read 1 → 9, but 9 was never written");
    assert_eq!(
        summary(&[(read(9), 0, 1), (write(9), 21, 22)]),
        "read 1 → 9, but this ended 20ms before anybody asked to write 9"
    );
    assert_eq!(
        summary(&[(failed(write(9)), 0, 1), (read(9), 21, 22)]),
        "read 1 → 9, but the only attempt to write 9 had not succeeded"
    );
}

/// An operation of unknown outcome may take effect long after the client gave it up, or never, but only once.
#[test]
fn an_unknown_write_may_take_effect_late_and_once() {
    let lost = history(&[(write(1), 0, 1), (unknown(write(2)), 2, 3), (read(1), 4, 5)]);
    assert_eq!(linearizable(&KvModel, &lost), Verdict::Ok);
    let late = history(&[(write(1), 0, 1), (unknown(write(2)), 2, 3), (read(1), 4, 5), (read(2), 6, 7)]);
    assert_eq!(linearizable(&KvModel, &late), Verdict::Ok);
    let twice = history(&[
        (write(1), 0, 1),
        (unknown(write(2)), 2, 3),
        (read(2), 4, 5),
        (write(3), 6, 7),
        (read(3), 8, 9),
        (read(2), 10, 11),
    ]);
    assert!(linearizable(&KvModel, &twice).violation().is_some());
}

/// A failed operation did not happen.
#[test]
fn a_failed_write_is_never_read() {
    let ran = history(&[(write(1), 0, 1), (failed(write(2)), 2, 3), (read(1), 4, 5)]);
    assert_eq!(linearizable(&KvModel, &ran), Verdict::Ok);
}

/// Where two keys are broken, the verdict is about the one that broke first.
#[test]
fn the_first_break_in_real_time_is_reported() {
    use stormglass_core::history::Outcome;
    use stormglass_core::op::kv::{KvOp, KvRet};
    let stale = |key| (KvOp::Read { key }, Outcome::Ok(KvRet::Value(Some(9))));
    let violation = violated(&history(&[(stale(1), 0, 20), (stale(5), 5, 10)]));
    assert_eq!(violation.subject.as_deref(), Some("key 5"));
    assert_eq!(violation.evidence.last().unwrap(), "One more key is broken, later than this one.");
}

/// Beyond its limits the checker says that it does not know, and how far it came.
#[test]
fn a_spent_budget_is_unknown_and_says_how_far_it_got() {
    let ran = history(&[(write(1), 0, 10), (write(2), 0, 10), (cas(2, 3, true), 0, 10), (read(1), 20, 30)]);
    let limits = Limits { configurations: 3, ..Limits::default() };
    let verdict = linearizable_with(&KvModel, &ran, &Options { limits, method: Method::Plain }).to_string();
    assert!(
        verdict.starts_with("unknown: linearizable: key 1: no answer within 3 configurations"),
        "{verdict}"
    );
}
