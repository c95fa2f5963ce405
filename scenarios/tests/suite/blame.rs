//! When a failure became inevitable, in kept plans whose decisive event is known from what their bug is.

use crate::support::{snapshots, stormglass};
use stormglass::core::random::Seed;
use stormglass::explore::blame::{Blame, Forks};
use stormglass::plan::source::Source;
use stormglass_scenarios::{library, registry};

/// What is to blame for the failure of a kept plan.
fn blamed(name: &str, jobs: usize) -> Blame {
    let source = Source::open(&library().regressions().join(format!("{name}.toml"))).unwrap();
    let registry = registry();
    let head = source.plan_head(&registry.names()).unwrap();
    let case = registry.get(&head.system).unwrap().saved_case(&source).unwrap();
    let report = stormglass::explore::audited(&*case, Seed(0)).unwrap();
    case.blame(Seed(0), report.verdict.check(), Forks { of: 64, jobs }).unwrap().unwrap()
}

/// Before the event that decided it fewer than half of the runs with other chances fail, after it nearly all; and no fault
/// that is left is there for nothing.
#[test]
fn the_decisive_event_is_named_and_every_fault_is_needed() {
    let cases = [
        // The read reaches a leader that was deposed.
        ("raft-bug-read-local-leader-40", "Request"),
        ("raft-bug-lease-on-wall-clock-15", "Request"),
        // The commit that is forgotten is decided.
        ("two-phase-commit-bug-forget-early-0", "Commit"),
    ];
    for (name, event) in cases {
        let Blame { decided, faults, curve, .. } = blamed(name, 2);
        let decided = decided.unwrap();
        assert!(decided.what.iter().any(|what| what.contains(event)), "{name}: {:?}", decided.what);
        assert!(decided.after.fails >= 61 && decided.before.unwrap().fails < 32, "{name}: {decided:?}");
        assert!(curve[0].fails < 32 && curve.last().unwrap().fails >= 61, "{name}: {curve:?}");
        for fault in faults {
            assert!(fault.without.fails < 6, "{name}: {fault:?}");
        }
    }
}

/// However many forks run at once, the same is blamed.
#[test]
fn blame_does_not_depend_on_the_number_of_workers() {
    let name = "raft-bug-vote-not-durable-13";
    assert_eq!(blamed(name, 1), blamed(name, 3));
}

/// The page of what is to blame.
#[test]
fn the_page_shows_the_curve_and_what_decided() {
    let file = library().regressions().join("raft-bug-lease-on-wall-clock-15.toml");
    let (page, _) = stormglass(&["blame", file.to_str().unwrap()]).unwrap();
    let blame = page.split_once("BLAME").unwrap().1.to_owned();
    snapshots(|| insta::assert_snapshot!("blame", blame));
}

/// A run that passes has nothing to blame.
#[test]
fn a_run_that_passes_blames_nothing() {
    let answer = stormglass(&["blame", "raft/isolated-leader", "--seed", "1"]).unwrap_err();
    assert!(answer.contains("nothing is to blame"), "{answer}");
}
