//! Gaps in service on thousands of small random histories, against an oracle that looks at every moment by itself.

use stormglass_check::availability::{Happenings, Label, Yardstick, measure};
use stormglass_core::history::{History, Outcome};
use stormglass_core::id::{ClientId, ProcessId};
use stormglass_core::random::{CausalId, Draws, Purpose, Seed};
use stormglass_core::time::{Duration, Time};

/// An operation in whole nanoseconds: asked, completed if it ever was, and whether it succeeded.
type Op = (u64, Option<u64>, bool);

fn random(seed: u64) -> Vec<Op> {
    let mut draws = Draws::new(CausalId::root(Seed(seed), Purpose::Workload), Purpose::Workload);
    let mut ops: Vec<Op> = (0..draws.between(1, 8))
        .map(|_| {
            let asked = draws.below(40);
            let completed = (draws.below(8) > 0).then(|| asked + draws.below(9));
            (asked, completed, completed.is_some() && draws.below(2) == 0)
        })
        .collect();
    ops.sort_by_key(|op| op.0);
    ops
}

/// Whether the moment half a nanosecond after `tick` is in a gap, straight from the definition: somebody is asking, but
/// for pauses up to `quiet`, and since the last answer there was a question.
fn in_gap(ops: &[Op], quiet: u64, tick: u64) -> bool {
    let end = ops.iter().map(|op| op.1.unwrap_or(op.0)).max().expect("at least one operation");
    let answers: Vec<u64> = ops.iter().filter(|op| op.2).filter_map(|op| op.1).collect();
    let asks = |op: &Op| {
        let next = answers.iter().copied().filter(|&answer| answer >= op.0).min();
        (op.0, op.1.or(next).unwrap_or(end))
    };
    let questions: Vec<(u64, u64)> = ops.iter().map(asks).collect();
    let covered = questions.iter().any(|&(from, until)| from <= tick && tick < until);
    let before = questions.iter().filter(|question| question.0 <= tick).map(|question| question.1).max();
    let after = questions.iter().map(|question| question.0).filter(|&from| from > tick).min();
    let bridged = before.zip(after).is_some_and(|(before, after)| after - before.min(after) <= quiet);
    let last = answers.iter().copied().filter(|&answer| answer <= tick).max();
    let waited = questions.iter().any(|&(from, until)| from <= tick && last.is_none_or(|last| until > last));
    (covered || bridged) && waited
}

/// Measured gaps cover exactly the moments that the definition says, on 20,000 histories.
#[test]
fn measured_gaps_are_those_of_the_definition() {
    let mut judged = 0;
    for seed in 0..20_000 {
        let (ops, quiet) = (random(seed), seed % 7);
        let mut history: History<(), ()> = History::new();
        for &(asked, completed, ok) in &ops {
            let id = history.invoke(ProcessId(0), ClientId(0), (), Time::from_nanos(asked));
            let outcome = if ok { Outcome::Ok(()) } else { Outcome::Fail("".into()) };
            if let Some(completed) = completed {
                history.complete(id, outcome, None, Time::from_nanos(completed));
            }
        }
        let yardstick = Yardstick {
            shortest: Duration::ZERO,
            quiet: Duration::from_nanos(quiet),
            ..Yardstick::default()
        };
        let label = |_: &_| Label { region: String::new(), kind: String::new() };
        let Ok(measured) = measure(&history, label, &Happenings::default(), &yardstick) else { continue };
        judged += 1;
        let gaps = &measured.whole().unavailable;
        for tick in 0..60 {
            let (at, next) = (Time::from_nanos(tick), Time::from_nanos(tick + 1));
            let measured = gaps.iter().any(|gap| gap.from <= at && next <= gap.until);
            assert_eq!(
                measured,
                in_gap(&ops, quiet, tick),
                "seed {seed}, tick {tick}, quiet {quiet}: {ops:?}\n{gaps:?}"
            );
        }
    }
    assert!(judged > 15_000, "only {judged} histories said anything");
}
