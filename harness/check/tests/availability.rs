//! Availability measured from histories made by hand, and bounds that accept, reject and cannot decide.

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
                if served(client, now) { Outcome::Ok(()) } else { Outcome::Fail("no leader".to_owned()) };
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

/// A loss that is noticed too late is a violation, and one that nobody was seen to notice is unknown.
#[test]
fn a_detection_is_bounded() {
    let history = steady(outage);
    let bound = |millis| Bounds { detection: Some(ms(millis)), ..Bounds::default() };
    assert_eq!(judge(&history, &world(), &bound(398)), Verdict::Ok);
    violated_because(
        &judge(&history, &world(), &bound(397)),
        "the loss of n3 was noticed after 398ms, later than 397ms",
        "n3 was lost to isolate on n3 from 2.002s",
    );
    let mut world = world();
    world.leadership.truncate(1);
    world.downs = vec![Down { node: NodeId(3), from: at(8_000), until: None }];
    unknown_because(&judge(&history, &world, &bound(397)), "when the loss was noticed was not seen: n3");
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

/// An acknowledged write that is missing though no failover came after it breaks every bound on losses.
#[test]
fn a_write_lost_without_a_failover_is_a_violation() {
    let history = steady(outage);
    let world = Happenings { lost: [OperationId(4 * 90 + 1)].into(), ..world() };
    let bounds = Bounds { rpo: Some(Duration::from_secs(60)), ..Bounds::default() };
    let verdict = judge(&history, &world, &bounds);
    let violation = verdict.violation().unwrap();
    assert_eq!(violation.summary, "1 acknowledged writes were lost although no failover came after them");
    assert_eq!(violation.operations, [OperationId(361)]);
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

/// Each bound accepts what keeps it, exactly, and rejects a nanosecond or a millionth less.
#[test]
fn bounds_accept_up_to_their_edge_and_reject_beyond() {
    let (history, world) = (steady(outage), world());
    let just = |span: Duration| Duration::from_nanos(span.as_nanos() - 1);
    let none = Bounds::default;
    let edges = [
        (
            Bounds { availability: Some(Ratio::from_ppm(797_576)), ..none() },
            Bounds { availability: Some(Ratio::from_ppm(797_577)), ..none() },
        ),
        (
            Bounds { success: Some(Ratio::from_percent(80)), ..none() },
            Bounds { success: Some(Ratio::from_ppm(800_001)), ..none() },
        ),
        (
            Bounds { unavailable_at_most: Some(ms(2_005)), ..none() },
            Bounds { unavailable_at_most: Some(just(ms(2_005))), ..none() },
        ),
        (Bounds { rto: Some(ms(2_003)), ..none() }, Bounds { rto: Some(just(ms(2_003))), ..none() }),
        (Bounds { p99: Some(ms(5)), ..none() }, Bounds { p99: Some(just(ms(5))), ..none() }),
    ];
    for (kept, broken) in edges {
        assert_eq!(judge(&history, &world, &kept.clone()), Verdict::Ok, "{kept:?}");
        assert!(judge(&history, &world, &broken.clone()).violation().is_some(), "{broken:?}");
    }
}

/// Several broken bounds are one violation that tells of all of them.
#[test]
fn all_broken_bounds_are_told() {
    let bounds =
        Bounds { availability: Some(Ratio::ONE), rto: Some(ms(1)), p99: Some(ms(1)), ..Bounds::default() };
    let verdict = judge(&steady(outage), &world(), &bounds);
    violated_because(
        &verdict,
        "the whole was available for 79.7576% of 9.91s, less than 100%",
        "isolate on n3",
    );
    violated_because(
        &verdict,
        &verdict.violation().unwrap().summary.clone(),
        "also: after n3 was lost nobody",
    );
    violated_because(
        &verdict,
        &verdict.violation().unwrap().summary.clone(),
        "also: 99% of answers in region us",
    );
}

/// A history that says nothing is unknown, with the reason.
#[test]
fn a_degenerate_history_is_unknown() {
    let bounds = || Bounds { availability: Some(Ratio::from_percent(50)), ..Bounds::default() };
    let calm = Happenings::default();
    unknown_because(&judge(&Seen::new(), &calm, &bounds()), "no operation was ever invoked");
    unknown_because(
        &judge(&steady(|_, _| false), &calm, &bounds()),
        "no operation ever succeeded (400 invoked)",
    );
    let mut instant = Seen::new();
    let id = ask(&mut instant, 0, "read", 1_000);
    instant.complete(id, Outcome::Ok(()), None, at(1_000));
    unknown_because(&judge(&instant, &calm, &bounds()), "everything happened at one moment");
    let mut backwards = steady(|_, _| true);
    ask(&mut backwards, 0, "read", 1_000);
    unknown_because(&judge(&backwards, &calm, &bounds()), "time ran backwards: operation 400");
    let mut early = Seen::new();
    let id = ask(&mut early, 0, "read", 1_000);
    early.complete(id, Outcome::Ok(()), None, at(999));
    unknown_because(&judge(&early, &calm, &bounds()), "time ran backwards: operation 0");
    unknown_because(&judge(&steady(|_, _| true), &calm, &Bounds::default()), "no bound is asserted");
}

/// What the end of the history cut off is unknown while it might break the bound, and a violation once it has.
#[test]
fn what_the_history_leaves_open_is_unknown() {
    let history = steady(|_, now| now < 8_000);
    let bound = |millis| Bounds { unavailable_at_most: Some(ms(millis)), ..Bounds::default() };
    unknown_because(
        &judge(&history, &Happenings::default(), &bound(5_000)),
        "it had not ended when the history did",
    );
    assert!(judge(&history, &Happenings::default(), &bound(1_000)).violation().is_some());
    // The leader is lost at 8 s, and nobody follows.
    let mut world = world();
    world.leadership.truncate(1);
    world.downs = vec![Down { node: NodeId(3), from: at(8_000), until: None }];
    let rto = |millis| Bounds { rto: Some(ms(millis)), ..Bounds::default() };
    unknown_because(
        &judge(&history, &world, &rto(5_000)),
        "was not seen: n3 was lost to n3 down from 8.000s",
    );
    assert!(judge(&history, &world, &rto(1_000)).violation().is_some());
    world.leadership.clear();
    unknown_because(&judge(&history, &world, &rto(1_000)), "nobody ever led");
}

/// Where nobody asks, nobody sees when service came back: the recovery time is a span, and a bound within it unknown.
#[test]
fn a_recovery_in_silence_is_bracketed() {
    // Served until 2 s, in vain until 2.5 s, silence until 9 s.
    let mut history = Seen::new();
    for now in (0..100).map(|step| step * 100).filter(|now| !(2_500..9_000).contains(now)) {
        let id = ask(&mut history, 0, "read", now);
        let outcome =
            if !(2_000..9_000).contains(&now) { Outcome::Ok(()) } else { Outcome::Info("lost".into()) };
        history.complete(id, outcome, None, at(now + 5));
    }
    let failover = &measured(&history, &world()).failovers[0];
    assert_eq!((failover.rto.at_least, failover.rto.at_most), (ms(403), Some(ms(7_003))));
    let rto = |millis| judge(&history, &world(), &Bounds { rto: Some(ms(millis)), ..Bounds::default() });
    assert_eq!(rto(7_003), Verdict::Ok);
    unknown_because(&rto(1_000), "was not seen");
    assert!(rto(400).violation().is_some());
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

/// Bounds are data: in JSON, as in any format of scenarios, they read back as what was written; typos are refused.
#[test]
fn bounds_are_data() {
    let bounds = Bounds {
        availability: Some(Ratio::from_ppm(999_000)),
        unavailable_at_most: Some(ms(2_000)),
        of: Of::EachRegion,
        ..Bounds::default()
    };
    let text = serde_json::to_string(&bounds).unwrap();
    assert!(
        text.starts_with(r#"{"availability":0.999,"unavailable-at-most":"2s","of":"each-region""#),
        "{text}"
    );
    assert_eq!(serde_json::from_str::<Bounds>(&text).unwrap(), bounds);
    let typo = serde_json::from_str::<Bounds>(r#"{"avialability": 0.9}"#).unwrap_err().to_string();
    assert!(typo.contains("unknown field `avialability`"), "{typo}");
}
