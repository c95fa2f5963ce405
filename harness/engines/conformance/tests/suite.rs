//! A smaller suite on all engines: the storms, and the bugs that show in every run. `just conformance` runs all of it.
#![allow(clippy::unwrap_used, reason = "tests")]

use stormglass_conformance::lineup::On;
use stormglass_conformance::suite::{About, everything, run};
use stormglass_conformance::table::table;

/// Every engine says what the kernel says.
#[test]
fn storms_and_plain_bugs_end_alike_everywhere() {
    let plain = ["even-quorum", "ack-before-fsync", "truncate-always"];
    let some: Vec<About> = everything()
        .into_iter()
        .filter(|about| match about {
            About::Fault(_) => false,
            About::Storm(..) => true,
            About::Bug(bug) => plain.contains(&bug.name),
        })
        .collect();
    assert_eq!(some.len(), 15);
    let rows = run(&some, &On::ALL, 1, |_| ());
    let (text, unexplained) = table(&rows);
    assert_eq!(unexplained, 0, "{text}");
}
