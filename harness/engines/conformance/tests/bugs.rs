//! Every planted bug of Raft is found on every engine with a virtual clock, by a seed that is known; its correct twin passes it.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use stormglass_conformance::bugs::BUGS;
use stormglass_conformance::cell::{Cell, Word};
use stormglass_conformance::lineup::{On, case, registry};
use stormglass_conformance::suite::About;

/// No bug is left out.
#[test]
fn all_bugs_of_raft_are_hunted() {
    let known: BTreeSet<&str> = registry().get("raft").unwrap().bugs().iter().map(|bug| bug.name).collect();
    assert_eq!(BUGS.iter().map(|bug| bug.name).collect::<BTreeSet<_>>(), known);
}

/// A seed is known for each bug and each engine. Where an engine or a scenario has changed, `just conformance-bugs` says the new ones.
#[test]
fn every_bug_shows_under_its_seed_and_its_twin_does_not() {
    for bug in BUGS {
        for on in On::VIRTUAL {
            let cell = About::Bug(*bug).on(on, 0);
            assert!(matches!(cell.word, Word::Violated(_)), "{} on {}: {cell}", bug.name, on.name());
            let twin = Cell::of(&*case(bug.name, &bug.twin(), on), bug.first_on(on).unwrap(), None);
            assert_eq!(twin.word, Word::Ok, "the twin of {} on {}: {}", bug.name, on.name(), twin.evidence);
        }
    }
}
