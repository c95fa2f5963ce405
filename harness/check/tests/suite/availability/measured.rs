//! What is measured, by hand.

use super::*;

/// By hand: asked for 9.905 s, down from the question of 2.000 s to the answer of 4.005 s, 80 of 400 operations lost.
#[test]
fn an_outage_is_measured_to_the_nanosecond() {
    let measured = measured(&steady(outage), &world());
    let whole = measured.whole();
    assert_eq!((whole.asked, whole.served), (400, 320));
    assert_eq!((whole.watched, whole.down()), (ms(9_905), ms(2_005)));
    assert_eq!((whole.mtbf(), whole.mttr()), (Some(ms(7_900)), Some(ms(2_005))));
    assert_eq!(whole.availability().unwrap().to_string(), "79.7576%"); // 7900 / 9905
    assert_eq!(whole.success().to_string(), "80%");
    let by_window: Vec<(u64, u64)> =
        whole.windows.iter().map(|window| (window.asked, window.served)).collect();
    assert_eq!(by_window[1..5], [(40, 40), (40, 0), (40, 0), (40, 40)]);
    let budget = whole.budget(Ratio::from_percent(90));
    assert_eq!(budget.downtime_left().to_string(), "-1014.5ms");
    assert_eq!(budget.unserved_left(), -40);
}

/// Of two faults that are on, the one that struck when the gap began is named first; where none was, none is.
#[test]
fn a_gap_names_the_fault_that_began_it() {
    let measured = measured(&steady(outage), &world());
    let gap = &measured.whole().unavailable[0];
    assert_eq!((gap.from, gap.until, gap.ended, gap.asked), (at(2_000), at(4_005), Ended::Served, 84));
    assert_eq!(gap.causes, [Cause::Fault(1), Cause::Fault(0)]);
    let down = Happenings {
        downs: vec![Down { node: NodeId(7), from: at(1_990), until: None }],
        ..Happenings::default()
    };
    let named = |world: &Happenings| of_the_outage(world).whole().unavailable[0].causes.clone();
    assert_eq!(named(&down), [Cause::Down(0)]);
    assert_eq!(named(&Happenings::default()), []);
}

fn of_the_outage(world: &Happenings) -> Measured {
    measured(&steady(outage), world)
}

/// A fault that ended long before the gap, or struck long after it began, is not its cause.
#[test]
fn a_fault_elsewhere_in_time_is_no_cause() {
    let mut world = world();
    world.faults[0].end = at(1_400);
    world.faults[1].begin = at(2_600);
    assert_eq!(measured(&steady(outage), &world).whole().unavailable[0].causes, []);
}

/// A region cut off alone is down alone: the whole, in which others are served, is not.
#[test]
fn a_region_has_an_availability_of_its_own() {
    let measured = measured(&steady(|client, now| client < 2 || outage(client, now)), &world());
    let down = |scope: Scope| measured.service(&scope).unwrap().unavailable.len();
    assert_eq!(down(Scope::Whole), 0);
    assert_eq!((down(Scope::Region("eu".into())), down(Scope::Region("us".into()))), (0, 1));
    assert_eq!((down(Scope::Kind("read".into())), down(Scope::Client(ClientId(3)))), (0, 1));
    assert_eq!(measured.service(&Scope::Region("mars".into())), None);
}

/// The same of one kind: reads go on while no write succeeds.
#[test]
fn a_kind_has_an_availability_of_its_own() {
    let history = steady(|client, now| client % 2 == 0 || outage(client, now));
    let bounds = Bounds { unavailable_at_most: Some(ms(1_000)), ..Bounds::default() };
    assert_eq!(judge(&history, &world(), &bounds.clone()), Verdict::Ok);
    violated_because(
        &judge(&history, &world(), &Bounds { of: Of::EachKind, ..bounds }),
        "nobody was served for 2.01s in every write, longer than 1s",
        "from 2.000s to 4.005s (2.01s) none of 42 operations succeeded: isolate on n3 from 2.002s",
    );
}

