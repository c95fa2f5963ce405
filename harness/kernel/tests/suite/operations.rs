//! Clients and their operations: who waits, who is passed by, what is unknown.
use crate::common::{Ask, Probe, Tick, asking, ms, nodes, plan, run};
use stormglass_core::prelude::*;
use stormglass_kernel::World;
use stormglass_plan::engine::Tracing;
use stormglass_plan::fault::Fault;
use stormglass_plan::plan::{Limits, Plan};

/// A client has one operation at a time: the next waits for the end of the one before, in order, and begins at
/// that moment.
#[test]
fn an_operation_waits_until_its_client_is_free() {
    let asks = [(100, 0, 1), (101, 0, 2), (102, 0, 3), (103, 1, 1)];
    let seen = run(&Probe::default(), asking(2, &asks, plan(3, [])));
    let operations = seen.run.history.operations();
    let of_first: Vec<_> = operations.iter().filter(|operation| operation.client == ClientId(0)).collect();
    assert_eq!(of_first.iter().map(|operation| operation.op.0.0).collect::<Vec<_>>(), [1, 2, 3]);
    for pair in of_first.windows(2) {
        assert_eq!(pair[0].completed.unwrap().at, pair[1].invoked.at);
        assert!(pair[0].completed < Some(pair[1].invoked));
    }
    let other = operations.iter().find(|operation| operation.client == ClientId(1)).unwrap();
    assert_eq!(other.invoked.at, ms(103), "another client does not wait");
    assert!(matches!(other.outcome, Outcome::Ok(Tick(10 | 11))), "{other}");
    assert_eq!(other.server, Some(NodeId(1)));
}

/// An operation of the chaos that could not begin before its end is passed by; one of the last phase is not.
#[test]
fn what_was_meant_for_the_chaos_is_not_asked_in_the_silence_after_it() {
    // The first waits for a node that is paused, and gives up after 100 ms: in the idle phase.
    let fault = Fault::Pause { target: nodes(&[1]) };
    let asks = [(1_950, 0, 1), (1_960, 0, 2), (1_970, 0, 3), (2_900, 0, 2)];
    let seen = run(&Probe::default(), asking(1, &asks, plan(3, [(505, 2_600, fault)])));
    let asked: Vec<(Time, u32)> = seen
        .run
        .history
        .operations()
        .iter()
        .map(|operation| (operation.invoked.at, operation.op.0.0))
        .collect();
    assert_eq!(asked, [(ms(1_950), 1), (ms(2_900), 2)]);
}

/// After an operation of unknown outcome the client goes on as a new process.
#[test]
fn a_client_goes_on_as_a_new_process_after_an_unknown_outcome() {
    let fault = Fault::Pause { target: nodes(&[1]) };
    let asks = [(100, 0, 1), (600, 0, 1), (800, 0, 2), (900, 1, 2)];
    let seen = run(&Probe::default(), asking(2, &asks, plan(3, [(505, 1_005, fault)])));
    let told: Vec<(u64, &str)> = seen
        .run
        .history
        .operations()
        .iter()
        .map(|operation| (operation.process.0, operation.outcome.word()))
        .collect();
    assert_eq!(told, [(0, "ok"), (0, "info"), (2, "ok"), (1, "ok")]);
}

/// The limit of events stops the run by name, and what is left is unknown.
#[test]
fn a_run_that_reaches_its_limit_of_events_is_unknown() {
    let limited = |events| run(&Probe::default(), Plan { limits: Limits { events }, ..plan(3, []) }).run;
    let stopped = limited(500);
    assert_eq!(stopped.stats.events, 500);
    let [Verdict::Unknown(why)] = &stopped.verdicts[..] else { panic!("{:?}", stopped.verdicts) };
    assert_eq!(why.check, "limits");
    assert!(why.reason.contains("after 500 events") && why.reason.contains("3.000s"), "{}", why.reason);
    assert!(limited(100_000).verdicts.is_empty());
}

/// A message to somebody who does not take part is a mistake of the system, told with both names.
#[test]
#[should_panic(expected = "c0 sends to n9, who is not a member of the cluster")]
fn a_message_to_a_stranger_is_told_by_name() {
    let plan = asking(1, &[(100, 0, 9)], plan(3, []));
    World::new(Probe::default(), std::sync::Arc::new(plan), Tracing::Off).run_until(ms(200));
}

/// The same where ids have gaps.
#[test]
fn sparse_ids_find_their_nodes() {
    let sparse = Plan { cluster: Cluster::new([3, 40, 7].map(NodeId), 0), ..plan(3, []) };
    let seen = run(&Probe::default(), asking(1, &[(105, 0, 40)], sparse));
    let operation = &seen.run.history.operations()[0];
    assert_eq!((operation.op.clone(), operation.server), (Ask(NodeId(40)), Some(NodeId(40))));
    assert_eq!(seen.pings(3, 40, 0, 1_000).len(), 99);
}
