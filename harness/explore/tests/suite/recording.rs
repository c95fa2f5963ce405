//! A run recorded whole: everything that a page shows of it is there, and is what the run itself shows.

use stormglass_core::id::Address;
use stormglass_core::random::Seed;
use stormglass_core::time::Time;
use stormglass_core::trace::Kind;
use stormglass_plan::engine::Tracing;

use crate::sweeps::case;

/// The recorded trace is the run's own, and each state is what a walk to that place finds.
#[test]
fn a_recording_shows_what_a_walk_through_the_run_finds() {
    let case = case("good");
    let recording = case.record(Seed(3)).unwrap();
    let run = case.run(Seed(3), Tracing::On).unwrap();
    assert_eq!(recording.trace, run.trace.unwrap());
    assert_eq!((recording.report.digest, recording.every), (run.digest, 1));
    let mut walk = case.walk(Seed(3)).unwrap();
    let (mut records, mut states) = (0, recording.states.iter().peekable());
    let mut compared = 0;
    while walk.forward() {
        records += walk.last().len();
        while let Some(state) = states.next_if(|state| state.after == records) {
            assert_eq!(walk.look(state.whom).unwrap().state, state.text, "{} after {records}", state.whom);
            compared += 1;
        }
    }
    assert!(compared > 100 && states.peek().is_none(), "{compared}");
}

/// Operations are the history's, with who answered; everybody is named, nodes first.
#[test]
fn a_recording_names_members_and_operations() {
    let recording = case("good").record(Seed(3)).unwrap();
    let nodes: Vec<bool> = recording.members.iter().map(|member| member.whom.node().is_some()).collect();
    assert_eq!(nodes, [true, false, false, false]);
    assert_eq!(recording.operations.len(), recording.report.invoked);
    let invokes = recording.trace.records.iter().filter(|record| record.kind == Kind::Invoke);
    let asked: Vec<(Time, Option<Address>)> = invokes.map(|record| (record.at, record.whom)).collect();
    let operations = recording.operations.iter();
    assert_eq!(asked, operations.map(|asked| (asked.at, Some(asked.client))).collect::<Vec<_>>());
    assert!(recording.operations.iter().all(|asked| asked.outcome != "ok" || asked.server.is_some()));
}

/// A system that panics is recorded up to there, and what had led to it is kept.
#[test]
fn a_panic_is_recorded_up_to_where_it_happened() {
    let recording = case("nervous").record(Seed(1)).unwrap();
    assert_eq!(recording.report.verdict.check(), "panic");
    let whole = case("good").record(Seed(1)).unwrap();
    let (cut, all) = (&recording.trace.records, &whole.trace.records);
    assert!(cut.len() > 20 && cut.len() < all.len(), "{} of {}", cut.len(), all.len());
    assert_eq!(cut[..], all[..cut.len()]);
    let answered = recording.operations.iter().filter(|asked| asked.outcome == "ok").count();
    assert!((5..10).contains(&answered), "{answered}");
}
