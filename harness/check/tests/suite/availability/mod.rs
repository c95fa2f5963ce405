//! Availability, measured from histories made by hand and predicted by formulas.

mod bounds;
mod gaps;
mod measured;
mod model;

use std::collections::BTreeSet;

use stormglass_check::availability::{
    Bounds, Cause, Down, Ended, FaultSpan, Happenings, Label, Lead, Leadership, Measured, Of, Scope, Weather,
    Yardstick, measure, within_bounds,
};
use stormglass_core::history::{History, Operation, OperationId, Outcome};
use stormglass_core::id::{ClientId, NodeId, ProcessId};
use stormglass_core::random::Ratio;
use stormglass_core::time::{Duration, Time};
use stormglass_core::verdict::Verdict;

type Seen = History<&'static str, ()>;

fn at(millis: u64) -> Time {
    Time::ZERO + ms(millis)
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Clients 0 and 1 are in `eu`, the others in `us`.
fn label(operation: &Operation<&'static str, ()>) -> Label {
    let region = if operation.client.0 < 2 { "eu" } else { "us" };
    Label { region: region.to_owned(), kind: operation.op.to_owned() }
}

fn ask(history: &mut Seen, client: u32, op: &'static str, from: u64) -> OperationId {
    history.invoke(ProcessId(u64::from(client)), ClientId(client), op, at(from))
}

/// Two clients a region ask every 100 ms for ten seconds, answered after 5 ms; `served` says which are.
fn steady(served: impl Fn(u32, u64) -> bool) -> Seen {
    let mut history = Seen::new();
    for step in 0..100 {
        let now = step * 100;
        let open: Vec<(u32, OperationId)> = (0..4)
            .map(|client| {
                let op = if client % 2 == 0 { "read" } else { "write" };
                (client, ask(&mut history, client, op, now))
            })
            .collect();
        for (client, id) in open {
            let outcome =
                if served(client, now) { Outcome::Ok(()) } else { Outcome::Fail("no leader".into()) };
            history.complete(id, outcome, None, at(now + 5));
        }
    }
    history
}

/// The leader n3 is isolated from 2.002 s to 6 s; n2 notices at 2.4 s, n1 leads from 2.6 s on.
fn world() -> Happenings {
    let fault = |name: &str, begin, end, victims: &[u32]| FaultSpan {
        name: name.to_owned(),
        begin: at(begin),
        end: at(end),
        victims: victims.iter().copied().map(NodeId).collect(),
    };
    let lead = |millis, what| Leadership { at: at(millis), what };
    Happenings {
        faults: vec![fault("slow-disk", 500, 9_000, &[2]), fault("isolate", 2_002, 6_000, &[3])],
        leadership: vec![
            lead(100, Lead::Begun(NodeId(3))),
            lead(2_400, Lead::Suspected(NodeId(2))),
            lead(2_600, Lead::Begun(NodeId(1))),
        ],
        ..Happenings::default()
    }
}

/// Nobody is served from 2 s until 4 s.
fn outage(_: u32, now: u64) -> bool {
    !(2_000..4_000).contains(&now)
}

fn measured(history: &Seen, world: &Happenings) -> Measured {
    measure(history, label, world, &Yardstick::default()).expect("a history that says something")
}

fn judge(history: &Seen, world: &Happenings, bounds: &Bounds) -> Verdict {
    within_bounds(history, label, world, bounds)
}

fn unknown_because(verdict: &Verdict, why: &str) {
    let Verdict::Unknown(undecided) = verdict else { panic!("{verdict}") };
    assert_eq!(undecided.check, "availability");
    assert!(undecided.reason.contains(why), "{verdict}");
}

fn violated_because(verdict: &Verdict, summary: &str, evidence: &str) {
    let Some(violation) = verdict.violation() else { panic!("{verdict}") };
    assert_eq!(violation.summary, summary);
    assert!(violation.evidence.iter().any(|line| line.contains(evidence)), "{:#?}", violation.evidence);
}
