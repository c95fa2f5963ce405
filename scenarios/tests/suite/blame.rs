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
    let forks = Forks { of: 64, jobs, stop: &|| false };
    case.blame(Seed(0), report.verdict.check(), &forks).unwrap().unwrap()
}

/// Before the event that decided it, fewer than half of the runs with other chances fail, and after it more than 95 of
/// 100, both at a confidence of 95 %; and no fault that is left is there for nothing. The event is the one of which the
/// description of the planted bug speaks.
#[test]
fn the_decisive_event_is_named_and_every_fault_is_needed() {
    let cases = [
        // A leader that was deposed and believes in its lease is asked to read.
        ("raft-bug-lease-on-wall-clock-15", "n2 ← c0  receives Request { sequence: 4, op: Read { key: 0 } }"),
        // The stale read is on its way back; the fresh one that proves it stale comes to the new leader.
        ("raft-bug-read-local-leader-40", "n1 ← c0  receives Request { sequence: 2, op: Read { key: 0 } }"),
        // A write is carried out and its answer is lost, so it will come again.
        ("raft-bug-no-dedupe-0", "n1  says Committed { index: 2"),
        // A client dies while it waits.
        ("lock-bug-dead-waiter-2", "fault client-death strikes c0"),
        // The server restarts while a lock is held.
        ("lock-bug-no-grace-0", "fault crash-at-point strikes n1"),
        // The server restarts, and its counter with it.
        ("lock-bug-token-volatile-0", "fault crash-at-point strikes n1"),
        // A release is carried out, its answer is lost, and when it comes again another one has been granted the lock.
        ("lock-bug-release-unowned-0", "n1  says Granted { lock: 1, claim: Claim { client: c0"),
        // The commit that is forgotten at the first acknowledgement is decided.
        ("two-phase-commit-bug-forget-early-0", "decision: Commit"),
        // The commit whose answer is lost is decided.
        ("two-phase-commit-bug-ambiguous-retry-0", "decision: Commit"),
        // The controller restarts after it has begun an epoch.
        ("failover-bug-epoch-volatile-2", "n2  crashes"),
        // The balancer stands still after a server has gone down.
        ("balancing-bug-trust-after-pause-13", "fault pause strikes n1"),
        // The old primary, back and not told of the new one, is asked to write.
        ("replication-bug-old-primary-writes-2", "c0  invokes write 0 ← 1"),
    ];
    for (name, event) in cases {
        let Blame { moment, faults, curve, unfinished, .. } = blamed(name, 2);
        let decided = moment.decided().unwrap_or_else(|| panic!("{name}: {moment:?}"));
        assert!(decided.what.iter().any(|what| what.contains(event)), "{name}: {:?}", decided.what);
        assert!(decided.after.is_certain() && decided.before.unwrap().is_open(), "{name}: {decided:?}");
        assert!(curve[0].is_open() && curve.last().unwrap().is_certain(), "{name}: {curve:?}");
        assert_eq!(unfinished, Vec::<String>::new(), "{name}");
        for fault in faults {
            assert!(fault.without.is_open() && fault.without.fails < 6, "{name}: {fault:?}");
        }
    }
}

/// A plan that fails whatever happens has no event to blame: it is said so.
#[test]
fn a_plan_that_fails_under_any_chances_is_said_to() {
    let Blame { moment, .. } = blamed("raft-bug-even-quorum-0", 2);
    let decided = moment.decided().unwrap();
    assert!(decided.before.is_none() && decided.after.is_certain(), "{decided:?}");
}

/// Without time nothing is claimed: what is left open is named.
#[test]
fn blame_without_time_says_what_is_open() {
    let file = library().regressions().join("raft-bug-lease-on-wall-clock-15.toml");
    let (page, _) = stormglass(&["blame", file.to_str().unwrap(), "--patience", "0"]).unwrap();
    assert!(
        page.contains(" decided  between 0.000s and 0.727s: there was no time to find out more"),
        "{page}"
    );
    assert!(page.contains(" open     2 of 2 faults, "), "{page}");
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