/// Noticed 398 ms after the loss, followed by n1, served again at 4.005 s: by hand.
#[test]
fn a_failover_is_timed_from_its_fault_to_the_first_answer() {
    let measured = measured(&steady(outage), &world());
    let [failover] = &measured.failovers[..] else { panic!("{:?}", measured.failovers) };
    assert_eq!(
        (failover.from, failover.to, failover.cause),
        (NodeId(3), Some(NodeId(1)), Some(Cause::Fault(1)))
    );
    assert_eq!((failover.lost, failover.detection), (at(2_002), Some(ms(398))));
    assert_eq!((failover.rto.at_least, failover.rto.at_most), (ms(2_003), Some(ms(2_003))));
    assert_eq!((failover.rpo, failover.lost_writes.len()), (Duration::ZERO, 0));
}

/// Writes acknowledged at 1.905 s and 1.405 s are lost: the older is 597 ms before the loss of the leader at 2.002 s.
#[test]
fn lost_writes_make_the_rpo() {
    let history = steady(outage);
    let lost: BTreeSet<OperationId> = [4 * 14 + 1, 4 * 19 + 3, 4 * 25 + 1].map(OperationId).into();
    let world = Happenings { lost, ..world() };
    let failover = &measured(&history, &world).failovers[0];
    // The third was never acknowledged, so it may be lost.
    assert_eq!((failover.rpo, failover.lost_writes.len()), (ms(597), 2));
    violated_because(
        &judge(&history, &world, &Bounds { rpo: Some(ms(500)), ..Bounds::default() }),
        "the loss of n3 lost 2 writes, acknowledged up to 597ms before it, and the bound is 500ms",
        "n3 was lost to isolate on n3 from 2.002s, noticed after 398ms, followed by n1 after 598ms, and clients \
         were served again after 2s",
    );
    violated_because(
        &judge(&history, &world, &Bounds { lost_writes: Some(1), ..Bounds::default() }),
        "the loss of n3 lost 2 writes, and the bound is 1",
        "n3 was lost",
    );
    let enough = Bounds { rpo: Some(ms(597)), lost_writes: Some(2), ..Bounds::default() };
    assert_eq!(judge(&history, &world, &enough), Verdict::Ok);
}

/// A crash, not the slow disk before it, ends a reign; a new term of a leader to which nothing happened ends none.
#[test]
fn a_failover_begins_with_what_took_the_leader_down() {
    let lead = |millis, node| Leadership { at: at(millis), what: Lead::Begun(NodeId(node)) };
    let mut world = world();
    world.downs = vec![Down { node: NodeId(2), from: at(5_000), until: Some(at(5_050)) }];
    world.leadership = vec![lead(0, 2), lead(1_000, 2), lead(5_300, 3), lead(7_000, 1)];
    let failovers = measured(&steady(|_, _| true), &world).failovers;
    let seen: Vec<_> =
        failovers.iter().map(|failover| (failover.from.0, failover.cause, failover.lost)).collect();
    // The slow disk fell on n2 in its first term, and the second began in it.
    let expected =
        [(2, Some(Cause::Fault(0)), at(500)), (2, Some(Cause::Down(0)), at(5_000)), (3, None, at(7_000))];
    assert_eq!(seen, expected);
}

/// Latencies are apart by region and by weather, and the unserved are counted beside them.
#[test]
fn latencies_are_told_by_region_and_weather() {
    let mut world = world();
    world.faults.remove(0);
    let measured = measured(&steady(outage), &world);
    let of = |region: &str, weather| {
        let mut entries = measured.latencies.iter();
        let found = entries.find(|latency| latency.region == region && latency.weather == weather).unwrap();
        (found.served, found.unserved, found.percentiles.map(|percentiles| percentiles.p99))
    };
    assert_eq!(of("eu", Weather::Before), (40, 0, Some(ms(5))));
    // The questions of 2.000 s were open when the fault struck at 2.002 s; those of 6.000 s were asked as it ended.
    assert_eq!(of("eu", Weather::During), (42, 40, Some(ms(5))));
    assert_eq!(of("us", Weather::After), (78, 0, Some(ms(5))));
}
